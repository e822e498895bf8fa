import { randomUUID } from 'crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { backOffSeconds } from './back-off';
import { FileMessage, sortBatch, UnreadableMessage } from './batch';
import { chunks } from './chunks';
import { emitMetric } from './embedded-metrics';
import { DispatcherSettings, readSettings } from './function-settings';
import { allowedNames } from './key-classification';
import { buildManifest, manifestKey } from './manifest';
import { Runs, runsOf } from './runs';
import { StartRefusedError } from './start-refused';

/** How many runs are started at a time. */
const STARTED_TOGETHER = 10;

const s3 = new S3Client({});
const sqs = new SQSClient({});

/**
 * Starts runs for the files that a batch of events reports. It reads the events only, never an object.
 *
 * Runs are started before anything else is done: when starting fails, the whole batch comes again and nothing has
 * been done twice.
 */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const settings = readSettings<DispatcherSettings>();
  const batch = sortBatch(event.Records, settings);
  const arrived = batch.files.filter(isArrival).length;
  if (arrived > 0) {
    emitMetric(settings.pipeline, 'FilesArrived', arrived);
  }

  const waiting = await startRuns(batch.files, settings);
  for (const unreadable of batch.unreadable) {
    await sendToDeadLetterQueue(unreadable, settings);
  }
  if (batch.ignored.length > 0) {
    console.warn(JSON.stringify({ message: 'objects ignored: not a file of this pipeline', allowed: allowedNames(settings), keys: batch.ignored }));
    emitMetric(settings.pipeline, 'FilesIgnored', batch.ignored.length);
  }
  return { batchItemFailures: waiting.map(({ message }) => ({ itemIdentifier: message.messageId })) };
}

/** @returns the files for which there was no room; their messages have been put off. */
async function startRuns(files: FileMessage<SQSRecord>[], settings: DispatcherSettings): Promise<FileMessage<SQSRecord>[]> {
  if (files.length === 0) {
    return [];
  }
  const now = new Date();
  emitMetric(settings.pipeline, 'WaitSeconds', longestWait(files, now), 'Seconds');
  const runs = runsOf(settings);
  const waiting: FileMessage<SQSRecord>[] = [];
  for (const started of chunks(runs.split(files), STARTED_TOGETHER)) {
    const accepted = await Promise.all(started.map((filesOfRun) => startRun(runs, filesOfRun, settings, now)));
    waiting.push(...started.filter((_, index) => !accepted[index]).flat());
  }
  await putOff(waiting, settings);
  return waiting;
}

/** @returns whether the run was accepted. */
async function startRun(runs: Runs, files: FileMessage<SQSRecord>[], settings: DispatcherSettings, now: Date): Promise<boolean> {
  const manifest = buildManifest(settings.pipeline, files.map(({ object }) => object), now);
  const key = manifestKey(settings.pipeline, now, randomUUID());
  await s3.send(new PutObjectCommand({
    Bucket: settings.manifestBucket,
    Key: key,
    Body: JSON.stringify(manifest),
    ContentType: 'application/json',
  }));
  const uri = `s3://${settings.manifestBucket}/${key}`;
  try {
    const run = await runs.start(uri, manifest);
    console.info(JSON.stringify({ message: 'run started', run, manifest: uri, files: manifest.files.length }));
    return true;
  } catch (error) {
    if (!(error instanceof StartRefusedError)) {
      throw error;
    }
    console.warn(JSON.stringify({ message: 'start refused, the files wait', reason: error.reason, files: manifest.files.length }));
    return false;
  }
}

/** Whether a message is the first word of a file: neither put off nor queued by the notifier or the sweep, which would hide that no file comes. */
function isArrival({ message, object }: FileMessage<SQSRecord>): boolean {
  return message.attributes.ApproximateReceiveCount === '1' && object.attempt === 0 && object.sequencer !== null;
}

/** Measured before the start: the age that SQS itself reports leaves out messages that were received three times (SQS guide, "Available CloudWatch metrics"). */
function longestWait(files: FileMessage<SQSRecord>[], now: Date): number {
  const sent = Math.min(...files.map(({ message }) => Number(message.attributes.SentTimestamp)));
  return Math.round((now.getTime() - sent) / 1000);
}

async function putOff(files: FileMessage<SQSRecord>[], settings: DispatcherSettings): Promise<void> {
  for (const chunk of chunks(files, 10)) {
    await sqs.send(new ChangeMessageVisibilityBatchCommand({
      QueueUrl: settings.queueUrl,
      Entries: chunk.map(({ message }, index) => ({
        Id: String(index),
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: backOffSeconds(Number(message.attributes.ApproximateReceiveCount), Math.random()),
      })),
    }));
  }
}

async function sendToDeadLetterQueue({ message, reason }: UnreadableMessage<SQSRecord>, settings: DispatcherSettings): Promise<void> {
  console.error(JSON.stringify({ message: 'unreadable message sent to the dead-letter queue', reason, id: message.messageId }));
  await sqs.send(new SendMessageCommand({
    QueueUrl: settings.deadLetterQueueUrl,
    MessageBody: message.body,
    MessageAttributes: { reason: { DataType: 'String', StringValue: reason } },
  }));
}
