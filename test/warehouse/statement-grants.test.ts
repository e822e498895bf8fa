import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newRole, newStack, statementsOf } from './helpers';
import { IRedshiftWarehouse, ProvisionedClusterAttributes, RedshiftWarehouse, WarehouseAccess } from '../../src';

const SUBMIT = ['redshift-data:ExecuteStatement', 'redshift-data:BatchExecuteStatement'];

const FOLLOW_OWN_STATEMENTS = {
  Effect: 'Allow',
  Action: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
  Resource: '*',
  Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
};

const allow = (Action: string | string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

function arn(stack: Stack, service: string, resource: string): unknown {
  return stack.resolve(`arn:${stack.partition}:${service}:${stack.region}:${stack.account}:${resource}`);
}

function tagsOf(stack: Stack, role: Role): unknown {
  const id = stack.getLogicalId(role.node.defaultChild as never);
  return Template.fromStack(stack).findResources('AWS::IAM::Role')[id].Properties.Tags;
}

function workgroup(stack: Stack, workgroupId?: string): IRedshiftWarehouse {
  return RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Workgroup', {
    workgroupName: 'analytics', workgroupId, databaseName: 'dev', copyRole: newRole(stack, 'CopyRole'),
  });
}

function cluster(stack: Stack, attributes: Partial<ProvisionedClusterAttributes>): IRedshiftWarehouse {
  return RedshiftWarehouse.fromProvisionedCluster(stack, 'Cluster', {
    clusterIdentifier: 'analytics', databaseName: 'dev', copyRole: newRole(stack, 'CopyRole'), ...attributes,
  });
}

describe('on a new workgroup', () => {
  test('a grantee may submit to the workgroup, follow its own statements, and nothing else', () => {
    const stack = newStack();
    const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
    const role = newRole(stack, 'Reader');

    warehouse.grantRunStatements(role, WarehouseAccess.READ);

    const workgroupArn = stack.resolve(warehouse.workgroupArn);
    expect(statementsOf(stack, role)).toEqual([
      allow(SUBMIT, workgroupArn), FOLLOW_OWN_STATEMENTS, allow('redshift-serverless:GetCredentials', workgroupArn),
    ]);
  });

  test.each([
    ['READ', [WarehouseAccess.READ], 'cdp_reader'],
    ['WRITE', [WarehouseAccess.WRITE], 'cdp_writer'],
    ['READ, then WRITE', [WarehouseAccess.READ, WarehouseAccess.WRITE], 'cdp_writer'],
    ['WRITE, then READ', [WarehouseAccess.WRITE, WarehouseAccess.READ], 'cdp_writer'],
  ])('the tag of a role with %s names its database role', (_, accesses, databaseRole) => {
    const stack = newStack();
    const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
    const role = newRole(stack, 'Grantee');

    accesses.forEach((access) => warehouse.grantRunStatements(role, access));

    expect(tagsOf(stack, role)).toEqual([{ Key: 'RedshiftDbRoles', Value: databaseRole }]);
  });

  test('a role without a grant has no tag', () => {
    const stack = newStack();
    new RedshiftWarehouse(stack, 'Warehouse').grantRunStatements(newRole(stack, 'Grantee'), WarehouseAccess.WRITE);
    expect(tagsOf(stack, newRole(stack, 'Other'))).toBeUndefined();
  });

  test.each([
    ['READ', 'WRITE', WarehouseAccess.READ, WarehouseAccess.WRITE],
    ['WRITE', 'READ', WarehouseAccess.WRITE, WarehouseAccess.READ],
  ])('a role with %s on one warehouse is refused %s on another, which the tag would give it on both', (first, second, one, other) => {
    const stack = newStack();
    const role = newRole(stack, 'Grantee');
    new RedshiftWarehouse(stack, 'One').grantRunStatements(role, one);
    const warehouse = new RedshiftWarehouse(stack, 'Other');
    expect(() => warehouse.grantRunStatements(role, other)).toThrow(
      `[Warehouse/Other] the role Warehouse/Grantee is given ${second} here and has ${first} on Warehouse/One, but its tag RedshiftDbRoles`);
  });

  test('a role may have the same access to two warehouses', () => {
    const stack = newStack();
    const role = newRole(stack, 'Grantee');
    for (const id of ['One', 'Other']) {
      new RedshiftWarehouse(stack, id).grantRunStatements(role, WarehouseAccess.READ);
    }
    expect(tagsOf(stack, role)).toEqual([{ Key: 'RedshiftDbRoles', Value: 'cdp_reader' }]);
  });

  test('a role that cannot be tagged is refused by name', () => {
    const stack = newStack();
    const imported = Role.fromRoleName(stack, 'Imported', 'somebody-elses');
    const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
    expect(() => warehouse.grantRunStatements(imported, WarehouseAccess.READ))
      .toThrow(/\[Warehouse\/Warehouse\] statements can be run only by a role that the app makes.*RedshiftDbRoles.*got Warehouse\/Imported\./);
  });
});

