import { GetJobRunCommand, GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { DescribeStatementCommand, ExecuteStatementCommand, GetStatementResultCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { Construct } from 'constructs';
import { asDeployed, endedEvent, queuedBodies, remembering, settingsOf, told } from './deployed';
import { metricsOf, objectCreated, s3EventBody, sqsEvent } from './factories';
import { handler as dispatch } from '../../src/dispatch/dispatcher.lambda';
import { FilePipeline } from '../../src/dispatch/file-pipeline';
import { fileWords } from '../../src/dispatch/file-words';
import { LedgerTable } from '../../src/dispatch/ledger-table';
import { Manifest, parseManifest } from '../../src/dispatch/manifest';
import { parseObjectCreated } from '../../src/dispatch/object-event';
import { newPipelineParts, PipelineParts } from '../../src/dispatch/pipeline-parts';
import { handler as notify } from '../../src/dispatch/run-notifier.lambda';
import { handler as sweep } from '../../src/dispatch/sweep.lambda';
import { matches } from '../csv-loading/event-pattern';
import { joined, newStack, newWarehouse, resources, rightsOf } from '../csv-loading/helpers';

/** Change files of a database, as DMS writes them, are merged into the tables that their keys name. */
class Replication extends FilePipeline {
  protected readonly _parts: PipelineParts;
  protected readonly _ruleNames = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this._parts = newPipelineParts(this, {
      pipelineName: 'oracle',
      options: {},
      bucket: new Bucket(this, 'Changes'),
      prefixes: { prefix: 'oracle/', written: { errorPrefix: 'error/oracle/', quarantinePrefix: 'quarantine/oracle/' } },
      files: { suffixes: ['.parquet'], folders: 2 },
      batchingWindow: Duration.minutes(5),
      removalPolicy: RemovalPolicy.DESTROY,
      autoDeleteObjects: false,
      description: 'Merges changes',
      script: 'load_csv.py', // Any: no run is started here.
      settings: () => ({}),
      words: fileWords('merged', 'merge {}'),
      retries: { most: 2, afterTimeout: true },
      ledger: new LedgerTable(newWarehouse(Stack.of(scope)), { root: 'oracle/' }),
      keepsOutcomes: false,
      notifyOn: [],
    });
  }
}

const stack = newStack();
new Replication(stack, 'Replication');
const template = Template.fromStack(stack);
const dispatcher = settingsOf(template, 'ReplicationDispatch');
const notifier = settingsOf(template, 'ReplicationNotifier');
const sweeper = settingsOf(template, 'ReplicationSweep');
const pattern = (idStart: string) => resources(template, 'AWS::Events::Rule', idStart)[0].Properties.EventPattern;
const rights = (policy: string): string[] => rightsOf(template, policy);

const glue = mockClient(GlueClient);
const redshift = mockClient(RedshiftDataClient);
const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);

let objects: Map<string, string>;

const LOAD = 'oracle/CRM/CUSTOMERS/LOAD00000001.parquet';
const CHANGES = 'oracle/CRM/CUSTOMERS/20240301-100000123.parquet';
const ORDERS = 'oracle/SALES/ORDERS/20240301-100001456.parquet';
const NEW_TABLE = 'oracle/SALES/RETURNS/LOAD00000001.parquet';

