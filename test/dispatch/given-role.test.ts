import { App, Aws, Fn, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import {
  AccountRootPrincipal, AnyPrincipal, CfnRole, CompositePrincipal, Effect, IRole, PolicyStatement, Role, ServicePrincipal, StarPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { newStack } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const ARN = 'arn:aws:iam::123456789012:role/jobs';
const GLUE = new ServicePrincipal('glue.amazonaws.com');
const LAMBDA = new ServicePrincipal('lambda.amazonaws.com');
const roleOf = (assumedBy: ConstructorParameters<typeof Role>[2]['assumedBy']) => (stack: Stack) => new Role(stack, 'Role', { assumedBy });
const trusting = (assumeRolePolicyDocument: object) => (stack: Stack) => {
  const role = roleOf(LAMBDA)(stack);
  (role.node.defaultChild as CfnRole).assumeRolePolicyDocument = assumeRolePolicyDocument;
  return role;
};

/** A gate with a role. */
function gateWith(roleIn: (stack: Stack) => IRole): { readonly app: App; readonly stack: Stack } {
  const app = new App();
  const stack = newStack(app);
  newGate({ role: roleIn(stack) }, stack);
  return { app, stack };
}

test.each<[string, (stack: Stack) => IRole]>([
  ['a role that another service assumes', roleOf(LAMBDA)],
  ['a role that people of the account assume', roleOf(new AccountRootPrincipal())],
  ['a role of this app that takes no rights', (stack) => roleOf(LAMBDA)(stack).withoutPolicyUpdates()],
  ['a role that Glue is kept from', (stack) => {
    const role = new Role(stack, 'Role', { assumedBy: LAMBDA });
    role.assumeRolePolicy!.addStatements(new PolicyStatement({ effect: Effect.DENY, principals: [GLUE], actions: ['sts:AssumeRole'] }));
    return role;
  }],
])('%s is refused', (_, roleIn) => {
  expect(() => gateWith(roleIn).app.synth()).toThrow(/role 'Test\/(ImmutableRole)?Role' does not let glue.amazonaws.com assume it, but the job's runs have to; make it with assumedBy/);
});

test.each<[string, (stack: Stack) => IRole]>([
  ['Glue', roleOf(GLUE)],
  ['Glue and others', roleOf(new CompositePrincipal(LAMBDA, GLUE))],
  ['anybody', roleOf(new AnyPrincipal())],
  ['all', roleOf(new StarPrincipal())],
  ['all but some', trusting({ Statement: [{ Effect: 'Allow', NotPrincipal: { AWS: ARN }, Action: 'sts:AssumeRole' }] })],
  ['a service that only the deployment knows', trusting({ Statement: { Effect: 'Allow', Principal: { Service: `glue.${Aws.URL_SUFFIX}` }, Action: 'sts:AssumeRole' } })],
  ['a principal that only the deployment knows', trusting({ Statement: { Effect: 'Allow', Principal: Fn.getAtt('Other', 'Principal') } })],
  ['whom only the deployment knows', trusting(Fn.getAtt('Other', 'Policy'))],
])('a role that lets in %s is taken without a warning', (_, roleIn) => {
  const { app, stack } = gateWith(roleIn);
  expect(() => app.synth()).not.toThrow();
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('ImportedRole|ImmutableRole'));
});

test('a role of two pipelines has no warning', () => {
  const stack = newStack();
  const role = roleOf(GLUE)(stack);
  newGate({ role, prefix: 'one/' }, stack, 'One');
  newGate({ role, prefix: 'other/' }, stack, 'Other');
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('ImportedRole|ImmutableRole'));
});

test('a role that lets Glue in later is taken', () => {
  const app = new App();
  const stack = newStack(app);
  const role = new Role(stack, 'Role', { assumedBy: LAMBDA });
  newGate({ role }, stack);
  role.assumeRolePolicy!.addStatements(new PolicyStatement({ principals: [GLUE], actions: ['sts:AssumeRole'] }));
  expect(() => app.synth()).not.toThrow();
});

test.each<[string, (stack: Stack) => IRole, { trust: boolean; rights: boolean }]>([
  ['an imported role', (stack) => Role.fromRoleArn(stack, 'Role', ARN), { trust: true, rights: false }],
  ['an imported role that takes no rights', (stack) => Role.fromRoleArn(stack, 'Role', ARN, { mutable: false }), { trust: true, rights: true }],
  ['an imported role that leaves rights to resources', (stack) => Role.fromRoleArn(stack, 'Role', ARN, { mutable: false, addGrantsToResources: true }), { trust: true, rights: true }],
  ['a role of this app that takes no rights', (stack) => roleOf(GLUE)(stack).withoutPolicyUpdates(), { trust: false, rights: true }],
])('%s has warnings of what its owner has to see to', (_, roleIn, { trust, rights }) => {
  const annotations = Annotations.fromStack(gateWith(roleIn).stack);
  const check = (given: boolean, text: string) => given
    ? annotations.hasWarning('/Test/Gate/Job', Match.stringLikeRegexp(text))
    : annotations.hasNoWarning('*', Match.stringLikeRegexp(text));
  check(trust, 'is imported.*let glue.amazonaws.com assume it.*cdk-customer-data-platform:trustOfImportedRole');
  check(rights, 'takes no rights of this app.*cdk-customer-data-platform:rightsOfImmutableRole');
});
