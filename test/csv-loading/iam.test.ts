import { App } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { joined, newLoader, newStack, resources, rightsOf, statementsOf, templateOf } from './helpers';
import { RedshiftWarehouse, RowErrorPolicy } from '../../src';

const template = templateOf(newLoader({ prefix: 'customers/', pipelineName: 'crm' }));

const rights = (policy: string): string[] => rightsOf(template, policy);

const ARN = 'arn:${AWS::Partition}';
const HERE = '${AWS::Region}:${AWS::AccountId}';
const ASSETS = `${ARN}:s3:::\${cdk-hnb659fds-assets-\${AWS::AccountId}-\${AWS::Region}}`;
const JOB = `${ARN}:glue:${HERE}:job/\${CustomersJob}`;
const QUEUE = '${CustomersDispatchQueue.Arn}';
const DEAD = '${CustomersDispatchDeadLetterQueue.Arn}';
const LANDING = '${CustomersLandingBucket.Arn}';
const STAGING = '${CustomersStagingBucket.Arn}';
const SEND = 'sqs:SendMessage sqs:GetQueueAttributes sqs:GetQueueUrl';
const FAILED = '${CustomersFailedInvocationsQueue.Arn}';
const LOGS = `${ARN}:logs:${HERE}:log-group:/aws-glue/jobs`;
const ENCRYPTED = '${CustomersJobRole}-${CustomersJobSecurity}';
const LOG = 'logs:CreateLogStream logs:PutLogEvents';

test('the job reads its files, moves those that fail, and stages, each under its prefix only', () => {
  expect(rights('CustomersJobRole')).toEqual([
    'cloudwatch:PutMetricData on *',
    `s3:GetObject on ${ASSETS}/<asset>.py ${ASSETS}/<asset>.zip`,
    `logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:AssociateKmsKey on ${LOGS}/crm/* ${LOGS}/crm-${ENCRYPTED}/* ${LOGS}-${ENCRYPTED}/*`,
    'kms:Decrypt kms:Encrypt kms:ReEncrypt* kms:GenerateDataKey* on ${CustomersEncryptionKey.Arn}',
    `s3:ListBucket on ${STAGING} (manifests/crm/* staging/crm/*)`,
    `s3:GetObject on ${STAGING}/manifests/crm/*`,
    `s3:PutObject s3:GetObject s3:DeleteObject s3:AbortMultipartUpload on ${STAGING}/staging/crm/*`,
    `s3:ListBucket on ${LANDING} (customers/* error/customers/*)`,
    `s3:GetObject s3:GetObjectVersion s3:GetObjectTagging s3:GetObjectVersionTagging on ${LANDING}/customers/*`,
    `s3:DeleteObject s3:DeleteObjectVersion on ${LANDING}/customers/*`,
    `s3:GetObject s3:GetObjectVersion on ${LANDING}/error/customers/*`,
    `s3:PutObject s3:PutObjectTagging s3:AbortMultipartUpload on ${LANDING}/error/customers/*`,
  ]);
});

test('only a job that quarantines records writes there, and loads them again when they are corrected', () => {
  const of = (rowErrors: RowErrorPolicy) => rightsOf(templateOf(newLoader({ prefix: 'customers/', pipelineName: 'crm', rowErrors })), 'CustomersJobRole');
  const without = of(RowErrorPolicy.FAIL_FILE);
  expect(of(RowErrorPolicy.QUARANTINE_ROWS).filter((right) => !without.includes(right))).toEqual([
    `s3:PutObject s3:AbortMultipartUpload on ${LANDING}/quarantine/customers/*`,
    `s3:ListBucket on ${LANDING} (quarantine/customers/*)`,
    `s3:GetObject on ${LANDING}/quarantine/customers/*`,
    `s3:PutObject s3:AbortMultipartUpload on ${LANDING}/customers/replayed/*`,
  ]);
});