beforeEach(() => {
  [glue, redshift, s3, sns, sqs].forEach((client) => client.reset());
  objects = remembering(s3);
  glue.on(StartJobRunCommand).resolves({ JobRunId: 'jr_1' });
  sqs.on(SendMessageBatchCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  for (const level of ['info', 'warn'] as const) {
    jest.spyOn(console, level).mockReturnValue();
  }
});

/** Hands written objects to the dispatcher, by S3's own events or by bodies as they were queued. */
async function dispatchFiles(...messages: string[]): Promise<{ answer: unknown; uri: string; manifest: Manifest; metrics: Record<string, number> }> {
  asDeployed(dispatcher);
  const bodies = messages.map((message) => (message.startsWith('{') ? message : s3EventBody(objectCreated({ bucket: dispatcher.bucket, key: message, versionId: null }))));
  let answer: unknown;
  const metrics = await metricsOf(async () => { answer = await dispatch(sqsEvent(bodies)); });
  const uri = glue.commandCalls(StartJobRunCommand).at(-1)!.args[0].input.Arguments!['--manifest'];
  return { answer, metrics, uri, manifest: parseManifest(uri, objects.get(uri)!) };
}

/** Redshift with these ledgers, rows as lists of values in the order of `columns`; it has no other table. */
function givenLedgers(columns: string[], ledgers: Record<string, (string | null)[][]>): void {
  redshift.on(ExecuteStatementCommand).callsFake(({ Sql }) => ({ Id: /FROM ("\w+"\."\w+")/.exec(Sql)![1] }));
  redshift.on(DescribeStatementCommand).callsFake(({ Id }) => (
    ledgers[Id] ? { Status: 'FINISHED' } : { Status: 'FAILED', Error: `ERROR: relation ${Id} does not exist` }));
  redshift.on(GetStatementResultCommand).callsFake(({ Id }) => ({
    ColumnMetadata: columns.map((name) => ({ name })),
    Records: ledgers[Id].map((row) => row.map((value) => (value === null ? { isNull: true } : { stringValue: value }))),
  }));
}

async function end(state: string, uri: string): Promise<void> {
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--manifest': uri }, ErrorMessage: '1 of 4 files failed' } });
  asDeployed(notifier);
  const event = endedEvent(pattern('ReplicationNotifierRunEnded'), { jobName: notifier.jobName, jobRunId: 'jr_1', state });
  await metricsOf(() => notify(event));
}

describe('as deployed', () => {
  test('hears of what lies under its prefix, and of runs that end otherwise than well', () => {
    expect(pattern('ReplicationDispatchObjectCreated').detail.object).toEqual({ key: [{ prefix: 'oracle/' }] });
    expect(pattern('ReplicationNotifierRunEnded').detail.state).toEqual(['FAILED', 'TIMEOUT', 'STOPPED']);
  });

  test('may start runs of its job and look at them, and nothing of any state machine', () => {
    expect(rights('ReplicationDispatchDispatcherRole').filter((right) => /glue|states/.test(right))).toEqual([expect.stringMatching(/^glue:StartJobRun on .*:job\/\$\{ReplicationJob}$/)]);
    expect(rights('ReplicationNotifierRole').filter((right) => /glue|states/.test(right))).toEqual([expect.stringMatching(/^glue:GetJobRun on .*:job\/\$\{ReplicationJob}$/)]);
  });

  test('knows the ledgers by the keys', () => {
    expect(notifier.ledger).toEqual({ root: 'oracle/', warehouse: { workgroupName: 'analytics', database: 'customers' } });
    expect(sweeper.ledger).toEqual(notifier.ledger);
  });

  test('says nothing of CSV', () => {
    const resourcesOfShared = JSON.stringify([dispatcher, notifier, sweeper, resources(template, 'AWS::CloudWatch::Alarm'), resources(template, 'AWS::Events::Rule')]);
    expect(resourcesOfShared).not.toMatch(/csv|header|replay/i);
  });
});

test('starts one run for the files of a batch, whatever tables they are of', async () => {
  const ignored = ['oracle/CRM/CUSTOMERS/_SUCCESS', 'oracle/stray.parquet', 'oracle/CRM/stray.parquet'];
  const { answer, metrics, uri, manifest } = await dispatchFiles(CHANGES, ORDERS, LOAD, ...ignored);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(uri).toMatch(new RegExp(`^s3://${dispatcher.manifestBucket}/manifests/oracle/`));
  expect(manifest.files.map(({ key }) => key)).toEqual([CHANGES, LOAD, ORDERS]);
  expect(glue.commandCalls(StartJobRunCommand).map(({ args }) => args[0].input.JobName)).toEqual([dispatcher.jobName]);
  expect(metrics).toMatchObject({ FilesIgnored: 3 });
});

test('hears of each of its files', () => {
  const rule = JSON.parse(JSON.stringify(pattern('ReplicationDispatchObjectCreated')));
  rule.detail.bucket.name = rule.detail.bucket.name.map(joined);
  const heard = (key: string): boolean => matches(rule, JSON.parse(s3EventBody(objectCreated({ bucket: rule.detail.bucket.name[0], key }))));
  expect([LOAD, CHANGES, ORDERS, 'error/oracle/CRM/CUSTOMERS/a.parquet'].map(heard)).toEqual([true, true, true, false]);
});

test('puts the files off when Glue is busy', async () => {
  glue.on(StartJobRunCommand).rejects(Object.assign(new Error('not now'), { name: 'ConcurrentRunsExceededException' }));
  const { answer } = await dispatchFiles(LOAD, ORDERS);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }] });
  expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input.Entries!.length)).toEqual([2]);
});

