import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPolicy, IRole, ManagedPolicy, Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { RedshiftWarehouse } from '../../src';
import { grantCopyAccess } from '../../src/dispatch/copy-access';
import { newLoader, newStack, resources, rightsOf } from '../csv-loading/helpers';

const LOADERS = 40;
const IAM_LIMIT = 10_240;

const copyPolicies = (stack: Stack): Record<string, any>[] =>
  resources(Template.fromStack(stack), 'AWS::IAM::Policy').filter(({ Properties }) => /CopyRole|redshift-copy/.test(JSON.stringify(Properties.Roles)));
/** Their characters, references as long as CDK writes them, which is longer than what they stand for. */
const charactersOf = (stacks: Stack[]): number =>
  stacks.flatMap(copyPolicies).reduce((sum, { Properties }) => sum + JSON.stringify(Properties.PolicyDocument).length, 0);

const newRole = (stack: Stack): IRole => new Role(stack, 'CopyRole', { assumedBy: new ServicePrincipal('redshift.amazonaws.com') });
const warehouseIn = (stack: Stack, copyRole: IRole) =>
  RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Warehouse', { workgroupName: 'analytics', workgroupId: 'w', databaseName: 'customers', copyRole });

/** What each of 40 loaders is granted, spread over stacks. */
function grantIn(stacks: Stack[], copyRole: IRole, stagingBucket: (stack: Stack) => IBucket): void {
  for (let number = 0; number < LOADERS; number++) {
    const stack = stacks[number % stacks.length];
    grantCopyAccess(new Construct(stack, `Table${number}`), 'CopyPolicy', copyRole, stagingBucket(stack));
  }
}

describe(`${LOADERS} loaders of one warehouse stay under what IAM takes`, () => {
  test('in several stacks, whose role is elsewhere: with one policy a stack, named for it', () => {
    const app = new App();
    const shared = newStack(app, 'Shared');
    const stacks = [1, 2, 3, 4].map((number) => newStack(app, `Loaders${number}`));
    const warehouse = warehouseIn(shared, newRole(shared));
    for (let number = 0; number < LOADERS; number++) {
      newLoader({ warehouse, table: `crm.table_${number}`, pipelineName: `table-${number}` }, stacks[number % stacks.length], `Table${number}`);
    }

    app.synth();
    const names = stacks.flatMap(copyPolicies).map(({ Properties }) => Properties.PolicyName);
    expect(names).toEqual(stacks.map(({ node }, index) => expect.stringMatching(`^${node.id}-Table${index}-`)));
    expect(charactersOf(stacks)).toBeLessThan(IAM_LIMIT);
  });

  test('in one stack that is split into nested ones: with one policy', () => {
    const app = new App();
    const parent = newStack(app, 'Parent');
    const nested = [1, 2, 3, 4].map((number) => new NestedStack(parent, `Nested${number}`));
    const bucket = new Bucket(parent, 'Staging');
    grantIn(nested, newRole(parent), () => bucket);

    app.synth();
    const policies = parent.node.findAll().filter((construct) => construct instanceof CfnPolicy);
    expect(policies.map(({ node }) => node.path)).toEqual(['Parent/Nested1/Table0/CopyPolicy/Resource']);
  });

  test('with an imported role', () => {
    const app = new App();
    const stacks = [1, 2, 3, 4].map((number) => newStack(app, `Loaders${number}`));
    const buckets = new Map(stacks.map((stack) => [stack, new Bucket(stack, 'Staging')]));
    grantIn(stacks, Role.fromRoleName(stacks[0], 'CopyRole', 'redshift-copy'), (stack) => buckets.get(stack)!);

    app.synth();
    expect(stacks.map((stack) => copyPolicies(stack).length)).toEqual([1, 1, 1, 1]);
    expect(charactersOf(stacks)).toBeLessThan(IAM_LIMIT);
  });
});

test('the policy is of one staging bucket: another bucket has another', () => {
  const stack = newStack();
  newLoader({ prefix: 'a/' }, stack, 'First');
  newLoader({ prefix: 'b/' }, stack, 'Second');
  newLoader({ prefix: 'c/', stagingBucket: new Bucket(stack, 'Mine') }, stack, 'Third');
  newLoader({ prefix: 'd/', encryptionKey: new Key(stack, 'Key') }, stack, 'Fourth');

  const template = Template.fromStack(stack);
  expect(copyPolicies(stack)).toHaveLength(3);
  expect(rightsOf(template, 'ThirdCopyPolicy')).toEqual([
    's3:GetObject on ${Mine.Arn}/staging/*', 's3:ListBucket on ${Mine.Arn} (staging/*)', 's3:GetBucketLocation on ${Mine.Arn}',
  ]);
  expect(rightsOf(template, 'FourthCopyPolicy')).toContain('kms:Decrypt on ${Key.Arn}');
});

describe('a role with more inline policies than IAM takes is refused', () => {
  const loaderOf = (stack: Stack, copyRole: IRole) => newLoader({ warehouse: warehouseIn(stack, copyRole) }, stack);
  const rights = (number: number) => new PolicyStatement({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${'x'.repeat(50)}-${number}/*`] });
  const many = Array.from({ length: 80 }, (_, number) => rights(number));

  test('with its size, the limit and what to do, whoever granted them', () => {
    const app = new App();
    const stack = newStack(app);
    const copyRole = newRole(stack);
    loaderOf(stack, copyRole);
    new Policy(stack, 'Other', { roles: [copyRole], statements: many });
    expect(() => app.synth()).toThrow(
      /the role 'Test\/CopyRole' has 2 inline policies of about 1[01]\d{3} characters, but IAM allows 10240 for all of a role; put more loaders into each stack, .*, or grant other rights by a managed policy/);
  });

  test('with its own policies too', () => {
    const app = new App();
    const stack = newStack(app);
    const inlinePolicies = { Mine: new PolicyDocument({ statements: many }) };
    loaderOf(stack, new Role(stack, 'CopyRole', { assumedBy: new ServicePrincipal('redshift.amazonaws.com'), inlinePolicies }));
    expect(() => app.synth()).toThrow(/the role 'Test\/CopyRole' has 2 inline policies of about 1[01]\d{3} characters/);
  });

  test('that is imported', () => {
    const app = new App();
    const stack = newStack(app);
    const copyRole = Role.fromRoleName(stack, 'CopyRole', 'redshift-copy');
    loaderOf(stack, copyRole);
    many.forEach((statement) => copyRole.addToPrincipalPolicy(statement));
    expect(() => app.synth()).toThrow(/the role 'Test\/CopyRole' has 2 inline policies of about 1[01]\d{3} characters/);
  });

  test('but not for the policies of other roles, nor for managed ones', () => {
    const app = new App();
    const stack = newStack(app);
    const elsewhere = newStack(app, 'Elsewhere');
    const copyRole = newRole(stack);
    loaderOf(stack, copyRole);
    // A role that has the logical id of the copy role.
    new Policy(elsewhere, 'Other', { roles: [newRole(elsewhere)], statements: many });
    copyRole.addManagedPolicy(new ManagedPolicy(stack, 'Managed', { statements: many.slice(0, 40) }));
    expect(() => app.synth()).not.toThrow();
  });
});
