import { existsSync } from 'fs';
import * as path from 'path';
import { DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../src/warehouse/setup.lambda';

const redshift = mockClient(RedshiftDataClient);

type Request = Parameters<typeof handler>[0];

function request(type: CloudFormationCustomResourceEvent['RequestType'], ...statements: string[]): Request {
  return {
    RequestType: type,
    ResourceProperties: {
      ServiceToken: 'token',
      Target: { workgroupName: 'analytics', database: 'dev', secretArn: 'redshift!analytics-admin' },
      Statements: statements,
    },
  } as unknown as Request;
}

/** A statement's id is its text, so that what becomes of it can be told from it. */
function ending(outcomes: Record<string, string>): void {
  redshift.on(ExecuteStatementCommand).callsFake(({ Sql }) => ({ Id: Sql }));
  redshift.on(DescribeStatementCommand).callsFake(({ Id }) => (outcomes[Id] ? { Status: 'FAILED', Error: outcomes[Id] } : { Status: 'FINISHED' }));
}

const executed = () => redshift.commandCalls(ExecuteStatementCommand).map((call) => call.args[0].input.Sql);

beforeEach(() => {
  redshift.reset();
  jest.spyOn(console, 'info').mockImplementation();
});

test.each(['Create', 'Update'] as const)('runs the statements in order, as the administrator, on %s', async (type) => {
  ending({});
  const answer = await handler(request(type, 'CREATE ROLE "a"', 'CREATE SCHEMA IF NOT EXISTS "s"'));

  expect(executed()).toEqual(['CREATE ROLE "a"', 'CREATE SCHEMA IF NOT EXISTS "s"']);
  expect(redshift.commandCalls(ExecuteStatementCommand)[0].args[0].input)
    .toMatchObject({ WorkgroupName: 'analytics', Database: 'dev', SecretArn: 'redshift!analytics-admin' });
  expect(answer).toEqual({ PhysicalResourceId: 'analytics/dev' });
});

test('goes on when a role is there already', async () => {
  ending({ 'CREATE ROLE "a"': 'ERROR: role "a" already exists' });
  await handler(request('Update', 'CREATE ROLE "a"', 'GRANT USAGE ON SCHEMA "s" TO ROLE "a"'));
  expect(executed()).toHaveLength(2);
});

test.each([
  ['CREATE ROLE "a"', 'ERROR: permission denied'],
  ['GRANT USAGE ON SCHEMA "s" TO ROLE "a"', 'ERROR: it already exists'],
])('stops when %s fails with %s', async (sql, reason) => {
  ending({ [sql]: reason });
  await expect(handler(request('Create', sql, 'SELECT 1'))).rejects.toThrow(reason);
  expect(executed()).toEqual([sql]);
});

test('takes nothing away on Delete', async () => {
  ending({});
  expect(await handler(request('Delete', 'CREATE ROLE "a"'))).toEqual({ PhysicalResourceId: 'analytics/dev' });
  expect(executed()).toEqual([]);
});

test('is bundled with all it needs', () => {
  const bundle = path.join(__dirname, '..', '..', 'assets', 'warehouse', 'setup.lambda', 'index.js');
  expect(existsSync(bundle)).toBe(true);
  expect(typeof jest.requireActual(bundle).handler).toBe('function');
});
