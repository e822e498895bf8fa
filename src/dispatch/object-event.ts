/** `source` of the events that the platform sends to its own queues: a file to be loaded again, or found by a sweep. */
export const PLATFORM_SOURCE = 'cdk-customer-data-platform';

/** `detail-type` of the events of interest. */
export const OBJECT_CREATED = 'Object Created';

/** One write of an S3 object, as its event describes it. */
export interface ObjectCreated {
  readonly bucket: string;
  /** The key as it is; EventBridge events, unlike S3 notifications, are not URL-encoded. */
  readonly key: string;
  /** null when the bucket is not versioned. */
  readonly versionId: string | null;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Orders the writes of one key; null when a listing, not an event, found the object. */
  readonly sequencer: string | null;
  /** ISO 8601, UTC. */
  readonly eventTime: string;
  /** How many runs have already been given the file and did not finish it. */
  readonly attempt: number;
}

/** A queue message that is not an event for the dispatcher; it never will be, so it is not retried. */
export class UnreadableEventError extends Error {
  constructor(reason: string) {
    super(`the message is not an S3 '${OBJECT_CREATED}' event of this pipeline: ${reason}`);
    this.name = 'UnreadableEventError';
  }
}

/** Reads the body of a queue message. Throws UnreadableEventError naming the field that is missing or wrong. */
export function parseObjectCreated(body: string): ObjectCreated {
  const event = asRecord(parseJson(body), 'the body');
  if (event['detail-type'] !== OBJECT_CREATED) {
    throw new UnreadableEventError(`detail-type is ${JSON.stringify(event['detail-type'])}`);
  }
  const detail = asRecord(event.detail, 'detail');
  const object = asRecord(detail.object, 'detail.object');
  const eventTime = asText(event.time, 'time');
  if (Number.isNaN(Date.parse(eventTime))) {
    throw new UnreadableEventError(`time is ${JSON.stringify(eventTime)}, which is no date`);
  }
  return {
    bucket: asText(asRecord(detail.bucket, 'detail.bucket').name, 'detail.bucket.name'),
    key: asText(object.key, 'detail.object.key'),
    versionId: versionOf(object['version-id']),
    etag: asText(object.etag, 'detail.object.etag').replaceAll('"', ''),
    size: asCount(object.size ?? 0, 'detail.object.size'),
    sequencer: object.sequencer === undefined || object.sequencer === null ? null : asText(object.sequencer, 'detail.object.sequencer'),
    eventTime,
    attempt: asCount(detail.attempt ?? 0, 'detail.attempt'),
  };
}

/** The message that puts a write (back) on the queue: the shape of S3's own event, from the platform. */
export function toEventBody(object: ObjectCreated): string {
  return JSON.stringify({
    'source': PLATFORM_SOURCE,
    'detail-type': OBJECT_CREATED,
    'time': object.eventTime,
    'detail': {
      bucket: { name: object.bucket },
      object: {
        key: object.key,
        size: object.size,
        etag: object.etag,
        ...(object.versionId === null ? {} : { 'version-id': object.versionId }),
        ...(object.sequencer === null ? {} : { sequencer: object.sequencer }),
      },
      attempt: object.attempt,
    },
  });
}

/** S3 says "null" for the version of an object written while versioning was off. */
function versionOf(value: unknown): string | null {
  return value === undefined || value === null || value === 'null' || value === ''
    ? null
    : asText(value, 'detail.object.version-id');
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new UnreadableEventError(`it is not JSON (${(error as Error).message})`);
  }
}

function asRecord(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadableEventError(`${field} is ${JSON.stringify(value)}, an object is expected`);
  }
  return value as Record<string, unknown>;
}

function asText(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new UnreadableEventError(`${field} is ${JSON.stringify(value)}, text is expected`);
  }
  return value;
}

function asCount(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new UnreadableEventError(`${field} is ${JSON.stringify(value)}, a whole number is expected`);
  }
  return value;
}
