import { App, Environment, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Alias, Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnTopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RedshiftWarehouse } from '../../src';
import { checkEnvironment, GivenResources } from '../../src/dispatch/environment-checks';
import { newLoader, newStack } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const ACCOUNT = '111111111111';
const OTHER_ACCOUNT = '222222222222';
const ENVIRONMENT = { account: ACCOUNT, region: 'eu-west-1' };
const newPlace = (env: Environment | undefined = ENVIRONMENT) => new Stack(new App(), 'Test', { env });

/** Checks what a pipeline of the stack is given. */
function check(given: (stack: Stack) => GivenResources, env?: Environment): Annotations {
  const stack = newPlace(env);
  checkEnvironment(new Construct(stack, 'Pipeline'), given(stack));
  return Annotations.fromStack(stack);
}

const bucketOf = (env: Environment) => (stack: Stack) => Bucket.fromBucketAttributes(stack, 'Imported', { bucketName: 'landing', ...env });
const topicOf = (region: string, account = ACCOUNT, name = 'alarms') => (stack: Stack) => Topic.fromTopicArn(stack, 'Imported', `arn:aws:sns:${region}:${account}:${name}`);
const keyOf = (region: string, account = ACCOUNT) => (stack: Stack) => Key.fromKeyArn(stack, 'Imported', `arn:aws:kms:${region}:${account}:key/mine`);
const roleOf = (account: string) => (stack: Stack) => Role.fromRoleArn(stack, 'ImportedRole', `arn:aws:iam::${account}:role/mine`);
const warehouseOf = (env: Environment) => (stack: Stack) => {
  const place = new Stack(stack.node.root as App, 'Warehouses', { env });
  return RedshiftWarehouse.fromServerlessWorkgroup(place, 'Imported', { workgroupName: 'analytics', databaseName: 'dev', copyRole: roleOf(env.account!)(place) });
};

const NEAR = { account: ACCOUNT, region: 'eu-west-1' };
const FAR = { account: ACCOUNT, region: 'us-east-1' };
const FOREIGN = { account: OTHER_ACCOUNT, region: 'eu-west-1' };

test.each<[string, (stack: Stack) => GivenResources, string]>([
  ['a bucket of another Region', (stack) => ({ bucket: bucketOf(FAR)(stack) }), 'rules of EventBridge see only the events of their own Region'],
  ['a bucket of this app in another Region', (stack) => ({ bucket: new Bucket(new Stack(stack.node.root as App, 'Far', { env: FAR }), 'Mine') }),
    "bucket 'Far/Mine' is in the Region us-east-1, but the Region of the construct, eu-west-1, is allowed"],
  ['a staging bucket of another Region', (stack) => ({ stagingBucket: bucketOf(FAR)(stack) }), 'COPY reads Parquet from a bucket of its own Region only'],
  ['a topic of another Region', (stack) => ({ notificationTopic: topicOf('us-east-1')(stack) }), 'alarms and functions publish to topics of their own Region only'],
  ['a key of another Region', (stack) => ({ encryptionKey: keyOf('us-east-1')(stack) }), 'services use keys of their own Region only'],
  ['a warehouse of another Region', (stack) => ({ warehouse: warehouseOf(FAR)(stack) }), "warehouse 'Warehouses/Imported' is in the Region us-east-1"],
  ['a warehouse of another account', (stack) => ({ warehouse: warehouseOf(FOREIGN)(stack) }), `is in the account ${OTHER_ACCOUNT}, but the account of the construct, ${ACCOUNT}, is allowed`],
  ['a role of another account', (stack) => ({ role: roleOf(OTHER_ACCOUNT)(stack) }), 'a service can only be passed a role of its own account'],
  ['a FIFO topic', (stack) => ({ notificationTopic: new Topic(stack, 'Mine', { fifo: true }) }), "notificationTopic 'Test/Mine' is a FIFO topic, but a standard topic is allowed"],
  ['an imported FIFO topic', (stack) => ({ notificationTopic: topicOf('eu-west-1', ACCOUNT, 'alarms.fifo')(stack) }), 'is a FIFO topic'],
  ['a topic under alias/aws/sns', (stack) => ({ notificationTopic: new Topic(stack, 'Mine', { masterKey: Alias.fromAliasName(stack, 'Key', 'alias/aws/sns') }) }),
    "notificationTopic 'Test/Mine' is encrypted with alias/aws/sns, which alarms may not use"],
  ['a topic whose resource is under alias/aws/sns', (stack) => {
    const topic = new Topic(stack, 'Mine');
    (topic.node.defaultChild as CfnTopic).kmsMasterKeyId = 'alias/aws/sns';
    return { notificationTopic: topic };
  }, 'is encrypted with alias/aws/sns'],
  ["a key of AWS's own", (stack) => ({ encryptionKey: Alias.fromAliasName(stack, 'Key', 'alias/aws/s3') }), "encryptionKey 'Test/Key' is a key of AWS's own"],
])('%s is refused', (_, given, message) => {
  expect(() => check(given)).toThrow(message);
});

