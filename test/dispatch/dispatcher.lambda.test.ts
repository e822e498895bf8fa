import { GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { metricsOf, objectCreated, s3EventBody, SENT, sqsEvent } from './factories';
import { handler } from '../../src/dispatch/dispatcher.lambda';
import { DispatcherSettings, MissingSettingsError } from '../../src/dispatch/function-settings';
import { Manifest } from '../../src/dispatch/manifest';
import { toEventBody } from '../../src/dispatch/object-event';

const settings: DispatcherSettings = {
  pipeline: 'crm',
  runKind: 'glue-job',
  jobName: 'load-crm',
  logGroupPrefix: '/aws-glue/jobs/crm',
  queueUrl: 'https://sqs/queue',
  deadLetterQueueUrl: 'https://sqs/dead',
  manifestBucket: 'staging-bucket',
  bucket: 'landing',
  prefix: 'customers/',
  ownPrefixes: ['error/'],
  suffixes: ['.csv', '.csv.gz'],
};

const glue = mockClient(GlueClient);
const s3 = mockClient(S3Client);
const sqs = mockClient(SQSClient);

const body = (given: Parameters<typeof objectCreated>[0] = {}): string => s3EventBody(objectCreated(given));
const refusal = (name: string): Error => Object.assign(new Error('not now'), { name });

beforeEach(() => {
  process.env.SETTINGS = JSON.stringify(settings);
  [glue, s3, sqs].forEach((client) => client.reset());
  glue.on(StartJobRunCommand).resolves({ JobRunId: 'jr_1' });
  for (const level of ['info', 'warn', 'error'] as const) {
    jest.spyOn(console, level).mockReturnValue();
  }
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});

function writtenManifest(): { uri: string; manifest: Manifest } {
  const [{ args: [{ input }] }] = s3.commandCalls(PutObjectCommand);
  return { uri: `s3://${input.Bucket}/${input.Key}`, manifest: JSON.parse(String(input.Body)) };
}

test('starts one run for a batch and tells it its files by a manifest', async () => {
  const answer = await handler(sqsEvent([body({ key: 'customers/b.csv' }), body({ key: 'customers/ä +.CSV.gz' })]));

  const { uri, manifest } = writtenManifest();
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(uri).toMatch(/^s3:\/\/staging-bucket\/manifests\/crm\/\d{4}-\d\d-\d\d\/\d{6}-[0-9a-f-]{36}\.json$/);
  expect(manifest.pipeline).toBe('crm');
  expect(manifest.files.map(({ key }) => key)).toEqual(['customers/b.csv', 'customers/ä +.CSV.gz']);
  expect(glue.commandCalls(StartJobRunCommand).map(({ args }) => args[0].input)).toEqual([
    { JobName: 'load-crm', Arguments: { '--manifest': uri } },
  ]);
});

test('lists a file once when its event came three times', async () => {
  await handler(sqsEvent([body(), body(), body()]));
  expect(writtenManifest().manifest.files).toHaveLength(1);
});

test('starts nothing for objects of its own', async () => {
  const metrics = await metricsOf(() => handler(sqsEvent([body({ key: 'error/a.csv' }), body({ key: 'customers/2024/' })])));
  expect(glue.calls()).toHaveLength(0);
  expect(s3.calls()).toHaveLength(0);
  expect(metrics).toEqual({});
});

test('counts objects of other kinds, names them, and loads the rest', async () => {
  const metrics = await metricsOf(() => handler(sqsEvent([body({ key: 'customers/a.xlsx' }), body(), body({ key: 'customers/b.json' })])));
  expect(metrics).toMatchObject({ FilesIgnored: 2 });
  expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('customers/a.xlsx'));
  expect(writtenManifest().manifest.files.map(({ key }) => key)).toEqual(['customers/a.csv']);
});

test.each(['ConcurrentRunsExceededException', 'ResourceNumberLimitExceededException', 'ThrottlingException'])(
  'keeps the files in the queue for later when Glue answers %s', async (name) => {
    glue.on(StartJobRunCommand).rejects(refusal(name));
    jest.spyOn(Math, 'random').mockReturnValue(0);

    const answer = await handler(sqsEvent([body(), body({ key: 'error/x.csv' }), body({ key: 'customers/c.csv' })], 3));

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }] });
    expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input)).toEqual([{
      QueueUrl: 'https://sqs/queue',
      Entries: [
        { Id: '0', ReceiptHandle: 'receipt0', VisibilityTimeout: 120 },
        { Id: '1', ReceiptHandle: 'receipt2', VisibilityTimeout: 120 },
      ],
    }]);
  });