test('metrics of the job go to two namespaces only', () => {
  const [statement] = statementsOf(template, 'CustomersJobRole').filter(({ Action }) => Action === 'cloudwatch:PutMetricData');
  expect(statement.Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': ['CustomerDataPlatform', 'Glue'] } });
});

test('COPY reads what jobs stage', () => {
  expect(rights('CopyPolicy')).toEqual([
    `s3:GetObject on ${STAGING}/staging/*`,
    `s3:ListBucket on ${STAGING} (staging/*)`,
    `s3:GetBucketLocation on ${STAGING}`,
  ]);
});

test('the dispatcher reads the queue, writes manifests and starts the job', () => {
  expect(rights('CustomersDispatchDispatcherRole')).toEqual([
    `${LOG} on \${CustomersDispatchDispatcherLogs.Arn}`,
    `sqs:ReceiveMessage sqs:ChangeMessageVisibility sqs:GetQueueUrl sqs:DeleteMessage sqs:GetQueueAttributes on ${QUEUE}`,
    `${SEND} on ${DEAD}`,
    `s3:PutObject on ${STAGING}/manifests/crm/*`,
    `glue:StartJobRun on ${JOB}`,
  ]);
});

test('the notifier reads the run and its manifest, queues files and tells people', () => {
  expect(rights('CustomersNotifierRole')).toEqual([
    `${LOG} on \${CustomersNotifierLogs.Arn}`,
    `sqs:SendMessage on ${FAILED}`,
    `glue:GetJobRun on ${JOB}`,
    `s3:GetObject on ${STAGING}/manifests/crm/*`,
    `${SEND} on ${QUEUE}`,
    'sns:Publish on ${CustomersNotificationTopic}',
    'kms:Decrypt kms:GenerateDataKey* on ${CustomersEncryptionKey.Arn}',
  ]);
});

test('the sweep lists the bucket and queues files, and reads no file', () => {
  expect(rights('CustomersSweepRole')).toEqual([
    `${LOG} on \${CustomersSweepLogs.Arn}`,
    `sqs:SendMessage on ${FAILED}`,
    `s3:ListBucketVersions on ${LANDING} (customers/*)`,
    `${SEND} on ${QUEUE}`,
  ]);
});

test('a loader of a whole bucket may list the whole bucket', () => {
  const [list] = statementsOf(templateOf(newLoader()), 'CustomersJobRole')
    .filter(({ Action, Resource }) => Action === 's3:ListBucket' && joined(Resource).includes('CustomersLandingBucket'));
  expect(list.Condition).toBeUndefined();
});

test('no managed policy, whose rights are not ours to narrow, is attached', () => {
  for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
    expect(role.Properties.ManagedPolicyArns).toBeUndefined();
  }
});

test("nobody has a right on everything but for PutMetricData and statements of one's own", () => {
  const onAll = statementsOf(template, 'Customers').filter(({ Resource }) => [Resource].flat().includes('*'));
  const actions = onAll.flatMap(({ Action }) => [Action].flat()).filter((action) => !/^redshift-data:(Describe|Get)/.test(action));
  expect(actions).toEqual(['cloudwatch:PutMetricData']);
  expect(onAll.every(({ Condition }) => Condition !== undefined)).toBe(true);
});

test('a key of the user is open to each role that meets what it encrypts', () => {
  const stack = newStack();
  const encrypted = templateOf(newLoader({ encryptionKey: new Key(stack, 'Key') }, stack));
  const uses = (policy: string): string[] => [...new Set(statementsOf(encrypted, policy)
    .filter(({ Resource }) => JSON.stringify(Resource).includes('"Key'))
    .flatMap(({ Action }) => [Action].flat()))].sort();
  const both = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
  expect(uses('CustomersJobRole')).toEqual(both);
  expect(uses('CustomersDispatchDispatcherRole')).toEqual(both);
  expect(uses('CustomersNotifierRole')).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
  expect(uses('CustomersSweepRole')).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
  expect(uses('CopyPolicy')).toEqual(['kms:Decrypt']);
});

test.each([undefined, false])("an encrypted queue and its key are open to rules of this account only, with CDK's flag at %s", (flag) => {
  const stack = newStack(new App({ context: flag === undefined ? {} : { '@aws-cdk/aws-events:eventsTargetQueueSameAccount': flag } }));
  const encrypted = templateOf(newLoader({ encryptionKey: new Key(stack, 'Key') }, stack));
  const openToEvents = [
    ...resources(encrypted, 'AWS::SQS::QueuePolicy').flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
    ...resources(encrypted, 'AWS::KMS::Key').flatMap(({ Properties }) => Properties.KeyPolicy.Statement),
  ].filter(({ Principal }) => [Principal.Service].flat().includes('events.amazonaws.com'));
  const ofAccount = { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } };
  const ofRule = { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [expect.any(String), 'Arn'] } } };

  const conditions = (action: string): unknown[] => openToEvents
    .filter(({ Action }) => [Action].flat().includes(action))
    .map(({ Condition }) => Condition);
  // The queue itself, the dead-letter queue of its rule, and the failed invocations of the notifier's and the sweep's rules.
  expect(conditions('sqs:SendMessage')).toEqual(expect.arrayContaining([ofAccount, ofRule]));
  expect(conditions('sqs:SendMessage')).toHaveLength(4);
  expect(openToEvents.every(({ Condition }) => Condition !== undefined)).toBe(true);
  expect(new Set(conditions('kms:Decrypt').map((condition) => JSON.stringify(condition)))).toEqual(new Set([JSON.stringify(ofAccount)]));
});

test('a warehouse in another stack does not make the stacks need each other', () => {
  const app = new App();
  const warehouse = new RedshiftWarehouse(newStack(app, 'Shared'), 'Warehouse', { databaseName: 'customers' });
  newLoader({ warehouse }, newStack(app, 'Loaders'));
  expect(() => app.synth()).not.toThrow();
});
