/** What happens when a file does not fit its table. No contract ever cuts, rounds or drops a value silently. */
export enum SchemaContract {
  /**
   * The table follows the file: new columns are added with the type of their values, text columns are widened, columns of
   * whole numbers, NUMERIC and DATE get a type that holds what comes, and a value that still does not fit goes to a rescue
   * column `<column>__as_varchar`.
   */
  EVOLVE = 'evolve',

  /** The table stays as it is: a file with a new column, or with a value that does not fit, fails and names it. */
  FREEZE = 'freeze',

  /**
   * The table stays as it is: columns that it lacks are left out and named in the log. A record with a value that does not fit its column
   * is rejected as `rowErrors` decides.
   */
  DISCARD = 'discard',
}
