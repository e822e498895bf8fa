import * as path from 'path';
import { App, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newRole, newStack, only } from './helpers';
import { IRedshiftWarehouse, RedshiftWarehouse } from '../../src';
import { asScript, setupStatements } from '../../src/warehouse/setup-sql';
import { goldenSql } from '../golden';

const SETUP = 'Custom::RedshiftDatabaseSetup';

const ROLES = ['CREATE ROLE "cdp_reader"', 'CREATE ROLE "cdp_writer"'];

const CRM = [
  'CREATE SCHEMA IF NOT EXISTS "crm"',
  'GRANT USAGE ON SCHEMA "crm" TO ROLE "cdp_reader"',
  'GRANT USAGE, CREATE ON SCHEMA "crm" TO ROLE "cdp_writer"',
  'GRANT SELECT FOR TABLES IN SCHEMA "crm" TO ROLE "cdp_reader"',
  'GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA "crm" TO ROLE "cdp_writer"',
];

function importedWorkgroup(stack: Stack, adminSecret?: Secret): IRedshiftWarehouse {
  return RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Imported', {
    workgroupName: 'analytics', databaseName: 'dev', copyRole: newRole(stack, 'CopyRole'), adminSecret,
  });
}

/** Names, without CDK's hash, and values of a stack's outputs. */
function outputsOf(stack: Stack): [string, string][] {
  return Object.entries(Template.fromStack(stack).findOutputs('*')).map(([id, { Value }]) => [id.replace(/[0-9A-F]{8}$/, ''), Value]);
}

describe('statements', () => {
  test.each([
    ['setup_workgroup', ['crm'], undefined],
    ['setup_cluster', [], 'e"tl'],
  ])('are those of golden/%s.sql', (name, schemas, databaseUser) => {
    expect(asScript(setupStatements(schemas, databaseUser))).toBe(goldenSql(path.join(__dirname, 'golden', `${name}.sql`)));
  });

  test.each([
    ['quotes', 'a"; DROP SCHEMA public; --', '"a""; DROP SCHEMA public; --"'],
    ['spaces and capitals', 'My Schema', '"My Schema"'],
    ['backslashes', 'a\\"b', '"a\\""b"'],
    ['a reserved word', 'group', '"group"'],
  ])('keep a schema name with %s an identifier', (_, name, quoted) => {
    const statements = setupStatements([name]).slice(ROLES.length);
    expect(statements).toHaveLength(CRM.length);
    statements.forEach((sql, index) => expect(sql).toBe(CRM[index].replace('"crm"', () => quoted)));
  });
});

describe('schemas', () => {
  test.each([
    ['', 'has 0 bytes, allowed are 1 to 127'],
    ['é'.repeat(64), 'has 128 bytes, allowed are 1 to 127'],
    ['a\0b', 'without NUL'],
    ['pg_catalog', 'belongs to Redshift'],
    ['Information_Schema', 'belongs to Redshift'],
    [Lazy.string({ produce: () => 'crm' }), 'must be known when the app is synthesized'],
  ])('%j is refused', (name, message) => {
    expect(() => new RedshiftWarehouse(newStack(), 'Warehouse').addSchema(name)).toThrow(message);
  });
});

