import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { SweepSettings } from '../../src/dispatch/function-settings';
import { FinishedWrites, writeIdentity } from '../../src/dispatch/ledger';
import { parseObjectCreated } from '../../src/dispatch/object-event';
import { openLedger } from '../../src/dispatch/open-ledger';
import { handler } from '../../src/dispatch/sweep.lambda';

jest.mock('../../src/dispatch/open-ledger');

const settings: SweepSettings = {
  pipeline: 'crm',
  bucket: 'landing',
  queueUrl: 'https://sqs/queue',
  prefix: 'in/',
  ownPrefixes: ['in/error/'],
  suffixes: ['.csv'],
  ledger: { schema: 'crm', table: 'customers', warehouse: { workgroupName: 'wg', database: 'db' } },
};
const s3 = mockClient(S3Client);
const sqs = mockClient(SQSClient);
const finishedWrites = jest.fn<Promise<FinishedWrites>, [string, Date]>();

const twoHoursAgo = (): Date => new Date(Date.now() - 2 * 60 * 60 * 1000);
const version = (key: string, LastModified = twoHoursAgo()) => ({ Key: key, VersionId: `v-${key}`, IsLatest: true, ETag: '"e"', Size: 1, LastModified });
const queuedKeys = (): string[] => sqs.commandCalls(SendMessageBatchCommand)
  .flatMap(({ args }) => args[0].input.Entries!).map(({ MessageBody }) => parseObjectCreated(MessageBody!).key);

beforeEach(() => {
  process.env.SETTINGS = JSON.stringify(settings);
  s3.reset();
  sqs.reset();
  sqs.on(SendMessageBatchCommand).resolves({});
  finishedWrites.mockReset().mockResolvedValue(new Map());
  jest.mocked(openLedger).mockReset().mockReturnValue({ finishedWrites } as any);
  jest.spyOn(console, 'info').mockReturnValue();
});

test('queues the files of all pages that no run has finished', async () => {
  s3.on(ListObjectVersionsCommand, { KeyMarker: undefined })
    .resolves({ Versions: [version('in/a.csv'), version('in/b.csv')], IsTruncated: true, NextKeyMarker: 'in/b.csv', NextVersionIdMarker: 'v' });
  s3.on(ListObjectVersionsCommand, { KeyMarker: 'in/b.csv', VersionIdMarker: 'v' }).resolves({ Versions: [version('in/ä +.csv')], IsTruncated: false });
  finishedWrites.mockResolvedValue(new Map([[writeIdentity('in/a.csv', 'v-in/a.csv', 'e'), 0]]));

  await handler();

  expect(s3.commandCalls(ListObjectVersionsCommand)[0].args[0].input).toMatchObject({ Bucket: 'landing', Prefix: 'in/' });
  expect(finishedWrites).toHaveBeenCalledTimes(1);
  expect(queuedKeys()).toEqual(['in/b.csv', 'in/ä +.csv']);
});

test('leaves the warehouse asleep when no file is due', async () => {
  s3.on(ListObjectVersionsCommand).resolves({ Versions: [version('in/a.csv', new Date()), version('in/error/x.csv')] });
  await handler();
  expect(openLedger).not.toHaveBeenCalled();
  expect(queuedKeys()).toEqual([]);
});

test('queues every file that is due of a pipeline without a ledger: a finished one has left the prefix', async () => {
  const { ledger, ...withoutLedger } = settings;
  process.env.SETTINGS = JSON.stringify(withoutLedger);
  s3.on(ListObjectVersionsCommand).resolves({ Versions: [version('in/a.csv'), version('in/b.csv', new Date()), version('in/error/x.csv')] });
  await handler();
  expect(queuedKeys()).toEqual(['in/a.csv']);
  expect(openLedger).not.toHaveBeenCalled();
});

test('survives an empty bucket', async () => {
  s3.on(ListObjectVersionsCommand).resolves({});
  await expect(handler()).resolves.toBeUndefined();
  expect(queuedKeys()).toEqual([]);
});
