import { classifyKey, KeyScope } from './key-classification';
import { ObjectCreated, parseObjectCreated, UnreadableEventError } from './object-event';

/** What the dispatcher needs of a queue message. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
}

/** A message whose object is to be loaded. */
export interface FileMessage<M extends QueueMessage> {
  readonly message: M;
  readonly object: ObjectCreated;
}

/** A message that can never be read, and why. */
export interface UnreadableMessage<M extends QueueMessage> {
  readonly message: M;
  readonly reason: string;
}

/** A batch of messages, sorted by what has to happen to them. */
export interface SortedBatch<M extends QueueMessage> {
  readonly files: FileMessage<M>[];
  /** Keys of other kinds of objects. */
  readonly ignored: string[];
  readonly unreadable: UnreadableMessage<M>[];
}

/** Sorts the messages of a batch; those about the platform's own objects need nothing. */
export function sortBatch<M extends QueueMessage>(messages: M[], scope: KeyScope & { readonly bucket: string }): SortedBatch<M> {
  const sorted: SortedBatch<M> = { files: [], ignored: [], unreadable: [] };
  for (const message of messages) {
    try {
      const object = parseObjectCreated(message.body);
      if (object.bucket !== scope.bucket) {
        throw new UnreadableEventError(`detail.bucket.name is '${object.bucket}', but only files of '${scope.bucket}' are taken`);
      }
      const keyClass = classifyKey(object.key, scope);
      if (keyClass === 'load') {
        sorted.files.push({ message, object });
      } else if (keyClass === 'ignored') {
        sorted.ignored.push(object.key);
      }
    } catch (error) {
      if (!(error instanceof UnreadableEventError)) {
        throw error;
      }
      sorted.unreadable.push({ message, reason: error.message });
    }
  }
  return sorted;
}
