import { App, Environment, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';

/** A stack whose template CDK does not validate: see template-validation.test.ts. */
export function newStack(env?: Environment, app: App = new App()): Stack {
  return new Stack(app, 'Warehouse', { env });
}

export function newRole(stack: Stack, id: string): Role {
  return new Role(stack, id, { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
}

/** The statements of all policies that are attached to a role. */
export function statementsOf(stack: Stack, role: Role): unknown[] {
  const roleId = stack.getLogicalId(role.node.defaultChild as never);
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter((policy) => policy.Properties.Roles.some((attached: { Ref: string }) => attached.Ref === roleId))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
}

/** The only resource of a type. */
export function only(stack: Stack, type: string): { Properties: any; [attribute: string]: any } {
  const found = Object.values(Template.fromStack(stack).findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as { Properties: any };
}
