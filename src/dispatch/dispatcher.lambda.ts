import { randomUUID } from 'crypto';
import { GlueClient, StartJobRunCommand } from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { backOffSeconds } from './back-off';
import { FileMessage, sortBatch, UnreadableMessage } from './batch';
import { chunks } from './chunks';
import { emitMetric } from './embedded-metrics';
import { DispatcherSettings, readSettings } from './function-settings';
import { buildManifest, manifestKey } from './manifest';

/** Answers of Glue that mean "not now"; the files wait in the queue, however long Glue is busy. */
const REFUSALS = [
  'ConcurrentRunsExceededException',
  'ResourceNumberLimitExceededException',
  'ThrottlingException',
];

const glue = new GlueClient({});
const s3 = new S3Client({});
const sqs = new SQSClient({});

/**
 * Starts one Glue run for the files that a batch of events tells of. It reads the events only, never an object.
 *
 * The run is started before anything else is done: when starting fails, the whole batch comes again and nothing has
 * been done twice.
 */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const settings = readSettings<DispatcherSettings>();
  const batch = sortBatch(event.Records, settings);
  const arrived = batch.files.filter(isArrival).length;
  if (arrived > 0) {
    emitMetric(settings.pipeline, 'FilesArrived', arrived);
  }

  const started = batch.files.length === 0 || await startRun(batch.files, settings);
  for (const unreadable of batch.unreadable) {
    await sendToDeadLetterQueue(unreadable, settings);
  }
  if (batch.ignored.length > 0) {
    console.warn(JSON.stringify({ message: 'objects ignored: not a file of this pipeline', allowed: settings.suffixes, keys: batch.ignored }));
    emitMetric(settings.pipeline, 'FilesIgnored', batch.ignored.length);
  }
  return { batchItemFailures: started ? [] : batch.files.map(({ message }) => ({ itemIdentifier: message.messageId })) };
}

/** @returns whether Glue accepted the run; when it refused, the messages have been put off. */
async function startRun(files: FileMessage<SQSRecord>[], settings: DispatcherSettings): Promise<boolean> {
  const now = new Date();
  emitMetric(settings.pipeline, 'WaitSeconds', longestWait(files, now), 'Seconds');
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
    const run = await glue.send(new StartJobRunCommand({ JobName: settings.jobName, Arguments: { '--manifest': uri } }));
    console.info(JSON.stringify({ message: 'run started', run: run.JobRunId, manifest: uri, files: manifest.files.length }));
    return true;
  } catch (error) {
    if (!REFUSALS.includes((error as Error).name)) {
      throw error;
    }
    console.warn(JSON.stringify({ message: 'start refused, the files wait', reason: (error as Error).name, files: manifest.files.length }));
    await putOff(files, settings);
    return false;
  }
}

/** Whether a message is the first word of a file: neither put off nor queued by the notifier or the sweep, which would hide that no file comes. */
function isArrival({ message, object }: FileMessage<SQSRecord>): boolean {
  return message.attributes.ApproximateReceiveCount === '1' && object.attempt === 0 && object.sequencer !== null;
}

/** Told before the start: the age that SQS itself tells leaves out messages that were received three times (SQS guide, "Available CloudWatch metrics"). */
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
