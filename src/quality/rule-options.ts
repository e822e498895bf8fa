import { RuleSeverity } from './rule-severity';

/** Options of every rule. */
export interface RuleOptions {
  /**
   * What the rule requires, in words for readers of reports.
   *
   * @default - made from the kind and the column
   */
  readonly description?: string;

  /**
   * What becomes of a record that breaks the rule. A file that breaks a rule about files (`rowCount`, `freshness`) passes with WARNING,
   * and the report shows it.
   *
   * @default RuleSeverity.ERROR
   */
  readonly severity?: RuleSeverity;
}

/** Options of every rule about records. */
export interface RecordRuleOptions extends RuleOptions {
  /**
   * The ratio of a file's records, 0 to 1, that may break this rule. Above it nothing of the file passes.
   *
   * @default - no limit of its own
   */
  readonly maxFailRatio?: number;
}

/** Options of a rule whose name is optional. */
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
   * More columns: a value may occur again in records that differ in one of these.
   *
   * @default - a value may occur once in a file
   */
  readonly within?: string[];
}

/** Options of `DataQualityRule.range`: at least one limit. */
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

/** Options of `DataQualityRule.length`: at least one limit. */
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

/** Options of `DataQualityRule.rowCount`: at least one limit. */
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
