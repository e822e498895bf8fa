import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { newGate } from './helpers';
import { DataQualityGate, DataQualityGateProps, DataQualityRule, DataQualityRules, GlueCapacity } from '../../src';
import { classifyKey } from '../../src/dispatch/key-classification';
import { GATE_WORDS } from '../../src/quality/gate-words';
import { matches } from '../csv-loading/event-pattern';
import { joined, newLoader, newStack, resources } from '../csv-loading/helpers';
import { objectCreated, s3EventBody } from '../dispatch/factories';

const templateOf = (gate: DataQualityGate): Template => Template.fromStack(Stack.of(gate));
const settingsOf = (gate: DataQualityGate, idStart: string) =>
  JSON.parse(joined(resources(templateOf(gate), 'AWS::Lambda::Function', idStart)[0].Properties.Environment.Variables.SETTINGS));

test('has no warnings or errors of CDK, and needs no look-up to synthesize', () => {
  const app = new App();
  const stack = newStack(app);
  newGate({}, stack);
  expect(app.synth().manifest.missing ?? []).toEqual([]);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
});

describe('keys', () => {
  /** What becomes of a key on its way: no event, or as the dispatcher classifies it. */
  function fate(props: Partial<DataQualityGateProps>, key: string): string {
    const gate = newGate(props);
    const [rule] = resources(templateOf(gate), 'AWS::Events::Rule', 'GateDispatchObjectCreated');
    const pattern = JSON.parse(JSON.stringify(rule.Properties.EventPattern));
    const bucket = joined(pattern.detail.bucket.name[0]);
    pattern.detail.bucket.name = [bucket];
    const event = JSON.parse(s3EventBody(objectCreated({ key, bucket })));
    return matches(pattern, event) ? classifyKey(key, settingsOf(gate, 'GateDispatch')) : 'no event';
  }

  test.each([
    ['a.csv', 'load'],
    ['crm/a.CSV.gz', 'load'],
    ['replayed/a.csv', 'load'],
    ['a.xlsx', 'ignored'],
    ['passed/a.csv', 'own'],
    ['quarantine/a.csv', 'own'],
    ['reports/a.csv', 'own'],
    ['processed/a.csv', 'own'],
    ['error/a.csv', 'own'],
  ])('of a gate of a whole bucket: %s: %s', (key, expected) => {
    expect(fate({}, key)).toBe(expected);
  });

  test.each([
    ['in/a.csv', 'load'],
    ['in/passed/a.csv', 'own'],
    ['in/replayed/a.csv', 'load'],
    ['a.csv', 'no event'],
    ['quarantine/a.csv', 'no event'],
  ])('of a gate of a prefix: %s: %s', (key, expected) => {
    expect(fate({ prefix: 'in/', passedPrefix: 'in/passed/' }, key)).toBe(expected);
  });

  test('that are staged on the same bucket are never checked', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Both');
    expect(settingsOf(newGate({ bucket, stagingBucket: bucket }, stack), 'GateDispatch').ownPrefixes)
      .toEqual(['passed/', 'quarantine/', 'reports/', 'processed/', 'error/', 'staging/', 'manifests/', 'outcomes/']);
  });
});

