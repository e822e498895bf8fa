import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { sendEventsToEventBridge } from './bucket-events';
import { bucketIdentity } from './bucket-identity';
import { CustomerDataJob } from './customer-data-job';
import { pipelineKey } from './encryption';
import { FailedInvocations } from './failed-invocations';
import { GlueCapacity } from './glue-capacity';
import { limitInlinePolicies } from './inline-policy-limit';
import { CSV_SUFFIXES, KeyScope } from './key-classification';
import { LandingSweep } from './landing-sweep';
import { LedgerTable } from './ledger-table';
import { missingFileAlarm } from './missing-file-alarm';
import { notificationTopic } from './notification-topic';
import { checkedOwnPrefixes, PipelinePrefixes } from './pipeline-prefixes';
import { claimPrefixes } from './prefix-claims';
import { RunDispatcher } from './run-dispatcher';
import { RUN_ENDED } from './run-ended-rule';
import { RunNotifier } from './run-notifier';
import { grantOutcomesAccess, grantStagingAccess } from './staging-access';
import { cleanStaging, manifestsPrefix, outcomesPrefix, stagingBucketOfStack, stagingPrefix } from './staging-bucket';

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
export interface PipelinePartsProps {
  readonly pipelineName: string;
  readonly options: PipelineOptions;
  /** Where files are dropped. */
  readonly bucket: IBucket;
  readonly prefixes: PipelinePrefixes;
  readonly batchingWindow: Duration;
  readonly removalPolicy: RemovalPolicy;
  /** Whether a new staging bucket is emptied when the stack is deleted. */
  readonly autoDeleteObjects: boolean;
  readonly description: string;
  /** Script of `runtime/jobs`. */
  readonly script: string;
  /** What the job is told. */
  readonly settings: (stagingBucket: IBucket, jobRole: IRole) => object;
  /** The table that says what became of each file, for a pipeline that has one. */
  readonly ledger?: LedgerTable;
  /** Whether the job writes down what rules found in each file. */
  readonly keepsOutcomes: boolean;
}

/** What every pipeline of files is made of. */
export interface PipelineParts {
  readonly pipelineName: string;
  readonly bucket: IBucket;
  readonly prefixes: PipelinePrefixes;
  readonly stagingBucket: IBucket;
  readonly notificationTopic: ITopic;
  readonly job: IJob;
  readonly jobRole: IRole;
  readonly dispatcher: IFunction;
  readonly notifier: IFunction;
  readonly sweep: IFunction;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly failedInvocationsQueue: IQueue;
  readonly deadLetterAlarm: Alarm;
  readonly failedInvocationsAlarm: Alarm;
  readonly waitingAlarm: Alarm;
  readonly dispatcherAlarm: Alarm;
  readonly missingFileAlarm?: Alarm;
}

/**
 * Makes all that lies between a bucket and the runs of a job, in the scope of the pipeline itself, so that ids are the same
 * in each. The job may read its manifests and stage data; what it does with the files is the pipeline's to grant.
 */
export function newPipelineParts(scope: Construct, props: PipelinePartsProps): PipelineParts {
  const { pipelineName, bucket, options, ledger } = props;

  // Where files land, and where it is told.
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
    cleanStaging(scope, stagingBucket, pipelineName, props.keepsOutcomes);
  }
  const staging = bucketIdentity(bucket) === bucketIdentity(stagingBucket);
  const keys: KeyScope = {
    prefix: props.prefixes.prefix,
    ownPrefixes: checkedOwnPrefixes(scope, props.prefixes, { staging, outcomes: staging && props.keepsOutcomes }),
    suffixes: CSV_SUFFIXES,
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

  // What starts it.
  const alarmAction = new SnsAction(topic);
  const dispatch = new RunDispatcher(scope, 'Dispatch', {
    pipelineName,
    bucket,
    keys,
    job,
    stagingBucket,
    batchingWindow: props.batchingWindow,
    logKey,
    encryptionKey: options.encryptionKey,
    alarmAction,
  });

  // What looks after it.
  const failed = new FailedInvocations(scope, 'FailedInvocations', { pipelineName, encryptionKey: options.encryptionKey, alarmAction });
  const { function: notifier } = new RunNotifier(scope, 'Notifier', {
    pipelineName,
    job,
    logGroupPrefix,
    queue: dispatch.queue,
    failedInvocationsQueue: failed.queue,
    stagingBucket,
    topic,
    logKey,
    ledger,
    keepsOutcomes: props.keepsOutcomes,
  });
  const { function: sweep } = new LandingSweep(scope, 'Sweep', {
    pipelineName,
    bucket,
    keys,
    queue: dispatch.queue,
    failedInvocationsQueue: failed.queue,
    ledger,
    logKey,
  });

  return {
    pipelineName,
    bucket,
    prefixes: props.prefixes,
    stagingBucket,
    notificationTopic: topic,
    job,
    jobRole,
    dispatcher: dispatch.function,
    notifier,
    sweep,
    queue: dispatch.queue,
    deadLetterQueue: dispatch.deadLetterQueue,
    failedInvocationsQueue: failed.queue,
    deadLetterAlarm: dispatch.deadLetterAlarm,
    failedInvocationsAlarm: failed.newAlarm({ [RUN_ENDED]: notifier, 'Scheduled Event': sweep }),
    waitingAlarm: dispatch.waitingAlarm,
    dispatcherAlarm: dispatch.dispatcherAlarm,
    missingFileAlarm: missingFileAlarm(scope, 'MissingFile', pipelineName, options.expectFileEvery, alarmAction),
  };
}
