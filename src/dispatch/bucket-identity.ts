import { Stack, Token } from 'aws-cdk-lib';
import { CfnBucket, IBucket } from 'aws-cdk-lib/aws-s3';

/** The CloudFormation resource of a bucket that is made in this app; undefined for an imported one. */
export function ownedBucket(bucket: IBucket): CfnBucket | undefined {
  const resource = bucket.node.defaultChild;
  return resource && CfnBucket.isCfnBucket(resource) ? resource : undefined;
}

/**
 * What two constructs that stand for one bucket have in common: its name where the app knows it, else the construct
 * that makes it, else the expression that it was imported by.
 */
export function bucketIdentity(bucket: IBucket): string {
  const resource = ownedBucket(bucket);
  const name = resource ? resource.bucketName : bucket.bucketName;
  if (name !== undefined && !Token.isUnresolved(name)) {
    return name;
  }
  if (resource) {
    return `construct ${resource.node.path}`;
  }
  const stack = Stack.of(bucket);
  return `expression ${JSON.stringify(stack.resolve(name))} of stack ${stack.node.path}`;
}
