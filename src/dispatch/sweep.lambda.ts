import { ListObjectVersionsCommand, ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { enqueue } from './enqueue';
import { readSettings, SweepSettings } from './function-settings';
import { ObjectCreated } from './object-event';
import { readLedgers } from './read-ledgers';
import { earliestWrite, filesDue, filesMissed } from './sweep-selection';

const s3 = new S3Client({});
const sqs = new SQSClient({});

/** Queues the files of the last week that lie under the prefix and that no run has finished: their event was lost, or their runs died. */
export async function handler(): Promise<void> {
  const settings = readSettings<SweepSettings>();
  const due = await listFilesDue(settings, new Date());
  const missed = await listFilesMissed(due, settings);
  await enqueue(
    missed,
    (entries) => sqs.send(new SendMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries: entries })),
  );
  console.info(JSON.stringify({ message: 'sweep done', due: due.length, queued: missed.map(({ key }) => key) }));
}

async function listFilesMissed(due: ObjectCreated[], { ledger: ledgers, bucket }: SweepSettings): Promise<ObjectCreated[]> {
  return ledgers
    ? readLedgers(due, ledgers, async (ledger, files) => filesMissed(files, await ledger.finishedWrites(bucket, earliestWrite(files))))
    : due;
}

async function listFilesDue(settings: SweepSettings, now: Date): Promise<ObjectCreated[]> {
  const due: ObjectCreated[] = [];
  let page: ListObjectVersionsCommandOutput | undefined;
  do {
    // Versions, although only the current one counts: a file needs its version id for the load id that its event would
    // have given it, and ListObjectsV2 does not give it.
    page = await s3.send(new ListObjectVersionsCommand({
      Bucket: settings.bucket,
      Prefix: settings.prefix,
      KeyMarker: page?.NextKeyMarker,
      VersionIdMarker: page?.NextVersionIdMarker,
    }));
    due.push(...filesDue(settings.bucket, page.Versions ?? [], settings, now));
  } while (page.IsTruncated);
  return due;
}
