// Loaders on a workgroup, a cluster and buckets that another team has (seed.json), without the administrators' secrets.
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { Role } = require('aws-cdk-lib/aws-iam');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const { RedshiftWarehouse, SchemaEvolvingCsvLoader } = require('cdk-customer-data-platform');

const app = new App();
const ours = new Stack(app, 'Loading');
const copyRole = Role.fromRoleName(ours, 'CopyRole', 'redshift-copy');
const customers = new SchemaEvolvingCsvLoader(ours, 'Customers', {
  warehouse: RedshiftWarehouse.fromServerlessWorkgroup(ours, 'Workgroup', {
    workgroupName: 'analytics',
    workgroupId: '3f0a1c2e-1111-4222-8333-444455556666',
    databaseName: 'analytics',
    copyRole,
  }),
  table: 'crm.customers',
  primaryKey: ['user_id'],
  prefix: 'customers/',
  batchingWindow: Duration.seconds(1),
});
new CfnOutput(ours, 'Bucket', { value: customers.bucket.bucketName });

const byUser = RedshiftWarehouse.fromProvisionedCluster(ours, 'ClusterByUser', {
  clusterIdentifier: 'sales', databaseName: 'sales', databaseUser: 'orders_loader', copyRole,
});
const bySecret = RedshiftWarehouse.fromProvisionedCluster(ours, 'ClusterBySecret', {
  clusterIdentifier: 'sales', databaseName: 'sales', secret: Secret.fromSecretNameV2(ours, 'Login', 'payments-login'), copyRole,
});
const landing = Bucket.fromBucketName(ours, 'Landing', 'their-landing');
const archive = Bucket.fromBucketName(ours, 'Archive', 'their-archive');
for (const [name, warehouse, bucket, enableEventBridge] of [
  ['orders', byUser, landing, true],
  ['payments', bySecret, landing, true],
  ['returns', byUser, archive, false],
]) {
  const loader = new SchemaEvolvingCsvLoader(ours, name, {
    warehouse,
    bucket,
    enableEventBridge,
    table: `${name}.daily`,
    primaryKey: ['id'],
    prefix: `${name}/`,
    batchingWindow: Duration.seconds(1),
  });
  new CfnOutput(ours, `${name}Job`, { value: loader.job.jobName });
}
