import { Duration } from 'aws-cdk-lib';
import { Alarm, IAlarmAction, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { newPipelineAlarm } from './pipeline-alarm';
import { queueProps } from './queue-props';

/** Props of `FailedInvocations`. */
export interface FailedInvocationsProps {
  readonly pipelineName: string;
  /** Key of the queue; without it SQS uses its own. */
  readonly encryptionKey?: IKey;
  /** What the alarm does. */
  readonly alarmAction: IAlarmAction;
}

/**
 * Takes the events that functions could not handle, as they were.
 *
 * Apart from the dead letters of a pipeline's queue: those are redriven to that queue, which would make nothing of these.
 */
export class FailedInvocations extends Construct {
  public readonly queue: Queue;

  constructor(scope: Construct, id: string, private readonly props: FailedInvocationsProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', queueProps(props.encryptionKey));
  }

  /** Raised when an event is there; describes how to invoke its function with it again. Functions by the `detail-type` of their events. */
  public newAlarm(functions: Record<string, IFunction>): Alarm {
    const which = Object.entries(functions).map(([detailType, fn]) => `'${detailType}' is for ${fn.functionName}`).join(', ');
    return newPipelineAlarm(this, 'NotEmpty', {
      alarmDescription: `${this.props.pipelineName}: a function failed on an event, which is now a message of the queue ${this.queue.queueName}.`
        + ` The detail-type in its body identifies the function: ${which}. Remove the cause that the function's log shows, save the message's body as`
        + ' event.json, run: aws lambda invoke --function-name <function> --cli-binary-format raw-in-base64-out --payload file://event.json result.json,'
        + ' then delete the message.',
      metric: this.queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      threshold: 1,
      evaluationPeriods: 1,
      alarmAction: this.props.alarmAction,
    });
  }
}
