import { RemovalPolicy } from 'aws-cdk-lib';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { grantLandingAccess, grantQuarantineAccess, grantReportAccess } from './job-access';
import { newLandingBucket } from './landing-bucket';
import {
  checkedColumnTypes, checkedGrowth, checkedLandingPrefixes, checkedPrimaryKey, noticesOf, refuseLifecycleOfGivenBucket, refuseOptionsOfRules,
} from './loader-checks';
import { LOADER_KINDS } from './loader-kinds';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { renderLoaderSettings } from './loader-settings';
import { LOADER_WORDS } from './loader-words';
import { RowErrorPolicy } from './row-error-policy';
import { claimTable } from './table-claims';
import { parseTableName, TableName } from './table-name';
import { metricOptions } from '../common/metric-options';
import { requireProps } from '../common/require-kinds';
import { CSV_FILES } from '../csv/csv-files';
import { CsvFormat } from '../csv/csv-format';
import { CSV_ON_DEMAND } from '../csv/on-demand';
import { checkedAutoDelete } from '../dispatch/auto-delete';
import { checkedBatchingWindow } from '../dispatch/batching-window';
import { grantCopyAccess } from '../dispatch/copy-access';
import { checkEnvironment } from '../dispatch/environment-checks';
import { MOST_RETRIES } from '../dispatch/file-runs';
import { LedgerTable } from '../dispatch/ledger-table';
import { pipelineName } from '../dispatch/names';
import { newPipelineParts, PipelineParts } from '../dispatch/pipeline-parts';
import { PipelinePrefixes, UploadPrefixes } from '../dispatch/pipeline-prefixes';
import { outcomesPrefix, stagingPrefix } from '../dispatch/staging-bucket';
import { UploadPipeline } from '../dispatch/upload-pipeline';
import { qualitySettings } from '../quality/quality-settings';
import { SchemaContract, WarehouseAccess } from '../warehouse';

/**
 * A CSV dropped into a bucket is upserted into a Redshift table; new columns are added to the table automatically; a bad
 * file goes to the error prefix and is reported.
 *
 * Files travel S3 -> EventBridge -> SQS -> Lambda -> Glue -> Redshift. Files that come within a `batchingWindow` are
 * loaded by one run; each write of a file is loaded once, even if its event is delivered twice. What goes wrong is reported on
 * `notificationTopic`:
 *
 * - a file whose content is at fault moves to `errorPrefix` with its reason; the other files of its run are loaded;
 * - files of a run that dies (timeout, memory, stopped) are retried automatically, twice at most, and then reported;
 * - a file that has waited for 6 hours because Glue was busy, a dispatcher that cannot start runs, and a message in
 *   `deadLetterQueue` or `failedInvocationsQueue` raise an alarm.
 *
 * With `rules` the same run checks the records before it loads them: those that break a rule go to `quarantinePrefix`, each with
 * all its reasons, the others are loaded, each file has a report under `reportPrefix`, and files with rejected
 * records are reported on `notificationTopic`. It takes half the time and cost of a `DataQualityGate` before the loader.
 *
 * Once a day a sweep queues the files of the last week that no event brought. It lists all versions under the prefix, some
 * millions in its 15 minutes; give a bucket that holds more a lifecycle. In an unversioned bucket a
 * file that is written again with the same content within the same second counts as one write.
 *
 * Limits: 1,599 columns a file, 1,600 a table; 65,535 bytes a value, 5 TB a file. Files of different names are loaded
 * in the order of their events within a run only; use `sequenceColumn` where the order matters. Of a file that is written
 * again before it is loaded, the earlier write may never be (`metricFilesSuperseded`): give each file a name of its own.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { RedshiftWarehouse, RowErrorPolicy, SchemaEvolvingCsvLoader } from 'cdk-customer-data-platform';
 *
 * declare const stack: Stack;
 * declare const warehouse: RedshiftWarehouse;
 *
 * const customers = new SchemaEvolvingCsvLoader(stack, 'Customers', {
 *   warehouse,
 *   table: 'crm.customers',
 *   primaryKey: ['user_id'],
 *   prefix: 'customers/',
 *   rowErrors: RowErrorPolicy.QUARANTINE_ROWS,
 * });
 * customers.metricFilesFailed().createAlarm(stack, 'CustomersFailed', { threshold: 1, evaluationPeriods: 1 });
 */
export class SchemaEvolvingCsvLoader extends UploadPipeline implements IGrantable {
  /**
   * Where the report on each file goes.
   *
   * @default - a loader without rules writes no reports
   */
  public readonly reportPrefix?: string;
  /** @internal */
  protected readonly _parts: PipelineParts<UploadPrefixes>;
  /** @internal */
  protected readonly _ruleNames?: string[];

