import { App, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { newLoader, newStack, resources } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const idsOf = (stack: Stack, type: string): string[] => Object.keys(Template.fromStack(stack).findResources(type));
const keysOf = (stack: Stack): string[] => idsOf(stack, 'AWS::KMS::Key');
const stagingBucketsOf = (stack: Stack): string[] => idsOf(stack, 'AWS::S3::Bucket').filter((id) => id.includes('StagingBucket'));
const statementsOfKeys = (stack: Stack): object[] =>
  resources(Template.fromStack(stack), 'AWS::KMS::Key').flatMap(({ Properties }) => Properties.KeyPolicy.Statement);

/** Two loaders and a gate. */
function threePipelines(stack: Stack, props: object = {}): Stack {
  newLoader({ prefix: 'a/', ...props }, stack, 'First');
  newLoader({ prefix: 'b/', ...props }, stack, 'Second');
  newGate({ prefix: 'c/', ...props }, stack, 'Third');
  return stack;
}

test('pipelines of a stack share one key and one staging bucket, which the first makes as if it were alone', () => {
  const alone = newStack();
  newLoader({ prefix: 'a/' }, alone, 'First');
  const stack = threePipelines(newStack());

  expect(keysOf(stack)).toEqual(keysOf(alone));
  expect(stagingBucketsOf(stack)).toEqual(stagingBucketsOf(alone));
  const encrypted = resources(Template.fromStack(stack), 'AWS::SNS::Topic').map(({ Properties }) => Properties.KmsMasterKeyId);
  expect(encrypted).toEqual(Array(3).fill({ 'Fn::GetAtt': [keysOf(alone)[0], 'Arn'] }));
});

test('the key and the bucket say once what is so for all', () => {
  const alone = newStack();
  newLoader({ prefix: 'a/' }, alone, 'First');
  const stack = threePipelines(newStack());

  expect(statementsOfKeys(stack)).toEqual(statementsOfKeys(alone));
  const [bucket] = resources(Template.fromStack(stack), 'AWS::S3::Bucket', 'FirstStagingBucket');
  expect(bucket.Properties.LifecycleConfiguration.Rules.map(({ Prefix }: any) => Prefix)).toEqual(['staging/', 'manifests/', 'outcomes/']);
});

test('a pipeline with another removal policy has its own, so that each keeps or loses what it says', () => {
  const stack = newStack();
  const first = newLoader({ prefix: 'a/' }, stack, 'First');
  const second = newLoader({ prefix: 'b/', removalPolicy: RemovalPolicy.DESTROY }, stack, 'Second');
  const third = newLoader({ prefix: 'c/', removalPolicy: RemovalPolicy.DESTROY }, stack, 'Third');

  expect(second.stagingBucket).not.toBe(first.stagingBucket);
  expect(third.stagingBucket).toBe(second.stagingBucket);
  const template = Template.fromStack(stack);
  const policies = [...resources(template, 'AWS::KMS::Key'), ...resources(template, 'AWS::S3::Bucket').filter(({ Properties }) => !Properties.VersioningConfiguration)]
    .map(({ DeletionPolicy }) => DeletionPolicy);
  expect(policies).toEqual(['Retain', 'Delete', 'Retain', 'Delete']);
});

describe('with a key of the user', () => {
  test('those with the same key share a bucket that it encrypts; others have another', () => {
    const stack = newStack();
    const [one, two] = ['One', 'Two'].map((id) => new Key(stack, id));
    const first = newLoader({ prefix: 'a/', encryptionKey: one }, stack, 'First');
    const second = newLoader({ prefix: 'b/', encryptionKey: one }, stack, 'Second');
    const third = newLoader({ prefix: 'c/', encryptionKey: two }, stack, 'Third');
    const fourth = newLoader({ prefix: 'd/' }, stack, 'Fourth');

    expect(second.stagingBucket).toBe(first.stagingBucket);
    expect(new Set([first, third, fourth].map(({ stagingBucket }) => stagingBucket)).size).toBe(3);
    expect([first, third, fourth].map(({ stagingBucket }) => stagingBucket.encryptionKey)).toEqual([one, two, undefined]);
    expect(keysOf(stack)).toHaveLength(3);
  });

  test('its policy and that of a topic of the user do not grow with each pipeline', () => {
    const policies = (pipelines: (stack: Stack, props: object) => void): unknown[] => {
      const stack = newStack();
      const encryptionKey = new Key(stack, 'Key');
      pipelines(stack, { encryptionKey, notificationTopic: new Topic(stack, 'Topic', { masterKey: encryptionKey }) });
      const topicPolicies = resources(Template.fromStack(stack), 'AWS::SNS::TopicPolicy').map(({ Properties }) => Properties.PolicyDocument);
      return [...statementsOfKeys(stack), ...topicPolicies];
    };
    expect(policies(threePipelines)).toEqual(policies((stack, props) => newLoader({ prefix: 'a/', ...props }, stack, 'First')));
  });
});

test('a staging bucket of the user is shared with those that are given it, and with no others', () => {
  const stack = newStack();
  const mine = new Bucket(stack, 'Mine');
  const given = newLoader({ prefix: 'a/', stagingBucket: mine }, stack, 'Given');
  const [first, second] = ['First', 'Second'].map((id) => newLoader({ prefix: `${id}/` }, stack, id));

  expect(given.stagingBucket).toBe(mine);
  expect(second.stagingBucket).toBe(first.stagingBucket);
  expect(stagingBucketsOf(stack)).toEqual([expect.stringMatching(/^FirstStagingBucket/)]);
  expect(keysOf(stack)).toEqual([expect.stringMatching(/^GivenEncryptionKey/)]);
});

test('each stack has its own, a nested one too: a stack can be removed without the others', () => {
  const app = new App();
  const stacks = [newStack(app, 'One'), newStack(app, 'Two')];
  const all = [...stacks, new NestedStack(stacks[0], 'Nested')];
  const buckets = all.map((stack) => newLoader({ pipelineName: stack.node.id }, stack).stagingBucket);

  expect(new Set(buckets).size).toBe(3);
  for (const stack of all) {
    expect([keysOf(stack).length, stagingBucketsOf(stack).length]).toEqual([1, 1]);
  }
});
