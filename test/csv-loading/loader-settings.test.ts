import { readFileSync } from 'fs';
import * as path from 'path';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { joined, newLoader, newStack, resources, templateOf } from './helpers';
import { CsvFormat, DataQualityRule, RowErrorPolicy, RuleSeverity, SchemaContract } from '../../src';
import { LoaderSettings, renderLoaderSettings } from '../../src/csv-loading/loader-settings';
import { renderQualitySettings } from '../../src/quality/quality-settings';

/** The job's tests read the same files: together they hold both ends of `--settings` to one shape. */
const golden = (name: string): unknown => JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'runtime', 'tests', 'data', name), 'utf8'));

const settings: LoaderSettings = {
  pipelineName: 'crm-customers',
  table: { schema: 'crm', name: 'customers' },
  primaryKey: ['user_id', 'country'],
  columnMapping: { 'E-Mail "work"': 'email', 'Größe': 'size' },
  columnTypes: { version: 'VARCHAR(16)' },
  schemaContract: SchemaContract.FREEZE,
  growColumnsUpToRows: 1_000_000,
  sequenceColumn: 'updated_at',
  csv: CsvFormat.of({ delimiter: ';', quote: "'", escape: '\\', strictQuotes: true, headerLine: 4, footerLines: 3, trimKeys: true, encoding: 'windows-1252', nullValues: ['', 'NULL'], dateFormats: ['DD/MM/YYYY'], decimalSeparator: ',', thousandsSeparator: '.', accountingNegatives: true }),
  rowErrors: RowErrorPolicy.QUARANTINE_ROWS,
  prefix: 'customers/',
  errorPrefix: 'error/customers/',
  quarantinePrefix: 'quarantine/customers/',
  stagingBucketName: 'staging-bucket',
  stagingPrefix: 'staging/crm-customers/',
  connection: {
    clusterIdentifier: 'analytics',
    databaseName: 'customers',
    databaseUser: 'loader',
    secret: Secret.fromSecretCompleteArn(newStack(), 'Secret', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift-AbCdEf'),
  },
  copyRoleArn: 'arn:aws:iam::123456789012:role/redshift-copy',
};

test('writes what the job reads', () => {
  expect(JSON.parse(JSON.stringify(renderLoaderSettings(settings)))).toEqual(golden('loader_settings.json'));
});

test('writes what the job of a loader with rules reads', () => {
  const quality = renderQualitySettings({
    rules: [DataQualityRule.notNull('email', { severity: RuleSeverity.WARNING })._json!, DataQualityRule.range('age', { min: 0 })._json!],
    rulesFiles: [{ name: 'quality_rules.py', url: 's3://assets-bucket/0123456789abcdef.py' }],
    maxFailRatio: 0.25,
    reportPrefix: 'reports/customers/',
    unmaskedColumns: ['country'],
  });
  expect(JSON.parse(JSON.stringify(renderLoaderSettings({ ...settings, outcomesPrefix: 'outcomes/crm-customers/', quality })))).toEqual(golden('loader_settings_with_rules.json'));
});

test('names a secret that was imported by its name, as half an ARN would not be found', () => {
  const secret = Secret.fromSecretNameV2(newStack(), 'Secret', 'redshift/loader');
  expect(renderLoaderSettings({ ...settings, connection: { ...settings.connection, secret } })).toMatchObject({ warehouse: { secret_arn: 'redshift/loader' } });
});

test.each([[-1, 'growColumnsUpToRows is -1, but a whole number of rows from 0 is allowed'], [1.5, 'growColumnsUpToRows is 1.5'], [NaN, 'growColumnsUpToRows is NaN']])(
  'refuses a table of %d rows', (growColumnsUpToRows, message) => {
    expect(() => newLoader({ growColumnsUpToRows })).toThrow(message);
  });

test('refuses a limit to growth where no column grows', () => {
  const props = { growColumnsUpToRows: 5, schemaContract: SchemaContract.FREEZE };
  expect(() => newLoader(props)).toThrow('growColumnsUpToRows is set with SchemaContract.FREEZE, under which no column changes; leave out one of the two');
  const [job] = resources(templateOf(newLoader({ growColumnsUpToRows: 0 })), 'AWS::Glue::Job');
  expect(JSON.parse(joined(job.Properties.DefaultArguments['--settings']))).toMatchObject({ grow_up_to_rows: 0 });
});

test('gives the job its defaults and the names that are known on deployment', () => {
  const [job] = resources(templateOf(newLoader()), 'AWS::Glue::Job');
  expect(JSON.parse(joined(job.Properties.DefaultArguments['--settings']))).toEqual({
    pipeline: expect.stringMatching(/^Test-Customers-[0-9A-F]{8}$/),
    table: { schema: 'crm', name: 'customers' },
    primary_key: ['user_id'],
    column_mapping: {},
    schema_contract: 'evolve',
    csv: { quote: '"', null_values: [''], date_formats: [] },
    row_errors: 'fail_file',
    prefix: '',
    error_prefix: 'error/',
    quarantine_prefix: 'quarantine/',
    staging: { bucket: expect.stringMatching(/^\$\{CustomersStagingBucket/), prefix: expect.stringMatching(/^staging\/Test-Customers-[0-9A-F]{8}\/$/) },
    warehouse: { workgroup_name: 'analytics', database: 'customers', copy_role_arn: expect.stringContaining('role/redshift-copy') },
  });
});
