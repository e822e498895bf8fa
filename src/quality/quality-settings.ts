import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DataQualityRules } from './data-quality-rules';
import { requireRatio } from './rule-checks';
import { outcomesPrefix } from '../dispatch/staging-bucket';

/** What a pipeline says of its rules. */
export interface QualityOptions {
  readonly pipelineName: string;
  readonly rules: DataQualityRules;
  readonly maxFailRatio?: number;
  readonly reportPrefix: string;
  readonly unmaskedColumns?: string[];
}

/** The part of a job's settings that is about rules, after the job was given the rights that go with them. */
export function qualitySettings(scope: Construct, jobRole: IRole, options: QualityOptions): object {
  requireRatio('maxFailRatio', options.maxFailRatio, scope);
  return renderQualitySettings({ ...options, ...options.rules._bind(scope, jobRole) });
}

/** The values of `qualitySettings`. */
export interface QualitySettings {
  readonly pipelineName: string;
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
    outcomes_prefix: outcomesPrefix(settings.pipelineName),
    unmasked_columns: settings.unmaskedColumns ?? [],
  };
}
