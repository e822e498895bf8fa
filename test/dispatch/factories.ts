import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { ManifestFile } from '../../src/dispatch/manifest';
import { ObjectCreated } from '../../src/dispatch/object-event';
import { OutcomeDocument } from '../../src/dispatch/outcome-document';

/** A write of an object in a versioned bucket. */
export function objectCreated(given: Partial<ObjectCreated> = {}): ObjectCreated {
  return {
    bucket: 'landing',
    key: 'customers/a.csv',
    versionId: 'v1',
    etag: 'd41d8cd98f00b204e9800998ecf8427e',
    size: 120,
    sequencer: '0062E99A88DC407460',
    eventTime: '2024-03-01T10:00:00Z',
    attempt: 0,
    ...given,
  };
}

/** The body of S3's own event about a write, as EventBridge puts it on a queue. */
export function s3EventBody({ bucket, key, versionId, etag, size, sequencer, eventTime }: ObjectCreated): string {
  return JSON.stringify({
    'version': '0',
    'id': '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': 'Object Created',
    'source': 'aws.s3',
    'account': '123456789012',
    'time': eventTime,
    'region': 'us-east-1',
    'resources': [`arn:aws:s3:::${bucket}`],
    'detail': {
      'version': '0',
      'bucket': { name: bucket },
      'object': { key, size, etag, sequencer, ...(versionId === null ? {} : { 'version-id': versionId }) },
      'request-id': 'N4N7GDK58NMKJ12R',
      'requester': '123456789012',
      'source-ip-address': '1.2.3.4',
      'reason': 'PutObject',
    },
  });
}

/** When the first message of a batch was sent. */
export const SENT = new Date('2024-03-01T10:00:05Z');

/** A batch of messages with these bodies, named m0, m1..., sent a second apart. */
export function sqsEvent(bodies: string[], receiveCount = 1): SQSEvent {
  return {
    Records: bodies.map((body, index): SQSRecord => ({
      messageId: `m${index}`,
      receiptHandle: `receipt${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(SENT.getTime() + index * 1000),
        SenderId: 'events',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queue',
      awsRegion: 'us-east-1',
    })),
  };
}

/** A file of a manifest; its load id is made of one letter. */
export function manifestFile(letter: string, given: Partial<ManifestFile> = {}): ManifestFile {
  return {
    load_id: letter.repeat(64),
    bucket: 'landing',
    key: `customers/${letter}.csv`,
    version_id: `v-${letter}`,
    etag: `etag-${letter}`,
    size: 10,
    sequencer: '01',
    event_time: '2024-03-01T10:00:00Z',
    attempt: 0,
    ...given,
  };
}

/** What rules found in the file of `manifestFile`, as the run of the tests wrote it: one of ten rows was rejected. */
export function outcomeDocument(letter: string, given: Partial<OutcomeDocument> = {}): OutcomeDocument {
  return {
    load_id: letter.repeat(64),
    run_id: 'jr_1',
    status: 'passed',
    reason: null,
    moved_to: `s3://landing/processed/${letter}.csv`,
    rows_read: 10,
    rows_rejected: 1,
    rows_warned: 0,
    top_reasons: [{ rule: 'not_null_email', description: 'email must not be empty', rows: 1 }],
    report: `s3://landing/reports/${letter}.html`,
    rejected: `s3://landing/quarantine/${letter}.rejected.jsonl`,
    columns_added: [],
    columns_widened: [],
    columns_nullable: [],
    rows_rescued: 0,
    rescue_columns: [],
    ...given,
  };
}

/** The lines that `emitMetric` wrote while `work` ran, as name and value. */
export async function metricsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await work();
    const lines = write.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('_aws'));
    return Object.assign({}, ...lines.map((line) => {
      const { _aws, Pipeline, ...values } = JSON.parse(line);
      return values;
    }));
  } finally {
    write.mockRestore();
  }
}
