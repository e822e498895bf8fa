import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { WorkerType } from 'aws-cdk-lib/aws-glue';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { joined, newLoader, newStack, resources, statementsOf, templateOf } from './helpers';
import { GlueCapacity } from '../../src';

const reference = (start: string) => ({ Ref: Match.stringLikeRegexp(`^${start}`) });
const arnOf = (start: string) => ({ 'Fn::GetAtt': [Match.stringLikeRegexp(`^${start}`), 'Arn'] });

test('is the same template unless somebody means to change it', () => {
  const template = JSON.stringify(templateOf(newLoader({ prefix: 'customers/', pipelineName: 'crm-customers' })).toJSON(), null, 2);
  expect(JSON.parse(template.replace(/[0-9a-f]{64}/g, '<asset>'))).toMatchSnapshot();
});

test('has no warnings or errors of CDK', () => {
  const stack = Stack.of(newLoader());
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
});

test('needs no look-up, Docker or bundler to synthesize', () => {
  const app = new App();
  newLoader({}, newStack(app));
  const assembly = app.synth();
  expect(assembly.manifest.missing ?? []).toEqual([]);
});

describe('queue', () => {
  test('keeps events for 14 days and is read 1000 times before a message is dead', () => {
    const template = templateOf(newLoader({ batchingWindow: Duration.seconds(20) }));
    template.hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      VisibilityTimeout: 6 * 60 + 20,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 1000, deadLetterTargetArn: arnOf('CustomersDispatchDeadLetterQueue') },
    });
  });

  test('takes the events of the rule; what cannot be delivered goes to the dead-letter queue', () => {
    const [rule] = resources(templateOf(newLoader()), 'AWS::Events::Rule', 'CustomersDispatchObjectCreated');
    expect(rule.Properties.Targets).toEqual([{
      Id: 'Target0',
      Arn: { 'Fn::GetAtt': [expect.stringMatching(/^CustomersDispatchQueue/), 'Arn'] },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^CustomersDispatchDeadLetterQueue/), 'Arn'] } },
    }]);
  });

  test('hands batches to the dispatcher, which answers for each message', () => {
    templateOf(newLoader({ batchingWindow: Duration.seconds(20) })).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: arnOf('CustomersDispatchQueue'),
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 20,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });

  test('hands messages over at once when there is no window', () => {
    templateOf(newLoader({ batchingWindow: Duration.seconds(0) })).hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10, MaximumBatchingWindowInSeconds: Match.absent(),
    });
  });

  test.each([[Duration.minutes(6), '360 seconds'], [Duration.millis(1500), '1.5 seconds']])('refuses the window %s', (batchingWindow, got) => {
    expect(() => newLoader({ batchingWindow })).toThrow(`batchingWindow is ${got}, but whole seconds from 0 to 300 are allowed`);
  });

  test.each([
    ['DispatchDeadLetterQueueNotEmpty', 'Maximum of ApproximateNumberOfMessagesVisible in 60 s', 1, 1, 'QueueName', '^${CustomersDispatchDeadLetterQueue'],
    ['FailedInvocationsNotEmpty', 'Maximum of ApproximateNumberOfMessagesVisible in 60 s', 1, 1, 'QueueName', '^${CustomersFailedInvocationsQueue'],
    ['DispatchFilesWaitTooLong', 'Maximum of WaitSeconds in 3600 s', 1, 6 * 60 * 60, 'Pipeline', '^crm$'],
    ['DispatchDispatcherFails', 'Sum of Errors in 900 s', 2, 1, 'FunctionName', '^${CustomersDispatchDispatcherFunction'],
  ])('raises the alarm %s', (id, metric, periods, threshold, dimension, value) => {
    const [{ Properties: alarm }] = resources(templateOf(newLoader({ pipelineName: 'crm' })), 'AWS::CloudWatch::Alarm', `Customers${id}`);
    expect(`${alarm.Statistic} of ${alarm.MetricName} in ${alarm.Period} s`).toBe(metric);
    expect(alarm.Dimensions.map(({ Name, Value }: any) => [Name, joined(Value)])).toEqual([[dimension, expect.stringMatching(value.replace('${', '\\$\\{'))]]);
    expect(alarm).toMatchObject({
      EvaluationPeriods: periods,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: expect.stringMatching(/^CustomersNotificationTopic/) }],
    });
  });
});

