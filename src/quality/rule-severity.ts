/**
 * What happens to a record that breaks a rule, or to a file that breaks a rule about files (`rowCount`, `freshness`).
 *
 * Whatever its severity, a rule that cannot run fails the file, and a Python rule that raises for a record, or returns anything but
 * None or a dict, rejects that record.
 */
export enum RuleSeverity {
  /** The record is rejected: it goes to the quarantine with the reason. Of a file that breaks a rule about files nothing passes. */
  ERROR = 'error',

  /**
   * The record passes: the report and the metrics count it, `.warnings.jsonl` beside the report lists it, and nobody gets a message.
   * A file that breaks a rule about files passes too, and the report shows it.
   */
  WARNING = 'warning',
}
