import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { MetricOptions, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { ISubnet, SubnetFilter, SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { EventPattern, IRuleTarget, OnEventOptions } from 'aws-cdk-lib/aws-events';
import { WorkerType } from 'aws-cdk-lib/aws-glue';
import { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { BOOLEAN, like, listOf, mapOf, oneOf, optional, structLike, TEXT } from './kinds';

// What aws-cdk-lib makes. Its L1 constructs (CfnBucket...) are not what the L2 interfaces promise.
export const DURATION = like<Duration>('a Duration', 'write for example Duration.minutes(1)', 'toSeconds', 'toDays', 'isUnresolved');
export const BUCKET = like<IBucket>('a bucket', 'pass a Bucket, or an imported one such as Bucket.fromBucketName makes', 'bucketName', 'bucketArn', 'arnForObjects');
export const KEY = like<IKey>('a KMS key', 'pass a Key, or an imported one such as Key.fromKeyArn makes', 'keyArn', 'addToResourcePolicy');
export const TOPIC = like<ITopic>('an SNS topic', 'pass a Topic, or an imported one such as Topic.fromTopicArn makes', 'topicArn', 'grantPublish');
export const ROLE = like<IRole>('an IAM role', 'pass a Role, or an imported one such as Role.fromRoleArn makes', 'roleArn', 'addToPrincipalPolicy');
export const SECRET = like<ISecret>('a secret', 'pass a Secret, or an imported one such as Secret.fromSecretNameV2 makes', 'secretArn', 'grantRead');
export const GRANTEE = like<IGrantable>('a role, or a construct that has one', 'pass for example a Role', 'grantPrincipal');
export const CONSTRUCT = like<Construct>('a construct', 'pass for example the stack', 'node');
/** A period in seconds would surface as a raw TypeError. */
export const METRIC_OPTIONS = optional(structLike<MetricOptions>({
  statistic: optional(TEXT),
  period: optional(DURATION),
  dimensionsMap: optional(mapOf(TEXT)),
  unit: optional(oneOf('Unit', Unit)),
  label: optional(TEXT),
  color: optional(TEXT),
  account: optional(TEXT),
  region: optional(TEXT),
}));
export const EVENT_OPTIONS = optional(structLike<OnEventOptions>({
  target: optional(like<IRuleTarget>('a target of a rule', 'pass for example new SnsTopic(topic)', 'bind')),
  description: optional(TEXT),
  ruleName: optional(TEXT),
  eventPattern: optional(structLike<EventPattern>({
    source: optional(listOf(TEXT)), account: optional(listOf(TEXT)), region: optional(listOf(TEXT)), resources: optional(listOf(TEXT)),
  })),
  crossStackScope: optional(CONSTRUCT),
}));
export const SUBNETS = structLike<SubnetSelection>({
  subnetType: optional(oneOf('SubnetType', SubnetType)),
  availabilityZones: optional(listOf(TEXT)),
  onePerAz: optional(BOOLEAN),
  subnetGroupName: optional(TEXT),
  subnetFilters: optional(listOf(like<SubnetFilter>('a SubnetFilter', 'write for example SubnetFilter.onePerAz()', 'selectSubnets'))),
  subnets: optional(listOf(like<ISubnet>('a subnet', 'pass a Subnet, or an imported one such as Subnet.fromSubnetId makes', 'subnetId', 'availabilityZone'))),
});
export const REMOVAL_POLICY = oneOf('RemovalPolicy', RemovalPolicy);
/** What buckets and keys know: there are no snapshots of them. */
export const KEEP_OR_DELETE = oneOf<RemovalPolicy>('RemovalPolicy', {
  RETAIN: RemovalPolicy.RETAIN, DESTROY: RemovalPolicy.DESTROY, RETAIN_ON_UPDATE_OR_DELETE: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
});
export const WORKER_TYPE = oneOf('WorkerType', WorkerType);
