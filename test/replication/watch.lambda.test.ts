import {
  DatabaseMigrationServiceClient, DescribeReplicationConfigsCommand, DescribeReplicationsCommand, DescribeReplicationTableStatisticsCommand,
  DescribeConnectionsCommand, DescribeReplicationTasksCommand, DescribeTableStatisticsCommand, Replication, StartReplicationCommand,
  StartReplicationTaskCommand, TableStatistics, TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../src/replication/watch.lambda';
import { asDeployed, remembering, told } from '../dispatch/deployed';
import { metricsOf } from '../dispatch/factories';

const dms = mockClient(DatabaseMigrationServiceClient);
const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);

const ARN = 'arn:aws:dms:eu-central-1:123456789012:replication-config:test';
const COMPLETE = 's3://staging/replication/crm/CRM/ORDERS/complete.json';
const STATE = 's3://staging/state/crm/CRM/ORDERS.json';
const NOTES = 's3://staging/lifecycle/crm.json';
const COPY = 's3://staging/statistics/crm.json';

const settings = {
  pipeline: 'crm',
  topicArn: 'arn:topic',
  replication: { kind: 'serverless', identifier: 'test', arn: ARN, mode: 'full-load-and-cdc' },
  bucket: 'staging',
  prefix: 'replication/crm/',
  statePrefix: 'state/crm/',
  statistics: { bucket: 'staging', key: 'statistics/crm.json' },
  notes: { bucket: 'staging', key: 'lifecycle/crm.json' },
  settleSeconds: 1500,
};

const LOADED_AT = new Date('2026-11-01T10:00:00Z');

/** A table whose full load of 10 rows is done. */
const orders = (others: TableStatistics = {}): TableStatistics => ({
  SchemaName: 'CRM',
  TableName: 'ORDERS',
  TableState: 'Table completed',
  FullLoadRows: 10,
  FullLoadStartTime: new Date('2026-11-01T09:00:00Z'),
  FullLoadEndTime: LOADED_AT,
  ...others,
});

let objects: Map<string, string>;

function given(replication: Replication | undefined, ...tables: TableStatistics[]): void {
  dms.on(DescribeReplicationsCommand).resolves({ Replications: replication ? [replication] : [] });
  dms.on(DescribeReplicationTableStatisticsCommand).resolves({ ReplicationTableStatistics: tables });
}

const merged = (rows: number): void => { objects.set(STATE, JSON.stringify({ rows_in_table: rows, at: '2026-11-01T11:00:00Z' })); };

/** Looks as by schedule, or at an event of DMS. */
function look(detail?: object, source = detail ? 'aws.dms' : 'aws.events'): Promise<Record<string, number>> {
  const type = detail ? 'DMS Replication State Change' : 'Scheduled Event';
  return metricsOf(() => handler({ 'source': source, 'detail-type': type, 'region': 'eu-central-1', 'detail': detail ?? {} } as any));
}

beforeEach(() => {
  [dms, s3, sns].forEach((client) => client.reset());
  jest.spyOn(console, 'info').mockReturnValue();
  objects = remembering(s3);
  sns.on(PublishCommand).resolves({});
  dms.on(StartReplicationCommand).resolves({});
  dms.on(DescribeReplicationConfigsCommand).resolves({});
  asDeployed(settings);
  given({ Status: 'running' });
});

