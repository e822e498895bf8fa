import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { RUN_KINDS, SUCCEEDED } from './run-kinds';
import { RunTarget } from './run-target';

/** A rule that fires when a run of the target ends otherwise than well. */
export function runFailedRule(scope: Construct, id: string, target: RunTarget, options?: OnEventOptions): Rule {
  return newRule(scope, id, target, options, RUN_KINDS[target.settings.runKind].unsuccessful);
}

/** A rule that fires when a run of the target ends. */
export function runEndedRule(scope: Construct, id: string, target: RunTarget, options?: OnEventOptions): Rule {
  return newRule(scope, id, target, options, [...RUN_KINDS[target.settings.runKind].unsuccessful, SUCCEEDED]);
}

function newRule(scope: Construct, id: string, target: RunTarget, options: OnEventOptions = {}, states: string[]): Rule {
  const { eventSource, endedEvent } = RUN_KINDS[target.settings.runKind];
  const rule = new Rule(scope, id, options);
  rule.addTarget(options.target);
  rule.addEventPattern({ source: [eventSource], detailType: [endedEvent], detail: target.endedDetail(states) });
  return rule;
}
