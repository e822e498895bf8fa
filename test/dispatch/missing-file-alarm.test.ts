import { Duration, Lazy } from 'aws-cdk-lib';
import { joined, newLoader, newStack, resources, templateOf } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const alarmOf = (expectFileEvery: Duration): Record<string, any> =>
  resources(templateOf(newLoader({ pipelineName: 'crm', expectFileEvery })), 'AWS::CloudWatch::Alarm', 'CustomersMissingFile')[0].Properties;

test.each([
  ['a minute', Duration.minutes(1), 60, 1],
  ['90 minutes', Duration.minutes(90), 60, 90],
  ['a day', Duration.days(1), 60, 1440],
  ['25 hours', Duration.hours(25), 3600, 25],
  ['a week', Duration.days(7), 3600, 168],
])('is raised when no file has arrived for %s', (_, every, period, periods) => {
  expect(alarmOf(every)).toMatchObject({
    Namespace: 'CustomerDataPlatform',
    MetricName: 'FilesArrived',
    Dimensions: [{ Name: 'Pipeline', Value: 'crm' }],
    Statistic: 'Sum',
    Period: period,
    EvaluationPeriods: periods,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    // The metric has no value where no file came.
    TreatMissingData: 'breaching',
    AlarmActions: [{ Ref: expect.stringMatching(/^CustomersNotificationTopic/) }],
  });
});

test('says for how long, and what to do', () => {
  expect(joined(alarmOf(Duration.hours(26)).AlarmDescription)).toMatch(/^crm: no file has arrived for 1 day 2 hours\. Ask whoever sends the files\. If there are new ones/);
});

test('is there when it is asked for, for a gate too', () => {
  expect(newLoader().missingFileAlarm).toBeUndefined();
  expect(newLoader({ expectFileEvery: Duration.hours(1) }).missingFileAlarm?.node.path).toBe('Test/Customers/MissingFile');
  expect(newGate({ expectFileEvery: Duration.hours(1) }).missingFileAlarm?.node.path).toBe('Test/Gate/MissingFile');
});

test('counts files that arrived, of which there is a metric', () => {
  expect(newLoader({ pipelineName: 'crm' }, newStack()).metricFilesArrived()).toMatchObject({ metricName: 'FilesArrived', statistic: 'Sum' });
});

test.each([
  [Duration.seconds(0), '0 seconds'],
  [Duration.seconds(90), '90 seconds'],
  [Duration.minutes(25 * 60 + 1), '90060 seconds'],
  [Duration.days(8), '691200 seconds'],
  [Duration.hours(Lazy.number({ produce: () => 1 })), 'known only when the stack is deployed'],
])('refuses %s, which no alarm can look back', (expectFileEvery, got) => {
  expect(() => newLoader({ expectFileEvery }))
    .toThrow(`[Test/Customers] expectFileEvery is ${got}, but whole minutes up to a day or whole hours up to 7 days are allowed`);
});