test.each<[string, string, (stack: Stack) => GivenResources]>([
  ['a bucket of another account', 'bucketOfOtherAccount', (stack) => ({ bucket: bucketOf(FOREIGN)(stack) })],
  ['a staging bucket of another account', 'stagingBucketOfOtherAccount', (stack) => ({ stagingBucket: bucketOf(FOREIGN)(stack) })],
  ['an imported topic', 'policyOfImportedTopic', (stack) => ({ notificationTopic: topicOf('eu-west-1')(stack) })],
  ['a topic with an imported key', 'policyOfImportedKey', (stack) => ({ notificationTopic: new Topic(stack, 'Mine', { masterKey: keyOf('eu-west-1')(stack) }) })],
  ['an imported key', 'policyOfImportedKey', (stack) => ({ encryptionKey: keyOf('eu-west-1')(stack) })],
  ['an alias of an imported key', 'policyOfImportedKey', (stack) => ({ encryptionKey: new Alias(stack, 'Alias', { aliasName: 'mine', targetKey: keyOf('eu-west-1')(stack) }) })],
])('%s has the warning %s', (_, id, given) => {
  check(given).hasWarning('/Test/Pipeline', Match.stringLikeRegexp(`\\[ack: cdk-customer-data-platform:${id}\\]`));
});

test.each<[string, Environment, (stack: Stack) => GivenResources]>([
  ['nothing given', ENVIRONMENT, () => ({})],
  ['an imported bucket of the same place', ENVIRONMENT, (stack) => ({ bucket: bucketOf(NEAR)(stack), stagingBucket: Bucket.fromBucketName(stack, 'Staging', 'staging') })],
  ['what this app makes', ENVIRONMENT, (stack) => {
    const key = new Key(stack, 'Key');
    return { bucket: new Bucket(stack, 'Mine'), notificationTopic: new Topic(stack, 'Topic', { masterKey: key }), encryptionKey: new Alias(stack, 'Alias', { aliasName: 'mine', targetKey: key }) };
  }],
  ['a topic without a key', ENVIRONMENT, (stack) => ({ notificationTopic: new Topic(stack, 'Mine') })],
  ['a role and a warehouse of the same place', ENVIRONMENT, (stack) => ({ role: roleOf(ACCOUNT)(stack), warehouse: warehouseOf(NEAR)(stack) })],
  ['a place that is known on deployment only', {}, (stack) => ({ bucket: bucketOf(FOREIGN)(stack), role: roleOf(OTHER_ACCOUNT)(stack) })],
  ['a bucket whose place is known on deployment only', ENVIRONMENT, (stack) => ({
    bucket: bucketOf({ account: Lazy.string({ produce: () => OTHER_ACCOUNT }), region: Lazy.string({ produce: () => 'us-east-1' }) })(stack),
  })],
])('%s has no warning', (_, env, given) => {
  check(given, env).hasNoWarning('*', Match.anyValue());
});

test('a copy role of another account is refused where the warehouse is imported', () => {
  const stack = newPlace();
  const copyRole = roleOf(OTHER_ACCOUNT)(stack);
  const message = `copyRole 'Test/ImportedRole' is in the account ${OTHER_ACCOUNT}, but the account of the construct, ${ACCOUNT}, is allowed: a warehouse can only assume roles of its own account`;
  expect(() => RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Workgroup', { workgroupName: 'analytics', databaseName: 'dev', copyRole })).toThrow(message);
  expect(() => RedshiftWarehouse.fromProvisionedCluster(stack, 'Cluster', { clusterIdentifier: 'a', databaseName: 'dev', databaseUser: 'etl', copyRole })).toThrow(message);
});

test.each<[string, (stack: Stack, topic: Topic) => unknown]>([
  ['a loader', (stack, notificationTopic) => newLoader({ notificationTopic }, stack)],
  ['a gate', (stack, notificationTopic) => newGate({ notificationTopic }, stack)],
])('%s checks what it is given', (_, make) => {
  const stack = newStack();
  expect(() => make(stack, new Topic(stack, 'Fifo', { fifo: true }))).toThrow('is a FIFO topic');
});
