/** What a loader reports about files that it loaded, in one message for each run. Failures and rows that rules rejected are always reported. */
export enum LoaderNotification {
  /** A file brought new columns, or text for which a column was widened. */
  SCHEMA_CHANGES = 'schema_changes',

  /** A file has values that their column cannot hold and that rescue columns keep. */
  RESCUED_VALUES = 'rescued_values',
}
