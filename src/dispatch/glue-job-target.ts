import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { OnDemandArguments } from './run-kinds';
import { RunTarget } from './run-target';

/** One message is about 1 KB, Lambda takes 6 MB; a batch is one run. */
const LARGEST_BATCH = 1000;

/**
 * Runs of a Glue job, each given a batch of files by `--manifest`.
 *
 * @param job the job
 * @param logGroupPrefix the job's log groups as it was given them
 * @param onDemand arguments by which people ask the job for something else; without them it has none
 */
export function glueJobTarget(job: IJob, logGroupPrefix: string, onDemand?: OnDemandArguments): RunTarget {
  return {
    settings: { runKind: 'glue-job', jobName: job.jobName, logGroupPrefix, onDemand },
    nouns: { target: 'job', runs: 'Glue runs' },
    largestBatch: LARGEST_BATCH,
    whyFilesWait: "Glue refuses to start one while all runs of the job or of the account's quota are busy",
    remedyOfWaiting: 'Raise maxConcurrentRuns or the quota.',
    endedDetail: (states) => ({ jobName: [job.jobName], state: states }),
    grantStart: (grantee) => Grant.addToPrincipal({ grantee, actions: ['glue:StartJobRun'], resourceArns: [job.jobArn] }),
    grantDescribe: (grantee) => Grant.addToPrincipal({ grantee, actions: ['glue:GetJobRun'], resourceArns: [job.jobArn] }),
  };
}
