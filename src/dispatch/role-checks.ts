import { Annotations, Stack } from 'aws-cdk-lib';
import { IRole, PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';

/**
 * Refuses, when the app is synthesized, a role that the app makes and that the service may not assume: no run would ever start. Warns of an
 * imported role to which nothing can be added.
 */
export function checkRole(scope: IConstruct, role: IRole, service: string): void {
  const trust = (role as { assumeRolePolicy?: PolicyDocument }).assumeRolePolicy;
  if (trust !== undefined) {
    scope.node.addValidation({
      validate: () => lets(Stack.of(role).resolve(trust)?.Statement ?? [], service) ? [] : [
        `role '${role.node.path}' may not be assumed by ${service}, but it has to be; make it with assumedBy: new ServicePrincipal('${service}'), or add that to its assumeRolePolicy`,
      ],
    });
  } else if (/^ImmutableRole\d*$/.test(role.constructor.name)) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:immutableRole',
      `role '${role.node.path}' is imported as immutable or from another account, so that the rights of the job are not added to it; give it these rights yourself, or import it as mutable`,
    );
  }
}

interface Statement {
  readonly Effect?: string;
  readonly Principal?: { readonly [kind: string]: unknown } | string;
}

function lets(statements: Statement[], service: string): boolean {
  return statements.some(({ Effect, Principal }) => Effect === 'Allow' && (Principal === '*' || JSON.stringify(Principal ?? '').includes(service)));
}