describe('job', () => {
  test('is Glue 5.1 PySpark with auto scaling, without a queue or retries of its own', () => {
    const [job] = resources(templateOf(newLoader()), 'AWS::Glue::Job');
    expect(job.Properties).toMatchObject({
      Command: { Name: 'glueetl', PythonVersion: '3' },
      GlueVersion: '5.1',
      WorkerType: 'G.1X',
      NumberOfWorkers: 5,
      ExecutionProperty: { MaxConcurrentRuns: 2 },
      JobRunQueuingEnabled: false,
      MaxRetries: 0,
      Timeout: 120,
    });
    expect(job.Properties.DefaultArguments).toMatchObject({
      '--enable-auto-scaling': 'true',
      '--enable-metrics': '',
      '--enable-continuous-cloudwatch-log': 'true',
      '--custom-logGroup-prefix': expect.stringMatching(/^\/aws-glue\/jobs\/Test-Customers-/),
    });
    expect(joined(job.Properties.Command.ScriptLocation)).toMatch(/^s3:\/\/.*\.py$/);
    expect(joined(job.Properties.DefaultArguments['--extra-py-files'])).toMatch(/^s3:\/\/.*\.zip$/);
  });

  test('has the capacity that it is given', () => {
    const capacity = GlueCapacity.of({ workerType: WorkerType.G_2X, maxWorkers: 20, maxConcurrentRuns: 4, timeout: Duration.minutes(30) });
    templateOf(newLoader({ capacity })).hasResourceProperties('AWS::Glue::Job', {
      WorkerType: 'G.2X', NumberOfWorkers: 20, ExecutionProperty: { MaxConcurrentRuns: 4 }, Timeout: 30,
    });
  });

  test('writes encrypted logs, to groups that are made with it and emptied', () => {
    const template = templateOf(newLoader({ pipelineName: 'crm' }));
    template.hasResourceProperties('AWS::Glue::SecurityConfiguration', {
      EncryptionConfiguration: {
        CloudWatchEncryption: { CloudWatchEncryptionMode: 'SSE-KMS', KmsKeyArn: arnOf('CustomersEncryptionKey') },
        JobBookmarksEncryption: { JobBookmarksEncryptionMode: 'CSE-KMS', KmsKeyArn: arnOf('CustomersEncryptionKey') },
      },
    });
    for (const name of ['output', 'error']) {
      template.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName: `/aws-glue/jobs/crm/${name}`, KmsKeyId: arnOf('CustomersEncryptionKey'), RetentionInDays: 180,
      });
    }
  });

  test('runs as the role that it is given', () => {
    const stack = newStack();
    const role = new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
    const loader = newLoader({ role }, stack);
    templateOf(loader).hasResourceProperties('AWS::Glue::Job', { Role: arnOf('Mine') });
    expect(loader.jobRole).toBe(role);
    expect(resources(templateOf(loader), 'AWS::IAM::Role', 'CustomersJob')).toEqual([]);
  });
});

describe('staging', () => {
  const rule = (prefix: string, days: number) => expect.objectContaining({
    Prefix: prefix, ExpirationInDays: days, NoncurrentVersionExpiration: { NoncurrentDays: 1 },
  });

  test('cleans itself: data after 7 days, manifests and outcomes after 90', () => {
    const [bucket] = resources(templateOf(newLoader({ pipelineName: 'crm' })), 'AWS::S3::Bucket', 'CustomersStagingBucket');
    expect(bucket.Properties.LifecycleConfiguration.Rules).toEqual([rule('staging/', 7), rule('manifests/', 90), rule('outcomes/', 90)]);
  });

  test("the user's bucket of this app cleans the loader's prefixes and no others", () => {
    const stack = newStack();
    const loader = newLoader({ pipelineName: 'crm', stagingBucket: new Bucket(stack, 'Mine') }, stack);
    const [bucket] = resources(templateOf(loader), 'AWS::S3::Bucket', 'Mine');
    expect(bucket.Properties.LifecycleConfiguration.Rules).toEqual([rule('staging/crm/', 7), rule('manifests/crm/', 90)]);
    expect(resources(templateOf(loader), 'AWS::S3::Bucket', 'CustomersStaging')).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('staging bucket'));
  });

  test('an imported bucket is not cleaned, and a warning says what to delete', () => {
    const stack = newStack();
    newLoader({ pipelineName: 'crm', stagingBucket: Bucket.fromBucketName(stack, 'Imported', 'staging') }, stack);
    Annotations.fromStack(stack).hasWarning('/Test/Customers', Match.stringLikeRegexp(
      'staging bucket is imported.*rules that delete staging/crm/ after 7 days and manifests/crm/ after 90 days'));
  });
});

