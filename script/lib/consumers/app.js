// An app as a user would write it, with a warehouse, a loader, a gate and a replication; synthesized by check-packages.sh.
const { App, Stack } = require('aws-cdk-lib');
const { Secret } = require('aws-cdk-lib/aws-secretsmanager');
const {
  DataQualityGate, DataQualityRule, DataQualityRules, OracleSource, OracleToRedshiftReplication, RedshiftWarehouse, SchemaEvolvingCsvLoader,
} = require('cdk-customer-data-platform');

const app = new App();
const stack = new Stack(app, 'Consumer');
const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
const customers = new SchemaEvolvingCsvLoader(stack, 'Customers', {
  warehouse,
  table: 'crm.customers',
  prefix: 'customers/',
  rules: DataQualityRules.of(DataQualityRule.notNull('user_id')),
});
new DataQualityGate(stack, 'Gate', {
  bucket: customers.bucket,
  prefix: 'incoming/',
  rules: DataQualityRules.fromFile('quality_rules.py'),
});
new OracleToRedshiftReplication(stack, 'Crm', {
  warehouse,
  vpc: warehouse.vpc,
  source: OracleSource.fromSecret(Secret.fromSecretNameV2(stack, 'OracleSecret', 'crm/oracle'), { serviceName: 'ORCLPDB1' }),
  tables: ['CRM.%'],
});

const assembly = app.synth();
if (assembly.manifest.missing?.length) {
  throw new Error(`the app needs context look-ups: ${JSON.stringify(assembly.manifest.missing)}`);
}
const resources = Object.keys(assembly.getStackByName('Consumer').template.Resources).length;
console.log(`synthesized ${resources} resources`);
