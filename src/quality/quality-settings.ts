import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { writeCheckSettings } from './check-settings';
import { DataQualityRules } from './data-quality-rules';
import { requireRatio } from './rule-checks';
import { CsvFormat } from '../csv/csv-format';

/** A pipeline's rules and their options. */
export interface QualityOptions {
  readonly pipelineName: string;
  readonly rules: DataQualityRules;
  readonly maxFailRatio?: number;
  readonly reportPrefix: string;
  readonly unmaskedColumns?: string[];
  readonly csv?: CsvFormat;
  readonly columnMapping?: { [header: string]: string };
  /** Types by column that rules see. */
  readonly columnTypes?: { [column: string]: string };
  /** Columns that identify a record. */
  readonly key?: string[];
}

/**
 * The part of a job's settings that is about rules, after the job was given the rights that go with them. The cloud assembly gets a
 * file with what it takes to run the rules elsewhere.
 */
export function qualitySettings(scope: Construct, jobRole: IRole, options: QualityOptions): object {
  requireRatio('maxFailRatio', options.maxFailRatio, scope);
  const { localFiles, ...bound } = options.rules._bind(scope, jobRole);
  const quality = renderQualitySettings({ ...options, ...bound });
  writeCheckSettings(scope, { ...options, quality, rulesFiles: localFiles });
  return quality;
}

/** The values of `qualitySettings`. */
export interface QualitySettings {
  readonly rules: object[];
  readonly rulesFiles: object[];
  readonly maxFailRatio?: number;
  readonly reportPrefix: string;
  readonly unmaskedColumns?: string[];
}

/** `quality` of a job's `--settings`: the only place that names its fields here. What is undefined is left out. */
export function renderQualitySettings(settings: QualitySettings): object {
  return {
    rules: settings.rules,
    rules_files: settings.rulesFiles,
    max_fail_ratio: settings.maxFailRatio,
    report_prefix: settings.reportPrefix,
    unmasked_columns: settings.unmaskedColumns ?? [],
  };
}
