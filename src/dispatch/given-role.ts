import { Annotations, Stack } from 'aws-cdk-lib';
import { CfnRole, IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { inlinePoliciesOf } from './inline-policy-limit';

const SERVICE = 'glue.amazonaws.com';

/**
 * Checks a role that Glue is given. One of this app that Glue cannot assume is refused when the app is synthesized, since its trust policy may still
 * be added to; of what only the role's owner can know there are warnings.
 *
 * @param right action that the role was given
 */
export function checkGivenRole(scope: Construct, role: IRole, right: string): void {
  const resource = role.node.defaultChild;
  if (resource && CfnRole.isCfnRole(resource)) {
    scope.node.addValidation({
      validate: () => mayBeAssumed(resource) ? [] : [
        `role '${role.node.path}' does not let ${SERVICE} assume it, but the job's runs have to; make it with assumedBy: new ServicePrincipal('${SERVICE}'), or leave the role out for a new one`,
      ],
    });
  } else {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:trustOfImportedRole',
      `role '${role.node.path}' is imported, and its trust policy is left alone; let ${SERVICE} assume it (sts:AssumeRole), else no run starts`,
    );
  }
  // A role that ignores rights says that it took them.
  if (!inlinePoliciesOf(role).some((policy) => policy.includes(`"${right}"`))) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:rightsOfImmutableRole',
      `role '${role.node.path}' takes no rights of this app, and those of the job are not added; grant them where the role is managed, as a pipeline without role has them in its template,`
      + ' or pass a role that can be changed',
    );
  }
}

/** Whether a trust policy lets Glue in, or may: what only the deployment knows passes. */
function mayBeAssumed(role: CfnRole): boolean {
  const document = Stack.of(role).resolve(role.assumeRolePolicyDocument) ?? {};
  return [document.Statement ?? document].flat().some((statement) =>
    statement.Effect === undefined || (statement.Effect === 'Allow' && (statement.Principal === undefined || mayBeGlue(statement.Principal))));
}

/** IAM user guide, "Principal": `*` and `{ AWS: '*' }` are both everybody. */
function mayBeGlue(principal: '*' | Record<string, unknown>): boolean {
  const { AWS, Service, ...others } = principal === '*' ? { AWS: '*', Service: [] } : principal;
  return [AWS].flat().includes('*')
    || [Service].flat().some((service) => service === SERVICE || typeof service === 'object')
    || Object.keys(others).some((name) => name === 'Ref' || name.startsWith('Fn::'));
}
