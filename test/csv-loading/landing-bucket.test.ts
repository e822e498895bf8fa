import { App, Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { newLoader, newStack, resources, templateOf } from './helpers';

const landing = (loader: ReturnType<typeof newLoader>) => resources(templateOf(loader), 'AWS::S3::Bucket', 'CustomersLandingBucket')[0];

test('is private, encrypted, versioned, over TLS only and kept', () => {
  const loader = newLoader();
  const bucket = landing(loader);
  expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(bucket.Properties).toMatchObject({
    VersioningConfiguration: { Status: 'Enabled' },
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  });
  templateOf(loader).hasResourceProperties('AWS::S3::BucketPolicy', {
    Bucket: Match.objectLike({ Ref: Match.stringLikeRegexp('^CustomersLandingBucket') }),
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        Match.objectLike({ Effect: 'Deny', Action: 's3:*', Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } }),
      ],
    },
  });
});

test('sends its events to EventBridge without a custom resource', () => {
  const loader = newLoader();
  expect(landing(loader).Properties.NotificationConfiguration).toEqual({ EventBridgeConfiguration: { EventBridgeEnabled: true } });
  templateOf(loader).resourceCountIs('Custom::S3BucketNotifications', 0);
});

test('archives after 30 days, deletes after 730, and keeps neither old versions nor broken uploads', () => {
  expect(landing(newLoader()).Properties.LifecycleConfiguration.Rules).toEqual([
    {
      Status: 'Enabled',
      Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 30 }],
      ExpirationInDays: 730,
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    { Status: 'Enabled', ExpiredObjectDeleteMarker: true },
  ]);
});

test('takes a lifecycle, a key and a removal policy of your own', () => {
  const stack = newStack();
  const bucket = landing(newLoader({
    archiveAfter: Duration.days(1),
    expireAfter: Duration.days(91),
    encryptionKey: new Key(stack, 'Key'),
    removalPolicy: RemovalPolicy.DESTROY,
  }, stack));
  expect(bucket.DeletionPolicy).toBe('Delete');
  expect(bucket.Properties.LifecycleConfiguration.Rules[0]).toMatchObject({ Transitions: [{ TransitionInDays: 1 }], ExpirationInDays: 91 });
  expect(bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
    { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } } },
  ]);
});

test.each([
  [{ archiveAfter: Duration.days(30), expireAfter: Duration.days(119) }, 'expireAfter is 119 days, but at least archiveAfter (30 days) and 90 days more are allowed'],
  [{ expireAfter: Duration.days(7) }, 'expireAfter is 7 days'],
  [{ archiveAfter: Duration.days(700) }, 'use Duration.days(790) or more'],
  [{ archiveAfter: Duration.days(0) }, 'archiveAfter is 0 days, but whole days from 1 are allowed'],
  [{ archiveAfter: Duration.hours(36) }, 'archiveAfter is 1.5 days'],
  [{ expireAfter: Duration.minutes(1) }, 'expireAfter is'],
])('refuses the lifecycle %j', (props, message) => {
  expect(() => newLoader(props)).toThrow(message);
});

test('leaves days that are known only on deployment alone', () => {
  const archiveAfter = Duration.days(Lazy.number({ produce: () => 700 }));
  expect(landing(newLoader({ archiveAfter })).Properties.LifecycleConfiguration.Rules[0].Transitions[0].TransitionInDays).toBe(700);
});

describe("the user's bucket", () => {
  test.each(['archiveAfter', 'expireAfter'])('refuses %s, which is for the owner to set', (prop) => {
    const stack = newStack();
    expect(() => newLoader({ bucket: new Bucket(stack, 'Mine'), [prop]: Duration.days(400) }, stack))
      .toThrow(`${prop} is set together with bucket, but the lifecycle of a given bucket is its owner's`);
  });

  test('of this app is switched to EventBridge in its own template, in its own stack', () => {
    const app = new App();
    const stateful = newStack(app, 'Stateful');
    const stack = newStack(app);
    const loader = newLoader({ bucket: new Bucket(stateful, 'Mine') }, stack);
    templateOf(loader).resourceCountIs('AWS::S3::Bucket', 1);
    Template.fromStack(stateful).hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('only a bucket that sends'));
  });

  test('of this app refuses enableEventBridge', () => {
    const stack = newStack();
    expect(() => newLoader({ bucket: new Bucket(stack, 'Mine'), enableEventBridge: true }, stack)).toThrow('enableEventBridge is set, but it is for an imported bucket');
  });

  test('of this app refuses other notifications that would switch EventBridge off', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Mine');
    const loader = newLoader({ bucket }, stack);
    bucket.addEventNotification(EventType.OBJECT_REMOVED, new SqsDestination(new Queue(stack, 'Queue')));
    expect(() => templateOf(loader)).toThrow("the bucket 'Test/Mine' has other event notifications, which would switch EventBridge off");
  });

  test('of this app takes other notifications beside EventBridge', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Mine', { eventBridgeEnabled: true });
    const loader = newLoader({ bucket }, stack);
    bucket.addEventNotification(EventType.OBJECT_REMOVED, new SqsDestination(new Queue(stack, 'Queue')));
    templateOf(loader).resourceCountIs('Custom::S3BucketNotifications', 1);
  });

  test('that is imported is not changed, and a warning says that EventBridge has to be on', () => {
    const stack = newStack();
    const loader = newLoader({ bucket: Bucket.fromBucketName(stack, 'Imported', 'landing') }, stack);
    templateOf(loader).resourceCountIs('Custom::S3BucketNotifications', 0);
    Annotations.fromStack(stack).hasWarning('/Test/Customers', Match.stringLikeRegexp('only a bucket that sends its events to EventBridge'));
  });

  test('that is imported is switched on when asked', () => {
    const stack = newStack();
    const loader = newLoader({ bucket: Bucket.fromBucketName(stack, 'Imported', 'landing'), enableEventBridge: true }, stack);
    templateOf(loader).hasResourceProperties('Custom::S3BucketNotifications', {
      BucketName: 'landing', NotificationConfiguration: { EventBridgeConfiguration: {} }, Managed: false,
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('only a bucket that sends'));
  });

  test('that is imported and on already needs no warning', () => {
    const stack = newStack();
    const loader = newLoader({ bucket: Bucket.fromBucketName(stack, 'Imported', 'landing'), enableEventBridge: false }, stack);
    templateOf(loader).resourceCountIs('Custom::S3BucketNotifications', 0);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('only a bucket that sends'));
  });
});
