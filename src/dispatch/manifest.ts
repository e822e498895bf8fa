import { loadId } from './load-id';
import { ObjectCreated } from './object-event';

/** Where a staging bucket keeps manifests; `runtime/customer_data/files/manifest.py` reads them. */
export const MANIFESTS_PREFIX = 'manifests/';

/** One file of a manifest; the names are the JSON's. */
export interface ManifestFile {
  readonly load_id: string;
  readonly bucket: string;
  readonly key: string;
  readonly version_id: string | null;
  readonly etag: string;
  readonly size: number;
  readonly sequencer: string | null;
  readonly event_time: string;
  readonly attempt: number;
}

/** The files of one run: all that it needs to be repeated. */
export interface Manifest {
  readonly manifest_version: 1;
  readonly pipeline: string;
  readonly created_at: string;
  readonly files: ManifestFile[];
}

/** A manifest that is of another version or is not one. */
export class UnreadableManifestError extends Error {
  constructor(uri: string, reason: string) {
    super(`the manifest ${uri} is not readable: ${reason}`);
    this.name = 'UnreadableManifestError';
  }
}

/** Lists each write once, in the order in which the objects were written. */
export function buildManifest(pipeline: string, objects: ObjectCreated[], createdAt: Date): Manifest {
  const files = new Map<string, ManifestFile>();
  for (const object of objects) {
    const file = toManifestFile(object);
    const known = files.get(file.load_id);
    if (!known || known.attempt < file.attempt) {
      files.set(file.load_id, file);
    }
  }
  return {
    manifest_version: 1,
    pipeline,
    created_at: createdAt.toISOString(),
    files: [...files.values()].sort(byWrite),
  };
}

/** `manifests/<pipeline>/<date>/<time>-<id>.json`, in UTC. */
export function manifestKey(pipeline: string, createdAt: Date, id: string): string {
  const [date, time] = createdAt.toISOString().split('T');
  return `${MANIFESTS_PREFIX}${pipeline}/${date}/${time.slice(0, 8).replaceAll(':', '')}-${id}.json`;
}

/** Reads what `buildManifest` made. Throws UnreadableManifestError. */
export function parseManifest(uri: string, text: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw new UnreadableManifestError(uri, (error as Error).message);
  }
  if (manifest?.manifest_version !== 1 || !Array.isArray(manifest.files)) {
    throw new UnreadableManifestError(uri, `manifest_version is ${JSON.stringify(manifest?.manifest_version)}, 1 is expected`);
  }
  return manifest;
}

/** The write that a manifest's file describes. */
export function toObjectCreated(file: ManifestFile): ObjectCreated {
  return {
    bucket: file.bucket,
    key: file.key,
    versionId: file.version_id,
    etag: file.etag,
    size: file.size,
    sequencer: file.sequencer,
    eventTime: file.event_time,
    attempt: file.attempt,
  };
}

function toManifestFile(object: ObjectCreated): ManifestFile {
  return {
    load_id: loadId(object),
    bucket: object.bucket,
    key: object.key,
    version_id: object.versionId,
    etag: object.etag,
    size: object.size,
    sequencer: object.sequencer,
    event_time: object.eventTime,
    attempt: object.attempt,
  };
}

function byWrite(a: ManifestFile, b: ManifestFile): number {
  return Date.parse(a.event_time) - Date.parse(b.event_time)
    || compare(a.key, b.key)
    || compare(comparableSequencer(a.sequencer), comparableSequencer(b.sequencer));
}

/** Sequencers are hexadecimal numbers of differing length (S3 user guide, "Event message structure"). */
function comparableSequencer(sequencer: string | null): string {
  return (sequencer ?? '').toLowerCase().padStart(64, '0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
