import { RemovalPolicy } from 'aws-cdk-lib';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { GatePrefixes, grantGateAccess } from './gate-access';
import { GATE_KINDS } from './gate-kinds';
import { DataQualityGateProps } from './gate-props';
import { renderGateSettings } from './gate-settings';
import { GATE_WORDS } from './gate-words';
import { qualitySettings } from './quality-settings';
import { requireProps } from '../common/require-kinds';
import { refuseMappedAway } from '../csv/column-checks';
import { requireColumns, requireMappedColumns } from '../csv/column-name';
import { CSV_FILES } from '../csv/csv-files';
import { CsvFormat } from '../csv/csv-format';
import { CSV_ON_DEMAND } from '../csv/on-demand';
import { checkedAutoDelete } from '../dispatch/auto-delete';
import { checkedBatchingWindow } from '../dispatch/batching-window';
import { checkEnvironment } from '../dispatch/environment-checks';
import { MOST_RETRIES } from '../dispatch/file-runs';
import { pipelineName } from '../dispatch/names';
import { newPipelineParts, PipelineParts } from '../dispatch/pipeline-parts';
import { checkedPrefixes, resultPrefixes, UploadPrefixes } from '../dispatch/pipeline-prefixes';
import { stagingPrefix } from '../dispatch/staging-bucket';
import { UploadPipeline } from '../dispatch/upload-pipeline';

/**
 * A CSV dropped into a bucket is checked against data quality rules: rows that break one are rejected and reported with the reason, the
 * others pass.
 *
 * Files travel S3 -> EventBridge -> SQS -> Lambda -> Glue -> S3, in one bucket. Of a file under `prefix`
 *
 * - the good rows are published under `passedPrefix`, where a `SchemaEvolvingCsvLoader` or anybody else takes them,
 * - the rejected rows go to `quarantinePrefix` as JSON Lines, each with all the rules that it broke,
 * - a report goes to `reportPrefix`: row counts and ratios by rule, and samples with masked values,
 * - the original goes to `processedPrefix`. Rows passed and rejected are as many as rows read.
 *
 * No original is deleted: each write has a place of its own under `processedPrefix` and `quarantinePrefix`. Under `errorPrefix` it
 * keeps its name, so that in an unversioned bucket a later file of that name replaces an earlier one.
 *
 * Files that come within a `batchingWindow` are checked by one run; each write of a file is checked once, even if its event is
 * delivered twice. Only in an unversioned bucket may a write that both an event and the sweep report be checked twice. What
 * goes wrong is reported on `notificationTopic`:
 *
 * - rejected rows: file, totals, top reasons, and where report and rejected rows are;
 * - a file of which more than `maxFailRatio` was rejected, or that as a whole breaks a rule: nothing of it passes, the original goes to
 *   `<quarantinePrefix><12 hex digits of the load id>/<key relative to prefix>`, and the run fails;
 * - a file that is not CSV moves to `errorPrefix` with its reason, and the run fails; the other files of the run go on;
 * - files of a run that dies (memory, stopped) are retried automatically, twice at most, and then reported. Those of a run that
 *   reaches the job's timeout are reported immediately, since a rule may never end, and only the daily sweep retries them. Those of a
 *   run with a broken rules file are reported immediately too, and stay where they are until it is fixed and deployed;
 * - a file that has waited for 6 hours because Glue was busy, a dispatcher that cannot start runs, and a message in
 *   `deadLetterQueue` or `failedInvocationsQueue` raise an alarm.
 *
 * To send corrected rows through the gate again, start the job with `--replay` and the S3 URL of the corrected file of the quarantine. Once a day a sweep
 * queues the files of the last week that are still under the prefix.
 *
 * Limits: 4 MiB a record, 5 TB a file. The rules take 60 KB at most, and a rules file 1 MiB. Where the files
 * only go on to one table, `rules` of the loader itself checks them in one run, at half the time and cost.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { Bucket } from 'aws-cdk-lib/aws-s3';
 * import { DataQualityGate, DataQualityRule, DataQualityRules, RedshiftWarehouse, SchemaEvolvingCsvLoader } from 'cdk-customer-data-platform';
 *
 * declare const stack: Stack;
 * declare const warehouse: RedshiftWarehouse;
 *
 * const bucket = new Bucket(stack, 'Landing', { versioned: true });
 * const gate = new DataQualityGate(stack, 'Gate', {
 *   bucket,
 *   prefix: 'incoming/',
 *   rules: DataQualityRules.of(DataQualityRule.notNull('user_id'), DataQualityRule.email('email')),
 *   maxFailRatio: 0.1,
 * });
 * new SchemaEvolvingCsvLoader(stack, 'Customers', {
 *   warehouse,
 *   table: 'crm.customers',
 *   bucket,
 *   prefix: gate.passedPrefix,
 * });
 */
