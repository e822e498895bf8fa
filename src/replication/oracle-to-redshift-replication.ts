import { Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Alarm, Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, IDependable } from 'constructs';
import { DmsReplication } from './dms-replication';
import { newLagAlarm, newStoppedAlarm } from './replication-alarms';
import { ReplicationCapacity } from './replication-capacity';
import { checkedLimits, refuseVersionedBucket } from './replication-checks';
import { ReplicationFileFormat } from './replication-file-format';
import { REPLICATION_KINDS } from './replication-kinds';
import { ReplicationLifecycle } from './replication-lifecycle';
import { ReplicationMode } from './replication-mode';
import { ReplicationNetwork } from './replication-network';
import { OracleToRedshiftReplicationProps } from './replication-props';
import { renderMergeSettings } from './replication-settings';
import { ReplicationWatch, ReplicationWatchProps } from './replication-watch';
import { REPLICATION_WORDS } from './replication-words';
import { SchemaJob } from './schema-job';
import { newServiceRoles } from './service-roles';
import { notesPlace, REPLICATION_PREFIX, replicationPrefix, statePrefix, statisticsPlace } from './staged-documents';
import { tableMappings } from './table-mappings';
import { checkedTables, targetSchemas, writtenTables } from './table-patterns';
import { taskSettings } from './task-settings';
import { requireSame } from '../common/environment';
import { metricOptions } from '../common/metric-options';
import { requireProps } from '../common/require-kinds';
import { checkedAutoDelete } from '../dispatch/auto-delete';
import { checkedBatchingWindow } from '../dispatch/batching-window';
import { grantList, grantReadObjects, grantWriteObjects } from '../dispatch/bucket-grants';
import { grantCopyAccess } from '../dispatch/copy-access';
import { pipelineKey } from '../dispatch/encryption';
import { checkEnvironment } from '../dispatch/environment-checks';
import { FilePipeline } from '../dispatch/file-pipeline';
import { MOST_RETRIES } from '../dispatch/file-runs';
import { LedgerTable } from '../dispatch/ledger-table';
import { pipelineName } from '../dispatch/names';
import { newPipelineParts, PipelineParts } from '../dispatch/pipeline-parts';
import { checkedPrefixes } from '../dispatch/pipeline-prefixes';
import { stagingBucketOfStack, stagingPrefix, STAGING_PREFIX } from '../dispatch/staging-bucket';
import { SchemaContract, WarehouseAccess } from '../warehouse';
import { secretId } from '../warehouse/secret-id';
import { claimWrittenTables } from '../warehouse/written-tables';

/** How long what DMS has written is kept: longer than files wait for a run, and than it takes a person to look after one that fails. */
const FILES_KEPT_FOR = Duration.days(30);

