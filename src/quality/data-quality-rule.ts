import { Duration } from 'aws-cdk-lib';
import { requirePattern } from './pattern-check';
import { requireCondition, requireQuery } from './query-check';
import { ReferenceData } from './reference-data';
import { requireLimits, requireRatio, requireRuleName, requireText } from './rule-checks';
import {
  FILE_RULE_OPTIONS, LENGTH_RULE_OPTIONS, RANGE_RULE_OPTIONS, REFERENCE_DATA, ROW_COUNT_RULE_OPTIONS, RULE_OPTIONS,
  SQL_RULE_OPTIONS, UNIQUE_RULE_OPTIONS,
} from './rule-kinds';
import {
  DataQualityRuleOptions, FileRuleOptions, LengthRuleOptions, RangeRuleOptions, RowCountRuleOptions, SqlRuleOptions, UniqueRuleOptions,
} from './rule-options';
import { RulesFile } from './rules-file';
import { DURATION } from '../common/aws-kinds';
import { listOf, NAME, TEXT } from '../common/kinds';
import { requireArguments } from '../common/require-kinds';
import { requireColumns } from '../csv/column-name';
import { checkedType } from '../csv/column-type';
import { ConfigurationError } from '../errors';

/** A rule as the job knows it; the names are the JSON's. */
interface RuleJson {
  readonly name: string;
  readonly kind: string;
  readonly column?: string;
  readonly parameters?: object;
  readonly severity?: string;
  readonly description?: string;
  readonly error_type?: string;
  readonly max_fail_ratio?: number;
  readonly filter?: string;
}

/**
 * A check of the records of a file.
 *
 * Columns have the names that a table would give them: `user_id` for the header `User ID`, or as `columnMapping` maps it. A missing value
 * breaks `notNull` and no other rule about a column. A rule about a column that a file lacks, and a rule that cannot run on a file, fail the
 * file. A SQL or Python rule that cannot run on any file, since it names a view, a function or a column that does not exist, ends the run:
 * the files stay where they are until the rule is corrected.
 */
export class DataQualityRule {
  /**
   * Spark SQL that selects the bad records, and only these, from the view `temp_data`, which has the records of one file. A query that
   * selects `*`, the row id `__line` or the key's columns identifies the bad records; the result of any other can only be counted, and no
   * record passes when it finds any.
   *
   * @param name names the rule in reports, metrics and rejected records; unique in a set of rules
   * @param query the query
   * @param options severity, filter and more
   */
  public static sql(name: string, query: string, options: SqlRuleOptions = {}): DataQualityRule {
    requireArguments('DataQualityRule.sql', { name, query, options }, { name: TEXT, query: TEXT, options: SQL_RULE_OPTIONS });
    const what = `the rule '${name}'`;
    requireText(`query of ${what}`, query, "write for example 'SELECT * FROM temp_data WHERE age < 18'");
    requireQuery(`query of ${what}`, query);
    requireText(`filter of ${what}`, options.filter, 'leave it out to check all records');
    requireCondition(`filter of ${what}`, options.filter);
    requireText(`errorType of ${what}`, options.errorType, "leave it out for the rule's name");
    return DataQualityRule.make({ kind: 'sql', name, parameters: { query }, error_type: options.errorType, filter: options.filter }, options);
  }

  /** The column has a value. */
  public static notNull(column: string, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.notNull', { column, options }, { column: TEXT, options: RULE_OPTIONS });
    return DataQualityRule.ofColumn('not_null', column, undefined, options);
  }

  /** No value occurs twice in a file; all records that share one break the rule. */
  public static unique(column: string, options: UniqueRuleOptions = {}): DataQualityRule {
    requireArguments('DataQualityRule.unique', { column, options }, { column: TEXT, options: UNIQUE_RULE_OPTIONS });
    const within = options.within ?? [];
    requireColumns(undefined, `within of the rule unique of '${column}'`, within);
    if (within.includes(column)) {
      throw new ConfigurationError(`within of the rule unique of '${column}' has '${column}', but other columns are allowed; leave it out`);
    }
    return DataQualityRule.ofColumn('unique', column, within.length > 0 ? { within } : undefined, options);
  }

  /** The value is one of these, in the same letter case. */
  public static inSet(column: string, values: string[], options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.inSet', { column, values, options }, { column: TEXT, values: listOf(TEXT), options: RULE_OPTIONS });
    if (values.length === 0) {
      throw new ConfigurationError(`values of the rule inSet of '${column}' is empty, but one value at least is needed, else every record breaks it; name the values`);
    }
    return DataQualityRule.ofColumn('in_set', column, { values }, options);
  }

  /** The value is a number within limits, limits included. */
  public static range(column: string, options: RangeRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.range', { column, options }, { column: TEXT, options: RANGE_RULE_OPTIONS });
    requireLimits(`the rule range of '${column}'`, options, 'numbers');
    return DataQualityRule.ofColumn('range', column, { minimum: options.min, maximum: options.max }, options);
  }

  /**
   * The whole value matches a pattern.
   *
   * @param column the column
   * @param pattern RE2: no lookaheads, lookbehinds or back references
   * @param options severity and more
   */
  public static matches(column: string, pattern: string, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.matches', { column, pattern, options }, { column: TEXT, pattern: TEXT, options: RULE_OPTIONS });
    requirePattern(`the pattern of the rule matches of '${column}'`, pattern);
    return DataQualityRule.ofColumn('matches', column, { pattern }, options);
  }

