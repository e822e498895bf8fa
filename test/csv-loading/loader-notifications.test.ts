import { joined, newLoader, resources, rightsOf, templateOf } from './helpers';
import { DataQualityRule, DataQualityRules, LoaderNotification, SchemaEvolvingCsvLoader, SchemaEvolvingCsvLoaderProps } from '../../src';

const BOTH = [LoaderNotification.SCHEMA_CHANGES, LoaderNotification.RESCUED_VALUES];
const rules = DataQualityRules.of(DataQualityRule.notNull('email'));

const jobSettings = (loader: SchemaEvolvingCsvLoader) =>
  JSON.parse(joined(resources(templateOf(loader), 'AWS::Glue::Job')[0].Properties.DefaultArguments['--settings']));
const notifierSettings = (loader: SchemaEvolvingCsvLoader) =>
  JSON.parse(joined(resources(templateOf(loader), 'AWS::Lambda::Function', 'CustomersNotifier')[0].Properties.Environment.Variables.SETTINGS));
const states = (loader: SchemaEvolvingCsvLoader): string[] =>
  resources(templateOf(loader), 'AWS::Events::Rule', 'CustomersNotifierRunEnded')[0].Properties.EventPattern.detail.state;

test('nobody is told of a loaded file unless asked for', () => {
  for (const loader of [newLoader(), newLoader({ notifyOn: [] })]) {
    expect(states(loader)).toEqual(['FAILED', 'TIMEOUT', 'STOPPED']);
    expect(notifierSettings(loader)).not.toHaveProperty('outcomes');
    expect(jobSettings(loader)).not.toHaveProperty('outcomes_prefix');
  }
});

test('the job writes outcomes, and the notifier reads them when a run succeeds', () => {
  const loader = newLoader({ notifyOn: BOTH, pipelineName: 'crm' });
  expect(jobSettings(loader)).toMatchObject({ outcomes_prefix: 'outcomes/crm/' });
  expect(states(loader)).toEqual(['FAILED', 'TIMEOUT', 'STOPPED', 'SUCCEEDED']);
  expect(notifierSettings(loader).outcomes).toEqual({
    bucket: expect.stringMatching(/^\$\{CustomersStagingBucket/), prefix: 'outcomes/crm/', notifyOn: ['schema_changes', 'rescued_values'],
  });
});

test('rights go with it, and no other', () => {
  const of = (policy: string, props: Partial<SchemaEvolvingCsvLoaderProps>) => rightsOf(templateOf(newLoader({ pipelineName: 'crm', ...props })), policy);
  const more = (policy: string) => of(policy, { notifyOn: BOTH }).filter((right) => !of(policy, {}).includes(right));
  const OUTCOMES = '${CustomersStagingBucket.Arn}/outcomes/crm/*';
  const LIST = 's3:ListBucket on ${CustomersStagingBucket.Arn} (outcomes/crm/*)';
  expect(more('CustomersJobRole')).toEqual([LIST, `s3:PutObject s3:GetObject on ${OUTCOMES}`]);
  expect(more('CustomersNotifierRole')).toEqual([LIST, `s3:GetObject on ${OUTCOMES}`]);
});

test.each([
  [{ rules }, ['rejected_rows']],
  [{ rules, notifyOn: [LoaderNotification.RESCUED_VALUES] }, ['rejected_rows', 'rescued_values']],
  [{ notifyOn: [LoaderNotification.SCHEMA_CHANGES, LoaderNotification.SCHEMA_CHANGES] }, ['schema_changes']],
])('%j: people are told of %j', (props, notices) => {
  expect(notifierSettings(newLoader(props)).outcomes.notifyOn).toEqual(notices);
});

test('refuses what is no notification', () => {
  expect(() => newLoader({ notifyOn: ['everything' as LoaderNotification] })).toThrow(
    "[Test/Customers] notifyOn[0] is 'everything', but one of LoaderNotification.SCHEMA_CHANGES, LoaderNotification.RESCUED_VALUES is allowed");
});

test('what people are told of is measured', () => {
  expect(newLoader({ pipelineName: 'crm' }).metricRowsRescued()).toMatchObject({ metricName: 'RowsRescued', dimensions: { Pipeline: 'crm' }, statistic: 'Sum' });
});