/**
 * Tables of an Oracle database are made, loaded and kept current in Redshift by change data capture.
 *
 * DMS reads the database and writes files to the staging bucket -> EventBridge -> SQS -> Lambda -> a Glue job that merges them -> Redshift. What is deployed
 *
 * - first makes the warehouse's tables after the source's catalog, or by `schemaFile`. What was converted how, and what needs a person, is in
 *   `schemas/<pipelineName>/assessment.html` of the staging bucket;
 * - then starts the replication, and fails with DMS's own reason if it does not start. It is stopped before anything of it changes and before it is deleted, and resumed
 *   afterwards; after a change of `tables`, `mode`, `fileFormat`, `numberScale`, `vpc` or `encryptionKey` all tables are loaded again;
 * - merges what DMS writes within a `mergeInterval`, each table's files in one transaction. The last change of a key wins, in the order of the redo log; a file
 *   that comes twice, late or out of order leaves the table as the source has it. A table that is new in the source is made when its first file is merged, except with a
 *   `schemaFile`; a number or a date whose column is too small lets it grow, and one that was NOT NULL is so no longer.
 *
 * What goes wrong is reported on `notificationTopic`:
 *
 * - the replication fails or stops, a table is not replicated any more, rows do not add up;
 * - files that could not be merged stay where they are, and other tables go on; files of a run that dies are retried automatically, twice at most;
 * - a replication that does not run, changes that lag (`maxLag`), files that wait, and functions that fail raise an alarm.
 *
 * The source needs ARCHIVELOG mode and supplemental logging of all columns, and its secret `{ "username", "password", "host", "port" }`. The account needs the roles
 * `dms-vpc-role` and `dms-cloudwatch-logs-role` (`createServiceRoles`).
 *
 * Limits, most of them of DMS on S3: TRUNCATE and DROP are not replicated (they are reported as a change of the table's definition; load the table again); views, virtual and
 * invisible columns are left out; an empty CLOB becomes NULL; LOBs are at most `maxLobSize`; names have at most 30 bytes for changes. A table without a primary key gets a row for
 * each change. A deployment waits until tables are being loaded, 50 minutes at most; a load that takes longer goes on afterwards, and is reported if it fails.
 *
 * @example
 * import { Duration, Stack } from 'aws-cdk-lib';
 * import { IVpc } from 'aws-cdk-lib/aws-ec2';
 * import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
 * import { OracleSource, OracleToRedshiftReplication, RedshiftWarehouse, ReplicationCapacity } from 'cdk-customer-data-platform';
 *
 * declare const stack: Stack;
 * declare const vpc: IVpc;
 * declare const warehouse: RedshiftWarehouse;
 *
 * new OracleToRedshiftReplication(stack, 'Crm', {
 *   warehouse,
 *   vpc,
 *   source: OracleSource.fromSecret(Secret.fromSecretNameV2(stack, 'OracleSecret', 'crm/oracle'), { serviceName: 'ORCLPDB1', binaryReader: true }),
 *   tables: ['CRM.%', 'SALES.ORDERS'],
 *   excludeTables: ['CRM.TMP%'],
 *   capacity: ReplicationCapacity.serverless({ max: 8 }),
 *   maxLag: Duration.minutes(30),
 * });
 */
export class OracleToRedshiftReplication extends FilePipeline implements IGrantable, IConnectable {
  /** What the database has to let in: DMS and the schema job, on the port of the source. */
  public readonly connections: Connections;
  /** The Glue job that makes the warehouse's tables; with the argument `--plan true` a run only writes what it would do. */
  public readonly schemaJob: IJob;
  /** Role of that job. */
  public readonly schemaJobRole: IRole;
  /** ARN of the DMS Serverless configuration or of the replication task. */
  public readonly replicationArn: string;
  /** The function that watches the replication. */
  public readonly watch: IFunction;
  /** Events that the watch could not handle. */
  public readonly watchFailedInvocationsQueue: IQueue;
  /** A message is in that queue. */
  public readonly watchFailedInvocationsAlarm: Alarm;
  /**
   * The replication does not run: changes of the source are not captured.
   *
   * @default - there is none with `ReplicationMode.FULL_LOAD`, which ends by itself
   */
  public readonly stoppedAlarm?: Alarm;
  /**
   * Changes take longer than `maxLag`.
   *
   * @default - there is none without `maxLag`
   */
  public readonly lagAlarm?: Alarm;
  /** @internal */
  protected readonly _parts: PipelineParts;

