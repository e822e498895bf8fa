import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { newGate } from './helpers';
import { joined, newStack, rightsOf, statementsOf } from '../csv-loading/helpers';

const template = Template.fromStack(Stack.of(newGate({ prefix: 'in/', pipelineName: 'crm' })));
const rights = (policy: string): string[] => rightsOf(template, policy);

const ARN = 'arn:${AWS::Partition}';
const HERE = '${AWS::Region}:${AWS::AccountId}';
const ASSETS = `${ARN}:s3:::\${cdk-hnb659fds-assets-\${AWS::AccountId}-\${AWS::Region}}`;
const LANDING = '${Landing.Arn}';
const STAGING = '${GateStagingBucket.Arn}';
const LOGS = `${ARN}:logs:${HERE}:log-group:/aws-glue/jobs`;
const ENCRYPTED = '${GateJobRole}-${GateJobSecurity}';
const WRITE = 's3:PutObject s3:PutObjectTagging s3:AbortMultipartUpload';

test('the job reads files and moves them, publishes, keeps and reports, each under its prefix only', () => {
  expect(rights('GateJobRole')).toEqual([
    'cloudwatch:PutMetricData on *',
    `s3:GetObject on ${ASSETS}/<asset>.py ${ASSETS}/<asset>.zip`,
    `logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:AssociateKmsKey on ${LOGS}/crm/* ${LOGS}/crm-${ENCRYPTED}/* ${LOGS}-${ENCRYPTED}/*`,
    'kms:Decrypt kms:Encrypt kms:ReEncrypt* kms:GenerateDataKey* on ${GateEncryptionKey.Arn}',
    `s3:ListBucket on ${STAGING} (manifests/crm/* staging/crm/*)`,
    `s3:GetObject on ${STAGING}/manifests/crm/*`,
    `s3:PutObject s3:GetObject s3:DeleteObject s3:AbortMultipartUpload on ${STAGING}/staging/crm/*`,
    `s3:ListBucket on ${STAGING} (outcomes/crm/*)`,
    `s3:PutObject s3:GetObject on ${STAGING}/outcomes/crm/*`,
    `s3:ListBucket on ${LANDING} (in/* passed/in/* quarantine/in/* reports/in/* processed/in/* error/in/*)`,
    `s3:GetObject s3:GetObjectVersion s3:GetObjectTagging s3:GetObjectVersionTagging on ${LANDING}/in/*`,
    `s3:DeleteObject s3:DeleteObjectVersion on ${LANDING}/in/*`,
    `s3:GetObject on ${LANDING}/passed/in/*`,
    ...['passed', 'quarantine', 'reports', 'processed', 'error'].map((prefix) => `${WRITE} on ${LANDING}/${prefix}/in/*`),
    `s3:GetObject on ${LANDING}/quarantine/in/*`,
    `s3:PutObject s3:AbortMultipartUpload on ${LANDING}/in/replayed/*`,
  ]);
});

test('the notifier reads manifests and outcomes, queues files and tells people', () => {
  expect(rights('GateNotifierRole')).toEqual([
    'logs:CreateLogStream logs:PutLogEvents on ${GateNotifierLogs.Arn}',
    'sqs:SendMessage on ${GateFailedInvocationsQueue.Arn}',
    `glue:GetJobRun on ${ARN}:glue:${HERE}:job/\${GateJob}`,
    `s3:GetObject on ${STAGING}/manifests/crm/*`,
    `s3:ListBucket on ${STAGING} (outcomes/crm/*)`,
    `s3:GetObject on ${STAGING}/outcomes/crm/*`,
    'sqs:SendMessage sqs:GetQueueAttributes sqs:GetQueueUrl on ${GateDispatchQueue.Arn}',
    'sns:Publish on ${GateNotificationTopic}',
    'kms:Decrypt kms:GenerateDataKey* on ${GateEncryptionKey.Arn}',
  ]);
});

test('the sweep lists what was dropped and queues files, and reads nothing', () => {
  expect(rights('GateSweepRole')).toEqual([
    'logs:CreateLogStream logs:PutLogEvents on ${GateSweepLogs.Arn}',
    'sqs:SendMessage on ${GateFailedInvocationsQueue.Arn}',
    `s3:ListBucketVersions on ${LANDING} (in/*)`,
    'sqs:SendMessage sqs:GetQueueAttributes sqs:GetQueueUrl on ${GateDispatchQueue.Arn}',
  ]);
});

test('nobody has a right on a warehouse, or on everything but for PutMetricData', () => {
  const statements = statementsOf(template, '');
  expect(JSON.stringify(statements)).not.toMatch(/redshift|secretsmanager/);
  expect(statements.filter(({ Resource }) => [Resource].flat().includes('*')).map(({ Action }) => Action)).toEqual(['cloudwatch:PutMetricData']);
});

test("the bucket's key is open to the job", () => {
  const stack = newStack();
  const gate = newGate({ bucket: new Bucket(stack, 'Encrypted', { encryptionKey: new Key(stack, 'Mine') }) }, stack);
  const uses = statementsOf(Template.fromStack(Stack.of(gate)), 'GateJobRole').filter(({ Resource }) => joined([Resource].flat()[0]).startsWith('${Mine'));
  expect(new Set(uses.flatMap(({ Action }) => [Action].flat()))).toEqual(new Set(['kms:Decrypt', 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*']));
});
