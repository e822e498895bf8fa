import {
  DescribeStatementCommand, ExecuteStatementCommand, GetStatementResultCommand, RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { mockClient } from 'aws-sdk-client-mock';
import { openLedger } from '../../src/dispatch/open-ledger';

const redshift = mockClient(RedshiftDataClient);
const ID = 'a'.repeat(64);
const ledger = () => openLedger({ schema: 'crm', table: 'customers', warehouse: { workgroupName: 'wg', database: 'db' } });

beforeEach(() => {
  redshift.reset();
  redshift.on(ExecuteStatementCommand).resolves({ Id: 'rows' });
});

test('reads the ledger through the Data API, on the database and as the user that the settings name', async () => {
  redshift.on(DescribeStatementCommand).resolves({ Status: 'FINISHED' });
  redshift.on(GetStatementResultCommand, { Id: 'rows' }).resolves({
    ColumnMetadata: [{ name: 'load_id' }, { name: 'status' }, { name: 'reason' }],
    Records: [[{ stringValue: ID }, { stringValue: 'failed' }, { stringValue: 'no header' }]],
  });

  expect(await ledger().outcomes([ID])).toEqual(new Map([[ID, { status: 'failed', reason: 'no header' }]]));
  expect(redshift.commandCalls(ExecuteStatementCommand).map(({ args }) => args[0].input)).toEqual([
    expect.objectContaining({ WorkgroupName: 'wg', Database: 'db', DbUser: undefined, SecretArn: undefined }),
  ]);
});

test('takes a table that does not exist for an empty ledger', async () => {
  redshift.on(DescribeStatementCommand).resolves({ Status: 'FAILED', Error: 'ERROR: relation "crm.customers__loads" does not exist' });
  expect(await ledger().outcomes([ID])).toEqual(new Map());
  expect(await ledger().finishedWrites('landing', new Date(0))).toEqual(new Map());
});

test.each([
  'ERROR: permission denied for relation customers__loads',
  'ERROR: permission denied for schema crm',
  'ERROR: column "etag" does not exist in customers__loads',
  'FATAL: database "db" does not exist',
])('fails when the ledger cannot be read: %s', async (reason) => {
  redshift.on(DescribeStatementCommand).resolves({ Status: 'FAILED', Error: reason });
  await expect(ledger().outcomes([ID])).rejects.toThrow(reason);
});
