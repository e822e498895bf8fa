/** What a loader tells people of files that it loaded, in one message a run. What failed and what rules rejected they are told anyway. */
export enum LoaderNotification {
  /** A file brought new columns, or texts for which a column was given room. */
  SCHEMA_CHANGES = 'schema_changes',

  /** A file has values that their column cannot hold, and that rescue columns keep. */
  RESCUED_VALUES = 'rescued_values',
}
