// Forty tables of one warehouse: more than its COPY role could take with a policy for each. A stack holds about a dozen loaders.
const { App, CfnOutput, Stack } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { RedshiftWarehouse, SchemaEvolvingCsvLoader } = require('cdk-customer-data-platform');

const LOADERS = 40;
const LOADERS_OF_A_STACK = 10;

const app = new App();
const base = new Stack(app, 'Warehouse');
const warehouse = new RedshiftWarehouse(base, 'Warehouse', { databaseName: 'customers' });
new CfnOutput(base, 'CopyRoleName', { value: warehouse.copyRole.roleName });

for (let first = 0; first < LOADERS; first += LOADERS_OF_A_STACK) {
  const stack = new Stack(app, `Tables${first}`);
  const bucket = new Bucket(stack, 'Landing', { versioned: true });
  let topic;
  for (let number = first; number < first + LOADERS_OF_A_STACK; number++) {
    const loader = new SchemaEvolvingCsvLoader(stack, `Table${number}`, {
      warehouse, bucket, table: `crm.table_${number}`, prefix: `table-${number}/`, notificationTopic: topic,
    });
    topic = loader.notificationTopic;
  }
}
