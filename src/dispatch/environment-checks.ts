import { Annotations, IResource, Stack } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { checkKey, checkTopic, UsedTopicAndKey } from './topic-checks';
import { differ, requireSame } from '../common/environment';

/** What a pipeline is given, by the props that give it. */
export interface GivenResources extends UsedTopicAndKey {
  readonly bucket?: IResource;
  readonly stagingBucket?: IResource;
  readonly role?: IResource;
  readonly warehouse?: IResource;
}

/** Why each has to be in the pipeline's own Region. */
const ONE_REGION: Partial<Record<keyof GivenResources, string>> = {
  // EventBridge user guide, "Event buses": S3 sends its events to the default bus of the bucket's Region.
  bucket: "rules of EventBridge see only the events of their own Region, so that no file would be taken; use a bucket of that Region, or build the pipeline in the bucket's",
  // Redshift developer guide, "COPY from columnar data formats"; the SDK that writes manifests follows no redirect of S3.
  stagingBucket: 'COPY reads Parquet from a bucket of its own Region only; use a bucket of that Region',
  // CloudWatch user guide, "Using Amazon CloudWatch alarms"; SNS API reference, Publish.
  notificationTopic: 'alarms and functions publish to topics of their own Region only; use a topic of that Region',
  // KMS developer guide, "AWS KMS keys": a key never leaves the Region that it was made in.
  encryptionKey: 'services use keys of their own Region only; use a key of that Region, such as a replica of a multi-Region key',
  // Redshift Data API reference: a request is about workgroups and clusters of the Region that it is sent to.
  warehouse: 'the Redshift Data API reaches the workgroups and clusters of its own Region only; build the pipeline in the Region of the warehouse',
};

/** Why each has to be in the pipeline's own account. */
const ONE_ACCOUNT: Partial<Record<keyof GivenResources, string>> = {
  // IAM user guide, "Grant a user permissions to pass a role to an AWS service".
  role: 'a service can only be passed a role of its own account; use a role of that account',
  // Redshift Data API reference: a request is about workgroups and clusters of the caller's account.
  warehouse: "the Redshift Data API reaches the workgroups and clusters of the caller's account only; build the pipeline in the account of the warehouse",
};

/** Throws ConfigurationError where a given resource can never be used from here, and warns where only its owner can make it work. */
export function checkEnvironment(scope: IConstruct, given: GivenResources): void {
  for (const [prop, why] of Object.entries(ONE_REGION)) {
    requireSame(scope, prop, given[prop as keyof GivenResources], 'region', why);
  }
  for (const [prop, why] of Object.entries(ONE_ACCOUNT)) {
    requireSame(scope, prop, given[prop as keyof GivenResources], 'account', why);
  }
  warnOfOtherAccount(scope, 'bucket', given.bucket, "its owner has to forward the bucket's events to the default event bus of this account (EventBridge user guide, \"Sending and receiving"
    + ' events between accounts"), and its policy has to let the roles of the job and of the sweep in');
  warnOfOtherAccount(scope, 'stagingBucket', given.stagingBucket, "its policy has to let the roles of the job and of the functions in, and the warehouse's copyRole");
  checkTopic(scope, given.notificationTopic);
  checkKey(scope, 'encryptionKey', given.encryptionKey, 'cloudwatch.amazonaws.com, events.amazonaws.com and logs.<region>.amazonaws.com use it');
}

function warnOfOtherAccount(scope: IConstruct, prop: string, given: IResource | undefined, needed: string): void {
  const [theirs, ours] = [given?.env?.account, Stack.of(scope).account];
  if (differ(theirs, ours)) {
    Annotations.of(scope).addWarningV2(`cdk-customer-data-platform:${prop}OfOtherAccount`, `${prop} '${given!.node.path}' is in the account ${theirs}: ${needed}`);
  }
}
