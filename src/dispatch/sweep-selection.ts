import { classifyKey, KeyScope } from './key-classification';
import { FinishedWrites, writeIdentity } from './ledger';
import { ObjectCreated } from './object-event';

/** Younger objects may still be on their way. */
const YOUNGEST_MS = 60 * 60 * 1000;

/** Older objects were left by earlier sweeps or precede the loader. */
const OLDEST_MS = 7 * 24 * 60 * 60 * 1000;

/** What a listing says of the current version of an object. */
export interface ListedObject {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly IsLatest?: boolean;
  readonly ETag?: string;
  readonly Size?: number;
  readonly LastModified?: Date;
}

/** The files of a listing that should have been loaded by now. */
export function filesDue(bucket: string, listed: ListedObject[], scope: KeyScope, now: Date): ObjectCreated[] {
  return listed
    .filter((object) => object.IsLatest && classifyKey(object.Key!, scope) === 'load' && isDue(object.LastModified!, now))
    .map((object) => ({
      bucket,
      key: object.Key!,
      versionId: object.VersionId === 'null' ? null : object.VersionId ?? null,
      etag: object.ETag!.replaceAll('"', ''),
      size: object.Size ?? 0,
      sequencer: null,
      eventTime: object.LastModified!.toISOString(),
      attempt: 0,
    }));
}

/** The moment since when the ledger has to know of these files: none was finished before it was written. */
export function earliestWrite(files: ObjectCreated[]): Date {
  return new Date(files.reduce((earliest, file) => Math.min(earliest, Date.parse(file.eventTime)), Infinity));
}

/** Those of the files that no run has finished. */
export function filesMissed(files: ObjectCreated[], finished: FinishedWrites): ObjectCreated[] {
  return files.filter((file) => !isFinished(file, finished));
}

/**
 * Without versions an ETag stands for content, which may be written again: a row of an earlier write is not the listed
 * one's. Whole seconds, the precision of S3's times.
 */
function isFinished(file: ObjectCreated, finished: FinishedWrites): boolean {
  const writtenAt = finished.get(writeIdentity(file.key, file.versionId, file.etag));
  return writtenAt !== undefined && (file.versionId !== null || writtenAt >= Math.floor(Date.parse(file.eventTime) / 1000));
}

function isDue(lastModified: Date, now: Date): boolean {
  const age = now.getTime() - lastModified.getTime();
  return age >= YOUNGEST_MS && age <= OLDEST_MS;
}
