import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { sendEventsToEventBridge } from './bucket-events';
import { bucketIdentity } from './bucket-identity';
import { CustomerDataJob } from './customer-data-job';
import { pipelineKey } from './encryption';
import { FileRuns, FileRunsProps, newFileRuns } from './file-runs';
import { GlueCapacity } from './glue-capacity';
import { glueJobTarget } from './glue-job-target';
import { limitInlinePolicies } from './inline-policy-limit';
import { FileNames } from './key-classification';
import { missingFileAlarm } from './missing-file-alarm';
import { notificationTopic } from './notification-topic';
import { checkedOwnPrefixes, PipelinePrefixes, WrittenPrefixes } from './pipeline-prefixes';
import { claimPrefixes } from './prefix-claims';
import { OnDemandArguments } from './run-kinds';
import { RunTarget } from './run-target';
import { grantOutcomesAccess, grantStagingAccess } from './staging-access';
import { cleanStaging, manifestsPrefix, outcomesPrefix, stagedBy, stagingBucketOfStack, stagingPrefix } from './staging-bucket';

/** What a user may choose for every pipeline of files; the props of the public constructs say what each means. */
export interface PipelineOptions {
  readonly enableEventBridge?: boolean;
  readonly capacity?: GlueCapacity;
  readonly stagingBucket?: IBucket;
  readonly notificationTopic?: ITopic;
  readonly encryptionKey?: IKey;
  readonly role?: IRole;
  readonly expectFileEvery?: Duration;
}

/** Props of `newPipelineParts`. */
export interface PipelinePartsProps<Written extends WrittenPrefixes> extends Pick<FileRunsProps, 'words' | 'retries' | 'ledger' | 'keepsOutcomes' | 'notifyOn'> {
  readonly pipelineName: string;
  readonly options: PipelineOptions;
  /** Where files are dropped. */
  readonly bucket: IBucket;
  readonly prefixes: PipelinePrefixes<Written>;
  /** Which objects under the prefix are its files. */
  readonly files: FileNames;
  readonly batchingWindow: Duration;
  readonly removalPolicy: RemovalPolicy;
  /** What else of the staging bucket is cleaned: ages by prefix. */
  readonly alsoCleaned?: Record<string, Duration>;
  /** Whether a new staging bucket is emptied when the stack is deleted. */
  readonly autoDeleteObjects: boolean;
  readonly description: string;
  /** Script of `runtime/jobs`. */
  readonly script: string;
  /** Arguments by which people ask the job for something of their own. */
  readonly onDemand?: OnDemandArguments;
  /** The job's settings. */
  readonly settings: (stagingBucket: IBucket, jobRole: IRole) => object;
}

/** What every pipeline of files is made of. */
export interface PipelineParts<Written extends WrittenPrefixes = WrittenPrefixes> extends FileRuns {
  readonly pipelineName: string;
  readonly bucket: IBucket;
  readonly prefixes: PipelinePrefixes<Written>;
  readonly stagingBucket: IBucket;
  readonly notificationTopic: ITopic;
  readonly job: IJob;
  readonly jobRole: IRole;
  readonly missingFileAlarm?: Alarm;
  /** What the files are given to: the job. */
  readonly target: RunTarget;
}

/**
 * Makes all that lies between a bucket and the runs of a job, in the scope of the pipeline itself, so that ids are the same
 * in each. The job may read its manifests and stage data; what it does with the files is the pipeline's to grant.
 */
export function newPipelineParts<Written extends WrittenPrefixes>(scope: Construct, props: PipelinePartsProps<Written>): PipelineParts<Written> {
  const { pipelineName, bucket, options } = props;

  // Where files land, and where that is reported.
  const logKey = pipelineKey(scope, options.encryptionKey, props.removalPolicy);
  sendEventsToEventBridge(scope, bucket, options.enableEventBridge);
  claimPrefixes(scope, bucket, { prefix: props.prefixes.prefix, ...props.prefixes.written });
  const stagingBucket = options.stagingBucket ?? stagingBucketOfStack(scope, 'StagingBucket', {
    encryptionKey: options.encryptionKey, removalPolicy: props.removalPolicy, autoDeleteObjects: props.autoDeleteObjects,
  });
  claimPrefixes(scope, stagingBucket, {
    'the prefix of staged data': stagingPrefix(pipelineName),
    'the prefix of manifests': manifestsPrefix(pipelineName),
    ...(props.keepsOutcomes ? { 'the prefix of outcomes': outcomesPrefix(pipelineName) } : {}),
  });
  if (options.stagingBucket) {
    cleanStaging(scope, stagingBucket, { ...stagedBy(pipelineName, props.keepsOutcomes), ...props.alsoCleaned });
  } else if (props.alsoCleaned) {
    cleanStaging(scope, stagingBucket, props.alsoCleaned);
  }
  const staging = bucketIdentity(bucket) === bucketIdentity(stagingBucket);
  const keys = {
    prefix: props.prefixes.prefix,
    ownPrefixes: checkedOwnPrefixes(scope, props.prefixes, { staging, outcomes: staging && props.keepsOutcomes }),
    ...props.files,
  };
  const topic = notificationTopic(scope, 'NotificationTopic', options.notificationTopic, logKey);

  // The job.
  if (options.role) {
    limitInlinePolicies(options.role, 'give each pipeline a role of its own');
  }
  const { job, role: jobRole, logGroupPrefix } = new CustomerDataJob(scope, 'Job', {
    pipelineName,
    description: props.description,
    script: props.script,
    settings: (role) => props.settings(stagingBucket, role),
    capacity: options.capacity ?? GlueCapacity.DEFAULT,
    logKey,
    role: options.role,
  });
  grantStagingAccess(jobRole, stagingBucket, manifestsPrefix(pipelineName), stagingPrefix(pipelineName));
  if (props.keepsOutcomes) {
    grantOutcomesAccess(jobRole, stagingBucket, outcomesPrefix(pipelineName));
  }

  // What starts it and looks after it.
  const target = glueJobTarget(job, logGroupPrefix, props.onDemand);
  const runs = newFileRuns(scope, { ...props, keys, target, stagingBucket, topic, logKey, encryptionKey: options.encryptionKey });

  return {
    pipelineName,
    bucket,
    prefixes: props.prefixes,
    stagingBucket,
    notificationTopic: topic,
    job,
    jobRole,
    missingFileAlarm: missingFileAlarm(scope, 'MissingFile', pipelineName, options.expectFileEvery, new SnsAction(topic)),
    target,
    ...runs,
  };
}
