import {
  Connection, DatabaseMigrationServiceClient, DescribeConnectionsCommand, DescribeReplicationConfigsCommand, DescribeReplicationsCommand,
  DescribeReplicationTableStatisticsCommand, DescribeReplicationTasksCommand, DescribeTableStatisticsCommand, Replication,
  StartReplicationCommand, StartReplicationTaskCommand, StopReplicationCommand, StopReplicationTaskCommand, TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { GetJobRunsCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../src/replication/lifecycle.lambda';
import { ReplicationMode } from '../../src/replication/replication-mode';
import { remembering } from '../dispatch/deployed';

const dms = mockClient(DatabaseMigrationServiceClient);
const glue = mockClient(GlueClient);
const s3 = mockClient(S3Client);

const ARN = 'arn:aws:dms:eu-central-1:123456789012:replication-config:test';
const TASK_ARN = 'arn:aws:dms:eu-central-1:123456789012:task:test';
const NOTES = 's3://staging/lifecycle/crm.json';
const COPY = 's3://staging/statistics/crm.json';

let objects: Map<string, string>;
let runs: Record<string, any>[];

/** A request of CloudFormation: by default the creation of the resource that starts a replication. */
interface Asked {
  readonly type?: 'Create' | 'Update' | 'Delete';
  readonly action?: 'start' | 'stop';
  readonly id?: string;
  readonly properties?: Record<string, any>;
  readonly old?: Record<string, any>;
}

const properties = (action: 'start' | 'stop', others: Record<string, any> = {}): Record<string, any> => ({
  Action: action,
  Replication: { kind: 'serverless', identifier: 'test', arn: ARN, mode: ReplicationMode.FULL_LOAD_AND_CDC },
  Definition: 'd1',
  Values: ['bucket'],
  Notes: { bucket: 'staging', key: 'lifecycle/crm.json' },
  ...(action === 'start' && { Load: 'l1', Statistics: { bucket: 'staging', key: 'statistics/crm.json' }, SchemaJob: 'schema', Schema: 's1' }),
  ...others,
});

const request = ({ type = 'Create', action = 'start', id = 'r1', properties: others, old = {} }: Asked): any => ({
  RequestType: type,
  RequestId: id,
  ResourceProperties: properties(action, others),
  ...(type === 'Update' && { OldResourceProperties: properties(action, old) }),
});

/** What the provider asks until it is done. */
async function isDone(asked: Asked = {}): Promise<boolean> {
  const event = request(asked);
  const begun = await handler(event);
  return (await handler({ ...event, ...begun }) as any).IsComplete;
}

/** The replication, as DMS describes it. */
function given(replication: Replication | undefined): void {
  dms.on(DescribeReplicationsCommand).resolves({ Replications: replication ? [replication] : [] });
}

function givenTables(...states: string[]): void {
  dms.on(DescribeReplicationTableStatisticsCommand).resolves({
    ReplicationTableStatistics: states.map((TableState, index) => ({ SchemaName: 'CRM', TableName: `T${index}`, TableState })),
  });
}

const tablesMade = (id = 'r1'): void => { runs = [{ Id: 'jr', JobRunState: 'SUCCEEDED', Arguments: { '--deployment': id } }]; };
const started = (): any[] => dms.commandCalls(StartReplicationCommand).map(({ args }) => args[0].input);
const stops = (): number => dms.commandCalls(StopReplicationCommand).length;
const notes = (): any => JSON.parse(objects.get(NOTES)!);
const fault = (name: string, message: string): Error => Object.assign(new Error(message), { name });

beforeEach(() => {
  [dms, glue, s3].forEach((client) => client.reset());
  jest.spyOn(console, 'info').mockReturnValue();
  objects = remembering(s3);
  runs = [];
  glue.on(GetJobRunsCommand).callsFake(() => ({ JobRuns: runs }));
  glue.on(StartJobRunCommand).callsFake(({ Arguments }) => {
    runs.unshift({ Id: `jr_${runs.length}`, JobRunState: 'STARTING', Arguments });
    return { JobRunId: runs[0].Id };
  });
  dms.on(StartReplicationCommand).resolves({});
  dms.on(StopReplicationCommand).resolves({});
  dms.on(DescribeReplicationConfigsCommand).resolves({ ReplicationConfigs: [] });
  dms.on(DescribeReplicationTableStatisticsCommand).resolves({});
});

test('leaves tests to DMS Serverless, which does them itself', async () => {
  tablesMade();
  given({ Status: 'created' });
  await isDone();
  expect(started()).toHaveLength(1);
  expect(dms.commandCalls(TestConnectionCommand)).toEqual([]);
});

test('keeps the name of what it made, so that CloudFormation never takes it for another', async () => {
  expect(await handler(request({}))).toEqual({ PhysicalResourceId: 'test-start', Begun: expect.any(String) });
  const renamed = { Replication: { kind: 'task', identifier: 'other', arn: TASK_ARN, mode: 'cdc' } };
  for (const type of ['Update', 'Delete'] as const) {
    expect(await handler({ ...request({ type, properties: renamed }), PhysicalResourceId: 'test-start' })).toMatchObject({ PhysicalResourceId: 'test-start' });
  }
});

describe('the tables', () => {
  beforeEach(() => given({ Status: 'created' }));

  test('are made before the replication starts', async () => {
    expect(await isDone()).toBe(false);
    expect(glue.commandCalls(StartJobRunCommand).map(({ args }) => args[0].input)).toEqual([{ JobName: 'schema', Arguments: { '--deployment': 'r1' } }]);
    expect(await isDone()).toBe(false);
    expect(started()).toEqual([]);
    runs[0].JobRunState = 'SUCCEEDED';
    expect(await isDone()).toBe(false);
    expect(started()).toHaveLength(1);
  });

  test('are made by one run, however often the request comes', async () => {
    await isDone();
    await isDone();
    await handler(request({}));
    expect(glue.commandCalls(StartJobRunCommand)).toHaveLength(1);
  });

  test('are made again by another deployment', async () => {
    tablesMade('r0');
    await isDone();
    expect(glue.commandCalls(StartJobRunCommand)).toHaveLength(1);
    expect(started()).toEqual([]);
  });

  test.each(['FAILED', 'TIMEOUT', 'ERROR', 'STOPPED', 'EXPIRED'])('that a run could not make fail the deployment with its words: %s', async (JobRunState) => {
    runs = [{ Id: 'jr_1', JobRunState, Arguments: { '--deployment': 'r1' }, ErrorMessage: 'SettingsError: the secret has another port' }];
    await expect(isDone()).rejects.toThrow(
      `the tables could not be made, so the replication was not started: the run jr_1 of the Glue job schema ended as ${JobRunState}: SettingsError: the secret has another port`);
    expect(started()).toEqual([]);
  });

  test.each(['STARTING', 'RUNNING', 'STOPPING', 'WAITING'])('are waited for while their run is %s', async (JobRunState) => {
    runs = [{ Id: 'jr_1', JobRunState, Arguments: { '--deployment': 'r1' } }];
    expect(await isDone()).toBe(false);
    expect(started()).toEqual([]);
  });

  test('wait for a Glue that is busy', async () => {
    glue.on(StartJobRunCommand).rejects(fault('ConcurrentRunsExceededException', 'busy'));
    expect(await isDone()).toBe(false);
  });

  test('fail the deployment when their job may not be started', async () => {
    glue.on(StartJobRunCommand).rejects(fault('AccessDeniedException', 'not authorized'));
    await expect(isDone()).rejects.toThrow('not authorized');
  });
});

describe('a start', () => {
  beforeEach(() => tablesMade());

  test('is noted, so that a repeated request waits for it', async () => {
    given({ Status: 'created' });
    expect(await isDone()).toBe(false);
    expect(started()).toEqual([{ ReplicationConfigArn: ARN, StartReplicationType: 'start-replication' }]);
    expect(notes()).toEqual({ started: 'r1', load: 'l1', loadBegunAt: expect.any(String) });
    // DMS may show the old state for a moment.
    expect(await isDone()).toBe(false);
    expect(started()).toHaveLength(1);
  });

  test.each([
    'initialising', 'initializing', 'metadata_resources', 'testing_connection', 'fetching_metadata', 'calculating_capacity', 'provisioning_capacity', 'replication_starting',
    'stopping', 'creating', 'modifying', 'a state that DMS will have some day',
  ])('waits while the replication is %s', async (Status) => {
    given({ Status });
    expect(await isDone()).toBe(false);
    expect(started()).toEqual([]);
  });

  const NO_STATISTICS = { FullLoadProgressPercent: 0, TablesLoaded: 0, TablesLoading: 0, TablesQueued: 0, TablesErrored: 0 };
  const LOADED = { load_ended_at: '2026-11-01T10:00:00.000Z' };

  test.each<[string, Replication, object | undefined, string]>([
    ['forgot a full load that was done', {}, { replication: ARN, tables: { a: LOADED, b: LOADED } }, 'resume-processing'],
    ['says none per cent of no table', { ReplicationStats: NO_STATISTICS }, { replication: ARN, tables: { a: LOADED } }, 'resume-processing'],
    ['forgot a full load that was not done', {}, { replication: ARN, tables: { a: LOADED, b: { load_ended_at: null } } }, 'reload-target'],
    ['forgot one that somebody began again', {}, { replication: ARN, tables: { a: { ...LOADED, state: 'Before load' } } }, 'reload-target'],
    ['never had a table', { ReplicationStats: NO_STATISTICS }, { replication: ARN, tables: {} }, 'reload-target'],
    ['was never looked at', {}, undefined, 'reload-target'],
    ['has followed another one that was loaded', {}, { replication: `${ARN}-other`, tables: { a: LOADED } }, 'reload-target'],
    ['says itself what is loaded', { ReplicationStats: { FullLoadProgressPercent: 40, TablesLoaded: 2, TablesQueued: 3, TablesLoading: 0, TablesErrored: 0 } }, { replication: ARN, tables: { a: LOADED } }, 'reload-target'],
  ])('of one that failed and %s', async (_, replication, copy, type) => {
    given({ Status: 'failed', ...replication });
    if (copy) {
      objects.set(COPY, JSON.stringify(copy));
    }
    await isDone();
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual([type]);
  });

  test.each([['2026-11-02T10:00:00.000Z', 'reload-target'], ['2026-11-01T09:00:00.000Z', 'resume-processing']])('of one that failed and has lost a full load begun at %s', async (loadBegunAt, type) => {
    given({ Status: 'failed' });
    objects.set(NOTES, JSON.stringify({ started: 'r0', load: 'l1', loadBegunAt }));
    objects.set(COPY, JSON.stringify({ replication: ARN, tables: { a: LOADED } }));
    await isDone();
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual([type]);
  });

  test('notes when a full load begins, until another one does', async () => {
    given({ Status: 'stopped' });
    objects.set(NOTES, JSON.stringify({ started: 'r0', load: 'l0' }));
    await isDone();
    const { loadBegunAt } = notes();
    expect(Math.abs(Date.now() - Date.parse(loadBegunAt))).toBeLessThan(60_000);
    tablesMade('r2');
    await isDone({ id: 'r2' });
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual(['reload-target', 'resume-processing']);
    expect(notes()).toEqual({ started: 'r2', load: 'l1', loadBegunAt });
  });

  test.each<[string, Replication, Partial<Record<'mode' | 'load', string>>, string | undefined]>([
    ['one that has never run', { Status: 'created' }, {}, 'start-replication'],
    ['one that has never run, of a deployment that was tried before', { Status: 'created' }, { load: 'l0' }, 'start-replication'],
    ['one that was stopped', { Status: 'stopped' }, { load: 'l1' }, 'resume-processing'],
    ['one that was stopped, with nothing noted', { Status: 'stopped' }, {}, 'resume-processing'],
    ['one of other tables', { Status: 'stopped' }, { load: 'l0' }, 'reload-target'],
    ['one that failed after its full load', { Status: 'failed', ReplicationStats: { FullLoadProgressPercent: 100 } }, { load: 'l1' }, 'resume-processing'],
    ['one that failed in its full load', { Status: 'failed', ReplicationStats: { FullLoadProgressPercent: 40 } }, { load: 'l1' }, 'reload-target'],
    ['one of changes only', { Status: 'stopped' }, { mode: 'cdc', load: 'l1' }, 'resume-processing'],
    ['one of changes only, of other tables', { Status: 'stopped' }, { mode: 'cdc', load: 'l0' }, 'resume-processing'],
    ['one of changes only that failed', { Status: 'failed' }, { mode: 'cdc' }, 'resume-processing'],
    ['a full load that is done', { Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' }, { mode: 'full-load', load: 'l1' }, undefined],
    ['a full load of other tables', { Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' }, { mode: 'full-load', load: 'l0' }, 'reload-target'],
    ['a full load that was stopped half way', { Status: 'stopped', StopReason: 'Stop Reason NORMAL' }, { mode: 'full-load', load: 'l1' }, 'reload-target'],
  ])('of %s', async (_, replication, { mode = 'full-load-and-cdc', load }, type) => {
    given(replication);
    if (load !== undefined) {
      objects.set(NOTES, JSON.stringify({ started: 'r0', load }));
    }
    const done = await isDone({ type: 'Update', properties: { Replication: { kind: 'serverless', identifier: 'test', arn: ARN, mode } } });
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual(type ? [type] : []);
    expect(done).toBe(type === undefined);
  });

  test.each([
    ['l0', 'reload-target'], ['l1', 'resume-processing'],
  ])('whose notes were in another bucket, loaded as %s', async (load, type) => {
    given({ Status: 'stopped' });
    objects.set(NOTES, JSON.stringify({ stopped: 'r1' }));
    await isDone({ type: 'Update', old: { Load: load } });
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual([type]);
  });

  test.each([
    [49, 'r1', false], [51, 'r1', true], [51, 'r0', false],
  ])('that takes %d minutes to provision, for the request %s, is done: %s', async (minutes, by, done) => {
    given({ Status: 'provisioning_capacity' });
    objects.set(NOTES, JSON.stringify({ started: by }));
    const Begun = new Date(Date.now() - minutes * 60_000).toISOString();
    expect(await handler({ ...request({}), Begun })).toEqual({ IsComplete: done });
  });

  test('is done when tables are on their way', async () => {
    given({ Status: 'running', ReplicationStats: { StartDate: new Date() } });
    givenTables('Full load', 'Before load');
    expect(await isDone()).toBe(true);
  });

  test('is not done while no table is: a replication that cannot read any runs for a moment too', async () => {
    given({ Status: 'running', ReplicationStats: { StartDate: new Date() } });
    expect(await isDone()).toBe(false);
    givenTables('Before load');
    expect(await isDone()).toBe(false);
  });

  test('is done when it has run for two minutes', async () => {
    given({ Status: 'running', ReplicationStats: { StartDate: new Date(Date.now() - 121_000) } });
    expect(await isDone()).toBe(true);
  });

  test('fails when no table can be read, and names them', async () => {
    given({ Status: 'running', ReplicationStats: { StartDate: new Date() } });
    givenTables('Table error', 'Table error');
    await expect(isDone()).rejects.toThrow('DMS cannot replicate any of the 2 table(s); tables with errors: CRM.T0, CRM.T1. The log of the replication says why');
  });

  test('is done when a full load was done before anybody looked', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1' }));
    given({ Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' });
    expect(await isDone({ properties: { Replication: { kind: 'serverless', identifier: 'test', arn: ARN, mode: 'full-load' } } })).toBe(true);
    expect(started()).toEqual([]);
  });

  test("that fails is reported with DMS's own reasons", async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1' }));
    given({ Status: 'failed', StopReason: 'Stop Reason FATAL_ERROR', FailureMessages: ['Test connection failed for endpoint oracle: ORA-01017: invalid username/password'] });
    givenTables('Table error');
    await expect(isDone()).rejects.toThrow('DMS could not start the replication test: Test connection failed for endpoint oracle: ORA-01017: invalid username/password;'
      + ' Stop Reason FATAL_ERROR; tables with errors: CRM.T0');
    expect(started()).toEqual([]);
  });

  test('that fails without a reason is reported too', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1' }));
    given({ Status: 'failed' });
    await expect(isDone()).rejects.toThrow("DMS gives no reason for the state 'failed'; see its log");
  });

  test('that failed in an earlier deployment is tried again', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r0', load: 'l1' }));
    given({ Status: 'failed', FailureMessages: ['then'] });
    expect(await isDone()).toBe(false);
    expect(started()).toHaveLength(1);
  });

  test('is tried again when DMS says that it cannot be now', async () => {
    dms.on(StartReplicationCommand).rejectsOnce(fault('InvalidResourceStateFault', 'Replication for Replication Config: test is in MODIFYING state and cannot start')).resolves({});
    given({ Status: 'stopped' });
    expect(await isDone()).toBe(false);
    expect(objects.has(NOTES)).toBe(false);
    expect(await isDone()).toBe(false);
    expect(started()).toHaveLength(2);
    expect(notes().started).toBe('r1');
  });

  test.each([
    ['start-replication', 'created', 'valid only for replications running for the first time', 'reload-target'],
    ['resume-processing', 'stopped', 'not valid for replications running for the first time', 'start-replication'],
  ])('by %s that DMS refuses, since it is %s, is one by what DMS allows', async (first, Status, message, second) => {
    dms.on(StartReplicationCommand).rejectsOnce(fault('InvalidParameterCombinationException', `Start Type : X, ${message}`)).resolves({});
    given({ Status });
    await isDone();
    expect(started().map(({ StartReplicationType }) => StartReplicationType)).toEqual([first, second]);
    expect(notes().started).toBe('r1');
  });

  test('that is refused for another reason fails the deployment with it', async () => {
    dms.on(StartReplicationCommand).rejects(fault('AccessDeniedFault', 'The IAM Role arn:aws:iam::123456789012:role/dms-vpc-role is not configured properly.'));
    given({ Status: 'created' });
    await expect(isDone()).rejects.toThrow('dms-vpc-role is not configured properly');
  });

  test('whose note was lost is found under way', async () => {
    given({ Status: 'created' });
    s3.on(PutObjectCommand).rejectsOnce(fault('InternalError', 'later'));
    await expect(isDone()).rejects.toThrow('later');
    given({ Status: 'initialising' });
    expect(await isDone()).toBe(false);
    expect(started()).toHaveLength(1);
  });

  test('of a configuration that DMS lists without a replication', async () => {
    given(undefined);
    dms.on(DescribeReplicationConfigsCommand).resolves({ ReplicationConfigs: [{ ReplicationConfigArn: ARN }] });
    await isDone();
    expect(started()).toHaveLength(1);
  });

  test('of what somebody has deleted fails with what to do', async () => {
    dms.on(DescribeReplicationsCommand).rejects(fault('ResourceNotFoundFault', 'none'));
    await expect(isDone()).rejects.toThrow('there is no replication test in DMS; was it deleted by hand?');
  });

  test('says no more than CloudFormation takes', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1' }));
    given({ Status: 'failed', FailureMessages: ['x'.repeat(10_000)] });
    await expect(isDone()).rejects.toThrow(/^.{100,3000}$/);
  });

  test('does not go on when the notes cannot be read', async () => {
    given({ Status: 'created' });
    s3.on(GetObjectCommand).rejects(fault('AccessDenied', 'no'));
    await expect(isDone()).rejects.toThrow('no');
    expect(started()).toEqual([]);
  });
});

describe('a stop before a change', () => {
  const change: Asked = { type: 'Update', action: 'stop', id: 'r2', properties: { Definition: 'd2' } };

  test('asks a running replication to stop, notes it, and waits', async () => {
    given({ Status: 'running' });
    objects.set(NOTES, JSON.stringify({ started: 'r1', load: 'l1' }));
    expect(await isDone(change)).toBe(false);
    expect(stops()).toBe(1);
    expect(notes()).toEqual({ started: 'r1', load: 'l1', stopped: 'r2' });
    given({ Status: 'stopping' });
    expect(await isDone(change)).toBe(false);
    expect(stops()).toBe(1);
    given({ Status: 'stopped' });
    expect(await isDone(change)).toBe(true);
  });

  test('is one for a value that only the deployment knows, too', async () => {
    given({ Status: 'running' });
    expect(await isDone({ type: 'Update', action: 'stop', properties: { Values: ['other'] } })).toBe(false);
    expect(stops()).toBe(1);
  });

  test.each<[string, Asked]>([
    ['when nothing changes', { type: 'Update', action: 'stop' }],
    ['when it is made', { type: 'Create', action: 'stop' }],
    ['when it is deleted, which comes last', { type: 'Delete', action: 'stop' }],
  ])('leaves the replication alone %s', async (_, asked) => {
    given({ Status: 'running' });
    expect(await isDone(asked)).toBe(true);
    expect(dms.calls()).toEqual([]);
  });

  test.each(['created', 'stopped', 'failed'])('has nothing to do when it is %s', async (Status) => {
    given({ Status });
    expect(await isDone(change)).toBe(true);
    expect(stops()).toBe(0);
    expect(objects.has(NOTES)).toBe(false);
  });

  test('asks again when the replication is in a state that refuses', async () => {
    given({ Status: 'replication_starting' });
    dms.on(StopReplicationCommand).rejects(fault('InvalidResourceStateFault', 'not now'));
    expect(await isDone(change)).toBe(false);
    expect(await isDone(change)).toBe(false);
    expect(stops()).toBe(2);
  });

  test('stops the one that was, when the kind changes', async () => {
    dms.on(DescribeReplicationTasksCommand).resolves({ ReplicationTasks: [{ Status: 'running' }] });
    dms.on(StopReplicationTaskCommand).resolves({});
    const task = { kind: 'task', identifier: 'test', arn: TASK_ARN, mode: 'cdc' };
    expect(await isDone({ ...change, old: { Replication: task } })).toBe(false);
    expect(dms.commandCalls(StopReplicationTaskCommand).map(({ args }) => args[0].input)).toEqual([{ ReplicationTaskArn: TASK_ARN }]);
  });
});

describe('a deletion', () => {
  const deletion: Asked = { type: 'Delete' };

  test('stops the replication and waits', async () => {
    given({ Status: 'running' });
    expect(await isDone(deletion)).toBe(false);
    expect(stops()).toBe(1);
    given({ Status: 'stopped' });
    expect(await isDone(deletion)).toBe(true);
    expect(glue.calls()).toEqual([]);
    expect(s3.calls()).toEqual([]);
  });

  test.each<[string, Replication | undefined]>([
    ['has never run', { Status: 'created' }], ['has failed', { Status: 'failed' }], ['is gone', undefined], ['is going', { Status: 'deleting' }],
  ])('is done when it %s', async (_, replication) => {
    given(replication);
    expect(await isDone(deletion)).toBe(true);
    expect(stops()).toBe(0);
  });

  test('is done when DMS knows nothing of it', async () => {
    dms.on(DescribeReplicationsCommand).rejects(fault('ResourceNotFoundFault', 'none'));
    expect(await isDone(deletion)).toBe(true);
  });
});

describe('a task', () => {
  const ofTask = { Replication: { kind: 'task', identifier: 'test', arn: TASK_ARN, mode: 'full-load-and-cdc' } };
  const route = { ReplicationInstanceArn: 'arn:rep', SourceEndpointArn: 'arn:source', TargetEndpointArn: 'arn:target' };
  const describes = (task: object): void => { dms.on(DescribeReplicationTasksCommand).resolves({ ReplicationTasks: [{ ...route, ...task }] }); };
  const startTypes = (): any[] => dms.commandCalls(StartReplicationTaskCommand).map(({ args }) => args[0].input.StartReplicationTaskType);
  const tests = (): any[] => dms.commandCalls(TestConnectionCommand).map(({ args }) => args[0].input);
  const tested = (...connections: Connection[]): void => {
    objects.set(NOTES, JSON.stringify({ started: 'r0', load: 'l1', tested: 'r1' }));
    dms.on(DescribeConnectionsCommand).resolves({ Connections: connections });
  };
  const reached = (): void => tested({ EndpointArn: 'arn:target', Status: 'successful' }, { EndpointArn: 'arn:source', Status: 'successful' });

  beforeEach(() => {
    tablesMade();
    dms.on(StartReplicationTaskCommand).resolves({});
    dms.on(TestConnectionCommand).resolves({});
    dms.on(DescribeConnectionsCommand).resolves({});
  });

  test('is started after its instance has reached both endpoints, which is tested for each deployment', async () => {
    describes({ Status: 'ready' });
    // What an earlier deployment has tested may have changed.
    objects.set(NOTES, JSON.stringify({ started: 'r0', load: 'l1', tested: 'r0' }));
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(tests()).toEqual([
      { ReplicationInstanceArn: 'arn:rep', EndpointArn: 'arn:source' }, { ReplicationInstanceArn: 'arn:rep', EndpointArn: 'arn:target' },
    ]);
    expect(notes()).toEqual({ started: 'r0', load: 'l1', tested: 'r1' });
    expect(startTypes()).toEqual([]);
    reached();
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(tests()).toHaveLength(2);
    expect(dms.commandCalls(DescribeConnectionsCommand)[0].args[0].input.Filters).toEqual([
      { Name: 'replication-instance-arn', Values: ['arn:rep'] }, { Name: 'endpoint-arn', Values: ['arn:source', 'arn:target'] },
    ]);
    expect(startTypes()).toEqual(['start-replication']);
    expect(notes()).toEqual({ started: 'r1', load: 'l1', loadBegunAt: expect.any(String) });
  });

  test.each<[string, Connection[]]>([
    ['while a test goes on', [{ EndpointArn: 'arn:source', Status: 'successful' }, { EndpointArn: 'arn:target', Status: 'testing' }]],
    ['while DMS does not show a test yet', [{ EndpointArn: 'arn:source', Status: 'successful' }]],
    ['while DMS shows others', [{ EndpointArn: 'arn:source', Status: 'successful' }, { EndpointArn: 'arn:other', Status: 'successful' }]],
  ])('is waited for %s', async (_, connections) => {
    describes({ Status: 'ready' });
    tested(...connections);
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(startTypes()).toEqual([]);
  });

  test("whose endpoints cannot be reached fails the deployment with DMS's own reasons", async () => {
    describes({ Status: 'ready' });
    tested({ EndpointArn: 'arn:source', Status: 'failed', LastFailureMessage: 'ORA-12541: TNS:no listener' }, { EndpointArn: 'arn:target', Status: 'failed' });
    await expect(isDone({ properties: ofTask })).rejects.toThrow('DMS could not start the replication test: the source endpoint cannot be reached: ORA-12541: TNS:no listener;'
      + ' the target endpoint cannot be reached: DMS gives no reason');
    expect(startTypes()).toEqual([]);
  });

  test('is tested again when DMS says that it cannot be now', async () => {
    describes({ Status: 'ready' });
    dms.on(TestConnectionCommand).rejectsOnce(fault('InvalidResourceStateFault', 'The instance is being modified')).resolves({});
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(objects.has(NOTES)).toBe(false);
    await isDone({ properties: ofTask });
    expect(notes().tested).toBe('r1');
  });

  test('that has loaded all is not tested', async () => {
    describes({ Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' });
    expect(await isDone({ properties: { Replication: { ...ofTask.Replication, mode: 'full-load' } } })).toBe(true);
    expect(tests()).toEqual([]);
  });

  test.each([['ready', 'start-replication'], ['stopped', 'resume-processing'], ['failed', 'reload-target']])('that is %s is started by %s', async (Status, type) => {
    describes({ Status });
    reached();
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(dms.commandCalls(StartReplicationTaskCommand).map(({ args }) => args[0].input)).toEqual([
      { ReplicationTaskArn: TASK_ARN, StartReplicationTaskType: type },
    ]);
  });

  test.each(['creating', 'starting', 'stopping', 'modifying', 'testing', 'moving'])('that is %s is waited for', async (Status) => {
    describes({ Status });
    expect(await isDone({ properties: ofTask })).toBe(false);
    expect(dms.commandCalls(StartReplicationTaskCommand)).toEqual([]);
  });

  test('that fails is reported with its last message', async () => {
    objects.set(NOTES, JSON.stringify({ started: 'r1' }));
    describes({ Status: 'failed', LastFailureMessage: 'Last Error No tables were found', StopReason: 'Stop Reason FATAL_ERROR' });
    dms.on(DescribeTableStatisticsCommand).resolves({});
    await expect(isDone({ properties: ofTask })).rejects.toThrow('Last Error No tables were found; Stop Reason FATAL_ERROR');
  });

  test('that runs is looked at in all its tables', async () => {
    describes({ Status: 'running', ReplicationTaskStats: { StartDate: new Date() } });
    dms.on(DescribeTableStatisticsCommand)
      .resolvesOnce({ TableStatistics: [{ TableState: 'Before load' }], Marker: 'm' })
      .resolvesOnce({ TableStatistics: [{ TableState: 'Full load' }] });
    expect(await isDone({ properties: ofTask })).toBe(true);
    expect(dms.commandCalls(DescribeTableStatisticsCommand).map(({ args }) => args[0].input.Marker)).toEqual([undefined, 'm']);
  });
});
