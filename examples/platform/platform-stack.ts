import * as path from 'path';
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DataQualityGate, DataQualityRule, DataQualityRules, GlueCapacity, OracleSource, OracleToRedshiftReplication, RedshiftWarehouse, ReplicationCapacity,
  SchemaEvolvingCsvLoader,
} from 'cdk-customer-data-platform';
import { Construct } from 'constructs';
import { PlatformConfig } from './config';

/** The name of the secret with user, password, host and port of the shop's Oracle database. */
const ORACLE_SECRET = 'customer-data-platform/oracle';

/** The whole platform in one stack: the CRM's CSV exports, checked and upserted into the warehouse, and the shop's Oracle database, replicated. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, config: PlatformConfig) {
    super(scope, id);

    const warehouse = new RedshiftWarehouse(this, 'Warehouse', {
      databaseName: 'customers',
      maxCapacity: config.maxCapacity,
      removalPolicy: config.removalPolicy,
    });
    // The same for all that takes files; so they also share one staging bucket and one key.
    const common = {
      batchingWindow: config.batchingWindow,
      capacity: GlueCapacity.of({ maxWorkers: config.maxWorkers }),
      expectFileEvery: config.expectFileEvery,
      removalPolicy: config.removalPolicy,
      autoDeleteObjects: config.removalPolicy === RemovalPolicy.DESTROY,
    };

    // Customers: one row a user, kept as the newest export says, whatever order the files come in. One run checks and loads.
    const customers = new SchemaEvolvingCsvLoader(this, 'Customers', {
      warehouse,
      table: 'crm.customers',
      primaryKey: ['user_id'],
      prefix: 'customers/',
      sequenceColumn: 'last_purchase',
      rules: DataQualityRules.of(
        DataQualityRule.notNull('user_id'),
        DataQualityRule.notNull('last_purchase'),
        DataQualityRule.notInFuture('last_purchase'),
      ),
      ...common,
    });

    // Purchases land in the same bucket and are reported to the same people. Others read them too: a gate checks them first...
    const gate = new DataQualityGate(this, 'PurchasesGate', {
      bucket: customers.bucket,
      prefix: 'incoming/purchases/',
      rules: DataQualityRules.fromFile(path.join(__dirname, 'quality_rules.py')),
      key: ['purchase_id'],
      maxFailRatio: 0.5,
      unmaskedColumns: ['purchased_on', 'cds', 'amount'],
      notificationTopic: customers.notificationTopic,
      ...common,
    });

    // ...and a loader takes what has passed.
    const purchases = new SchemaEvolvingCsvLoader(this, 'Purchases', {
      warehouse,
      table: 'crm.purchases',
      primaryKey: ['purchase_id'],
      bucket: customers.bucket,
      prefix: gate.passedPrefix,
      notificationTopic: customers.notificationTopic,
      ...common,
    });

    // The shop's Oracle database: its tables are made in the warehouse, loaded once, and kept current.
    const shop = new OracleToRedshiftReplication(this, 'Shop', {
      warehouse,
      vpc: warehouse.vpc,
      source: OracleSource.fromSecret(Secret.fromSecretNameV2(this, 'OracleSecret', ORACLE_SECRET), {
        configFile: path.join(__dirname, 'oracle-connection.json'),
      }),
      tables: ['SHOP.%'],
      capacity: ReplicationCapacity.serverless({ max: config.maxReplicationCapacity }),
      mergeInterval: config.batchingWindow,
      mergeCapacity: common.capacity,
      createServiceRoles: config.createServiceRoles,
      notificationTopic: customers.notificationTopic,
      removalPolicy: common.removalPolicy,
      autoDeleteObjects: common.autoDeleteObjects,
    });

    // Whoever exports the CRM may drop files, and do nothing else.
    const exporter = new Role(this, 'Exporter', { assumedBy: new AccountRootPrincipal() });
    customers.grantUpload(exporter);
    gate.grantUpload(exporter);

    const outputs: Record<string, string> = {
      LandingBucketName: customers.bucket.bucketName,
      LandingPrefix: customers.prefix,
      GatePrefix: gate.prefix,
      GateQuarantinePrefix: gate.quarantinePrefix,
      GateReportPrefix: gate.reportPrefix,
      PurchasesPrefix: purchases.prefix,
      ErrorPrefix: customers.errorPrefix,
      QuarantinePrefix: customers.quarantinePrefix,
      StagingBucketName: shop.stagingBucket.bucketName,
      DatabaseName: warehouse.databaseName,
      WarehouseWorkgroupName: warehouse.workgroupName,
      WarehouseSecretArn: warehouse.adminSecret.secretArn,
      CustomersTable: 'crm.customers',
      PurchasesTable: 'crm.purchases',
      NotificationTopicArn: customers.notificationTopic.topicArn,
      LoaderJobName: customers.job.jobName,
      QualityJobName: gate.job.jobName,
      PurchasesJobName: purchases.job.jobName,
      MergeJobName: shop.job.jobName,
      SchemaJobName: shop.schemaJob.jobName,
      ReplicationArn: shop.replicationArn,
      ReplicationName: shop.pipelineName,
      OracleSecretName: ORACLE_SECRET,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value });
    }
  }
}
