import { CfnOutput, Stack } from 'aws-cdk-lib';
import { GlueCapacity, RedshiftWarehouse, RowErrorPolicy, SchemaEvolvingCsvLoader } from 'cdk-customer-data-platform';
import { Construct } from 'constructs';
import { PlatformConfig } from './config';

/** The whole platform in one stack: the CRM's CSV exports, upserted into the warehouse. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, config: PlatformConfig) {
    super(scope, id);

    const warehouse = new RedshiftWarehouse(this, 'Warehouse', {
      databaseName: 'customers',
      maxCapacity: config.maxCapacity,
      removalPolicy: config.removalPolicy,
    });

    // Customers: one row a user, kept as the newest export says, whatever order the files come in.
    const customers = new SchemaEvolvingCsvLoader(this, 'Customers', {
      warehouse,
      table: 'crm.customers',
      primaryKey: ['user_id'],
      prefix: 'customers/',
      errorPrefix: 'error/customers/',
      quarantinePrefix: 'quarantine/customers/',
      sequenceColumn: 'last_purchase',
      rowErrors: RowErrorPolicy.QUARANTINE_ROWS,
      batchingWindow: config.batchingWindow,
      capacity: GlueCapacity.of({ maxWorkers: config.maxWorkers }),
      removalPolicy: config.removalPolicy,
    });

    // Purchases land in the same bucket and tell the same people.
    const purchases = new SchemaEvolvingCsvLoader(this, 'Purchases', {
      warehouse,
      table: 'crm.purchases',
      primaryKey: ['purchase_id'],
      bucket: customers.bucket,
      prefix: 'purchases/',
      errorPrefix: 'error/purchases/',
      quarantinePrefix: 'quarantine/purchases/',
      batchingWindow: config.batchingWindow,
      capacity: GlueCapacity.of({ maxWorkers: config.maxWorkers }),
      stagingBucket: customers.stagingBucket,
      notificationTopic: customers.notificationTopic,
      removalPolicy: config.removalPolicy,
    });

    const outputs: Record<string, string> = {
      LandingBucketName: customers.bucket.bucketName,
      LandingPrefix: 'customers/',
      PurchasesPrefix: 'purchases/',
      ErrorPrefix: 'error/customers/',
      QuarantinePrefix: 'quarantine/customers/',
      StagingBucketName: customers.stagingBucket.bucketName,
      DatabaseName: warehouse.databaseName,
      WarehouseWorkgroupName: warehouse.workgroupName,
      WarehouseSecretArn: warehouse.adminSecret.secretArn,
      CustomersTable: 'crm.customers',
      PurchasesTable: 'crm.purchases',
      NotificationTopicArn: customers.notificationTopic.topicArn,
      LoaderJobName: customers.job.jobName,
      PurchasesJobName: purchases.job.jobName,
    };
    for (const [name, value] of Object.entries(outputs)) {
      new CfnOutput(this, name, { value });
    }
  }
}
