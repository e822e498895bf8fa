// A replication on an instance; with the context `key` its storage is under a key of the app.
const { App, CfnOutput, RemovalPolicy, Stack } = require('aws-cdk-lib');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { Key } = require('aws-cdk-lib/aws-kms');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const { OracleSource, OracleToRedshiftReplication, RedshiftWarehouse, ReplicationCapacity } = require('cdk-customer-data-platform');

const app = new App();
const stack = new Stack(app, 'OnAnInstance');
const warehouse = new RedshiftWarehouse(stack, 'Warehouse', { databaseName: 'dev', removalPolicy: RemovalPolicy.DESTROY });
const key = app.node.tryGetContext('key');
const replication = new OracleToRedshiftReplication(stack, 'Replication', {
  warehouse,
  vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
    privateSubnetRouteTableIds: ['rtb-a', 'rtb-b'],
  }),
  source: OracleSource.fromSecret(Secret.fromSecretNameV2(stack, 'Login', 'instance/oracle'), { serviceName: 'ONINSTANCE' }),
  tables: ['CRM.%'],
  pipelineName: 'crm',
  vpcEndpoints: false,
  capacity: ReplicationCapacity.instance('dms.t3.medium'),
  encryptionKey: key ? new Key(stack, key) : undefined,
});
new CfnOutput(stack, 'Task', { value: replication.replicationArn });