describe('a new warehouse', () => {
  test('is set up by the administrator, each schema once, whenever it was added', () => {
    const stack = newStack();
    const warehouse = new RedshiftWarehouse(stack, 'Warehouse', { databaseName: 'customers', workgroupName: 'customers' });
    warehouse.addSchema('crm');
    warehouse.addSchema('crm');

    expect(only(stack, SETUP).Properties).toMatchObject({
      Target: {
        workgroupName: stack.resolve(warehouse.workgroupName),
        database: 'customers',
        secretArn: 'redshift!customers-admin',
      },
      Statements: [...ROLES, ...CRM],
    });
  });

  test('has the same set-up whatever the order of its schemas', () => {
    const statements = [['crm', 'sales'], ['sales', 'crm']].map((names) => {
      const stack = newStack();
      const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
      names.forEach((name) => warehouse.addSchema(name));
      return only(stack, SETUP).Properties.Statements;
    });
    expect(statements[0]).toEqual(statements[1]);
  });

  test('lets the set-up function read its secret and submit to its workgroup, and nothing else', () => {
    const stack = newStack();
    const warehouse = new RedshiftWarehouse(stack, 'Warehouse', { workgroupName: 'customers' });
    const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy', {
      Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^WarehouseSetupRole') }] },
    }));
    expect(policies).toHaveLength(1);
    const { Statement: statements } = policies[0].Properties.PolicyDocument;
    expect(statements.map((statement: { Action: unknown }) => statement.Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ['redshift-data:ExecuteStatement', 'redshift-data:BatchExecuteStatement'],
      ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
      ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
    ]);
    expect(statements[1].Resource).toEqual(stack.resolve(warehouse.workgroupArn));
    expect(statements[3].Resource).toEqual(stack.resolve(
      `arn:${stack.partition}:secretsmanager:${stack.region}:${stack.account}:secret:redshift!customers-admin-??????`));
  });

  test('gives no function a managed policy', () => {
    const stack = newStack();
    new RedshiftWarehouse(stack, 'Warehouse');
    Template.fromStack(stack).allResourcesProperties('AWS::IAM::Role', { ManagedPolicyArns: Match.absent() });
  });
});

describe('an imported warehouse', () => {
  test('prints the SQL that an administrator runs', () => {
    const stack = newStack();
    const warehouse = importedWorkgroup(stack);
    warehouse.addSchema('crm');

    expect(stack.resolve(warehouse.setupSql)).toBe(asScript([...ROLES, ...CRM]));
    expect(outputsOf(stack)).toEqual([['ImportedSetupSql', asScript(ROLES)], ['ImportedSetupSqlcrm', asScript(CRM)]]);
    Annotations.fromStack(stack).hasInfo('/Warehouse/Imported', Match.stringLikeRegexp('no adminSecret.*SetupSql'));
    Template.fromStack(stack).resourceCountIs(SETUP, 0);
  });

  test('prints SQL that CloudFormation lets an output hold, however many schemas there are', () => {
    const stack = newStack();
    const warehouse = importedWorkgroup(stack);
    const names = Array.from({ length: 100 }, (_, index) => `schema_${index}`);
    [...names, ...names, '"'.repeat(127)].forEach((name) => warehouse.addSchema(name));

    const sizes = outputsOf(stack).map(([, sql]) => Buffer.byteLength(sql));
    expect(sizes).toHaveLength(1 + 100 + 1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  });

  test('is set up by itself with the administrator\'s secret', () => {
    const stack = newStack(undefined, new App());
    const adminSecret = new Secret(stack, 'Admin');
    const warehouse = importedWorkgroup(stack, adminSecret);
    warehouse.addSchema('crm');

    expect(only(stack, SETUP).Properties).toMatchObject({
      Target: { workgroupName: 'analytics', database: 'dev', secretArn: stack.resolve(adminSecret.secretArn) },
      Statements: [...ROLES, ...CRM],
    });
    Annotations.fromStack(stack).hasNoInfo('*', Match.stringLikeRegexp('adminSecret'));
    expect(Object.keys(Template.fromStack(stack).findOutputs('*'))).toEqual([]);
  });

  test('that is a cluster gives its user the writer role', () => {
    const stack = newStack();
    RedshiftWarehouse.fromProvisionedCluster(stack, 'Imported', {
      clusterIdentifier: 'analytics', databaseName: 'dev', databaseUser: 'etl', copyRole: newRole(stack, 'CopyRole'), adminSecret: new Secret(stack, 'Admin'),
    });
    expect(only(stack, SETUP).Properties).toMatchObject({
      Target: { clusterIdentifier: 'analytics', database: 'dev' },
      Statements: [...ROLES, 'GRANT ROLE "cdp_writer" TO "etl"'],
    });
  });
});
