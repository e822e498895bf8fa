import { Duration } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { QueueEncryption, QueueProps } from 'aws-cdk-lib/aws-sqs';

/** What all queues of the platform have: encryption, TLS only, and the longest retention that SQS knows. */
export function queueProps(encryptionKey: IKey | undefined): QueueProps {
  return {
    encryption: encryptionKey ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED,
    encryptionMasterKey: encryptionKey,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
}
