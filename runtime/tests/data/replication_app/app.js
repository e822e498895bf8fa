// One schema, replicated by files of both formats, each into a warehouse of its own.
const { App, Stack } = require('aws-cdk-lib');
const { Vpc } = require('aws-cdk-lib/aws-ec2');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const { OracleSource, OracleToRedshiftReplication, RedshiftWarehouse, ReplicationFileFormat } = require('cdk-customer-data-platform');

const app = new App();
const stack = new Stack(app, 'Replications');
const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
  vpcId: 'vpc-1',
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  privateSubnetIds: ['subnet-a', 'subnet-b'],
  privateSubnetRouteTableIds: ['rtb-a', 'rtb-b'],
});
const source = OracleSource.fromSecret(Secret.fromSecretNameV2(stack, 'Login', 'crm/oracle'), { serviceName: 'CRM' });
for (const [format, fileFormat] of [['parquet', ReplicationFileFormat.PARQUET], ['csv', ReplicationFileFormat.CSV]]) {
  const warehouse = new RedshiftWarehouse(stack, `${format}-warehouse`, { databaseName: 'dev', vpc });
  new OracleToRedshiftReplication(stack, format, {
    warehouse, vpc, source, fileFormat, tables: ['CRM.%'], pipelineName: `crm-${format}`,
  });
}