describe('a full load', () => {
  test('that is complete is noted for the merge, once', async () => {
    given({ Status: 'running' }, orders());
    await look();
    expect(JSON.parse(objects.get(COMPLETE)!)).toEqual({
      schema: 'CRM', table: 'ORDERS', full_load_rows: 10, full_load_started_at: '2026-11-01T09:00:00.000Z', full_load_ended_at: '2026-11-01T10:00:00.000Z',
    });
    objects.delete(COMPLETE);
    await look();
    expect(objects.has(COMPLETE)).toBe(false);
  });

  test('that comes again is noted again', async () => {
    given({ Status: 'running' }, orders());
    await look();
    objects.delete(COMPLETE);
    given({ Status: 'running' }, orders({ FullLoadStartTime: new Date('2026-11-02T09:00:00Z'), FullLoadRows: 12 }));
    await look();
    expect(JSON.parse(objects.get(COMPLETE)!)).toMatchObject({ full_load_rows: 12, full_load_started_at: '2026-11-02T09:00:00.000Z' });
  });

  test('is noted when DMS reports something too, before the statistics are gone', async () => {
    given({ Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' }, orders());
    await look({ eventType: 'REPLICATION_STOPPED', category: 'StateChange' });
    expect(objects.has(COMPLETE)).toBe(true);
    expect(told(sns)).toEqual([]);
  });

  test.each<[string, TableStatistics]>([
    ['that is not done', { TableState: 'Full load', FullLoadEndTime: undefined }],
    ['of a table in error', { TableState: 'Table error' }],
    ['that is being repeated', { TableState: 'Table is being reloaded' }],
    ['that left rows out', { FullLoadErrorRows: 1 }],
  ])('%s is not noted, since rows that it lacks would be deleted', async (_, statistics) => {
    given({ Status: 'running' }, orders(statistics));
    await look();
    expect(objects.has(COMPLETE)).toBe(false);
  });

  test('that left rows out is reported, once', async () => {
    given({ Status: 'running' }, orders({ FullLoadErrorRows: 3 }));
    await look();
    await look();
    expect(told(sns)).toHaveLength(1);
    expect(told(sns)[0].Message).toContain('- CRM.ORDERS: 3 row(s)');
  });
});

describe('what DMS reports', () => {
  test('as failed is told with its reason and what to do', async () => {
    given({ Status: 'failed', FailureMessages: ['ORA-01291: missing log file'], StopReason: 'Stop Reason FATAL_ERROR' });
    await look({ eventType: 'REPLICATION_FAILED', category: 'Failure', detailMessage: 'Replication failed.' });
    expect(told(sns)).toEqual([{
      TopicArn: 'arn:topic',
      Subject: 'FAILED: the replication crm',
      Message: expect.any(String),
    }]);
    expect(told(sns)[0].Message).toMatchInlineSnapshot(`
"Pipeline:    crm
Replication: arn:aws:dms:eu-central-1:123456789012:replication-config:test
Event:       REPLICATION_FAILED
Message:     Replication failed.
Reason:      ORA-01291: missing log file; Stop Reason FATAL_ERROR

While it does not run, changes wait in the redo logs of the source: it has to run again before these are removed.
To go on where it stopped: remove the cause, then run aws dms start-replication --replication-config-arn 'arn:aws:dms:eu-central-1:123456789012:replication-config:test' --start-replication-type resume-processing
To load all tables again: aws dms start-replication --replication-config-arn 'arn:aws:dms:eu-central-1:123456789012:replication-config:test' --start-replication-type reload-target

DMS: https://eu-central-1.console.aws.amazon.com/dms/v2/home?region=eu-central-1#serverlessReplications"
`);
  });

  test.each<[string, string, string[]]>([
    ['by the event', 'LOB data of 80000 bytes would be truncated to LobMaxSize (64 KB)', []],
    ['by the reason', 'Replication failed.', ['Task failed: truncation of a LOB column']],
  ])('as a LOB that is too long, %s, names the prop, and does not advise to resume at once', async (_, detailMessage, FailureMessages) => {
    given({ Status: 'failed', FailureMessages });
    await look({ eventType: 'REPLICATION_FAILED', category: 'Failure', detailMessage });
    expect(told(sns)[0].Message).toContain(`
A large object of the source (CLOB, BLOB or the like) is longer than the prop maxLobSize of the construct (64 KiB by default), and none is cut. Resuming as it is fails again.
To go on where it stopped: raise maxLobSize and deploy`);
    expect(told(sns)[0].Message).not.toContain('resume-processing');
    expect(told(sns)[0].Message).toContain('--start-replication-type reload-target');
  });

  test.each<[string, object, Replication, number]>([
    ['a stop for want of memory', { eventType: 'REPLICATION_STOPPED', category: 'StateChange' }, { Status: 'stopped', StopReason: 'Stop Reason STOPPED_DUE_TO_LOW_MEMORY' }, 1],
    ['a stop that somebody asked for', { eventType: 'REPLICATION_STOPPED', category: 'StateChange' }, { Status: 'stopped', StopReason: 'Stop Reason NORMAL' }, 0],
    ['a task that failed', { eventType: 'REPLICATION_TASK_FAILED', category: 'StateChange' }, { Status: 'failed' }, 1],
    ['a start', { eventType: 'REPLICATION_STARTED', category: 'StateChange' }, { Status: 'running' }, 0],
    ['a disk that is nearly full', { eventType: 'REPLICATION_INSTANCE_LOW_STORAGE', category: 'LowStorage' }, { Status: 'running' }, 1],
  ])('%s', async (_, event, replication, messages) => {
    given(replication);
    await look(event);
    expect(told(sns)).toHaveLength(messages);
  });

  test('names all tables that need a look in the command that loads them again, each once', async () => {
    given({ Status: 'running' }, orders({ TableState: 'Table error', FullLoadErrorRows: 3 }), orders({ TableName: 'LINES', TableState: 'Table error' }));
    await look();
    expect(told(sns)[0].Subject).toBe('2 table(s) of the replication crm need a look');
    expect(told(sns)[0].Message).toContain(' --tables-to-reload \'[{"SchemaName":"CRM","TableName":"ORDERS"},{"SchemaName":"CRM","TableName":"LINES"}]\'');
  });

  test('names ten tables in a command, which is what DMS takes', async () => {
    given({ Status: 'running' }, ...Array.from({ length: 11 }, (_, index) => orders({ TableName: `T${index}`, TableState: 'Table error' })));
    await look();
    const commands = told(sns)[0].Message!.split('\n').filter((line) => line.startsWith('aws dms reload-replication-tables '));
    expect(commands.map((command) => command.match(/TableName/g)!.length)).toEqual([10, 1]);
    expect(told(sns)[0].Message).toContain('DMS takes 10 tables at a time:');
  });

  test.each<[string, string, string, string[], string[]]>([
    ['that only replicates changes', 'cdc', 'running', ['DMS loads no table again'], ['aws dms']],
    ['that has stopped', 'full-load-and-cdc', 'stopped', ['does not run', 'resume-processing\naws dms reload-replication-tables', 'reload-target'], []],
    ['whose full load has ended', 'full-load', 'stopped', ['does not run', 'reload-target'], ['reload-replication-tables', 'resume-processing']],
  ])('of tables of a replication %s advises what DMS does', async (_, mode, Status, said, unsaid) => {
    asDeployed({ ...settings, replication: { ...settings.replication, mode } });
    given({ Status }, orders({ TableState: 'Table error' }));
    await look();
    said.forEach((words) => expect(told(sns)[0].Message).toContain(words));
    unsaid.forEach((words) => expect(told(sns)[0].Message).not.toContain(words));
  });

  test.each([['Replication failed.'], ['LOB data of 80000 bytes would be truncated']])('of a replication of changes alone (%s) advises no full load', async (detailMessage) => {
    asDeployed({ ...settings, replication: { ...settings.replication, mode: 'cdc' } });
    given({ Status: 'failed' });
    await look({ eventType: 'REPLICATION_FAILED', category: 'Failure', detailMessage });
    expect(told(sns)[0].Message).toContain('To go on where it stopped: ');
    expect(told(sns)[0].Message).not.toContain('reload-target');
  });

  test('names the commands of a task for a task', async () => {
    asDeployed({ ...settings, replication: { kind: 'task', identifier: 'test', arn: 'arn:task', mode: 'full-load-and-cdc' } });
    dms.on(DescribeReplicationTasksCommand).resolves({ ReplicationTasks: [{ Status: 'failed' }] });
    dms.on(DescribeTableStatisticsCommand).resolves({ TableStatistics: [orders({ TableState: 'Table error' })] });
    await look({ category: 'Failure' });
    expect(told(sns)[0].Message).toContain("aws dms start-replication-task --replication-task-arn 'arn:task' --start-replication-task-type resume-processing");
    expect(told(sns)[1].Message).toContain("aws dms reload-tables --replication-task-arn 'arn:task' --tables-to-reload");
  });
});

describe('whether it runs', () => {
  test.each<[string | undefined, number]>([
    ['running', 0], ['initialising', 0], ['stopping', 0], ['stopped', 1], ['failed', 1], ['created', 1], [undefined, 1],
  ])('is measured: %s', async (Status, stopped) => {
    given(Status === undefined ? undefined : { Status });
    expect(await look()).toMatchObject({ ReplicationStopped: stopped });
  });

  test('is not measured of a full load, which ends by itself', async () => {
    asDeployed({ ...settings, replication: { ...settings.replication, mode: 'full-load' } });
    given({ Status: 'stopped' });
    expect(await look()).toEqual({});
  });
});

describe('tables that need a person', () => {
  test.each(['Table error', 'Table cancelled', 'Table does not exist'])('%s: reported once, and again after it was well', async (TableState) => {
    given({ Status: 'running' }, orders({ TableState }));
    await look();
    await look();
    expect(told(sns)).toHaveLength(1);
    expect(told(sns)[0].Subject).toBe('1 table(s) of the replication crm need a look');
    expect(told(sns)[0].Message).toContain(`- CRM.ORDERS: ${TableState}`);
    given({ Status: 'running' }, orders());
    await look();
    given({ Status: 'running' }, orders({ TableState }));
    await look();
    expect(told(sns)).toHaveLength(2);
  });

  test('a definition that changed may be a truncate', async () => {
    given({ Status: 'running' }, orders({ Ddls: 1 }));
    await look();
    expect(told(sns)).toEqual([]);
    given({ Status: 'running' }, orders({ Ddls: 3 }));
    await look();
    await look();
    expect(told(sns)).toHaveLength(1);
    expect(told(sns)[0].Message).toMatch(/TRUNCATE or DROP is not replicated[^]*- CRM.ORDERS: 2 statement\(s\)/);
  });

  test.each<[string, number, number]>([
    ['and with all rows that have other keys, although the source has two', 12, 0],
    ['but not with one whose key was there before', 11, 1],
  ])('10 rows that stay after a truncate which DMS does not count add up with what it counts, %s', async (_, rows, messages) => {
    merged(10);
    given({ Status: 'running' }, orders());
    await look();
    await look();
    expect(told(sns)).toEqual([]);
    merged(rows);
    given({ Status: 'running' }, orders({ Inserts: 2, LastUpdateTime: LOADED_AT }));
    await look();
    await look();
    expect(told(sns)).toHaveLength(messages);
  });

  test('rows that do not add up are reported at the second look, and once', async () => {
    merged(9);
    given({ Status: 'running' }, orders({ Inserts: 5, Deletes: 2, Updates: 7, LastUpdateTime: LOADED_AT }));
    await look();
    expect(told(sns)).toEqual([]);
    await look();
    await look();
    expect(told(sns)).toHaveLength(1);
    expect(told(sns)[0].Message).toMatchInlineSnapshot(`
"Pipeline:    crm
Replication: arn:aws:dms:eu-central-1:123456789012:replication-config:test

The rows of 1 table(s) do not add up, twice in a row with the same numbers. A TRUNCATE in the source, a change that was lost, or rows that somebody changed in the warehouse may be the cause:
- CRM.ORDERS: 9 rows in the warehouse, but DMS counted 10 loaded, 5 inserted and 2 deleted

To heal a table: load it again, which removes what it lacks. Its files are merged by themselves.
aws dms reload-replication-tables --replication-config-arn 'arn:aws:dms:eu-central-1:123456789012:replication-config:test' --tables-to-reload '[{"SchemaName":"CRM","TableName":"ORDERS"}]'

DMS: https://eu-central-1.console.aws.amazon.com/dms/v2/home?region=eu-central-1#serverlessReplications"
`);
    merged(13);
    await look();
    merged(9);
    await look();
    await look();
    expect(told(sns)).toHaveLength(2);
  });

  test.each<[string, TableStatistics, number | undefined]>([
    ['rows that add up', { Inserts: 5, Deletes: 2 }, 13],
    ['a table without a key, which has a row for each change', { Inserts: 5, Updates: 3, Deletes: 2 }, 20],
    ['a table that no run has merged yet', { Inserts: 5 }, undefined],
    ['changes that may be on their way', { Inserts: 5, LastUpdateTime: new Date() }, 10],
    ['a load that is under way', { FullLoadEndTime: undefined, TableState: 'Full load' }, 1],
  ])('nothing is said of %s', async (_, statistics, rows) => {
    if (rows !== undefined) {
      merged(rows);
    }
    given({ Status: 'running' }, orders(statistics));
    await look();
    await look();
    expect(told(sns)).toEqual([]);
  });

  test('DMS counts from nothing again when it was stopped, the watch does not', async () => {
    merged(15);
    given({ Status: 'running' }, orders({ Inserts: 5 }));
    await look();
    given({ Status: 'running' }, orders({ Inserts: 0 }));
    await look();
    await look();
    merged(17);
    given({ Status: 'running' }, orders({ Inserts: 2 }));
    await look();
    await look();
    expect(told(sns)).toEqual([]);
  });

  test('nothing is forgotten while DMS has no statistics', async () => {
    given({ Status: 'running' }, orders({ Inserts: 5 }));
    await look();
    dms.on(DescribeReplicationTableStatisticsCommand).rejects(Object.assign(new Error('deprovisioned'), { name: 'InvalidResourceStateFault' }));
    await look();
    expect(JSON.parse(objects.get(COPY)!).tables['CRM.ORDERS']).toMatchObject({ inserts: 5, completed: '2026-11-01T09:00:00.000Z' });
  });

  test('a replication that was resumed with statistics of its own knows of the full load before', async () => {
    given({ Status: 'running' }, orders({ Inserts: 5 }));
    await look();
    given({ Status: 'running' }, orders({ Inserts: 2, FullLoadRows: 0, FullLoadStartTime: undefined, FullLoadEndTime: undefined }));
    await look();
    expect(JSON.parse(objects.get(COPY)!).tables['CRM.ORDERS']).toMatchObject({
      load_rows: 10, load_started_at: '2026-11-01T09:00:00.000Z', inserts: 2, forgotten: { inserts: 5 },
    });
    merged(3);
    await look();
    await look();
    expect(told(sns)[0].Message).toContain('10 loaded, 7 inserted');
  });

  test('rows are not compared where only changes are replicated', async () => {
    asDeployed({ ...settings, replication: { ...settings.replication, mode: 'cdc' } });
    merged(1);
    given({ Status: 'running' }, orders());
    await look();
    await look();
    expect(told(sns)).toEqual([]);
  });

  test('are listed up to twenty of a kind', async () => {
    given({ Status: 'running' }, ...Array.from({ length: 25 }, (_, index) => orders({ TableName: `T${index}`, TableState: 'Table error' })));
    await look();
    expect(told(sns)[0].Message).toContain('- and 5 more; DMS lists all of them');
    expect(told(sns)[0].Subject).toBe('25 table(s) of the replication crm need a look');
  });

  test('are told again when telling failed', async () => {
    given({ Status: 'running' }, orders({ TableState: 'Table error' }));
    sns.on(PublishCommand).rejectsOnce(new Error('throttled')).resolves({});
    await expect(look()).rejects.toThrow('throttled');
    await look();
    expect(told(sns)).toHaveLength(2);
  });
});

describe('after a deployment that was rolled back', () => {
  const rolledBack = { 'status-details': { status: 'UPDATE_ROLLBACK_COMPLETE' } };
  const started = (): unknown[] => dms.commandCalls(StartReplicationCommand).map(({ args }) => args[0].input.StartReplicationType);

  test('what the deployment has stopped is resumed', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1', stopped: 'r2' }));
    given({ Status: 'stopped' });
    await look(rolledBack, 'aws.cloudformation');
    expect(started()).toEqual(['resume-processing']);
    expect(JSON.parse(objects.get(NOTES)!)).toEqual({ started: 'r1', load: 'l1' });
    await look(rolledBack, 'aws.cloudformation');
    expect(started()).toHaveLength(1);
  });

  describe('a task', () => {
    const TASK = 'arn:aws:dms:eu-central-1:123456789012:task:test';
    const connections = (status: string, LastFailureMessage?: string): any => ({
      Connections: ['arn:source', 'arn:target'].map((EndpointArn) => ({ EndpointArn, Status: status, LastFailureMessage })),
    });

    beforeEach(() => {
      asDeployed({ ...settings, replication: { ...settings.replication, kind: 'task', arn: TASK } });
      jest.spyOn(global, 'setTimeout').mockImplementation(((next: () => void) => next()) as any);
      objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1', stopped: 'r2' }));
      dms.on(DescribeReplicationTasksCommand).resolves({
        ReplicationTasks: [{ Status: 'stopped', ReplicationInstanceArn: 'arn:rep', SourceEndpointArn: 'arn:source', TargetEndpointArn: 'arn:target' }],
      });
      dms.on(StartReplicationTaskCommand).resolves({});
      dms.on(TestConnectionCommand).resolves({});
    });

    afterEach(() => jest.restoreAllMocks());

    const startsOfTask = (): number => dms.commandCalls(StartReplicationTaskCommand).length;

    test('is resumed when its instance has reached both endpoints, which the rollback has changed back', async () => {
      dms.on(DescribeConnectionsCommand).resolvesOnce(connections('testing')).resolves(connections('successful'));
      await look(rolledBack, 'aws.cloudformation');
      expect(dms.commandCalls(TestConnectionCommand).map(({ args }) => args[0].input.EndpointArn)).toEqual(['arn:source', 'arn:target']);
      expect(dms.commandCalls(DescribeConnectionsCommand)).toHaveLength(2);
      expect(startsOfTask()).toBe(1);
    });

    test('that cannot be reached keeps its event, which Lambda brings again', async () => {
      dms.on(DescribeConnectionsCommand).resolves(connections('failed', 'ORA-12541: TNS:no listener'));
      await expect(look(rolledBack, 'aws.cloudformation')).rejects.toThrow('could not be started again after a rollback: the source endpoint cannot be reached: ORA-12541');
      expect(startsOfTask()).toBe(0);
    });

    test('that cannot be tested now keeps its event too', async () => {
      dms.on(TestConnectionCommand).rejects(Object.assign(new Error('not now'), { name: 'InvalidResourceStateFault' }));
      await expect(look(rolledBack, 'aws.cloudformation')).rejects.toThrow('the tests of its endpoints have not ended');
    });
  });

  test('what failed since, and was loaded before, is resumed and not loaded again', async () => {
    given({ Status: 'failed' }, orders());
    await look();
    objects.set(NOTES, JSON.stringify({ stopped: 'r2' }));
    given({ Status: 'failed' });
    await look(rolledBack, 'aws.cloudformation');
    expect(started()).toEqual(['resume-processing']);
  });

  test('what failed in another full load since is loaded again', async () => {
    given({ Status: 'failed' }, orders());
    await look();
    given({ Status: 'failed' }, orders({ FullLoadStartTime: undefined, FullLoadEndTime: undefined }));
    objects.set(NOTES, JSON.stringify({ stopped: 'r2', loadBegunAt: '2026-11-02T09:00:00.000Z' }));
    await look(rolledBack, 'aws.cloudformation');
    expect(started()).toEqual(['reload-target']);
    expect(Date.parse(JSON.parse(objects.get(NOTES)!).loadBegunAt)).not.toBe(Date.parse('2026-11-02T09:00:00.000Z'));
  });

  test.each<[string, object | undefined, string]>([
    ['what somebody else has stopped', { started: 'r1' }, 'stopped'],
    ['what has never been started', undefined, 'created'],
    ['what runs', { stopped: 'r2' }, 'running'],
  ])('%s is left alone', async (_, notes, Status) => {
    if (notes) {
      objects.set(NOTES, JSON.stringify(notes));
    }
    given({ Status });
    await look(rolledBack, 'aws.cloudformation');
    expect(started()).toEqual([]);
  });
});

test('values of rows are in no object that it writes', async () => {
  given({ Status: 'running' }, orders());
  await look();
  expect(s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key)).toEqual(['replication/crm/CRM/ORDERS/complete.json', 'statistics/crm.json']);
});
