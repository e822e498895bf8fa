import { IRole } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { DataQualityRule } from './data-quality-rule';
import { RULE } from './rule-kinds';
import { RuleSeverity } from './rule-severity';
import { RulesFile } from './rules-file';
import { listOf, NAME } from '../common/kinds';
import { requireArguments } from '../common/require-kinds';
import { grantReadAssets } from '../dispatch/bucket-grants';
import { ConfigurationError } from '../errors';

/** Keeps a job's arguments, which hold the rules, well under what StartJobRun and a command line take. */
const MOST_BYTES = 60 * 1024;

/** What the rules are in a job's settings. */
interface BoundRules {
  readonly rules: object[];
  readonly rulesFiles: object[];
  /** The rules files on the machine that synthesizes the app. */
  readonly localFiles: RulesFile[];
}

/**
 * The data quality rules of a pipeline. Several pipelines may share a set.
 *
 * @example
 * import { DataQualityRule, DataQualityRules, RuleSeverity } from 'cdk-customer-data-platform';
 *
 * const rules = DataQualityRules.of(
 *   DataQualityRule.notNull('user_id'),
 *   DataQualityRule.unique('user_id'),
 *   DataQualityRule.email('email', { severity: RuleSeverity.WARNING }),
 *   DataQualityRule.sql('adult', "SELECT * FROM temp_data WHERE age < 18 AND country = 'DE'", { description: 'German customers are 18 or older' }),
 * );
 */
export class DataQualityRules {
  /**
   * The rules of a rules file, as `DataQualityRule.python` takes it.
   *
   * @param path path of the Python file; a relative one starts at the directory in which the app is run
   */
  public static fromFile(path: string): DataQualityRules {
    requireArguments('DataQualityRules.fromFile', { path }, { path: NAME });
    return DataQualityRules.of(DataQualityRule.python(path));
  }

  /** These rules, at least one; all are checked, even if a record already breaks some. */
  public static of(...rules: DataQualityRule[]): DataQualityRules {
    requireArguments('DataQualityRules.of', { rules }, { rules: listOf(RULE) });
    return new DataQualityRules(rules);
  }

  private constructor(private readonly rules: DataQualityRule[]) {
    if (rules.length === 0) {
      throw new ConfigurationError('the set of rules is empty, but one rule at least is needed; add one, or leave the rules out');
    }
    requireOnce('rule', this.inCode.map(({ name }) => name), 'give one of them another name');
    requireOnce('rules file', this.files.map(({ name }) => name), 'give one of the files another name, or name it once');
    const bytes = Buffer.byteLength(JSON.stringify(this.inCode));
    if (bytes > MOST_BYTES) {
      throw new ConfigurationError(
        `the rules take ${bytes} bytes of the job's arguments, but ${MOST_BYTES} are allowed; keep long lists of values in a file for DataQualityRule.foreignKey,`
        + ' and long queries in a rules file (DataQualityRule.python)',
      );
    }
  }

  /**
   * Lets the job of a pipeline read what its rules need.
   *
   * @internal
   */
  public _bind(scope: Construct, role: IRole): BoundRules {
    const assets = this.files.map((file) => ({ name: file.name, asset: new Asset(scope, `RulesFile-${file.name}`, { path: file.absolutePath }) }));
    if (assets.length > 0) {
      grantReadAssets(role, assets.map(({ asset }) => asset));
    }
    this.rules.forEach((rule) => rule._reference?._grantRead(role));
    return { rules: this.inCode, rulesFiles: assets.map(({ name, asset }) => ({ name, url: asset.s3ObjectUrl })), localFiles: this.files };
  }

  /**
   * Names of the rules; undefined with a rules file, whose rules only the job knows.
   *
   * @internal
   */
  public get _names(): string[] | undefined {
    return this.files.length > 0 ? undefined : this.inCode.map(({ name }) => name);
  }

  /**
   * Columns that files have to have, else a rule of the app cannot run.
   *
   * @internal
   */
  public get _columns(): string[] {
    return this.inCode.flatMap(({ column }) => column ?? []);
  }

  /**
   * The share of a file's records that may break a rule, by its name; rules that only warn reject none.
   *
   * @internal
   */
  public get _ratios(): Record<string, number> {
    const rejecting = this.inCode.filter(({ severity }) => severity !== RuleSeverity.WARNING);
    return Object.fromEntries(rejecting.flatMap(({ name, max_fail_ratio }) => max_fail_ratio === undefined ? [] : [[name, max_fail_ratio]]));
  }

  private get inCode() {
    return this.rules.flatMap(({ _json }) => _json ?? []);
  }

  private get files() {
    return this.rules.flatMap(({ _file }) => _file ?? []);
  }
}

function requireOnce(what: string, names: string[], remedy: string): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new ConfigurationError(`the name '${repeated}' is that of more than one ${what}, but each name once is allowed; ${remedy}`);
  }
}
