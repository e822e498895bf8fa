import { createHash } from 'crypto';
import { ObjectCreated } from './object-event';

/**
 * Identifies one write of one object: the same for a redelivered event, new for each write of the key, so that
 * content A, then B, then A again are three loads.
 *
 * @returns 64 hexadecimal digits
 */
export function loadId(object: ObjectCreated): string {
  return createHash('sha256').update(`${object.bucket}\n${object.key}\n${identity(object)}`).digest('hex');
}

function identity(object: ObjectCreated): string {
  if (object.versionId !== null) {
    return `version:${object.versionId}`;
  }
  return object.sequencer !== null ? `sequencer:${object.sequencer}` : `etag:${object.etag}:${object.eventTime}`;
}
