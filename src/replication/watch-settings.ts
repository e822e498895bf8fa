import { DocumentPlace } from './lifecycle-properties';
import { ReplicationTarget } from './replication-target';

/** Settings of the function that watches a replication. */
export interface WatchSettings {
  readonly pipeline: string;
  readonly topicArn: string;
  readonly replication: ReplicationTarget;
  readonly bucket: string;
  /** Where DMS writes, and where it is noted that a table's full load is complete; ends with '/'. */
  readonly prefix: string;
  /** Where the merge writes what the warehouse's tables have, `<SCHEMA>/<TABLE>.json` below; ends with '/'. */
  readonly statePrefix: string;
  /** Its own copy of DMS's statistics, which DMS forgets. */
  readonly statistics: DocumentPlace;
  /** What deployments have done. */
  readonly notes: DocumentPlace;
  /** How long changes may be on their way to the warehouse. */
  readonly settleSeconds: number;
}
