import {
  ActiveStatementsExceededException,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { mockClient } from 'aws-sdk-client-mock';
import { DataApi, StatementFailedError } from '../../src/common/data-api';

const redshift = mockClient(RedshiftDataClient);
const pauses: number[] = [];

function dataApi(): DataApi {
  return new DataApi({ workgroupName: 'analytics', database: 'dev', secretArn: 'admin' }, new RedshiftDataClient({}), async (milliseconds) => {
    pauses.push(milliseconds);
  });
}

function busy(): ActiveStatementsExceededException {
  return new ActiveStatementsExceededException({ message: 'too many', $metadata: {} });
}

beforeEach(() => {
  redshift.reset();
  pauses.length = 0;
  redshift.on(ExecuteStatementCommand).resolves({ Id: 'id' });
  redshift.on(DescribeStatementCommand).resolves({ Status: 'FINISHED' });
});

test('a statement runs on the target, without the parameters that it does not have', async () => {
  await dataApi().execute('SELECT 1');
  expect(redshift.commandCalls(ExecuteStatementCommand)[0].args[0].input).toMatchObject({
    WorkgroupName: 'analytics', Database: 'dev', SecretArn: 'admin', Sql: 'SELECT 1', Parameters: undefined, DbUser: undefined,
  });
});

test('it waits for the end, ever longer up to a few seconds', async () => {
  const describe = redshift.on(DescribeStatementCommand);
  for (let poll = 0; poll < 20; poll++) {
    describe.resolvesOnce({ Status: poll < 5 ? 'SUBMITTED' : 'STARTED' });
  }
  describe.resolves({ Status: 'FINISHED' });

  await dataApi().execute('SELECT 1');

  expect(pauses).toHaveLength(20);
  expect(pauses[0]).toBeLessThanOrEqual(125);
  expect(pauses[19]).toBeGreaterThanOrEqual(3750);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(6250);
});

test.each(['FAILED', 'ABORTED'] as const)('a statement that %s is an error that says where, why and which', async (status) => {
  redshift.on(DescribeStatementCommand).resolves({ Status: status, Error: 'ERROR: no such table' });
  const error = await dataApi().execute('SELECT 1 FROM t').catch((thrown) => thrown);
  expect(error).toBeInstanceOf(StatementFailedError);
  expect(error.message).toBe(
    `the statement ${status} on analytics, database dev: ERROR: no such table; the statement was: SELECT 1 FROM t`);
});

test('a query gives the rows of all pages, by column name and with their types', async () => {
  const ColumnMetadata = ['text', 'whole', 'real', 'flag', 'nothing'].map((name) => ({ name }));
  redshift.on(GetStatementResultCommand, { Id: 'id' })
    .resolves({
      ColumnMetadata,
      Records: [[{ stringValue: '' }, { longValue: 0 }, { doubleValue: 0.5 }, { booleanValue: false }, { isNull: true }]],
      NextToken: 'more',
    })
    .on(GetStatementResultCommand, { Id: 'id', NextToken: 'more' })
    .resolves({
      ColumnMetadata,
      Records: [[{ stringValue: 'a' }, { longValue: 1 }, { doubleValue: 1.5 }, { booleanValue: true }, { isNull: true }]],
    });

  expect(await dataApi().query('SELECT * FROM t')).toEqual([
    { text: '', whole: 0, real: 0.5, flag: false, nothing: null },
    { text: 'a', whole: 1, real: 1.5, flag: true, nothing: null },
  ]);
});

test('parameters are bound by name', async () => {
  redshift.on(GetStatementResultCommand).resolves({ ColumnMetadata: [{ name: 'n' }], Records: [] });
  expect(await dataApi().query('SELECT n FROM t WHERE a = :a', { a: "it's" })).toEqual([]);
  expect(redshift.commandCalls(ExecuteStatementCommand)[0].args[0].input.Parameters).toEqual([{ name: 'a', value: "it's" }]);
});

test('a submit is repeated while too many statements run', async () => {
  redshift.on(ExecuteStatementCommand).rejectsOnce(busy()).rejectsOnce(busy()).resolves({ Id: 'id' });
  await dataApi().execute('SELECT 1');
  expect(redshift.commandCalls(ExecuteStatementCommand)).toHaveLength(3);
  expect(pauses).toHaveLength(2);
});

test('a submit that is refused again and again is an error', async () => {
  redshift.on(ExecuteStatementCommand).rejects(busy());
  await expect(dataApi().execute('SELECT 1')).rejects.toThrow('too many');
  expect(redshift.commandCalls(ExecuteStatementCommand)).toHaveLength(8);
});

test('a submit that is refused for another reason is not repeated', async () => {
  redshift.on(ExecuteStatementCommand).rejects(new Error('AccessDenied'));
  await expect(dataApi().execute('SELECT 1')).rejects.toThrow('AccessDenied');
  expect(redshift.commandCalls(ExecuteStatementCommand)).toHaveLength(1);
});