describe('on an imported workgroup', () => {
  test('the grant is for the workgroup whose id is given', () => {
    const stack = newStack();
    const role = newRole(stack, 'Writer');
    workgroup(stack, 'ab12').grantRunStatements(role, WarehouseAccess.WRITE);

    const workgroupArn = arn(stack, 'redshift-serverless', 'workgroup/ab12');
    expect(statementsOf(stack, role)).toEqual([
      allow(SUBMIT, workgroupArn), FOLLOW_OWN_STATEMENTS, allow('redshift-serverless:GetCredentials', workgroupArn),
    ]);
    expect(tagsOf(stack, role)).toEqual([{ Key: 'RedshiftDbRoles', Value: 'cdp_writer' }]);
  });

  test('without an id the grant is for the workgroups of the account', () => {
    const stack = newStack();
    const role = newRole(stack, 'Writer');
    workgroup(stack).grantRunStatements(role, WarehouseAccess.WRITE);
    expect(statementsOf(stack, role)).toContainEqual(allow(SUBMIT, arn(stack, 'redshift-serverless', 'workgroup/*')));
  });
});

describe('on a provisioned cluster', () => {
  test('a grantee gets temporary credentials of the database user, and no tag', () => {
    const stack = newStack();
    const role = newRole(stack, 'Writer');
    cluster(stack, { databaseUser: 'etl' }).grantRunStatements(role, WarehouseAccess.WRITE);

    expect(statementsOf(stack, role)).toEqual([
      allow(SUBMIT, arn(stack, 'redshift', 'cluster:analytics')),
      FOLLOW_OWN_STATEMENTS,
      allow('redshift:GetClusterCredentials', [
        arn(stack, 'redshift', 'dbuser:analytics/etl'), arn(stack, 'redshift', 'dbname:analytics/dev'),
      ]),
    ]);
    expect(tagsOf(stack, role)).toBeUndefined();
  });

  test('a grantee may read the secret of the database user', () => {
    const stack = newStack();
    const role = newRole(stack, 'Writer');
    const secret = new Secret(stack, 'Secret');
    cluster(stack, { secret }).grantRunStatements(role, WarehouseAccess.WRITE);

    expect(statementsOf(stack, role)).toEqual([
      allow(SUBMIT, arn(stack, 'redshift', 'cluster:analytics')),
      FOLLOW_OWN_STATEMENTS,
      allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], stack.resolve(secret.secretArn)),
    ]);
  });

  test('neither a user nor a secret is refused, and so are both', () => {
    const stack = newStack();
    const secret = new Secret(stack, 'Secret');
    expect(() => cluster(newStack(), {})).toThrow('cluster analytics has neither databaseUser nor secret; give one of them');
    expect(() => cluster(stack, { databaseUser: 'etl', secret })).toThrow('cluster analytics has both databaseUser and secret; give one of them');
  });

  test('metrics are those of the cluster', () => {
    expect(cluster(newStack(), { databaseUser: 'etl' }).metricDatabaseConnections()).toMatchObject({
      namespace: 'AWS/Redshift', metricName: 'DatabaseConnections', dimensions: { ClusterIdentifier: 'analytics' },
    });
  });
});
