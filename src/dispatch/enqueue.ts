import { chunks } from './chunks';
import { ObjectCreated, toEventBody } from './object-event';

/** SQS takes ten messages at a time (SendMessageBatch). */
const MESSAGES_PER_CALL = 10;

/** One message of a SendMessageBatch call. */
export interface QueueEntry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** The part of SQS's answer that lists messages not taken. */
export interface SendResult {
  readonly Failed?: { readonly Message?: string }[];
}

/** SQS did not take a message. */
export class NotQueuedError extends Error {
  constructor(count: number, reason: string) {
    super(`${count} message(s) were not taken by the queue: ${reason}`);
    this.name = 'NotQueuedError';
  }
}

/** Puts files on a pipeline's queue, as if S3 had just reported them. Throws NotQueuedError. */
export async function enqueue(objects: ObjectCreated[], send: (entries: QueueEntry[]) => Promise<SendResult>): Promise<void> {
  for (const chunk of chunks(objects, MESSAGES_PER_CALL)) {
    const { Failed: failed = [] } = await send(chunk.map((object, index) => ({ Id: String(index), MessageBody: toEventBody(object) })));
    if (failed.length > 0) {
      throw new NotQueuedError(failed.length, failed[0].Message ?? 'no reason given');
    }
  }
}
