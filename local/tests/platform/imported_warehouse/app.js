// A workgroup, a cluster and buckets that another team has, and loaders in a stack of their own that use them without the
// administrators' secrets.
const { App, CfnOutput, Duration, RemovalPolicy, Stack } = require('aws-cdk-lib');
const { CompositePrincipal, Role, ServicePrincipal } = require('aws-cdk-lib/aws-iam');
const { CfnCluster } = require('aws-cdk-lib/aws-redshift');
const { CfnNamespace, CfnWorkgroup } = require('aws-cdk-lib/aws-redshiftserverless');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const { RedshiftWarehouse, SchemaEvolvingCsvLoader } = require('cdk-customer-data-platform');

const app = new App();

const theirs = new Stack(app, 'Analytics');
const copyRole = new Role(theirs, 'CopyRole', {
  assumedBy: new CompositePrincipal(new ServicePrincipal('redshift.amazonaws.com'), new ServicePrincipal('redshift-serverless.amazonaws.com')),
});
const namespace = new CfnNamespace(theirs, 'Namespace', {
  namespaceName: 'analytics', dbName: 'analytics', adminUsername: 'awsuser', manageAdminPassword: true, iamRoles: [copyRole.roleArn],
});
const workgroup = new CfnWorkgroup(theirs, 'Workgroup', { workgroupName: 'analytics', namespaceName: namespace.ref });
const cluster = new CfnCluster(theirs, 'Cluster', {
  clusterIdentifier: 'sales', clusterType: 'single-node', nodeType: 'ra3.large', dbName: 'sales', masterUsername: 'master', manageMasterPassword: true,
  iamRoles: [copyRole.roleArn],
});
new Secret(theirs, 'PaymentsLogin', {
  secretName: 'payments-login',
  generateSecretString: { secretStringTemplate: JSON.stringify({ username: 'payments_loader' }), generateStringKey: 'password' },
});
for (const bucketName of ['their-landing', 'their-archive']) {
  new Bucket(theirs, bucketName, { bucketName, versioned: true, removalPolicy: RemovalPolicy.DESTROY });
}

const ours = new Stack(app, 'Loading');
ours.addStackDependency(theirs);
const customers = new SchemaEvolvingCsvLoader(ours, 'Customers', {
  warehouse: RedshiftWarehouse.fromServerlessWorkgroup(ours, 'Workgroup', {
    workgroupName: workgroup.ref,
    workgroupId: workgroup.attrWorkgroupWorkgroupId,
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
  clusterIdentifier: cluster.ref, databaseName: 'sales', databaseUser: 'orders_loader', copyRole,
});
const bySecret = RedshiftWarehouse.fromProvisionedCluster(ours, 'ClusterBySecret', {
  clusterIdentifier: cluster.ref, databaseName: 'sales', secret: Secret.fromSecretNameV2(ours, 'Login', 'payments-login'), copyRole,
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
