import { Names, Stack } from 'aws-cdk-lib';
import { IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { underPrefixes } from './bucket-grants';
import { bucketIdentity } from './bucket-identity';
import { limitInlinePolicies } from './inline-policy-limit';
import { STAGING_PREFIX } from './staging-bucket';

/** Roles and staging buckets that have a policy, by the stack that is deployed with it. */
const grantedByStack = new WeakMap<Stack, Set<string>>();

/**
 * Lets COPY read what is under prefixes of a bucket, by default what jobs stage there: one policy for all pipelines of a stack, since IAM limits the inline policies of a role.
 *
 * The policy is made here and attached to the warehouse's role: were it part of that role's own stack, that stack
 * would need this one, which already needs it. Another stack makes its own, since either may be deployed first.
 */
export function grantCopyAccess(scope: Construct, id: string, copyRole: IRole, bucket: IBucket, prefixes = [STAGING_PREFIX]): void {
  limitInlinePolicies(copyRole, 'put more loaders into each stack, whose loaders share one policy for each staging bucket');
  const stack = deployedStack(Stack.of(scope));
  const granted = grantedByStack.get(stack) ?? new Set<string>();
  grantedByStack.set(stack, granted);
  const identity = (prefix: string): string => `${copyRole.node.addr} ${bucketIdentity(bucket)} ${prefix}`;
  const missing = prefixes.filter((prefix) => !granted.has(identity(prefix)));
  if (missing.length === 0) {
    return;
  }
  missing.forEach((prefix) => granted.add(identity(prefix)));
  new Policy(scope, id, {
    // CDK's own name is unique in a stack only: where two stacks use the role, one would write over the other's policy.
    policyName: Names.uniqueResourceName(scope, { maxLength: 128, separator: '-' }),
    roles: [copyRole],
    statements: [
      new PolicyStatement({ actions: ['s3:GetObject'], resources: missing.map((prefix) => bucket.arnForObjects(`${prefix}*`)) }),
      new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: underPrefixes(missing) }),
      new PolicyStatement({ actions: ['s3:GetBucketLocation'], resources: [bucket.bucketArn] }),
      ...(bucket.encryptionKey ? [new PolicyStatement({ actions: ['kms:Decrypt'], resources: [bucket.encryptionKey.keyArn] })] : []),
    ],
  });
}

/** A nested stack is deployed and removed with the one that it is part of. */
function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}
