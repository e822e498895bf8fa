import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { WorkerType } from 'aws-cdk-lib/aws-glue';
import { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { isPlainObject, Kind, like, oneOf, optional, shown } from './kinds';

// What aws-cdk-lib makes. Its L1 constructs (CfnBucket...) are not what the L2 interfaces promise.
export const DURATION = like<Duration>('a Duration', 'write for example Duration.minutes(1)', 'toSeconds', 'toDays', 'isUnresolved');
export const BUCKET = like<IBucket>('a bucket', 'pass a Bucket, or an imported one such as Bucket.fromBucketName makes', 'bucketName', 'bucketArn', 'arnForObjects');
export const KEY = like<IKey>('a KMS key', 'pass a Key, or an imported one such as Key.fromKeyArn makes', 'keyArn', 'addToResourcePolicy');
export const TOPIC = like<ITopic>('an SNS topic', 'pass a Topic, or an imported one such as Topic.fromTopicArn makes', 'topicArn', 'grantPublish');
export const ROLE = like<IRole>('an IAM role', 'pass a Role, or an imported one such as Role.fromRoleArn makes', 'roleArn', 'addToPrincipalPolicy');
export const SECRET = like<ISecret>('a secret', 'pass a Secret, or an imported one such as Secret.fromSecretNameV2 makes', 'secretArn', 'grantRead');
export const GRANTEE = like<IGrantable>('a role, or a construct that has one', 'pass for example a Role', 'grantPrincipal');
/** Which options there are is CDK's to say; a period in seconds would surface as a raw TypeError. */
export const METRIC_OPTIONS: Kind<MetricOptions | undefined> = {
  fault: (what, options) => options === undefined ? undefined
    : isPlainObject(options) ? optional(DURATION).fault(`period of ${what}`, options.period) : `${what} is ${shown(options)}, but a plain object is allowed; write for example { statistic: 'Maximum' }`,
};
export const REMOVAL_POLICY = oneOf('RemovalPolicy', RemovalPolicy);
/** What buckets and keys know: there are no snapshots of them. */
export const KEEP_OR_DELETE = oneOf<RemovalPolicy>('RemovalPolicy', {
  RETAIN: RemovalPolicy.RETAIN, DESTROY: RemovalPolicy.DESTROY, RETAIN_ON_UPDATE_OR_DELETE: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
});
export const WORKER_TYPE = oneOf('WorkerType', WorkerType);
