import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SchemaEvolvingCsvLoaderProps } from '../../src';
import { joined, newLoader, newStack, resources } from '../csv-loading/helpers';
import { newGate } from '../quality/helpers';

const DEVELOPMENT = { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY };

const emptied = (stack: Stack): string[] =>
  resources(Template.fromStack(stack), 'Custom::S3AutoDeleteObjects').map(({ Properties }) => joined(Properties.BucketName).replace(/[0-9A-F]{8}}$/, '}'));

test('empties the new buckets of a loader when they are deleted', () => {
  const stack = newStack();
  newLoader(DEVELOPMENT, stack);
  expect(emptied(stack)).toEqual(['${CustomersLandingBucket}', '${CustomersStagingBucket}']);
});

test('leaves a bucket alone that is given', () => {
  const stack = newStack();
  newLoader({ ...DEVELOPMENT, bucket: new Bucket(stack, 'Mine') }, stack);
  newGate({ ...DEVELOPMENT, bucket: new Bucket(stack, 'Landing') }, stack);
  expect(emptied(stack)).toEqual(['${CustomersStagingBucket}']);
});

test('empties no staging bucket that a pipeline without it uses', () => {
  const stack = newStack();
  const kept = newLoader({ removalPolicy: RemovalPolicy.DESTROY, prefix: 'a/' }, stack, 'Kept');
  const development = newLoader({ ...DEVELOPMENT, prefix: 'b/' }, stack, 'Development');
  expect(development.stagingBucket).not.toBe(kept.stagingBucket);
  expect(emptied(stack)).toEqual(['${DevelopmentLandingBucket}', '${DevelopmentStagingBucket}']);
});

test('is off unless it is asked for', () => {
  const stack = newStack();
  newLoader({ removalPolicy: RemovalPolicy.DESTROY }, stack);
  expect(emptied(stack)).toEqual([]);
});

describe('refuses', () => {
  test.each<[Partial<SchemaEvolvingCsvLoaderProps>, string]>([
    [{}, "removalPolicy 'retain'"],
    [{ removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE }, "removalPolicy 'retain-on-update-or-delete'"],
  ])('buckets that stay: %j', (props, got) => {
    const message = `autoDeleteObjects is true and ${got}, but only buckets that are deleted with their stack can be emptied; add removalPolicy: RemovalPolicy.DESTROY`;
    expect(() => newLoader({ autoDeleteObjects: true, ...props })).toThrow(`[Test/Customers] ${message}`);
    expect(() => newGate({ autoDeleteObjects: true, ...props })).toThrow(`[Test/Gate] ${message}`);
  });

  test('to empty buckets of the user', () => {
    const stack = newStack();
    const stagingBucket = new Bucket(stack, 'Mine');
    const message = 'autoDeleteObjects is true, but all buckets are given, and those are for their owner to empty';
    expect(() => newLoader({ ...DEVELOPMENT, stagingBucket, bucket: new Bucket(stack, 'Files') }, stack)).toThrow(message);
    expect(() => newGate({ ...DEVELOPMENT, stagingBucket }, stack)).toThrow(message);
  });
});
