import { GatePrefixes } from './gate-access';
import { CsvFormat } from '../csv/csv-format';
import { renderCsvFormat } from '../csv/csv-settings';
import { outcomesPrefix } from '../dispatch/staging-bucket';

/** What a gate passes to its job. */
export interface GateSettings extends Omit<GatePrefixes, 'reportPrefix'> {
  readonly pipelineName: string;
  readonly csv: CsvFormat;
  readonly columnMapping: Record<string, string>;
  readonly key: string[];
  readonly prefix: string;
  readonly stagingBucketName: string;
  readonly stagingPrefix: string;
  /** What `renderQualitySettings` made. */
  readonly quality: object;
}

/** The job's `--settings`: the only place that names its fields here; `customer_data` reads them. What is undefined is left out, which the job takes as null. */
export function renderGateSettings(settings: GateSettings): object {
  return {
    pipeline: settings.pipelineName,
    csv: renderCsvFormat(settings.csv),
    column_mapping: settings.columnMapping,
    key: settings.key,
    prefix: settings.prefix,
    passed_prefix: settings.passedPrefix,
    quarantine_prefix: settings.quarantinePrefix,
    processed_prefix: settings.processedPrefix,
    error_prefix: settings.errorPrefix,
    outcomes_prefix: outcomesPrefix(settings.pipelineName),
    staging: { bucket: settings.stagingBucketName, prefix: settings.stagingPrefix },
    quality: settings.quality,
  };
}
