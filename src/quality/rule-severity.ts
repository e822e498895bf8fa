/** What becomes of a record that breaks a rule. */
export class RuleSeverity {
  /** The record is rejected: it goes to the quarantine with the reason. */
  public static readonly ERROR = new RuleSeverity('error');

  /** The record passes; the report and the metrics count it, and nobody is told. */
  public static readonly WARNING = new RuleSeverity('warning');

  /** @param name how the job knows the severity */
  private constructor(public readonly name: string) {}
}
