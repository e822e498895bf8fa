import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ITopic } from 'aws-cdk-lib/aws-sns';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CsvFormat } from './csv-format';
import { grantCopyAccess, grantLandingAccess, grantStagingAccess, LandingPrefixes } from './job-access';
import { newLandingBucket } from './landing-bucket';
import { LandingSweep } from './landing-sweep';
import { checkedBatchingWindow, checkedOwnPrefixes, checkedPrefixes, checkedPrimaryKey, refuseLifecycleOfGivenBucket } from './loader-checks';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { renderLoaderSettings } from './loader-settings';
import { RowErrorPolicy } from './row-error-policy';
import { SchemaContract } from './schema-contract';
import { parseTableName, TableName } from './table-name';
import { sendEventsToEventBridge } from '../dispatch/bucket-events';
import { bucketIdentity } from '../dispatch/bucket-identity';
import { CustomerDataJob } from '../dispatch/customer-data-job';
import { pipelineKey } from '../dispatch/encryption';
import { FailedInvocations } from '../dispatch/failed-invocations';
import { GlueCapacity } from '../dispatch/glue-capacity';
import { CSV_SUFFIXES, KeyScope } from '../dispatch/key-classification';
import { LedgerTable } from '../dispatch/ledger-table';
import { pipelineName } from '../dispatch/names';
import { notificationTopic } from '../dispatch/notification-topic';
import { pipelineMetric } from '../dispatch/pipeline-metric';
import { claimPrefixes } from '../dispatch/prefix-claims';
import { RunDispatcher } from '../dispatch/run-dispatcher';
import { RUN_ENDED, runEndedRule } from '../dispatch/run-ended-rule';
import { RunNotifier } from '../dispatch/run-notifier';
import { cleanStaging, manifestsPrefix, newStagingBucket, stagingPrefix } from '../dispatch/staging-bucket';
import { WarehouseAccess } from '../warehouse';

