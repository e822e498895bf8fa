import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, IAlarmAction, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { EVENTS_TARGET_QUEUE_SAME_ACCOUNT } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import { grantWriteObjects } from './bucket-grants';
import { DispatcherFunction } from './dispatcher-function';
import { DispatcherSettings, SETTINGS_VARIABLE } from './function-settings';
import { keyPattern, KeyScope } from './key-classification';
import { OBJECT_CREATED } from './object-event';
import { newPipelineAlarm } from './pipeline-alarm';
import { pipelineMetric } from './pipeline-metric';
import { queueProps } from './queue-props';
import { RunTarget } from './run-target';
import { manifestsPrefix } from './staging-bucket';
import { functionIdentity } from '../common/function-identity';

/** What Lambda allows a batch without a window to hold. */
const LARGEST_BATCH_WITHOUT_WINDOW = 10;

/** Refused starts come back again and again; a busy Glue must never fill the dead-letter queue. */
const MAX_RECEIVE_COUNT = 1000;

const FUNCTION_TIMEOUT = Duration.minutes(1);

/** Props of `RunDispatcher`. */
export interface RunDispatcherProps {
  readonly pipelineName: string;
  /** The bucket whose objects start runs; it sends its events to EventBridge. */
  readonly bucket: IBucket;
  /** Which of its objects do. */
  readonly keys: KeyScope;
  /** What is started for them. */
  readonly target: RunTarget;
  /** Holds the manifests. */
  readonly stagingBucket: IBucket;
  /** How long events are gathered before runs are started for them, 0 to 5 minutes. */
  readonly batchingWindow: Duration;
  /** Key of the function's logs. */
  readonly logKey: IKey;
  /** Key of the queues; without it SQS uses its own. */
  readonly encryptionKey?: IKey;
  /** What the alarms do. */
  readonly alarmAction: IAlarmAction;
}

/**
 * S3 event -> EventBridge rule -> SQS queue -> Lambda -> run of a Glue job or a state machine.
 *
 * Events are gathered in a queue and each batch becomes one run of a job, or each file one of a state machine, which gets its files by a
 * manifest. When there is no room for a run its events wait in the queue, for 14 days at most.
 */
export class RunDispatcher extends Construct {
  public readonly queue: Queue;
  public readonly deadLetterQueue: Queue;
  public readonly function: IFunction;
  /** An event could not be handled. */
  public readonly deadLetterAlarm: Alarm;
  /** A file has waited for 6 hours. */
  public readonly waitingAlarm: Alarm;
  /** The dispatcher fails again and again: no run is started. */
  public readonly dispatcherAlarm: Alarm;

  constructor(scope: Construct, id: string, props: RunDispatcherProps) {
    super(scope, id);
    // Without it CDK opens an encrypted queue and its key to the rules of every account.
    this.node.setContext(EVENTS_TARGET_QUEUE_SAME_ACCOUNT, true);
    const { nouns, whyFilesWait, remedyOfWaiting } = props.target;
    const keys = keyPattern(props.keys);

    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', queueProps(props.encryptionKey));
    this.queue = new Queue(this, 'Queue', {
      ...queueProps(props.encryptionKey),
      // Lambda user guide, "Using Lambda with Amazon SQS": six times the function's timeout, and the window.
      visibilityTimeout: Duration.seconds(6 * FUNCTION_TIMEOUT.toSeconds() + props.batchingWindow.toSeconds()),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: MAX_RECEIVE_COUNT },
    });

    new Rule(this, 'ObjectCreated', {
      description: `New objects for ${props.pipelineName}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: [OBJECT_CREATED],
        detail: {
          bucket: { name: [props.bucket.bucketName] },
          ...(keys && { object: { key: keys } }),
        },
      },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetterQueue })],
    });

    this.function = this.newFunction(props);

    this.deadLetterAlarm = newPipelineAlarm(this, 'DeadLetterQueueNotEmpty', {
      alarmDescription: `${props.pipelineName}: the event of a file is in the dead-letter queue ${this.deadLetterQueue.queueName};`
        + " its reason is in the message's attributes or in the dispatcher's log."
        + ` Remove the cause and start a DLQ redrive to the custom destination ${this.queue.queueName}.`,
      metric: this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: 1,
      evaluationPeriods: 1,
      alarmAction: props.alarmAction,
    });
    this.waitingAlarm = newPipelineAlarm(this, 'FilesWaitTooLong', {
      alarmDescription: `${props.pipelineName}: a file has waited for a run for 6 hours. ${whyFilesWait},`
        + ` which the log of the function ${this.function.functionName} says; the file goes by itself when one is free. ${remedyOfWaiting}`,
      // A waiting file looks every half an hour at least: within an hour the alarm does not end and begin again.
      metric: pipelineMetric(props.pipelineName, 'WaitSeconds', { period: Duration.hours(1), statistic: Stats.MAXIMUM }),
      threshold: Duration.hours(6).toSeconds(),
      evaluationPeriods: 1,
      alarmAction: props.alarmAction,
    });
    this.dispatcherAlarm = newPipelineAlarm(this, 'DispatcherFails', {
      alarmDescription: `${props.pipelineName}: no run can be started; files wait in the queue ${this.queue.queueName}, and after 4 days go to the dead-letter queue.`
        + ` The log of the function ${this.function.functionName} says why, for example a right or a ${nouns.target} that is missing. Remove the cause: files that wait then go by themselves.`,
      // A batch that failed comes back within 11 minutes, and only one that fails again needs a person.
      metric: this.function.metricErrors({ period: Duration.minutes(15) }),
      threshold: 1,
      evaluationPeriods: 2,
      alarmAction: props.alarmAction,
    });
  }

  private newFunction(props: RunDispatcherProps): IFunction {
    const scope = new Construct(this, 'Dispatcher');
    const settings: DispatcherSettings = {
      pipeline: props.pipelineName,
      ...props.target.settings,
      queueUrl: this.queue.queueUrl,
      deadLetterQueueUrl: this.deadLetterQueue.queueUrl,
      manifestBucket: props.stagingBucket.bucketName,
      bucket: props.bucket.bucketName,
      ...props.keys,
    };
    const dispatcher = new DispatcherFunction(scope, 'Function', {
      ...functionIdentity(scope, props.logKey),
      description: `Starts ${props.target.nouns.runs} of ${props.pipelineName} for new objects`,
      timeout: FUNCTION_TIMEOUT,
      memorySize: 256,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
    });
    const window = props.batchingWindow.toSeconds();
    dispatcher.addEventSource(new SqsEventSource(this.queue, {
      batchSize: window > 0 ? props.target.largestBatch : LARGEST_BATCH_WITHOUT_WINDOW,
      maxBatchingWindow: window > 0 ? props.batchingWindow : undefined,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
    }));
    this.deadLetterQueue.grantSendMessages(dispatcher);
    grantWriteObjects(dispatcher, props.stagingBucket, manifestsPrefix(props.pipelineName));
    props.target.grantStart(dispatcher);
    return dispatcher;
  }
}
