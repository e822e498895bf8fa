/** What a replication brings from the source. */
export enum ReplicationMode {
  /** All rows as they are now, once. A change of the replication's tables loads them again. */
  FULL_LOAD = 'full-load',

  /** Changes from the first start on, and no rows that are there before. */
  CDC = 'cdc',

  /** All rows as they are now, then every change. */
  FULL_LOAD_AND_CDC = 'full-load-and-cdc',
}