/**
 * A CSV dropped into a bucket is upserted into a Redshift table; new columns appear in the table by themselves; a bad
 * file lands in the error prefix and someone is told.
 *
 * Files travel S3 -> EventBridge -> SQS -> Lambda -> Glue -> Redshift. Files that come within a `batchingWindow` are
 * loaded by one run; each write of a file is loaded once, whatever is delivered twice. What goes wrong is told on
 * `notificationTopic`:
 *
 * - a file whose content is at fault moves to `errorPrefix` with its reason; the other files of its run are loaded;
 * - files of a run that dies (timeout, memory, stopped) go again by themselves, twice at most, and are told of then;
 * - a file that has waited for 6 hours because Glue was busy, a dispatcher that cannot start runs, and a message in
 *   `deadLetterQueue` or `failedInvocationsQueue` raise an alarm.
 *
 * Once a day a sweep queues the files of the last week that no event brought. It lists all versions under the prefix, of
 * which it manages some millions in its 15 minutes; give a bucket that holds more a lifecycle. In a bucket without versioning a
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
export class SchemaEvolvingCsvLoader extends Construct implements IGrantable {
  /** Names the loader in metrics, logs and keys of the staging bucket. */
  public readonly pipelineName: string;
  /** Where files are dropped. */
  public readonly bucket: IBucket;
  /** Where a run hands data to the warehouse, and where the manifests of runs are kept. */
  public readonly stagingBucket: IBucket;
  /** Where people are told of what went wrong. */
  public readonly notificationTopic: ITopic;
  /** The Glue job that loads files. */
  public readonly job: IJob;
  /** Role of the Glue job. */
  public readonly jobRole: IRole;
  /** Principal of the Glue job. */
  public readonly grantPrincipal: IPrincipal;
  /** The function that starts runs. */
  public readonly dispatcher: IFunction;
  /** The function that looks after runs that did not end well. */
  public readonly notifier: IFunction;
  /** The function that, once a day, queues files that no event brought. */
  public readonly sweep: IFunction;
  /** Events wait here for a run. */
  public readonly queue: IQueue;
  /** Events of files that could not be handled; redrive them to `queue`. */
  public readonly deadLetterQueue: IQueue;
  /** A message is in the dead-letter queue. */
  public readonly deadLetterAlarm: Alarm;
  /** Events that the notifier or the sweep could not handle; invoke the function again with a message's body. */
  public readonly failedInvocationsQueue: IQueue;
  /** A message is in the queue of failed invocations. */
  public readonly failedInvocationsAlarm: Alarm;
  /** A file has waited for a run for 6 hours. */
  public readonly waitingAlarm: Alarm;
  /** The dispatcher fails again and again: no run is started. */
  public readonly dispatcherAlarm: Alarm;

  constructor(scope: Construct, id: string, props: SchemaEvolvingCsvLoaderProps) {
    super(scope, id);

    const table = parseTableName(this, props.table);
    const primaryKey = checkedPrimaryKey(this, props);
    const prefixes = checkedPrefixes(this, props);
    const batchingWindow = checkedBatchingWindow(this, props.batchingWindow);
    refuseLifecycleOfGivenBucket(this, props);
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.pipelineName = pipelineName(this, props.pipelineName);

    // Where files land, what is staged, and who is told.
    const key = pipelineKey(this, props.encryptionKey, removalPolicy);
    this.bucket = props.bucket ?? newLandingBucket(this, 'LandingBucket', { ...props, removalPolicy });
    sendEventsToEventBridge(this, this.bucket, props.enableEventBridge);
    claimPrefixes(this, this.bucket, { ...prefixes });
    this.stagingBucket = props.stagingBucket ?? newStagingBucket(this, 'StagingBucket', props.encryptionKey, removalPolicy);
    claimPrefixes(this, this.stagingBucket, {
      'the prefix of staged data': stagingPrefix(this.pipelineName),
      'the prefix of manifests': manifestsPrefix(this.pipelineName),
    });
    cleanStaging(this, this.stagingBucket, this.pipelineName);
    const holdsStaging = bucketIdentity(this.bucket) === bucketIdentity(this.stagingBucket);
    const keys: KeyScope = { prefix: prefixes.prefix, ownPrefixes: checkedOwnPrefixes(this, prefixes, holdsStaging), suffixes: CSV_SUFFIXES };
    this.notificationTopic = notificationTopic(this, 'NotificationTopic', props.notificationTopic, key);

    // The job, and what it may do.
    const job = new CustomerDataJob(this, 'Job', {
      pipelineName: this.pipelineName,
      description: `Loads CSV files into ${props.table}`,
      script: 'load_csv.py',
      defaultArguments: { '--settings': this.jobSettings(props, table, primaryKey, prefixes) },
      capacity: props.capacity ?? GlueCapacity.DEFAULT,
      logKey: key,
      role: props.role,
    });
    this.job = job.job;
    this.jobRole = job.role;
    this.grantPrincipal = job.role.grantPrincipal;
    grantLandingAccess(this.jobRole, this.bucket, prefixes);
    grantStagingAccess(this.jobRole, this.stagingBucket, manifestsPrefix(this.pipelineName), stagingPrefix(this.pipelineName));
    grantCopyAccess(this, 'CopyPolicy', props.warehouse.copyRole, this.stagingBucket, stagingPrefix(this.pipelineName));
    props.warehouse.addSchema(table.schema);
    props.warehouse.grantRunStatements(this.jobRole, WarehouseAccess.WRITE);

    // What starts it.
    const alarmAction = new SnsAction(this.notificationTopic);
    const dispatch = new RunDispatcher(this, 'Dispatch', {
      pipelineName: this.pipelineName,
      bucket: this.bucket,
      keys,
      job: this.job,
      stagingBucket: this.stagingBucket,
      batchingWindow,
      logKey: key,
      encryptionKey: props.encryptionKey,
      alarmAction,
    });
    this.queue = dispatch.queue;
    this.deadLetterQueue = dispatch.deadLetterQueue;
    this.dispatcher = dispatch.function;
    this.deadLetterAlarm = dispatch.deadLetterAlarm;
    this.waitingAlarm = dispatch.waitingAlarm;
    this.dispatcherAlarm = dispatch.dispatcherAlarm;

    // What looks after it.
    const failed = new FailedInvocations(this, 'FailedInvocations', {
      pipelineName: this.pipelineName,
      encryptionKey: props.encryptionKey,
      alarmAction,
    });
    this.failedInvocationsQueue = failed.queue;
    const ledger = new LedgerTable(props.warehouse, table.schema, table.name);
    this.notifier = new RunNotifier(this, 'Notifier', {
      pipelineName: this.pipelineName,
      job: this.job,
      logGroupPrefix: job.logGroupPrefix,
      queue: this.queue,
      failedInvocationsQueue: this.failedInvocationsQueue,
      stagingBucket: this.stagingBucket,
      topic: this.notificationTopic,
      logKey: key,
      ledger,
    }).function;
    this.sweep = new LandingSweep(this, 'Sweep', {
      pipelineName: this.pipelineName,
      bucket: this.bucket,
      keys,
      queue: this.queue,
      failedInvocationsQueue: this.failedInvocationsQueue,
      ledger,
      logKey: key,
    }).function;
    this.failedInvocationsAlarm = failed.newAlarm({ [RUN_ENDED]: this.notifier, 'Scheduled Event': this.sweep });
  }

  /**
   * A rule that fires when a run fails, times out or is stopped.
   *
   * @param id construct id of the rule
   * @param options the rule's target and more
   */
  public onFailure(id: string, options?: OnEventOptions): Rule {
    return runEndedRule(this, id, this.job, options);
  }

  /** A metric of this loader by its name; summed over 5 minutes unless told otherwise. */
  public metric(metricName: string, options?: MetricOptions): Metric {
    return pipelineMetric(this.pipelineName, metricName, options);
  }

  /** Records upserted. */
  public metricRowsLoaded(options?: MetricOptions): Metric {
    return this.metric('RowsLoaded', options);
  }

  /** Records that could not be loaded. */
  public metricRowsRejected(options?: MetricOptions): Metric {
    return this.metric('RowsRejected', options);
  }

  /** Columns added to the table. */
  public metricColumnsAdded(options?: MetricOptions): Metric {
    return this.metric('ColumnsAdded', options);
  }

  /** Files loaded. */
  public metricFilesLoaded(options?: MetricOptions): Metric {
    return this.metric('FilesLoaded', options);
  }

  /** Files moved to the error prefix. */
  public metricFilesFailed(options?: MetricOptions): Metric {
    return this.metric('FilesFailed', options);
  }

  /** Files that were not loaded because a newer write of their key was, or because they were gone. */
  public metricFilesSuperseded(options?: MetricOptions): Metric {
    return this.metric('FilesSuperseded', options);
  }

  /** Objects under the prefix that are no CSV files by their name. */
  public metricFilesIgnored(options?: MetricOptions): Metric {
    return this.metric('FilesIgnored', options);
  }

  /** Runs that died and whose files went again by themselves. */
  public metricRunsRetried(options?: MetricOptions): Metric {
    return this.metric('RunsRetried', options);
  }

  /** Seconds that a file took, from staging to commit, one value a loaded file; the longest in 5 minutes unless told otherwise. */
  public metricLoadSeconds(options?: MetricOptions): Metric {
    return this.metric('LoadSeconds', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Seconds that a file has waited when a run is to be started for it; the longest in 5 minutes unless told otherwise. */
  public metricWaitSeconds(options?: MetricOptions): Metric {
    return this.metric('WaitSeconds', { statistic: Stats.MAXIMUM, ...options });
  }

  private jobSettings(props: SchemaEvolvingCsvLoaderProps, table: TableName, primaryKey: string[], prefixes: LandingPrefixes): string {
    return Stack.of(this).toJsonString(renderLoaderSettings({
      pipelineName: this.pipelineName,
      table,
      primaryKey,
      columnMapping: props.columnMapping ?? {},
      schemaContract: props.schemaContract ?? SchemaContract.EVOLVE,
      sequenceColumn: props.sequenceColumn,
      csv: props.csv ?? CsvFormat.detect(),
      rowErrors: props.rowErrors ?? RowErrorPolicy.FAIL_FILE,
      ...prefixes,
      stagingBucketName: this.stagingBucket.bucketName,
      stagingPrefix: stagingPrefix(this.pipelineName),
      connection: props.warehouse.connection,
      copyRoleArn: props.warehouse.copyRole.roleArn,
    }));
  }
}
