import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { RunTarget } from './run-target';

/**
 * Runs of a Glue job, each given a batch of files by `--manifest`.
 *
 * @param job the job
 * @param logGroupPrefix the prefix of the log groups that the job was given
 */
export function glueJobTarget(job: IJob, logGroupPrefix: string): RunTarget {
  return {
    settings: { runKind: 'glue-job', jobName: job.jobName, logGroupPrefix },
    nouns: { target: 'job', runs: 'Glue runs' },
    whyFilesWait: "Glue refuses to start one while all runs of the job or of the account's quota are busy",
    remedyOfWaiting: 'Raise maxConcurrentRuns or the quota.',
    endedDetail: (states) => ({ jobName: [job.jobName], state: states }),
    grantStart: (grantee) => Grant.addToPrincipal({ grantee, actions: ['glue:StartJobRun'], resourceArns: [job.jobArn] }),
    grantDescribe: (grantee) => Grant.addToPrincipal({ grantee, actions: ['glue:GetJobRun'], resourceArns: [job.jobArn] }),
  };
}
