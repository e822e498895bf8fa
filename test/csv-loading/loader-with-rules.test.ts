import { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { joined, newLoader, newStack, resources, rightsOf, templateOf } from './helpers';
import { DataQualityRule, DataQualityRules, RowErrorPolicy, RuleSeverity, SchemaEvolvingCsvLoader, SchemaEvolvingCsvLoaderProps } from '../../src';
import { file, temporaryDirectory } from '../quality/helpers';

const directory = temporaryDirectory();
const rules = DataQualityRules.of(DataQualityRule.notNull('email'));

const settingsOf = (loader: SchemaEvolvingCsvLoader) =>
  JSON.parse(joined(resources(templateOf(loader), 'AWS::Glue::Job')[0].Properties.DefaultArguments['--settings']));
const functionSettingsOf = (loader: SchemaEvolvingCsvLoader, idStart: string) =>
  JSON.parse(joined(resources(templateOf(loader), 'AWS::Lambda::Function', idStart)[0].Properties.Environment.Variables.SETTINGS));
const states = (loader: SchemaEvolvingCsvLoader): string[] =>
  resources(templateOf(loader), 'AWS::Events::Rule', 'CustomersNotifierRunEnded')[0].Properties.EventPattern.detail.state;

test('tells the job of the rules, and lets good rows of a file go on', () => {
  expect(settingsOf(newLoader({ rules, pipelineName: 'crm' }))).toMatchObject({
    row_errors: 'quarantine_rows',
    outcomes_prefix: 'outcomes/crm/',
    quality: {
      rules: [{ name: 'not_null_email', kind: 'not_null', column: 'email' }],
      rules_files: [],
      report_prefix: 'reports/',
      unmasked_columns: [],
    },
  });
});

test('tells the job what the props say', () => {
  const loader = newLoader({ rules, maxFailRatio: 0.2, reportPrefix: 'r/', unmaskedColumns: ['country'] });
  expect(settingsOf(loader)).toMatchObject({
    quality: { max_fail_ratio: 0.2, report_prefix: 'r/', unmasked_columns: ['country'] },
  });
});

test('a rule of its own has no share either where one record fails the file; one that only warns may', () => {
  const loaderWith = (severity: RuleSeverity) => () =>
    newLoader({ rules: DataQualityRules.of(DataQualityRule.notNull('email', { maxFailRatio: 0.5, severity })), rowErrors: RowErrorPolicy.FAIL_FILE });
  expect(loaderWith(RuleSeverity.ERROR)).toThrow("maxFailRatio of the rule 'not_null_email' is 0.5 together with RowErrorPolicy.FAIL_FILE");
  expect(loaderWith(RuleSeverity.WARNING)).not.toThrow();
});

test('may fail a file for one record that breaks a rule, and then has no share of records that may', () => {
  expect(settingsOf(newLoader({ rules, rowErrors: RowErrorPolicy.FAIL_FILE }))).toMatchObject({ row_errors: 'fail_file' });
  expect(() => newLoader({ rules, rowErrors: RowErrorPolicy.FAIL_FILE, maxFailRatio: 0.2 }))
    .toThrow('maxFailRatio is 0.2 together with RowErrorPolicy.FAIL_FILE, under which one rejected record fails the file; leave out one of the two');
});

test('has no metric of a rule that it does not have, as far as the app knows', () => {
  expect(() => newLoader({ rules }).metricRowsBroken('not_null_mail'))
    .toThrow("ruleName of metricRowsBroken is 'not_null_mail', which is no rule of the pipeline, but one of its rules is allowed: not_null_email");
  expect(() => newLoader().metricRowsBroken('not_null_email')).toThrow('it has no rules; add rules');
  const inFile = file(directory, 'rules.py', 'SQL_DATA_QUALITY_RULES = {}\n');
  expect(() => newLoader({ rules: DataQualityRules.fromFile(inFile) }).metricRowsBroken('any')).not.toThrow();
});

test('says nothing of rules without them', () => {
  expect(settingsOf(newLoader())).not.toHaveProperty('quality');
});

test('has its job write reports and outcomes, with no other right more', () => {
  const of = (props: Partial<SchemaEvolvingCsvLoaderProps>) => rightsOf(templateOf(newLoader({ prefix: 'customers/', pipelineName: 'crm', ...props })), 'CustomersJobRole');
  const without = of({ rowErrors: RowErrorPolicy.QUARANTINE_ROWS });
  const withRules = of({ rules });
  expect(withRules.filter((right) => !without.includes(right))).toEqual([
    's3:ListBucket on ${CustomersStagingBucket.Arn} (outcomes/crm/*)',
    's3:PutObject s3:GetObject on ${CustomersStagingBucket.Arn}/outcomes/crm/*',
    's3:PutObject s3:AbortMultipartUpload on ${CustomersLandingBucket.Arn}/reports/customers/*',
  ]);
  expect(without.filter((right) => !withRules.includes(right))).toEqual([]);
});

test('tells people of rejected rows of runs that succeed, and only with rules', () => {
  const loader = newLoader({ rules, pipelineName: 'crm' });
  expect(states(loader)).toEqual(['FAILED', 'TIMEOUT', 'STOPPED', 'SUCCEEDED']);
  expect(functionSettingsOf(loader, 'CustomersNotifier')).toMatchObject({
    ledger: { table: 'customers' }, outcomes: { bucket: expect.stringMatching(/^\$\{CustomersStagingBucket/), prefix: 'outcomes/crm/' },
  });
  const without = newLoader();
  expect(states(without)).toEqual(['FAILED', 'TIMEOUT', 'STOPPED']);
  expect(functionSettingsOf(without, 'CustomersNotifier')).not.toHaveProperty('outcomes');
});

test("keeps outcomes for 90 days, in the user's bucket too", () => {
  const stack = newStack();
  const [bucket] = resources(templateOf(newLoader({ rules, pipelineName: 'crm', stagingBucket: new Bucket(stack, 'Mine') }, stack)), 'AWS::S3::Bucket', 'Mine');
  expect(bucket.Properties.LifecycleConfiguration.Rules).toContainEqual(expect.objectContaining({ Prefix: 'outcomes/crm/', ExpirationInDays: 90 }));
});

test('never loads its reports, nor outcomes that are staged on the landing bucket', () => {
  const stack: Stack = newStack();
  const bucket = new Bucket(stack, 'Both');
  expect(functionSettingsOf(newLoader({ rules, bucket, stagingBucket: bucket }, stack), 'CustomersDispatch').ownPrefixes)
    .toEqual(['error/', 'quarantine/', 'reports/', 'staging/', 'manifests/', 'outcomes/']);
  expect(functionSettingsOf(newLoader(), 'CustomersDispatch').ownPrefixes).toEqual(['error/', 'quarantine/']);
});

test('has a metric of each rule', () => {
  expect(newLoader({ rules, pipelineName: 'crm' }).metricRowsBroken('not_null_email'))
    .toMatchObject({ namespace: 'CustomerDataPlatform', metricName: 'RowsBroken', dimensions: { Pipeline: 'crm', Rule: 'not_null_email' }, statistic: 'Sum' });
});

test.each([
  [{ maxFailRatio: 0.1 }, 'maxFailRatio is set without rules, but it is about what rules find; add rules, or leave it out'],
  [{ maxFailRatio: 0 }, 'maxFailRatio is set without rules'],
  [{ reportPrefix: 'reports/' }, 'reportPrefix is set without rules'],
  [{ unmaskedColumns: [] }, 'unmaskedColumns is set without rules'],
  [{ rules, maxFailRatio: 2 }, 'maxFailRatio is 2, but a number from 0 to 1 is allowed'],
  [{ rules, unmaskedColumns: ['A'] }, "unmaskedColumns has 'A', but the name of a column is allowed"],
  [{ rules, reportPrefix: 'reports' }, "reportPrefix is 'reports', but a prefix that ends with '/'"],
  [{ rules, reportPrefix: 'error/reports/' }, "errorPrefix is 'error/' and reportPrefix 'error/reports/', but neither may lie in the other"],
  [{ rules, prefix: 'reports/in/' }, "prefix is 'reports/in/', which lies in reportPrefix 'reports/'"],
])('refuses %j', (props, message) => {
  expect(() => newLoader(props)).toThrow(`[Test/Customers] ${message}`);
});

test('two loaders with rules may not share the report prefix', () => {
  const stack = newStack();
  const { bucket } = newLoader({ rules, prefix: 'a/', reportPrefix: 'reports/' }, stack, 'First');
  expect(() => newLoader({ rules, bucket, prefix: 'b/', reportPrefix: 'reports/' }, stack, 'Second'))
    .toThrow("reportPrefix is 'reports/', which overlaps reportPrefix 'reports/' of 'Test/First'");
});