test('of a run that failed asks the ledger of each table, queues what none has finished, and tells of what is at fault', async () => {
  const { uri, manifest } = await dispatchFiles(LOAD, CHANGES, ORDERS, NEW_TABLE);
  const idOf = (key: string): string => manifest.files.find((file) => file.key === key)!.load_id;
  givenLedgers(['load_id', 'status', 'reason'], {
    '"crm"."customers__loads"': [[idOf(LOAD), 'loaded', null], [idOf(CHANGES), 'failed', "unknown operation 'X'"]],
    '"sales"."orders__loads"': [],
  });

  await end('FAILED', uri);

  const asked = redshift.commandCalls(ExecuteStatementCommand).map(({ args }) => args[0].input.Sql!);
  expect(asked.map((sql) => /FROM (\S+)/.exec(sql)![1])).toEqual(['"crm"."customers__loads"', '"sales"."orders__loads"', '"sales"."returns__loads"']);
  expect(asked[0]).toContain(idOf(CHANGES));
  expect(asked[1]).not.toContain(idOf(CHANGES));
  expect(queuedBodies(sqs).map(parseObjectCreated).map(({ key, attempt }) => [key, attempt])).toEqual([[ORDERS, 1], [NEW_TABLE, 1]]);
  expect(told(sns)).toHaveLength(1);
  expect(told(sns)[0].Subject).toBe('FAILED: 1 file(s) not merged by oracle');
  expect(told(sns)[0].Message).toContain(`1 file(s) could not be merged because of their content and were moved to the error prefix:\n- s3://${dispatcher.bucket}/${CHANGES}: unknown operation 'X'\nTo merge one: `);
  expect(told(sns)[0].Message).toContain('2 other file(s) were not finished and go again by themselves.');
  expect(told(sns)[0].Message).not.toContain(LOAD);
  expect(told(sns)[0].Message).not.toMatch(/csv/i);
});

test('gives a file to three runs, and then tells of it', async () => {
  givenLedgers(['load_id', 'status', 'reason'], {});
  let bodies = [ORDERS];
  for (const attempt of [0, 1, 2]) {
    const { uri, manifest } = await dispatchFiles(...bodies);
    expect(manifest.files.map((file) => file.attempt)).toEqual([attempt]);
    expect(told(sns)).toEqual([]);
    sqs.resetHistory();
    await end('TIMEOUT', uri);
    bodies = queuedBodies(sqs);
  }
  expect(bodies).toEqual([]);
  expect(told(sns)[0].Message).toContain(`1 file(s) are where they were and are not merged:\n- s3://${dispatcher.bucket}/${ORDERS}: not finished by 3 runs\nTo merge them: `);
});

test('takes all files for unfinished when one ledger cannot be read, and tells people so', async () => {
  const { uri } = await dispatchFiles(LOAD, ORDERS);
  givenLedgers([], {});
  redshift.on(DescribeStatementCommand, { Id: '"sales"."orders__loads"' }).resolves({ Status: 'FAILED', Error: 'permission denied for relation orders__loads' });
  await end('FAILED', uri);
  expect(queuedBodies(sqs)).toHaveLength(2);
  expect(told(sns)[0].Subject).toBe('FAILED: not known which files were merged by oracle');
  expect(told(sns)[0].Message).toContain('what is merged already is not merged again');
});

test('sweeps up the files that the ledger of their own table does not know', async () => {
  const LastModified = new Date(Date.now() - 2 * 60 * 60 * 1000);
  const listed = (Key: string) => ({ Key, VersionId: 'null', IsLatest: true, ETag: '"e"', Size: 1, LastModified });
  s3.on(ListObjectVersionsCommand).resolves({ Versions: [LOAD, CHANGES, ORDERS, 'oracle/stray.parquet'].map(listed) });
  const written = String(Math.ceil(LastModified.getTime() / 1000));
  givenLedgers(['object_key', 'version_id', 'etag', 'written_at'], {
    '"crm"."customers__loads"': [[LOAD, null, 'e', written], [ORDERS, null, 'e', written]],
  });
  asDeployed(sweeper);
  await sweep();
  expect(queuedBodies(sqs).map((body) => parseObjectCreated(body).key)).toEqual([CHANGES, ORDERS]);
});
