import { RemovalPolicy } from 'aws-cdk-lib';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Refuses to empty buckets that stay when the stack is deleted, or that are the user's. */
export function checkedAutoDelete(
  scope: Construct, autoDeleteObjects: boolean | undefined, removalPolicy: RemovalPolicy, given: (IBucket | undefined)[],
): boolean {
  if (!autoDeleteObjects) {
    return false;
  }
  if (removalPolicy !== RemovalPolicy.DESTROY) {
    throw new ConfigurationError(
      `autoDeleteObjects is true and removalPolicy '${removalPolicy}', but only buckets that are deleted with their stack can be emptied;`
      + ' add removalPolicy: RemovalPolicy.DESTROY, or leave autoDeleteObjects out',
      scope,
    );
  }
  if (given.every((bucket) => bucket !== undefined)) {
    throw new ConfigurationError(
      'autoDeleteObjects is true, but all buckets are given, and those are for their owner to empty; set autoDeleteObjects of these buckets, or leave it out', scope);
  }
  return true;
}