describe('runs that do not end well', () => {
  test('reach the notifier', () => {
    const [rule] = resources(templateOf(newLoader()), 'AWS::Events::Rule', 'CustomersNotifierRunEnded');
    expect(rule.Properties).toMatchObject({
      EventPattern: {
        'source': ['aws.glue'],
        'detail-type': ['Glue Job State Change'],
        'detail': { jobName: [{ Ref: expect.stringMatching(/^CustomersJob/) }], state: ['FAILED', 'TIMEOUT', 'STOPPED'] },
      },
      Targets: [{ Arn: { 'Fn::GetAtt': [expect.stringMatching(/^CustomersNotifierFunction/), 'Arn'] } }],
    });
  });

  test('reach a target of the user', () => {
    const loader = newLoader();
    loader.onFailure('Mine', { target: new SnsTopic(loader.notificationTopic), description: 'my rule' });
    templateOf(loader).hasResourceProperties('AWS::Events::Rule', {
      Description: 'my rule',
      EventPattern: Match.objectLike({ detail: Match.objectLike({ state: ['FAILED', 'TIMEOUT', 'STOPPED'] }) }),
      Targets: [Match.objectLike({ Arn: reference('CustomersNotificationTopic') })],
    });
  });

  test('are told on an encrypted topic to which alarms may publish', () => {
    const template = templateOf(newLoader());
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: arnOf('CustomersEncryptionKey') });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        })]),
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Principal: { Service: ['cloudwatch.amazonaws.com', 'events.amazonaws.com'] },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        })]),
      },
    });
  });

  test('are told on the topic that is given', () => {
    const stack = newStack();
    const topic = new Topic(stack, 'Mine');
    const loader = newLoader({ notificationTopic: topic }, stack);
    expect(loader.notificationTopic).toBe(topic);
    const [notifier] = resources(templateOf(loader), 'AWS::Lambda::Function', 'CustomersNotifier');
    expect(JSON.parse(joined(notifier.Properties.Environment.Variables.SETTINGS)).topicArn).toMatch(/^\$\{Mine/);
    templateOf(loader).resourceCountIs('AWS::SNS::Topic', 1);
  });

  test('are told on a topic of this app that is opened, with its key, to alarms', () => {
    const app = new App();
    const stateful = newStack(app, 'Stateful');
    const topic = new Topic(stateful, 'Mine', { enforceSSL: true, masterKey: new Key(stateful, 'Key') });
    newLoader({ notificationTopic: topic }, newStack(app));

    const toAlarms = {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    };
    const template = Template.fromStack(stateful);
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ ...toAlarms, Action: 'sns:Publish', Resource: reference('Mine') })]) },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ ...toAlarms, Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: '*' })]) },
    });
  });

  test('are told on an imported topic, whose policy stays as it is; the notifier may use its key', () => {
    const stack = newStack();
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';
    const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/mine';
    const template = templateOf(newLoader({ notificationTopic: Topic.fromTopicAttributes(stack, 'Imported', { topicArn, keyArn }) }, stack));
    template.resourceCountIs('AWS::SNS::TopicPolicy', 0);
    expect(resources(template, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties.AlarmActions)).toEqual(Array(4).fill([topicArn]));
    expect(statementsOf(template, 'CustomersNotifierRole')).toContainEqual(expect.objectContaining({
      Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey*'], Resource: keyArn,
    }));
  });
});

test('a sweep runs every day', () => {
  const [rule] = resources(templateOf(newLoader()), 'AWS::Events::Rule', 'CustomersSweepDaily');
  expect(rule.Properties).toMatchObject({
    ScheduleExpression: 'rate(1 day)',
    Targets: [{ Arn: { 'Fn::GetAtt': [expect.stringMatching(/^CustomersSweepFunction/), 'Arn'] } }],
  });
});

