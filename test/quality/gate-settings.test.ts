import { readFileSync } from 'fs';
import * as path from 'path';
import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { newGate, RULES } from './helpers';
import { CsvFormat, DataQualityRule, DataQualityRules, ReferenceData, RuleSeverity } from '../../src';
import { renderGateSettings } from '../../src/quality/gate-settings';
import { renderQualitySettings } from '../../src/quality/quality-settings';
import { joined, newStack, resources } from '../csv-loading/helpers';

/** The tests of the job read the same file: together they hold both ends of `--settings` to one shape. */
const GOLDEN = path.join(__dirname, '..', '..', 'runtime', 'tests', 'data', 'gate_settings.json');

function everyRule(): object[] {
  const stack = newStack();
  const countries = ReferenceData.csv(Bucket.fromBucketName(stack, 'Reference', 'reference-bucket'), 'lists/countries.csv', 'code');
  const gate = newGate({
    rules: DataQualityRules.of(
      DataQualityRule.sql('adult', "SELECT * FROM temp_data WHERE age < 18 AND country = 'DE'", {
        description: 'German customers are 18 or older', severity: RuleSeverity.WARNING, maxFailRatio: 0.5, errorType: 'TOO_YOUNG', filter: 'age IS NOT NULL',
      }),
      DataQualityRule.notNull('user_id', { severity: RuleSeverity.ERROR }),
      DataQualityRule.unique('email', { within: ['country'] }),
      DataQualityRule.unique('user_id'),
      DataQualityRule.inSet('plan', ['free', 'pro "plus"']),
      DataQualityRule.range('age', { min: 0, max: 120 }),
      DataQualityRule.range('score', { min: -0.5 }),
      DataQualityRule.matches('zip', '[0-9]{5}', { name: 'german zip', description: 'a zip code has five digits' }),
      DataQualityRule.length('größe', { max: 3 }),
      DataQualityRule.email('email'),
      DataQualityRule.notInFuture('signup_date'),
      DataQualityRule.ofType('balance', 'NUMERIC(12,2)'),
      DataQualityRule.foreignKey('country', countries, { maxFailRatio: 0 }),
      DataQualityRule.rowCount({ min: 1, max: 1000000 }),
      DataQualityRule.freshness('signup_date', Duration.days(2)),
    ),
  }, stack);
  const [job] = resources(Template.fromStack(Stack.of(gate)), 'AWS::Glue::Job');
  return JSON.parse(joined(job.Properties.DefaultArguments['--settings'])).quality.rules;
}

test('writes what the job reads', () => {
  const settings = renderGateSettings({
    pipelineName: 'crm-gate',
    csv: CsvFormat.of({ delimiter: ';', quote: "'", escape: '\\', strictQuotes: true, headerLine: 4, footerLines: 3, trimKeys: true, encoding: 'windows-1252', nullValues: ['', 'NULL'], dateFormats: ['DD/MM/YYYY'], decimalSeparator: ',', thousandsSeparator: '.', accountingNegatives: true }),
    columnMapping: { 'E-Mail "work"': 'email' },
    key: ['user_id', 'country'],
    prefix: 'incoming/',
    passedPrefix: 'passed/',
    quarantinePrefix: 'quarantine/',
    processedPrefix: 'processed/',
    errorPrefix: 'error/',
    stagingBucketName: 'staging-bucket',
    stagingPrefix: 'staging/crm-gate/',
    quality: renderQualitySettings({
      rules: everyRule(),
      rulesFiles: [{ name: 'quality_rules.py', url: 's3://assets-bucket/0123456789abcdef.py' }],
      maxFailRatio: 0.1,
      reportPrefix: 'reports/',
      unmaskedColumns: ['country'],
    }),
  });
  expect(JSON.parse(JSON.stringify(settings))).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
});

test('gives the job its defaults and the names that are known on deployment', () => {
  const [job] = resources(Template.fromStack(Stack.of(newGate())), 'AWS::Glue::Job');
  const pipeline = expect.stringMatching(/^Test-Gate-[0-9A-F]{8}$/);
  expect(JSON.parse(joined(job.Properties.DefaultArguments['--settings']))).toEqual({
    pipeline,
    csv: { quote: '"', null_values: [''], date_formats: [] },
    column_mapping: {},
    key: [],
    prefix: '',
    passed_prefix: 'passed/',
    quarantine_prefix: 'quarantine/',
    processed_prefix: 'processed/',
    error_prefix: 'error/',
    staging: { bucket: expect.stringMatching(/^\$\{GateStagingBucket/), prefix: expect.stringMatching(/^staging\/Test-Gate-[0-9A-F]{8}\/$/) },
    outcomes_prefix: expect.stringMatching(/^outcomes\/Test-Gate-[0-9A-F]{8}\/$/),
    quality: {
      rules: [{ name: 'not_null_email', kind: 'not_null', column: 'email' }],
      rules_files: [],
      report_prefix: 'reports/',
      unmasked_columns: [],
    },
  });
});

test('gives the job what the props say', () => {
  const stack = newStack();
  const gate = newGate({
    rules: RULES,
    prefix: 'in/',
    passedPrefix: 'p/',
    quarantinePrefix: 'q/',
    processedPrefix: 'd/',
    errorPrefix: 'e/',
    reportPrefix: 'r/',
    key: ['user_id'],
    columnMapping: { Mail: 'email' },
    csv: CsvFormat.of({ delimiter: ';' }),
    maxFailRatio: 0,
    unmaskedColumns: ['country'],
    pipelineName: 'crm',
  }, stack);
  const [job] = resources(Template.fromStack(Stack.of(gate)), 'AWS::Glue::Job');
  expect(JSON.parse(joined(job.Properties.DefaultArguments['--settings']))).toMatchObject({
    pipeline: 'crm',
    csv: { delimiter: ';' },
    column_mapping: { Mail: 'email' },
    key: ['user_id'],
    prefix: 'in/',
    passed_prefix: 'p/',
    quarantine_prefix: 'q/',
    processed_prefix: 'd/',
    error_prefix: 'e/',
    outcomes_prefix: 'outcomes/crm/',
    quality: { max_fail_ratio: 0, report_prefix: 'r/', unmasked_columns: ['country'] },
  });
});
