import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { UNSUCCESSFUL_STATES } from './run-states';

/** `detail-type` of Glue's event about a run. */
export const RUN_ENDED = 'Glue Job State Change';

/** A rule that fires when a run of the job ends in one of the states: otherwise than well, unless told otherwise. */
export function runEndedRule(scope: Construct, id: string, job: IJob, options: OnEventOptions = {}, states = UNSUCCESSFUL_STATES): Rule {
  const rule = new Rule(scope, id, options);
  rule.addTarget(options.target);
  rule.addEventPattern({
    source: ['aws.glue'],
    detailType: [RUN_ENDED],
    detail: { jobName: [job.jobName], state: states },
  });
  return rule;
}
