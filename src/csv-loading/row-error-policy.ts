/** What happens to a file when some of its records cannot be loaded (no key, too few fields, a broken quote, under
 * `SchemaContract.DISCARD` a value that does not fit...). */
export enum RowErrorPolicy {
  /** Nothing of the file is loaded; the file moves to the error prefix with the first reason. */
  FAIL_FILE = 'fail_file',

  /** Those records go to the quarantine prefix, each with its line and reason; the others are loaded. */
  QUARANTINE_ROWS = 'quarantine_rows',
}