  constructor(scope: Construct, id: string, props: OracleToRedshiftReplicationProps) {
    super(scope, id);
    requireProps(this, props, REPLICATION_KINDS);
    checkEnvironment(this, props);
    requireSame(this, 'stagingBucket', props.stagingBucket, 'account', "EventBridge brings the events of the account's own buckets only; use a bucket of that account");
    requireSame(this, 'secret of the source', props.source.secret, 'region', 'DMS reads secrets of its own Region only; replicate the secret to that Region');
    const name = pipelineName(this, props.pipelineName);
    const tables = checkedTables(this, props.tables, props.excludeTables);
    const schemas = targetSchemas(this, tables, props.targetSchema);
    const database = JSON.stringify(Stack.of(this).resolve([secretId(props.source.secret), props.source.serviceName]));
    claimWrittenTables(this, props.warehouse, writtenTables(tables, props.targetSchema, database));
    const mergeInterval = checkedBatchingWindow(this, props.mergeInterval ?? Duration.minutes(5), 'mergeInterval');
    const limits = checkedLimits(this, props, mergeInterval);
    refuseVersionedBucket(this, props.stagingBucket);
    const mode = props.mode ?? ReplicationMode.FULL_LOAD_AND_CDC;
    const format = props.fileFormat ?? ReplicationFileFormat.PARQUET;
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const autoDeleteObjects = checkedAutoDelete(this, props.autoDeleteObjects, removalPolicy, [props.stagingBucket]);
    const prefix = replicationPrefix(name);

    // DMS writes to the staging bucket, from where a file goes by way of queue, dispatcher and job...
    const bucket = props.stagingBucket ?? stagingBucketOfStack(this, 'StagingBucket', { encryptionKey: props.encryptionKey, removalPolicy, autoDeleteObjects });
    this._parts = newPipelineParts(this, {
      pipelineName: name,
      options: { ...props, capacity: props.mergeCapacity },
      bucket,
      prefixes: checkedPrefixes(this, { prefix, written: {} }),
      // And what says that a table's full load is complete.
      files: { suffixes: [...(format === ReplicationFileFormat.PARQUET ? ['.parquet'] : ['.csv', '.csv.gz']), 'complete.json'], folders: 2 },
      words: REPLICATION_WORDS,
      retries: { most: MOST_RETRIES, afterTimeout: true },
      batchingWindow: mergeInterval,
      removalPolicy,
      autoDeleteObjects,
      alsoCleaned: { [prefix]: FILES_KEPT_FOR },
      description: `Merges what DMS writes for ${name}`,
      script: 'merge_changes.py',
      settings: (stagingBucket) => renderMergeSettings({
        pipelineName: name,
        prefix,
        targetSchema: props.targetSchema,
        format,
        schemaContract: props.schemaContract ?? SchemaContract.EVOLVE,
        stagingBucketName: stagingBucket.bucketName,
        stagingPrefix: stagingPrefix(name),
        warehouse: props.warehouse,
        sideBySide: limits.sideBySide,
        schemaJobName: props.schemaFile === undefined ? Lazy.string({ produce: () => this.schemaJob.jobName }) : undefined,
      }),
      ledger: new LedgerTable(props.warehouse, { root: prefix, schema: props.targetSchema }),
      keepsOutcomes: false,
      notifyOn: [],
    });

    // ...to the warehouse.
    this.grantMerge(bucket, name);
    grantCopyAccess(this, 'CopyPolicy', props.warehouse.copyRole, bucket, [STAGING_PREFIX, REPLICATION_PREFIX]);
    schemas.forEach((schema) => props.warehouse.addSchema(schema));
    props.warehouse.grantRunStatements(this.jobRole, WarehouseAccess.WRITE);

    // What DMS needs, and what makes the tables.
    const logKey = pipelineKey(this, props.encryptionKey, removalPolicy);
    const serviceRoles = props.createServiceRoles ? newServiceRoles(this) : [];
    const network = new ReplicationNetwork(this, 'Network', { ...props, pipelineName: name, vpcEndpoints: props.vpcEndpoints ?? true });
    const schema = new SchemaJob(this, 'Schema', { ...props, pipelineName: name, network, tables, bucket, logKey, role: props.schemaRole });
    if (props.schemaFile === undefined) {
      // For a new table of the source. IAM cannot tell arguments apart: by one that brings its own code, the merge role reaches what the schema job's role does.
      Grant.addToPrincipal({ grantee: this.jobRole, actions: ['glue:StartJobRun', 'glue:GetJobRun'], resourceArns: [schema.job.jobArn] });
    }
    const mappings = tableMappings(tables);
    const dms = new DmsReplication(this, 'Dms', {
      pipelineName: name,
      source: props.source,
      network,
      bucket,
      prefix,
      format,
      mode,
      capacity: props.capacity ?? ReplicationCapacity.DEFAULT,
      mappings,
      settings: taskSettings(limits.lobKilobytes, props.replicationLogs ?? true),
      encryptionKey: props.encryptionKey,
    });
    const watch = this.newWatch({ dms, interval: limits.checkInterval, mergeInterval, logKey, encryptionKey: props.encryptionKey });

    // Other tables begin empty, and what waits under another prefix is not taken any more: both ask for a full load.
    const { workgroupName, clusterIdentifier, databaseName } = props.warehouse.connection;
    const target = [workgroupName ?? clusterIdentifier ?? '', databaseName, props.targetSchema ?? ''];

    // What starts it when all of this is there, and stops it before any of it changes.
    new ReplicationLifecycle(this, 'Lifecycle', {
      pipelineName: name,
      dms,
      schemaJob: schema.job,
      schema: () => schema.settings,
      load: () => ({ mappings, format, bucket: bucket.bucketName, prefix, target, numberScale: props.source._numberScale }),
      values: [
        ...target, bucket.bucketName, dms.bucketRole.roleArn, dms.secretRole.roleArn, secretId(props.source.secret),
        ...network.subnets.map(({ subnetId }) => subnetId), ...network.securityGroups.map(({ securityGroupId }) => securityGroupId),
      ],
      bucket,
      notes: notesPlace(bucket.bucketName, name),
      statistics: statisticsPlace(bucket.bucketName, name),
      logKey,
      before: serviceRoles,
      beforeStart: [...this.allBut('Lifecycle', props), ...network.endpoints],
    });

    this.connections = network.connections;
    this.schemaJob = schema.job;
    this.schemaJobRole = schema.role;
    this.replicationArn = dms.target.arn;
    this.watch = watch.function;
    this.watchFailedInvocationsQueue = watch.failedInvocationsQueue;
    this.watchFailedInvocationsAlarm = watch.failedInvocationsAlarm;
    const alarms = { pipelineName: name, alarmAction: new SnsAction(this.notificationTopic) };
    this.stoppedAlarm = mode === ReplicationMode.FULL_LOAD
      ? undefined
      : newStoppedAlarm(this, {
        ...alarms, watch: this.watch, arn: this.replicationArn, metric: this.metricReplicationStopped(), interval: limits.checkInterval,
      });
    this.lagAlarm = props.maxLag && newLagAlarm(this, { ...alarms, metric: this.metricLag(), maxLag: props.maxLag });
  }

