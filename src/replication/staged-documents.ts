import { DocumentPlace } from './lifecycle-properties';

/** Where DMS writes files on a staging bucket. */
export const REPLICATION_PREFIX = 'replication/';

/** Where DMS writes the files of a replication. */
export function replicationPrefix(pipelineName: string): string {
  return `${REPLICATION_PREFIX}${pipelineName}/`;
}

/** What the schema job has made and found. */
export function schemasPrefix(pipelineName: string): string {
  return `schemas/${pipelineName}/`;
}

/** What the warehouse's tables have, as the merge has left them. */
export function statePrefix(pipelineName: string): string {
  return `state/${pipelineName}/`;
}

/** The watch's copy of DMS's statistics. */
export function statisticsPlace(bucket: string, pipelineName: string): DocumentPlace {
  return { bucket, key: `statistics/${pipelineName}.json` };
}

/** What deployments have done. */
export function notesPlace(bucket: string, pipelineName: string): DocumentPlace {
  return { bucket, key: `lifecycle/${pipelineName}.json` };
}
