// A workgroup that another team has, and a loader in a stack of its own that uses it without the administrator's secret.
const { App, CfnOutput, Duration, Stack } = require('aws-cdk-lib');
const { CompositePrincipal, Role, ServicePrincipal } = require('aws-cdk-lib/aws-iam');
const { CfnNamespace, CfnWorkgroup } = require('aws-cdk-lib/aws-redshiftserverless');
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

const ours = new Stack(app, 'Loading');
const loader = new SchemaEvolvingCsvLoader(ours, 'Customers', {
  warehouse: RedshiftWarehouse.fromServerlessWorkgroup(ours, 'Warehouse', {
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
new CfnOutput(ours, 'Bucket', { value: loader.bucket.bucketName });
