import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newReplication, templateWith } from './helpers';
import { OracleSource, ReplicationCapacity } from '../../src';
import { joined, newStack, resources, rightsOf, statementsOf } from '../csv-loading/helpers';

const template = templateWith();
const ofInstance = templateWith({ capacity: ReplicationCapacity.instance('dms.t3.medium') });
const rights = (policy: string, of = template): string[] => rightsOf(of, policy).map((right) => right.replaceAll(NAME, '<name>').replace(/(?<=<name>-)[0-9a-f]{6}(?=-fc)/g, '<identity>'));

const NAME = resources(template, 'AWS::DMS::ReplicationConfig')[0].Properties.ReplicationConfigIdentifier.replace(/-[0-9a-f]{6}-fc$/, '');
const HERE = '${AWS::Region}:${AWS::AccountId}';
const ARN = 'arn:${AWS::Partition}';
const CONFIG = `${ARN}:dms:${HERE}:replication-config:<name>-<identity>-fc`;
const TASK = `${ARN}:dms:${HERE}:task:<name>-<identity>-fc`;
const STAGING = '${ReplicationStagingBucket.Arn}';

test('DMS reads the one secret, as the service of its Region', () => {
  expect(statementsOf(template, 'DmsSecretRole').map(({ Action, Resource }) => [Action, joined(Resource)])).toEqual([
    [['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], `${ARN}:secretsmanager:${HERE}:secret:crm/oracle-??????`],
  ]);
  const [{ Properties }] = resources(template, 'AWS::IAM::Role', 'ReplicationDmsSecretRole');
  expect(joined(Properties.AssumeRolePolicyDocument.Statement[0].Principal.Service)).toBe('dms.${AWS::Region}.amazonaws.com');
});

test('a secret under a key of the user can be decrypted by DMS and by the schema job', () => {
  const stack = newStack();
  const secret = new Secret(stack, 'Own', { encryptionKey: new Key(stack, 'Key') });
  newReplication({ source: OracleSource.fromSecret(secret, { serviceName: 'X' }) }, stack);
  const [{ Properties }] = resources(Template.fromStack(stack), 'AWS::KMS::Key', 'Key');
  const decrypting = Properties.KeyPolicy.Statement.filter(({ Action, Condition }: any) => Action === 'kms:Decrypt' && JSON.stringify(Condition ?? '').includes('secretsmanager'));
  expect(decrypting.map(({ Principal }: any) => joined(Principal.AWS)).sort()).toEqual([expect.stringMatching('DmsSecretRole'), expect.stringMatching('SchemaJobRole')]);
});

test('DMS writes under its prefix, and no other part of the bucket', () => {
  expect(rights('DmsBucketRole')).toEqual([
    `s3:PutObject s3:PutObjectTagging s3:DeleteObject s3:AbortMultipartUpload on ${STAGING}/replication/crm/*`,
    `s3:ListBucket on ${STAGING}`,
  ]);
  const [{ Properties }] = resources(template, 'AWS::IAM::Role', 'ReplicationDmsBucketRole');
  expect(Properties.AssumeRolePolicyDocument.Statement[0].Principal).toEqual({ Service: 'dms.amazonaws.com' });
});

test('the merge reads what DMS writes, deletes none of it, and says what the tables have', () => {
  expect(rights('ReplicationJobRole').slice(4)).toEqual([
    `s3:ListBucket on ${STAGING} (manifests/crm/* staging/crm/*)`,
    `s3:GetObject on ${STAGING}/manifests/crm/*`,
    `s3:PutObject s3:GetObject s3:DeleteObject s3:AbortMultipartUpload on ${STAGING}/staging/crm/*`,
    `s3:ListBucket on ${STAGING} (replication/crm/* state/crm/*)`,
    `s3:GetObject on ${STAGING}/replication/crm/*`,
    `s3:PutObject s3:GetObject on ${STAGING}/state/crm/*`,
    `glue:StartJobRun glue:GetJobRun on ${ARN}:glue:${HERE}:job/\${ReplicationSchemaJob}`,
  ]);
});

test('COPY reads what DMS writes, and what jobs stage', () => {
  expect(rights('CopyPolicy')).toEqual([
    `s3:GetObject on ${STAGING}/staging/* ${STAGING}/replication/*`,
    `s3:ListBucket on ${STAGING} (staging/* replication/*)`,
    `s3:GetBucketLocation on ${STAGING}`,
  ]);
});

test('the schema job reads the secret, writes its results, and is put into its one network', () => {
  expect(statementsOf(template, 'SchemaJobRole').some(({ Action }) => JSON.stringify(Action).includes('secretsmanager:GetSecretValue'))).toBe(true);
  expect(rights('SchemaJobRole').slice(4)).toEqual([
    `s3:ListBucket on ${STAGING} (schemas/crm/*)`,
    `s3:PutObject s3:GetObject s3:AbortMultipartUpload on ${STAGING}/schemas/crm/*`,
    `glue:GetConnection on ${ARN}:glue:${HERE}:connection/\${ReplicationNetworkGlueConnection} ${ARN}:glue:${HERE}:catalog`,
    `ec2:CreateNetworkInterface on ${ARN}:ec2:${HERE}:network-interface/* ${ARN}:ec2:${HERE}:subnet/subnet-a ${ARN}:ec2:${HERE}:security-group/\${ReplicationNetworkSchemaJobSecurityGroup.GroupId}`
      .replace(/(?<=SecurityGroup)(?=\.GroupId)/, ''),
    `ec2:DeleteNetworkInterface on ${ARN}:ec2:${HERE}:network-interface/*`,
    `ec2:CreateTags ec2:DeleteTags on ${ARN}:ec2:${HERE}:network-interface/*`,
    'ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcAttribute ec2:DescribeVpcEndpoints ec2:DescribeRouteTables on *',
  ]);
});

test('the lifecycle starts and stops this replication, runs the schema job, and keeps its notes', () => {
  expect(rights('LifecycleRole').slice(1)).toEqual([
    'dms:DescribeReplications dms:DescribeReplicationConfigs on *',
    `dms:DescribeReplicationTableStatistics dms:StartReplication dms:StopReplication on ${CONFIG}`,
    `dms:StopReplication on ${CONFIG.replace('<identity>-fc', '*')}`,
    'dms:DescribeReplicationTasks on *',
    `dms:StopReplicationTask on ${TASK.replace('<identity>-fc', '*')}`,
    `glue:StartJobRun glue:GetJobRuns on ${ARN}:glue:${HERE}:job/\${ReplicationSchemaJob}`,
    `s3:GetObject s3:GetObjectVersion on ${STAGING}/lifecycle/crm.json`,
    `s3:ListBucket on ${STAGING} (lifecycle/crm.json*)`,
    `s3:PutObject on ${STAGING}/lifecycle/crm.json`,
    `s3:GetObject s3:GetObjectVersion on ${STAGING}/statistics/crm.json`,
    `s3:ListBucket on ${STAGING} (statistics/crm.json*)`,
  ]);
});

test('the lifecycle of a task starts tasks', () => {
  expect(rights('LifecycleRole', ofInstance).slice(1, 3)).toEqual([
    'dms:DescribeReplicationTasks on *', `dms:DescribeTableStatistics dms:StartReplicationTask dms:StopReplicationTask on ${TASK}`,
  ]);
});

test('for a task the lifecycle and the watch test the ways from its instance to its two endpoints, and no others', () => {
  const tests = [
    'dms:TestConnection on ${ReplicationDmsInstance} ${ReplicationDmsSource} ${ReplicationDmsTarget}', 'dms:DescribeConnections on *',
  ];
  expect(rights('LifecycleTestPolicy', ofInstance)).toEqual(tests);
  expect(rights('WatchRole', ofInstance)).toEqual(expect.arrayContaining(tests));
  expect(JSON.stringify(template.toJSON())).not.toContain('dms:TestConnection');
});

test('the watch may resume, and writes what it has seen', () => {
  expect(rights('WatchRole').slice(1)).toEqual([
    'sqs:SendMessage on ${ReplicationWatchFailedInvocationsQueue.Arn}',
    'dms:DescribeReplications dms:DescribeReplicationConfigs on *',
    `dms:DescribeReplicationTableStatistics dms:StartReplication on ${CONFIG}`,
    'sns:Publish on ${ReplicationNotificationTopic}',
    'kms:Decrypt kms:GenerateDataKey* on ${ReplicationEncryptionKey.Arn}',
    `s3:GetObject s3:GetObjectVersion on ${STAGING}/statistics/crm.json`,
    `s3:ListBucket on ${STAGING} (statistics/crm.json*)`,
    `s3:PutObject on ${STAGING}/statistics/crm.json`,
    `s3:GetObject s3:GetObjectVersion on ${STAGING}/lifecycle/crm.json`,
    `s3:ListBucket on ${STAGING} (lifecycle/crm.json*)`,
    `s3:PutObject on ${STAGING}/lifecycle/crm.json`,
    `s3:ListBucket on ${STAGING} (state/crm/*)`,
    `s3:GetObject on ${STAGING}/state/crm/*`,
    `s3:PutObject on ${STAGING}/replication/crm/*/complete.json`,
  ]);
});

test('no managed policy is attached but those that DMS asks for, where they are asked for', () => {
  const attached = (of: Template): unknown[] => resources(of, 'AWS::IAM::Role').map(({ Properties }) => Properties.ManagedPolicyArns).filter((arns) => arns !== undefined);
  expect(attached(template)).toEqual([]);
  expect(attached(templateWith({ createServiceRoles: true }))).toHaveLength(2);
});

test('what is on everything cannot be on less', () => {
  const onAll = [template, ofInstance]
    .flatMap((of) => statementsOf(of, 'Replication'))
    .filter(({ Resource }) => [Resource].flat().includes('*'))
    .flatMap(({ Action }) => [Action].flat())
    .filter((action) => !/^redshift-data:(Describe|Get)|^ec2:Describe/.test(action));
  expect([...new Set(onAll)].sort()).toEqual([
    'cloudwatch:PutMetricData', 'dms:DescribeConnections', 'dms:DescribeReplicationConfigs', 'dms:DescribeReplicationTasks', 'dms:DescribeReplications',
  ]);
});

test('a bucket under a key of the user is open to each role that meets its objects', () => {
  const stack = newStack();
  newReplication({ encryptionKey: new Key(stack, 'Key') }, stack);
  const encrypted = Template.fromStack(stack);
  const uses = (policy: string): string[] => [...new Set(statementsOf(encrypted, policy)
    .filter(({ Resource }) => JSON.stringify(Resource).includes('"Key'))
    .flatMap(({ Action }) => [Action].flat()))].sort();
  const both = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'];
  for (const policy of ['DmsBucketRole', 'ReplicationJobRole', 'SchemaJobRole', 'LifecycleRoleDefault', 'WatchRole']) {
    expect([policy, uses(policy)]).toEqual([policy, both]);
  }
  expect(uses('CopyPolicy')).toEqual(['kms:Decrypt']);
});

test('given roles get the rights of their jobs', () => {
  const stack = newStack();
  const roleOf = (id: string): Role => new Role(stack, id, { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
  newReplication({ role: roleOf('Merge'), schemaRole: roleOf('Tables') }, stack);
  const given = Template.fromStack(stack);
  expect(rightsOf(given, 'MergeDefaultPolicy')).toContain(`s3:GetObject on ${STAGING}/replication/crm/*`);
  expect(rightsOf(given, 'TablesDefaultPolicy')).toContain(`s3:PutObject s3:GetObject s3:AbortMultipartUpload on ${STAGING}/schemas/crm/*`);
});

test('inline policies are as many as IAM takes', () => {
  const stack = new Stack(new App(), 'Test');
  newReplication({ pipelineName: 'x'.repeat(64) }, stack);
  for (const { Properties } of resources(Template.fromStack(stack), 'AWS::IAM::Policy')) {
    expect(JSON.stringify(Properties.PolicyDocument).length).toBeLessThan(10_240);
  }
});
