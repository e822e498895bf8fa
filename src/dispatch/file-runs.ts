import { Duration } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FailedInvocations } from './failed-invocations';
import { KeyScope } from './key-classification';
import { LandingSweep } from './landing-sweep';
import { RunDispatcher } from './run-dispatcher';
import { RUN_KINDS } from './run-kinds';
import { NotifierFiles, RunNotifier } from './run-notifier';
import { RunTarget } from './run-target';

/** How often the files of a run that died go again by themselves before someone is notified, where a pipeline has no reason for another number. */
export const MOST_RETRIES = 2;

/** Props of `newFileRuns`. */
export interface FileRunsProps extends Omit<NotifierFiles, 'queue' | 'swept'> {
  readonly pipelineName: string;
  /** Where files are dropped; its events go to EventBridge. */
  readonly bucket: IBucket;
  readonly keys: KeyScope;
  /** What runs for them. */
  readonly target: RunTarget;
  readonly batchingWindow: Duration;
  readonly topic: ITopic;
  /** Key of the functions' logs. */
  readonly logKey: IKey;
  /** Key of the queues; without it SQS uses its own. */
  readonly encryptionKey?: IKey;
}

/** What starts the runs for files, and looks after them. */
export interface FileRuns {
  readonly dispatcher: IFunction;
  readonly notifier: IFunction;
  /** There is none where nothing records which files are finished. */
  readonly sweep?: IFunction;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly failedInvocationsQueue: IQueue;
  readonly deadLetterAlarm: Alarm;
  readonly failedInvocationsAlarm: Alarm;
  readonly waitingAlarm: Alarm;
  readonly dispatcherAlarm: Alarm;
}

/** Makes all that lies between a bucket and the runs for its files, in the scope of the pipeline itself, so that ids are the same in each. */
export function newFileRuns(scope: Construct, props: FileRunsProps): FileRuns {
  const { pipelineName, bucket, keys, target, logKey, encryptionKey, ledger } = props;
  const alarmAction = new SnsAction(props.topic);

  // What starts runs.
  const dispatch = new RunDispatcher(scope, 'Dispatch', { ...props, alarmAction });

  // What looks after them.
  const failed = new FailedInvocations(scope, 'FailedInvocations', { pipelineName, encryptionKey, alarmAction });
  const swept = ledger !== undefined || props.keepsOutcomes;
  const { function: notifier } = new RunNotifier(scope, 'Notifier', {
    pipelineName, target, failedInvocationsQueue: failed.queue, topic: props.topic, logKey, files: { ...props, queue: dispatch.queue, swept },
  });
  const sweep = swept
    ? new LandingSweep(scope, 'Sweep', { pipelineName, bucket, keys, queue: dispatch.queue, failedInvocationsQueue: failed.queue, ledger, logKey }).function
    : undefined;

  return {
    dispatcher: dispatch.function,
    notifier,
    sweep,
    queue: dispatch.queue,
    deadLetterQueue: dispatch.deadLetterQueue,
    failedInvocationsQueue: failed.queue,
    deadLetterAlarm: dispatch.deadLetterAlarm,
    failedInvocationsAlarm: failed.newAlarm({
      [RUN_KINDS[target.settings.runKind].endedEvent]: notifier,
      ...(sweep && { 'Scheduled Event': sweep }),
    }),
    waitingAlarm: dispatch.waitingAlarm,
    dispatcherAlarm: dispatch.dispatcherAlarm,
  };
}