  /** The number of characters of the value is within limits, limits included. */
  public static length(column: string, options: LengthRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.length', { column, options }, { column: TEXT, options: LENGTH_RULE_OPTIONS });
    requireLimits(`the rule length of '${column}'`, options, 'counts');
    return DataQualityRule.ofColumn('length', column, { minimum: options.min, maximum: options.max }, options);
  }

  /** The value is an e-mail address, as browsers accept it, with a dot in its domain. */
  public static email(column: string, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.email', { column, options }, { column: TEXT, options: RULE_OPTIONS });
    return DataQualityRule.ofColumn('email', column, undefined, options);
  }

  /**
   * The value is a date, or a date and time, that is not after the time of the check. Dates are in ISO 8601 or in
   * the formats of the pipeline's `csv` (`CsvFormat.dateFormats`), in UTC unless they name a zone.
   */
  public static notInFuture(column: string, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.notInFuture', { column, options }, { column: TEXT, options: RULE_OPTIONS });
    return DataQualityRule.ofColumn('not_in_future', column, undefined, options);
  }

  /**
   * The value is of a type. SQL and Python rules then see the column as that type; without this rule a column has the type that all its
   * values in the file fit, and is text if they fit none. Dates are in ISO 8601 or in the formats of the
   * pipeline's `csv` (`CsvFormat.dateFormats`).
   *
   * @param column the column
   * @param type a type of Redshift by any of its names: SMALLINT, INTEGER, BIGINT, NUMERIC(p,s), REAL, DOUBLE PRECISION, BOOLEAN, DATE, TIMESTAMP, TIMESTAMPTZ,
   * CHAR(n) or VARCHAR(n), n in bytes
   * @param options severity and more
   */
  public static ofType(column: string, type: string, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.ofType', { column, type, options }, { column: TEXT, type: TEXT, options: RULE_OPTIONS });
    return DataQualityRule.ofColumn('of_type', column, { type: checkedType(`the type of the rule ofType of '${column}'`, type) }, options);
  }

  /** The value occurs in the reference data. */
  public static foreignKey(column: string, reference: ReferenceData, options?: DataQualityRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.foreignKey', { column, reference, options }, { column: TEXT, reference: REFERENCE_DATA, options: RULE_OPTIONS });
    return DataQualityRule.ofColumn('foreign_key', column, reference._parameters, options, reference);
  }

  /** The number of records of the file is within limits, limits included; else nothing of it passes. */
  public static rowCount(options: RowCountRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.rowCount', { options }, { options: ROW_COUNT_RULE_OPTIONS });
    requireLimits('the rule rowCount', options, 'counts');
    return DataQualityRule.make({ kind: 'row_count', name: 'row_count', parameters: { minimum: options.min, maximum: options.max } }, options);
  }

  /**
   * The latest date in a column is not older than this; else nothing of the file passes. Dates are in ISO 8601 or in
   * the formats of the pipeline's `csv` (`CsvFormat.dateFormats`), in UTC unless they name a zone.
   */
  public static freshness(column: string, maxAge: Duration, options?: FileRuleOptions): DataQualityRule {
    requireArguments('DataQualityRule.freshness', { column, maxAge, options }, { column: TEXT, maxAge: DURATION, options: FILE_RULE_OPTIONS });
    const age = maxAge.isUnresolved() ? undefined : maxAge.toSeconds({ integral: false });
    if (age !== undefined && !(Number.isInteger(age) && age > 0)) {
      throw new ConfigurationError(`maxAge of the rule freshness of '${column}' is ${age} seconds, but whole seconds from 1 are allowed; use for example Duration.days(1)`);
    }
    return DataQualityRule.ofColumn('freshness', column, { max_age_seconds: age ?? maxAge.toSeconds() }, options);
  }

  /**
   * All rules of a rules file, SQL and Python ones: a Python file with `SQL_DATA_QUALITY_RULES`, `PYTHON_DATA_QUALITY_RULES` or both.
   * `npx cdk-customer-data-platform check FILE`, or the same command of the wheel, checks its rules; the synth only checks that it exists, is not
   * empty and has at most 1 MiB.
   *
   * @param file path of the file; a relative one starts at the directory in which the app is run
   */
  public static python(file: string): DataQualityRule {
    requireArguments('DataQualityRule.python', { file }, { file: NAME });
    return new DataQualityRule(undefined, RulesFile.at(file));
  }

  private static ofColumn(
    kind: string, column: string, parameters: object | undefined, options: DataQualityRuleOptions = {}, reference?: ReferenceData,
  ): DataQualityRule {
    requireColumns(undefined, `the rule ${kind}`, [column]);
    return DataQualityRule.make({ kind, name: `${kind}_${column}`, column, parameters }, options, reference);
  }

  private static make(rule: RuleJson, options: DataQualityRuleOptions, reference?: ReferenceData): DataQualityRule {
    const name = options.name ?? rule.name;
    requireRuleName(name);
    requireRatio(`maxFailRatio of the rule '${name}'`, options.maxFailRatio);
    const { severity, description, maxFailRatio } = options;
    return new DataQualityRule({ ...rule, name, severity, description, max_fail_ratio: maxFailRatio }, undefined, reference);
  }

  /**
   * @param _json the rule as the job knows it; undefined for a rules file
   * @param _file the file
   * @param _reference what the job has to read for the rule
   */
  private constructor(
    /** @internal */ public readonly _json?: RuleJson,
    /** @internal */ public readonly _file?: RulesFile,
    /** @internal */ public readonly _reference?: ReferenceData,
  ) {}
}