  /** Rows that merges have inserted or replaced, of full loads and of changes. */
  public metricRowsMerged(options?: MetricOptions): Metric {
    return this.metric('RowsMerged', options);
  }

  /** Changes that were merged: inserts, updates and deletes as DMS wrote them. */
  public metricChangesApplied(options?: MetricOptions): Metric {
    return this.metric('ChangesApplied', options);
  }

  /** Deletes among the changes. */
  public metricDeletesApplied(options?: MetricOptions): Metric {
    return this.metric('DeletesApplied', options);
  }

  /** Tables whose files a run could not merge. */
  public metricTablesFailed(options?: MetricOptions): Metric {
    return this.metric('TablesFailed', options);
  }

  /** 1 when the replication does not run, 0 when it does, at each look; the lowest in 5 minutes unless overridden. There is none with `ReplicationMode.FULL_LOAD`. */
  public metricReplicationStopped(options?: MetricOptions): Metric {
    return this.metric('ReplicationStopped', metricOptions('metricReplicationStopped', options, { statistic: Stats.MINIMUM }));
  }

  /** Seconds from a commit in the source to the warehouse, of the newest change of a merge; the longest in 5 minutes unless overridden. */
  public metricLag(options?: MetricOptions): Metric {
    return this.metric('LagSeconds', metricOptions('metricLag', options, { statistic: Stats.MAXIMUM }));
  }

  private newWatch(known: Pick<ReplicationWatchProps, 'dms' | 'interval' | 'mergeInterval' | 'logKey' | 'encryptionKey'>): ReplicationWatch {
    return new ReplicationWatch(this, 'Watch', {
      ...known,
      pipelineName: this.pipelineName,
      bucket: this.bucket,
      prefix: this.prefix,
      topic: this.notificationTopic,
      alarmAction: new SnsAction(this.notificationTopic),
    });
  }

  /** All that is made here, and the warehouse with its schemas and rights: what is written while something is missing would be lost, or fail. */
  private allBut(id: string, { warehouse }: OracleToRedshiftReplicationProps): IDependable[] {
    return [warehouse, ...this.node.children.filter(({ node }) => node.id !== id)];
  }

  private grantMerge(bucket: IBucket, name: string): void {
    grantList(this.jobRole, bucket, [replicationPrefix(name), statePrefix(name)]);
    grantReadObjects(this.jobRole, bucket, replicationPrefix(name));
    grantWriteObjects(this.jobRole, bucket, statePrefix(name), ['s3:GetObject']);
  }
}
