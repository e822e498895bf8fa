import { RuleSeverity } from './rule-severity';

/** What every rule may say of itself. */
export interface RuleOptions {
  /**
   * What the rule asks for, in words for the people who read reports.
   *
   * @default - made from the kind and the column
   */
  readonly description?: string;

  /**
   * What becomes of a record that breaks the rule. A file that breaks a rule about files (`rowCount`, `freshness`) passes with WARNING,
   * and the report says it.
   *
   * @default RuleSeverity.ERROR
   */
  readonly severity?: RuleSeverity;
}

/** What every rule about records may say of itself. */
export interface RecordRuleOptions extends RuleOptions {
  /**
   * The part of a file's records, 0 to 1, that may break this rule. Over it nothing of the file passes.
   *
   * @default - no limit of its own
   */
  readonly maxFailRatio?: number;
}

/** Options of a rule that has a name of its own only when it is given one. */
export interface DataQualityRuleOptions extends RecordRuleOptions {
  /**
   * Names the rule in reports, metrics and rejected records; unique in a set of rules.
   *
   * @default - the kind and the column: `not_null_email`
   */
  readonly name?: string;
}

/** Options of `DataQualityRule.sql`. */
export interface SqlRuleOptions extends RecordRuleOptions {
  /**
   * Code of the error in rejected records.
   *
   * @default - the rule's name
   */
  readonly errorType?: string;

  /**
   * A Spark SQL condition: only records for which it is true are checked.
   *
   * @default - all records are
   */
  readonly filter?: string;
}

/** Options of `DataQualityRule.unique`. */
export interface UniqueRuleOptions extends DataQualityRuleOptions {
  /**
   * More columns: values may come again in records that differ in one of these.
   *
   * @default - a value may come once in a file
   */
  readonly within?: string[];
}

/** Options of `DataQualityRule.range`: one limit at least. */
export interface RangeRuleOptions extends DataQualityRuleOptions {
  /**
   * The least number that is allowed.
   *
   * @default - no lower limit
   */
  readonly min?: number;

  /**
   * The greatest number that is allowed.
   *
   * @default - no upper limit
   */
  readonly max?: number;
}

/** Options of `DataQualityRule.length`: one limit at least. */
export interface LengthRuleOptions extends DataQualityRuleOptions {
  /**
   * The fewest characters that are allowed, a whole number.
   *
   * @default - no lower limit
   */
  readonly min?: number;

  /**
   * The most characters that are allowed, a whole number.
   *
   * @default - no upper limit
   */
  readonly max?: number;
}

/** Options of a rule about a file as a whole, which no part of its records can break. */
export interface FileRuleOptions extends RuleOptions {
  /**
   * Names the rule in reports, metrics and rejected records; unique in a set of rules.
   *
   * @default - the kind, and the column if there is one: `row_count`, `freshness_updated_at`
   */
  readonly name?: string;
}

/** Options of `DataQualityRule.rowCount`: one limit at least. */
export interface RowCountRuleOptions extends FileRuleOptions {
  /**
   * The fewest records that a file may have, a whole number.
   *
   * @default - no lower limit
   */
  readonly min?: number;

  /**
   * The most records that a file may have, a whole number.
   *
   * @default - no upper limit
   */
  readonly max?: number;
}
