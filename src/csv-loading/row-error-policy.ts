/** What happens to a file of which some records cannot be loaded (no key, too few fields, a broken quote, under
 * `SchemaContract.DISCARD` a value that does not fit...). */
export class RowErrorPolicy {
  /** Nothing of the file is loaded; it moves to the error prefix with the first reason. */
  public static readonly FAIL_FILE = new RowErrorPolicy('fail_file');

  /** Those records go to the quarantine prefix, each with its line and reason; the others are loaded. */
  public static readonly QUARANTINE_ROWS = new RowErrorPolicy('quarantine_rows');

  /** @param name how the job knows the policy */
  private constructor(public readonly name: string) {}
}
