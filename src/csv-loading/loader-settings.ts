import { RowErrorPolicy } from './row-error-policy';
import { TableName } from './table-name';
import { CsvFormat } from '../csv/csv-format';
import { renderCsvFormat } from '../csv/csv-settings';
import { RedshiftConnection, SchemaContract } from '../warehouse';
import { renderWarehouse } from '../warehouse/warehouse-settings';

/** A loader's settings for its job. */
export interface LoaderSettings {
  readonly pipelineName: string;
  readonly table: TableName;
  readonly primaryKey: string[];
  readonly columnMapping: Record<string, string>;
  readonly columnTypes?: Record<string, string>;
  readonly schemaContract: SchemaContract;
  readonly growColumnsUpToRows?: number;
  readonly sequenceColumn?: string;
  readonly csv: CsvFormat;
  readonly rowErrors: RowErrorPolicy;
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly quarantinePrefix: string;
  readonly stagingBucketName: string;
  readonly stagingPrefix: string;
  readonly connection: RedshiftConnection;
  readonly copyRoleArn: string;
  /** Where the job writes what it found in each file, for reports; undefined for a loader that reports nothing. */
  readonly outcomesPrefix?: string;
  /** What `renderQualitySettings` made; undefined for a loader without rules. */
  readonly quality?: object;
}

/**
 * The job's `--settings`: the only place that names its fields here; `customer_data.loading.settings.LoaderSettings` reads
 * them. What is undefined is left out, which the job takes as null.
 */
export function renderLoaderSettings(settings: LoaderSettings): object {
  return {
    pipeline: settings.pipelineName,
    table: { schema: settings.table.schema, name: settings.table.name },
    primary_key: settings.primaryKey,
    column_mapping: settings.columnMapping,
    column_types: settings.columnTypes,
    schema_contract: settings.schemaContract,
    grow_up_to_rows: settings.growColumnsUpToRows,
    sequence_column: settings.sequenceColumn,
    csv: renderCsvFormat(settings.csv),
    row_errors: settings.rowErrors,
    prefix: settings.prefix,
    error_prefix: settings.errorPrefix,
    quarantine_prefix: settings.quarantinePrefix,
    staging: { bucket: settings.stagingBucketName, prefix: settings.stagingPrefix },
    warehouse: renderWarehouse(settings.connection, settings.copyRoleArn),
    outcomes_prefix: settings.outcomesPrefix,
    quality: settings.quality,
  };
}
