import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { grantList } from './bucket-grants';
import { SETTINGS_VARIABLE, SweepSettings } from './function-settings';
import { KeyScope } from './key-classification';
import { LedgerTable } from './ledger-table';
import { SweepFunction } from './sweep-function';
import { functionIdentity } from '../common/function-identity';

/** Props of `LandingSweep`. */
export interface LandingSweepProps {
  readonly pipelineName: string;
  readonly bucket: IBucket;
  readonly keys: KeyScope;
  readonly queue: IQueue;
  /** Takes the events that the sweep could not handle. */
  readonly failedInvocationsQueue: IQueue;
  /** What became of each file; without it a finished file has left the prefix. */
  readonly ledger?: LedgerTable;
  /** Key of the function's logs. */
  readonly logKey: IKey;
}

/**
 * Once a day: files under the prefix that no run has finished -> the queue. EventBridge delivers nearly always, not always.
 *
 * S3 lists 1,000 versions a call, some millions in the 15 minutes that a function has.
 */
export class LandingSweep extends Construct {
  public readonly function: IFunction;

  constructor(scope: Construct, id: string, props: LandingSweepProps) {
    super(scope, id);

    const settings: SweepSettings = {
      pipeline: props.pipelineName,
      bucket: props.bucket.bucketName,
      queueUrl: props.queue.queueUrl,
      ...props.keys,
      ledger: props.ledger?.settings,
    };
    const sweep = new SweepFunction(this, 'Function', {
      ...functionIdentity(this, props.logKey),
      description: `Queues the files of ${props.pipelineName} that no event brought`,
      timeout: Duration.minutes(15),
      memorySize: 512,
      deadLetterQueue: props.failedInvocationsQueue,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
    });
    grantList(sweep, props.bucket, [props.keys.prefix], 's3:ListBucketVersions');
    props.queue.grantSendMessages(sweep);
    props.ledger?.grantRead(sweep);
    this.function = sweep;

    new Rule(this, 'Daily', {
      description: `Sweep of ${props.pipelineName}`,
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(sweep, { deadLetterQueue: props.failedInvocationsQueue })],
    });
  }
}