describe('functions that fail', () => {
  const failedInvocations = { 'Fn::GetAtt': [expect.stringMatching(/^CustomersFailedInvocationsQueue/), 'Arn'] };

  test.each([['Notifier', 'CustomersNotifierRunEnded'], ['Sweep', 'CustomersSweepDaily']])('leave their events in a queue of their own: %s', (name, rule) => {
    const template = templateOf(newLoader());
    expect(resources(template, 'AWS::Lambda::Function', `Customers${name}`)[0].Properties.DeadLetterConfig).toEqual({ TargetArn: failedInvocations });
    expect(resources(template, 'AWS::Events::Rule', rule)[0].Properties.Targets[0].DeadLetterConfig).toEqual({ Arn: failedInvocations });
  });

  test('may take 15 minutes, since who reads the ledger waits for loads that commit', () => {
    const functions = ['Notifier', 'Sweep'].flatMap((name) => resources(templateOf(newLoader()), 'AWS::Lambda::Function', `Customers${name}`));
    expect(functions.map(({ Properties }) => Properties.Timeout)).toEqual([900, 900]);
  });

  test('have queues that are kept for 14 days and encrypted as the others', () => {
    const stack = newStack();
    const template = templateOf(newLoader({ encryptionKey: new Key(stack, 'Key') }, stack));
    const queues = resources(template, 'AWS::SQS::Queue');
    expect(queues).toHaveLength(3);
    for (const { Properties } of queues) {
      expect(Properties).toMatchObject({ MessageRetentionPeriod: 14 * 24 * 60 * 60, KmsMasterKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } });
    }
  });
});

describe('alarms say what to do', () => {
  const description = (idStart: string): string =>
    joined(resources(templateOf(newLoader({ pipelineName: 'crm' })), 'AWS::CloudWatch::Alarm', idStart)[0].Properties.AlarmDescription).replace(/[0-9A-F]{8}(?=[.}])/g, '');

  test('with dead letters: redrive them to the queue that they came from, which SQS does not know of all', () => {
    expect(description('CustomersDispatchDeadLetterQueueNotEmpty')).toMatch(/^crm: .*DLQ redrive to the custom destination \$\{CustomersDispatchQueue\.QueueName\}\.$/);
  });

  test('with a dispatcher that fails: look into its log, in time', () => {
    expect(description('CustomersDispatchDispatcherFails')).toMatch(/after 4 days go to the dead-letter queue\. The log of the function \$\{CustomersDispatchDispatcherFunction\} says why/);
    const [queue] = resources(templateOf(newLoader({ batchingWindow: Duration.seconds(0) })), 'AWS::SQS::Queue', 'CustomersDispatchQueue');
    expect(queue.Properties.VisibilityTimeout * queue.Properties.RedrivePolicy.maxReceiveCount).toBeGreaterThan(Duration.days(4).toSeconds());
  });

  test('with failed invocations: give the event to its function again', () => {
    const text = description('CustomersFailedInvocationsNotEmpty');
    expect(text).toContain("'Glue Job State Change' is for ${CustomersNotifierFunction}, 'Scheduled Event' is for ${CustomersSweepFunction}.");
    expect(text).toContain('aws lambda invoke --function-name <function>');
    // CloudWatch takes 1,024 characters, and names are longer than what stands for them here.
    expect(text.length).toBeLessThan(800);
  });
});

test('metrics are those of the pipeline', () => {
  const loader = newLoader({ pipelineName: 'crm' });
  const byName = {
    RowsLoaded: loader.metricRowsLoaded(),
    RowsRejected: loader.metricRowsRejected(),
    RowsWarned: loader.metricRowsWarned(),
    RowsRescued: loader.metricRowsRescued(),
    RowsWithInnerQuotes: loader.metricRowsWithInnerQuotes(),
    ColumnsAdded: loader.metricColumnsAdded(),
    ColumnsWidened: loader.metricColumnsWidened(),
    FilesLoaded: loader.metricFilesLoaded(),
    FilesFailed: loader.metricFilesFailed(),
    FilesSuperseded: loader.metricFilesSuperseded(),
    FilesIgnored: loader.metricFilesIgnored(),
    RunsRetried: loader.metricRunsRetried(),
    LoadSeconds: loader.metricLoadSeconds(),
    WaitSeconds: loader.metricWaitSeconds(),
  };
  for (const [name, metric] of Object.entries(byName)) {
    expect(metric).toMatchObject({
      namespace: 'CustomerDataPlatform',
      metricName: name,
      dimensions: { Pipeline: 'crm' },
      statistic: name.endsWith('Seconds') ? 'Maximum' : 'Sum',
    });
  }
  expect(loader.metricRowsLoaded({ period: Duration.hours(1), statistic: 'Average' })).toMatchObject({ period: Duration.hours(1), statistic: 'Average' });
});

