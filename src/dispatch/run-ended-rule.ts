import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';

/** `detail-type` of Glue's event about a run. */
export const RUN_ENDED = 'Glue Job State Change';

/** States in which a run ends otherwise than well. */
export const UNSUCCESSFUL_STATES = ['FAILED', 'TIMEOUT', 'STOPPED'];

/** A rule that fires when a run of the job ends otherwise than well. */
export function runEndedRule(scope: Construct, id: string, job: IJob, options: OnEventOptions = {}): Rule {
  const rule = new Rule(scope, id, options);
  rule.addTarget(options.target);
  rule.addEventPattern({
    source: ['aws.glue'],
    detailType: [RUN_ENDED],
    detail: { jobName: [job.jobName], state: UNSUCCESSFUL_STATES },
  });
  return rule;
}
