import { DefaultTokenResolver, IPostProcessor, IResolvable, IResolveContext, Reference, Stage, StringConcat, Tokenization } from 'aws-cdk-lib';
import { CfnPolicy, CfnRole, IRole } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/** IAM user guide, "IAM and AWS STS quotas": all inline policies of a role together, without white space. */
const INLINE_POLICIES = 10_240;

/** How long the values are that only the deployment knows, at most: partition and Region by their longest, an ARN as of a bucket or a key. */
const LENGTHS: Record<string, number> = { 'AWS::Partition': 10, 'AWS::Region': 14, 'AWS::AccountId': 12, 'Arn': 80 };
const LENGTH_OF_NAME = 64;

const limited = new WeakSet<IRole>();

/**
 * Refuses, when the app is synthesized, a role whose inline policies are more than IAM takes, as far as this app makes them: the
 * deployment would fail at the pipeline that is one too many.
 *
 * @param remedy what to do about it
 */
export function limitInlinePolicies(role: IRole, remedy: string): void {
  if (limited.has(role)) {
    return;
  }
  limited.add(role);
  role.node.addValidation({
    validate: () => {
      const policies = inlinePoliciesOf(role);
      const size = policies.join('').length;
      return size <= INLINE_POLICIES ? [] : [
        `the role '${role.node.path}' has ${policies.length} inline policies of about ${size} characters, but IAM allows ${INLINE_POLICIES} for all of a role;`
        + ` ${remedy}, or grant other rights by a managed policy`,
      ];
    },
  });
}

/** The inline policies of a role as JSON, in which a reference is as long as what the deployment puts there. */
export function inlinePoliciesOf(role: IRole): string[] {
  const name = known(role.roleName, role);
  const constructs = (Stage.of(role) ?? role.node.root).node.findAll().filter((construct) => Stage.of(construct) === Stage.of(role));
  const attached = constructs
    .filter((construct) => CfnPolicy.isCfnPolicy(construct))
    .filter((policy) => (known(policy.roles, policy) as unknown[] | undefined)?.includes(name))
    .map((policy) => lengthened(policy.policyDocument, policy));
  const own = constructs
    .filter((construct) => CfnRole.isCfnRole(construct))
    .filter((resource) => known(resource.ref, resource) === name)
    .flatMap((resource) => lengthened(resource.policies ?? [], resource) as CfnRole.PolicyProperty[])
    .map((policy) => policy.policyDocument);
  return [...own, ...attached].map((document) => JSON.stringify(document));
}

/** A value in which a reference is the name of what it refers to, the same in each stack. */
function known(value: unknown, scope: IConstruct): unknown {
  return resolved(value, scope, (reference) => `${reference.target.node.path} ${reference.displayName}`);
}

/** A value in which a reference is as long as what the deployment puts there. */
function lengthened(value: unknown, scope: IConstruct): unknown {
  return resolved(value, scope, ({ displayName }) => 'x'.repeat(LENGTHS[displayName] ?? LENGTH_OF_NAME));
}

function resolved(value: unknown, scope: IConstruct, ofReference: (reference: Reference) => string): unknown {
  const resolver = new class extends DefaultTokenResolver {
    public override resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): any {
      return Reference.isReference(token) ? ofReference(token) : super.resolveToken(token, context, postProcessor);
    }
  }(new StringConcat());
  return Tokenization.resolve(value, { scope, resolver, preparing: false });
}