  constructor(scope: Construct, id: string, props: SchemaEvolvingCsvLoaderProps) {
    super(scope, id);
    requireProps(this, props, LOADER_KINDS);
    checkEnvironment(this, props);
    const name = pipelineName(this, props.pipelineName);
    const table = parseTableName(this, props.table);
    const primaryKey = checkedPrimaryKey(this, props);
    const columnTypes = checkedColumnTypes(this, props);
    const prefixes = checkedLandingPrefixes(this, props);
    const batchingWindow = checkedBatchingWindow(this, props.batchingWindow);
    refuseLifecycleOfGivenBucket(this, props);
    refuseOptionsOfRules(this, props);
    this.reportPrefix = prefixes.written.reportPrefix;
    const rowErrors = props.rowErrors ?? (props.rules ? RowErrorPolicy.QUARANTINE_ROWS : RowErrorPolicy.FAIL_FILE);
    claimTable(this, props.warehouse, table, {
      primaryKey, sequenceColumn: props.sequenceColumn, schemaContract: props.schemaContract ?? SchemaContract.EVOLVE, columnTypes,
    });
    this._ruleNames = props.rules ? props.rules._names : [];
    const notices = noticesOf(props);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const autoDeleteObjects = checkedAutoDelete(this, props.autoDeleteObjects, removalPolicy, [props.bucket, props.stagingBucket]);

    // A file goes from the bucket by way of queue, dispatcher, job and staging...
    const bucket = props.bucket ?? newLandingBucket(this, 'LandingBucket', { ...props, removalPolicy, autoDeleteObjects });
    this._parts = newPipelineParts(this, {
      pipelineName: name,
      options: props,
      bucket,
      prefixes,
      files: CSV_FILES,
      words: LOADER_WORDS,
      // What a load waits for is mostly the warehouse.
      retries: { most: MOST_RETRIES, afterTimeout: true },
      batchingWindow,
      removalPolicy,
      autoDeleteObjects,
      description: `Loads CSV files into ${props.table}`,
      script: 'load_csv.py',
      onDemand: CSV_ON_DEMAND,
      settings: (stagingBucket, jobRole) => this.jobSettings(props, {
        name, table, primaryKey, columnTypes, prefixes, rowErrors, stagingBucket, jobRole,
      }),
      ledger: new LedgerTable(props.warehouse, { schema: table.schema, table: table.name }),
      keepsOutcomes: notices.length > 0,
      notifyOn: notices,
    });

    // ...to the warehouse.
    grantLandingAccess(this.jobRole, bucket, prefixes);
    if (rowErrors === RowErrorPolicy.QUARANTINE_ROWS) {
      grantQuarantineAccess(this.jobRole, bucket, prefixes);
    }
    if (this.reportPrefix !== undefined) {
      grantReportAccess(this.jobRole, bucket, this.reportPrefix);
    }
    grantCopyAccess(this, 'CopyPolicy', props.warehouse.copyRole, this.stagingBucket);
    props.warehouse.addSchema(table.schema);
    props.warehouse.grantRunStatements(this.jobRole, WarehouseAccess.WRITE);
  }

  /** Records upserted. */
  public metricRowsLoaded(options?: MetricOptions): Metric {
    return this.metric('RowsLoaded', options);
  }

  /** Columns added to the table. */
  public metricColumnsAdded(options?: MetricOptions): Metric {
    return this.metric('ColumnsAdded', options);
  }

  /** Columns of the table that were made longer, or that got a type that holds more. */
  public metricColumnsWidened(options?: MetricOptions): Metric {
    return this.metric('ColumnsWidened', options);
  }

  /** Records with a value that its column cannot hold, and that a rescue column keeps. */
  public metricRowsRescued(options?: MetricOptions): Metric {
    return this.metric('RowsRescued', options);
  }

  /** Files loaded. */
  public metricFilesLoaded(options?: MetricOptions): Metric {
    return this.metric('FilesLoaded', options);
  }

  /** Seconds that a file took, from staging to commit, one value for each loaded file; the longest in 5 minutes unless overridden. */
  public metricLoadSeconds(options?: MetricOptions): Metric {
    return this.metric('LoadSeconds', metricOptions('metricLoadSeconds', options, { statistic: Stats.MAXIMUM }));
  }

  private jobSettings(props: SchemaEvolvingCsvLoaderProps, known: KnownSettings): object {
    return renderLoaderSettings({
      pipelineName: known.name,
      table: known.table,
      primaryKey: known.primaryKey,
      columnMapping: props.columnMapping ?? {},
      columnTypes: known.columnTypes,
      schemaContract: props.schemaContract ?? SchemaContract.EVOLVE,
      growColumnsUpToRows: checkedGrowth(this, props),
      sequenceColumn: props.sequenceColumn,
      csv: props.csv ?? CsvFormat.detect(),
      rowErrors: known.rowErrors,
      prefix: known.prefixes.prefix,
      errorPrefix: known.prefixes.written.errorPrefix,
      quarantinePrefix: known.prefixes.written.quarantinePrefix,
      stagingBucketName: known.stagingBucket.bucketName,
      stagingPrefix: stagingPrefix(known.name),
      connection: props.warehouse.connection,
      copyRoleArn: props.warehouse.copyRole.roleArn,
      outcomesPrefix: noticesOf(props).length > 0 ? outcomesPrefix(known.name) : undefined,
      quality: known.prefixes.written.reportPrefix === undefined ? undefined : qualitySettings(this, known.jobRole, {
        pipelineName: known.name,
        rules: props.rules!,
        maxFailRatio: props.maxFailRatio,
        reportPrefix: known.prefixes.written.reportPrefix,
        unmaskedColumns: props.unmaskedColumns,
        csv: props.csv,
        columnMapping: props.columnMapping,
        columnTypes: known.columnTypes,
        key: known.primaryKey,
      }),
    });
  }
}

/** What the constructor has checked or made. */
interface KnownSettings {
  readonly name: string;
  readonly table: TableName;
  readonly primaryKey: string[];
  readonly columnTypes?: Record<string, string>;
  readonly prefixes: PipelinePrefixes<UploadPrefixes>;
  readonly rowErrors: RowErrorPolicy;
  readonly stagingBucket: IBucket;
  readonly jobRole: IRole;
}