test.each([
  ['starts', () => glue.on(StartJobRunCommand).resolves({ JobRunId: 'jr_1' })],
  ['is refused', () => glue.on(StartJobRunCommand).rejects(refusal('ConcurrentRunsExceededException'))],
  ['cannot start', () => glue.on(StartJobRunCommand).rejects(refusal('EntityNotFoundException'))],
])('tells how long the longest-waiting file has waited when the run %s', async (_, answer) => {
  answer();
  jest.useFakeTimers({ now: new Date(SENT.getTime() + 7 * 60 * 60 * 1000), doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
  const event = sqsEvent([body({ key: 'customers/a.txt' }), body(), body({ key: 'customers/b.csv' })]);
  const metrics = await metricsOf(() => handler(event).catch(() => undefined));
  jest.useRealTimers();
  expect(metrics.WaitSeconds).toBe(7 * 60 * 60 - 1);
});

test('counts the files that arrived, even when no run can take them yet', async () => {
  glue.on(StartJobRunCommand).rejects(refusal('ConcurrentRunsExceededException'));
  const metrics = await metricsOf(() => handler(sqsEvent([body(), body({ key: 'customers/b.csv' }), body({ key: 'customers/a.txt' })])));
  expect(metrics).toMatchObject({ FilesArrived: 2, FilesIgnored: 1 });
});

test.each([
  ['that was put off before', [body()], 2],
  ['of a run that died', [toEventBody(objectCreated({ attempt: 1 }))], 1],
  ['that the sweep found, maybe day after day', [toEventBody(objectCreated({ sequencer: null }))], 1],
  ['of another kind', [body({ key: 'customers/a.txt' })], 1],
])('counts no file %s as one that arrived', async (_, bodies, receiveCount) => {
  expect(await metricsOf(() => handler(sqsEvent(bodies, receiveCount)))).not.toHaveProperty('FilesArrived');
});

test('puts off ten messages a call', async () => {
  glue.on(StartJobRunCommand).rejects(refusal('ConcurrentRunsExceededException'));
  await handler(sqsEvent(Array.from({ length: 23 }, (_, index) => body({ key: `customers/${index}.csv` }))));
  expect(sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input.Entries!.length)).toEqual([10, 10, 3]);
});

test('handles what else is in a batch whose start was refused', async () => {
  glue.on(StartJobRunCommand).rejects(refusal('ConcurrentRunsExceededException'));
  const metrics = await metricsOf(() => handler(sqsEvent([body(), 'nonsense', body({ key: 'customers/a.txt' })])));
  expect(metrics).toMatchObject({ FilesIgnored: 1 });
  expect(sqs.commandCalls(SendMessageCommand)).toHaveLength(1);
});

test('fails the whole batch, with nothing done twice, when starting fails for another reason', async () => {
  glue.on(StartJobRunCommand).rejects(refusal('EntityNotFoundException'));
  await expect(handler(sqsEvent([body(), 'nonsense']))).rejects.toThrow('not now');
  expect(sqs.calls()).toHaveLength(0);
});

test.each([
  ['that it cannot read', 'nonsense', 'it is not JSON'],
  ["of another bucket than the pipeline's", body({ bucket: 'elsewhere' }), "detail.bucket.name is 'elsewhere', but only files of 'landing' are taken"],
])('sends a message %s to the dead-letter queue at once, with the reason', async (_, unreadable, reason) => {
  const answer = await handler(sqsEvent([unreadable, body()]));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input)).toEqual([{
    QueueUrl: 'https://sqs/dead',
    MessageBody: unreadable,
    MessageAttributes: { reason: { DataType: 'String', StringValue: expect.stringContaining(reason) } },
  }]);
  expect(writtenManifest().manifest.files).toHaveLength(1);
});

test('does not start a run whose manifest could not be written', async () => {
  s3.on(PutObjectCommand).rejects(new Error('no bucket'));
  await expect(handler(sqsEvent([body()]))).rejects.toThrow('no bucket');
  expect(glue.calls()).toHaveLength(0);
});

test('says what is missing when it was deployed without settings', async () => {
  delete process.env.SETTINGS;
  await expect(handler(sqsEvent([body()]))).rejects.toThrow(MissingSettingsError);
});