test.each([
  [{ table: 'customers' }, "table is 'customers', but 'schema.table' is allowed"],
  [{ table: 'a.b.c' }, "table is 'a.b.c'"],
  [{ table: 'CRM.Customers' }, "table is 'CRM.Customers'"],
  [{ table: `crm.${'x'.repeat(121)}` }, 'the table at most 120 characters'],
  [{ primaryKey: [] }, 'primaryKey is empty'],
  [{ primaryKey: ['User ID'] }, "primaryKey has 'User ID', but the name of a column is allowed"],
  [{ primaryKey: ['id', 'id'] }, "primaryKey has 'id' twice"],
  [{ sequenceColumn: 'Updated' }, "sequenceColumn has 'Updated'"],
  [{ primaryKey: ['__id'] }, "primaryKey has '__id'"],
  [{ columnMapping: { Mail: 'ctid' } }, "columnMapping gives the header 'Mail' the column 'ctid', but the name of a column is allowed: 1 to 127 bytes"],
  [{ prefix: 'customers' }, "prefix is 'customers', but a prefix that ends with '/'"],
  [{ prefix: '/customers/' }, "prefix is '/customers/'"],
  [{ prefix: 's3://landing/customers/' }, "prefix is 's3://landing/customers/', but the beginning of keys within the bucket is allowed, without the bucket itself"],
  [{ prefix: 'arn:aws:s3:::landing/customers/' }, 'but the beginning of keys within the bucket is allowed'],
  [{ prefix: 'crm//customers/' }, "prefix is 'crm//customers/', but a prefix that ends with '/'"],
  [{ prefix: './customers/' }, "prefix is './customers/'"],
  [{ prefix: 'crm/../customers/' }, "prefix is 'crm/../customers/'"],
  [{ errorPrefix: 'bad\n/' }, "errorPrefix is 'bad\n/'"],
  [{ table: 'crm.customers__loads' }, "table is 'crm.customers__loads', but names that end with '__loads' are those of histories of loads, here of 'crm.customers'"],
  [{ sequenceColumn: 'user_id' }, "sequenceColumn is 'user_id', which primaryKey has too, but a column that grows"],
  [{ primaryKey: ['age__as_varchar'] }, "primaryKey has 'age__as_varchar', which is the rescue column of 'age'"],
  [{ sequenceColumn: 'at__as_varchar' }, "sequenceColumn has 'at__as_varchar', which is the rescue column of 'at'"],
  [{ columnMapping: { user_id: 'customer_id' } },
    "columnMapping gives the header 'user_id' the column 'customer_id', but primaryKey needs the column 'user_id', which no file would have; write 'customer_id' in primaryKey"],
  [{ sequenceColumn: 'at', columnMapping: { at: 'changed' } }, "but sequenceColumn needs the column 'at', which no file would have"],
  [{ prefix: 'customers*/' }, "prefix is 'customers*/'"],
  [{ errorPrefix: '' }, "errorPrefix is ''"],
  [{ quarantinePrefix: 'bad' }, "quarantinePrefix is 'bad'"],
  [{ prefix: 'error/new/' }, "prefix is 'error/new/', which lies in errorPrefix 'error/'"],
  [{ quarantinePrefix: 'error/rows/' }, 'neither may lie in the other'],
  [{ pipelineName: 'a/b' }, "pipelineName is 'a/b', but 1 to 64 letters"],
])('refuses %j and says what is allowed', (props, message) => {
  expect(() => newLoader(props)).toThrow(message);
});

test('refuses a pipelineName that another loader of the stack has', () => {
  const stack = newStack();
  newLoader({ pipelineName: 'crm' }, stack, 'First');
  expect(() => newLoader({ pipelineName: 'crm' }, stack, 'Second')).toThrow("pipelineName is 'crm', but 'Test/First' has that name already");
  expect(() => newLoader({ pipelineName: 'crm' }, newStack())).not.toThrow();
});

test('says which construct was refused', () => {
  expect(() => newLoader({ table: 'customers' })).toThrow('[Test/Customers] ');
});