describe('runs', () => {
  test('reach the notifier however they end, since rules may have rejected rows', () => {
    const [rule] = resources(templateOf(newGate()), 'AWS::Events::Rule', 'GateNotifierRunEnded');
    expect(rule.Properties.EventPattern.detail).toEqual({
      jobName: [{ Ref: expect.stringMatching(/^GateJob/) }], state: ['FAILED', 'TIMEOUT', 'STOPPED', 'SUCCEEDED'],
    });
  });

  test('are told of by their outcomes: there is no ledger', () => {
    const gate = newGate({ pipelineName: 'crm' });
    expect(settingsOf(gate, 'GateNotifier')).toEqual({
      pipeline: 'crm',
      queueUrl: expect.stringMatching(/^\$\{GateDispatchQueue/),
      topicArn: expect.stringMatching(/^\$\{GateNotificationTopic/),
      runKind: 'glue-job',
      jobName: expect.stringMatching(/^\$\{GateJob/),
      logGroupPrefix: '/aws-glue/jobs/crm',
      onDemand: { plan: '--plan', replay: '--replay' },
      words: GATE_WORDS,
      retries: { most: 2, afterTimeout: false },
      swept: true,
      outcomes: { bucket: expect.stringMatching(/^\$\{GateStagingBucket/), prefix: 'outcomes/crm/', notifyOn: ['rejected_rows'] },
    });
    expect(settingsOf(gate, 'GateSweep')).not.toHaveProperty('ledger');
  });

  test('that fail, and no others, reach a target of the user', () => {
    const gate = newGate();
    gate.onFailure('Mine', { target: new SnsTopic(gate.notificationTopic), description: 'my rule' });
    templateOf(gate).hasResourceProperties('AWS::Events::Rule', {
      Description: 'my rule',
      EventPattern: Match.objectLike({ detail: Match.objectLike({ state: ['FAILED', 'TIMEOUT', 'STOPPED'] }) }),
    });
  });
});

test('runs its own script, with the capacity and as the role that it is given', () => {
  const stack = newStack();
  const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
  const gate = newGate({ role, capacity: GlueCapacity.of({ maxWorkers: 9 }), pipelineName: 'crm' }, stack);
  expect(gate.jobRole).toBe(role);
  expect(gate.grantPrincipal).toBe(role.grantPrincipal);
  templateOf(gate).hasResourceProperties('AWS::Glue::Job', {
    NumberOfWorkers: 9, Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Mine'), 'Arn'] }, Description: 'Checks CSV files of crm against data quality rules',
  });
});

test('exposes what it makes', () => {
  const stack = newStack();
  const topic = new Topic(stack, 'Topic');
  const gate = newGate({ notificationTopic: topic, pipelineName: 'crm', passedPrefix: 'good/' }, stack);
  expect(gate).toMatchObject({ pipelineName: 'crm', passedPrefix: 'good/' });
  expect(gate.notificationTopic).toBe(topic);
  expect(gate.bucket).toBe(stack.node.findChild('Landing'));
  for (const [part, path] of [
    [gate.job, 'Job'], [gate.dispatcher, 'Dispatch/Dispatcher'], [gate.notifier, 'Notifier'], [gate.sweep, 'Sweep'], [gate.queue, 'Dispatch/Queue'],
    [gate.deadLetterQueue, 'Dispatch/DeadLetterQueue'], [gate.failedInvocationsQueue, 'FailedInvocations/Queue'], [gate.stagingBucket, 'StagingBucket'],
    [gate.deadLetterAlarm, 'Dispatch/DeadLetterQueueNotEmpty'], [gate.failedInvocationsAlarm, 'FailedInvocations/NotEmpty'],
    [gate.waitingAlarm, 'Dispatch/FilesWaitTooLong'], [gate.dispatcherAlarm, 'Dispatch/DispatcherFails'],
  ] as const) {
    expect(part.node.path).toMatch(new RegExp(`^Test/Gate/${path}`));
  }
});

test('encrypts what it makes with the key that it is given', () => {
  const stack = newStack();
  const template = templateOf(newGate({ encryptionKey: new Key(stack, 'Key') }, stack));
  template.resourceCountIs('AWS::KMS::Key', 1);
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
  expect(resources(template, 'AWS::S3::Bucket', 'GateStagingBucket')[0].Properties.BucketEncryption.ServerSideEncryptionConfiguration)
    .toEqual([{ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } }]);
  expect(resources(template, 'AWS::SQS::Queue').map(({ Properties }) => Properties.KmsMasterKeyId)).toEqual([key, key, key]);
});

describe('staging', () => {
  const rule = (prefix: string, days: number) => expect.objectContaining({ Prefix: prefix, ExpirationInDays: days });

  test('cleans itself: data after 7 days, manifests and outcomes after 90', () => {
    const [bucket] = resources(templateOf(newGate({ pipelineName: 'crm' })), 'AWS::S3::Bucket', 'GateStagingBucket');
    expect(bucket.Properties.LifecycleConfiguration.Rules).toEqual([rule('staging/', 7), rule('manifests/', 90), rule('outcomes/', 90)]);
  });

  test('of an imported bucket is left alone, and a warning says what to delete', () => {
    const stack = newStack();
    newGate({ pipelineName: 'crm', stagingBucket: Bucket.fromBucketName(stack, 'Imported', 'staging') }, stack);
    Annotations.fromStack(stack).hasWarning('/Test/Gate', Match.stringLikeRegexp(
      'rules that delete staging/crm/ after 7 days, manifests/crm/ after 90 days and outcomes/crm/ after 90 days'));
  });
});

test('an imported bucket is switched to EventBridge when asked', () => {
  const stack = newStack();
  const gate = newGate({ bucket: Bucket.fromBucketName(stack, 'Imported', 'landing'), enableEventBridge: true }, stack);
  templateOf(gate).hasResourceProperties('Custom::S3BucketNotifications', { BucketName: 'landing' });
});

test('metrics are those of the pipeline, and of a rule by its name', () => {
  const gate = newGate({ pipelineName: 'crm' });
  const byName = {
    RowsPassed: gate.metricRowsPassed(),
    RowsRejected: gate.metricRowsRejected(),
    RowsWarned: gate.metricRowsWarned(),
    RowsWithInnerQuotes: gate.metricRowsWithInnerQuotes(),
    FilesPassed: gate.metricFilesPassed(),
    FilesQuarantined: gate.metricFilesQuarantined(),
    FilesFailed: gate.metricFilesFailed(),
    FilesSuperseded: gate.metricFilesSuperseded(),
    FilesIgnored: gate.metricFilesIgnored(),
    RunsRetried: gate.metricRunsRetried(),
    WaitSeconds: gate.metricWaitSeconds(),
  };
  for (const [metricName, metric] of Object.entries(byName)) {
    expect(metric).toMatchObject({
      namespace: 'CustomerDataPlatform', metricName, dimensions: { Pipeline: 'crm' }, statistic: metricName === 'WaitSeconds' ? 'Maximum' : 'Sum',
    });
  }
  const sizes = newGate({ rules: DataQualityRules.of(DataQualityRule.notNull('a', { name: ':größe' })) });
  expect(sizes.metricRowsBroken(':größe').dimensions).toMatchObject({ Rule: '_gr__e' });
  expect(gate.metricRowsBroken('not_null_email', { period: Duration.hours(1) })).toMatchObject({
    metricName: 'RowsBroken', dimensions: { Pipeline: 'crm', Rule: 'not_null_email' }, statistic: 'Sum', period: Duration.hours(1),
  });
});

test.each<[Partial<DataQualityGateProps>, string]>([
  [{ columnMapping: { email: 'mail' } }, "columnMapping gives the header 'email' the column 'mail', but rules needs the column 'email', which no file would have"],
  [{ key: ['id'], columnMapping: { id: 'user_id' } }, "columnMapping gives the header 'id' the column 'user_id', but key needs the column 'id', which no file would have; write 'user_id' in key"],
  [{ prefix: 's3://landing/in/' }, "prefix is 's3://landing/in/', but the beginning of keys within the bucket is allowed"],
  [{ maxFailRatio: 1.5 }, 'maxFailRatio is 1.5, but a number from 0 to 1 is allowed'],
  [{ maxFailRatio: -1 }, 'maxFailRatio is -1'],
  [{ key: ['User ID'] }, "key has 'User ID', but the name of a column is allowed"],
  [{ key: ['id', 'id'] }, "key has 'id' twice"],
  [{ unmaskedColumns: ['Country'] }, "unmaskedColumns has 'Country'"],
  [{ columnMapping: { Mail: 'ctid' } }, "columnMapping gives the header 'Mail' the column 'ctid'"],
  [{ prefix: 'in' }, "prefix is 'in', but a prefix that ends with '/'"],
  [{ passedPrefix: '' }, "passedPrefix is ''"],
  [{ quarantinePrefix: '/q/' }, "quarantinePrefix is '/q/'"],
  [{ reportPrefix: 'r*/' }, "reportPrefix is 'r*/'"],
  [{ processedPrefix: 'done' }, "processedPrefix is 'done'"],
  [{ errorPrefix: 'bad' }, "errorPrefix is 'bad'"],
  [{ errorPrefix: 'passed/error/' }, "passedPrefix is 'passed/' and errorPrefix 'passed/error/', but neither may lie in the other"],
  [{ reportPrefix: 'quarantine/' }, "quarantinePrefix is 'quarantine/' and reportPrefix 'quarantine/'"],
  [{ processedPrefix: 'reports/done/' }, "reportPrefix is 'reports/' and processedPrefix 'reports/done/'"],
  [{ prefix: 'passed/' }, "prefix is 'passed/', which lies in passedPrefix 'passed/', where the platform writes"],
  [{ prefix: 'passed/in/', passedPrefix: 'passed/' }, "prefix is 'passed/in/', which lies in passedPrefix 'passed/'"],
  [{ prefix: 'processed/' }, "prefix is 'processed/', which lies in processedPrefix"],
  [{ prefix: 'error/in/' }, "prefix is 'error/in/', which lies in errorPrefix 'error/', where the platform writes"],
  [{ batchingWindow: Duration.minutes(6) }, 'batchingWindow is 360 seconds, but whole seconds from 0 to 300 are allowed'],
  [{ pipelineName: 'a/b' }, "pipelineName is 'a/b', but 1 to 64 letters"],
])('refuses %j and says what is allowed, of which construct', (props, message) => {
  expect(() => newGate(props)).toThrow(`[Test/Gate] ${message}`);
});

test('refuses a pipelineName that a loader of the stack has', () => {
  const stack = newStack();
  newLoader({ pipelineName: 'crm' }, stack);
  expect(() => newGate({ pipelineName: 'crm' }, stack)).toThrow("pipelineName is 'crm', but 'Test/Customers' has that name already");
});