export class DataQualityGate extends UploadPipeline implements IGrantable {
  /** Where the good rows of files are published. */
  public readonly passedPrefix: string;
  /** Where the report on each file goes. */
  public readonly reportPrefix: string;
  /** Where the originals of files that passed are moved. */
  public readonly processedPrefix: string;
  /** @internal */
  protected readonly _parts: PipelineParts<UploadPrefixes>;
  /** @internal */
  protected readonly _ruleNames?: string[];

  constructor(scope: Construct, id: string, props: DataQualityGateProps) {
    super(scope, id);
    requireProps(this, props, GATE_KINDS);
    checkEnvironment(this, props);
    const name = pipelineName(this, props.pipelineName);
    const { prefix = '' } = props;
    const written: GatePrefixes = resultPrefixes(this, prefix, props, ['passedPrefix', 'quarantinePrefix', 'reportPrefix', 'processedPrefix', 'errorPrefix']);
    const prefixes = checkedPrefixes(this, { prefix, written });
    requireColumns(this, 'key', props.key ?? []);
    requireColumns(this, 'unmaskedColumns', props.unmaskedColumns ?? []);
    requireMappedColumns(this, props.columnMapping ?? {});
    refuseMappedAway(this, props.columnMapping ?? {}, { key: props.key ?? [], rules: props.rules._columns });
    this._ruleNames = props.rules._names;
    this.passedPrefix = written.passedPrefix;
    this.reportPrefix = written.reportPrefix;
    this.processedPrefix = written.processedPrefix;

    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;

    // A file goes from the bucket by way of queue, dispatcher, job and staging...
    this._parts = newPipelineParts(this, {
      pipelineName: name,
      options: props,
      bucket: props.bucket,
      prefixes,
      files: CSV_FILES,
      words: GATE_WORDS,
      // A rule that never ends would cost the job's whole timeout again.
      retries: { most: MOST_RETRIES, afterTimeout: false },
      batchingWindow: checkedBatchingWindow(this, props.batchingWindow),
      removalPolicy,
      autoDeleteObjects: checkedAutoDelete(this, props.autoDeleteObjects, removalPolicy, [props.stagingBucket]),
      description: `Checks CSV files of ${name} against data quality rules`,
      script: 'check_quality.py',
      onDemand: CSV_ON_DEMAND,
      settings: (stagingBucket, jobRole) => renderGateSettings({
        pipelineName: name,
        csv: props.csv ?? CsvFormat.detect(),
        columnMapping: props.columnMapping ?? {},
        key: props.key ?? [],
        prefix,
        ...written,
        stagingBucketName: stagingBucket.bucketName,
        stagingPrefix: stagingPrefix(name),
        quality: qualitySettings(this, jobRole, { ...props, pipelineName: name, reportPrefix: written.reportPrefix }),
      }),
      keepsOutcomes: true,
      notifyOn: ['rejected_rows'],
    });

    // ...back to the bucket.
    grantGateAccess(this.jobRole, props.bucket, prefixes, written);
  }

  /** Records that passed, those with warnings included. */
  public metricRowsPassed(options?: MetricOptions): Metric {
    return this.metric('RowsPassed', options);
  }

  /** Files whose good rows were published, and files without rows. */
  public metricFilesPassed(options?: MetricOptions): Metric {
    return this.metric('FilesPassed', options);
  }

  /** Files that were refused and went to the quarantine as a whole. */
  public metricFilesQuarantined(options?: MetricOptions): Metric {
    return this.metric('FilesQuarantined', options);
  }
}
