import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { newLoader, newStack } from './helpers';
import { SchemaEvolvingCsvLoaderProps } from '../../src';
import { RULES } from '../quality/helpers';

const A = { prefix: 'a/' };
const B = { prefix: 'b/' };

type Prefixes = Pick<SchemaEvolvingCsvLoaderProps, 'prefix' | 'errorPrefix' | 'quarantinePrefix'>;

function twoLoaders(stack: Stack, first: IBucket, second: IBucket, ofFirst: Prefixes, ofSecond: Prefixes): void {
  newLoader({ bucket: first, ...ofFirst }, stack, 'First');
  newLoader({ bucket: second, ...ofSecond }, stack, 'Second');
}

test('two loaders share a bucket when each has a prefix of its own: where they write follows from it', () => {
  const stack = newStack();
  const bucket = new Bucket(stack, 'Shared');
  const [first, second] = [A, B].map((prefixes) => newLoader({ bucket, rules: RULES, ...prefixes }, stack, prefixes.prefix.slice(0, 1)));
  expect(first).toMatchObject({ prefix: 'a/', errorPrefix: 'error/a/', quarantinePrefix: 'quarantine/a/', reportPrefix: 'reports/a/' });
  expect(second).toMatchObject({ prefix: 'b/', errorPrefix: 'error/b/', quarantinePrefix: 'quarantine/b/', reportPrefix: 'reports/b/' });
});

test('a loader of a whole bucket writes to its first folders, and one without rules to no reports', () => {
  const loader = newLoader();
  expect(loader).toMatchObject({ prefix: '', errorPrefix: 'error/', quarantinePrefix: 'quarantine/' });
  expect(loader.reportPrefix).toBeUndefined();
});

test('a prefix that is given wins', () => {
  expect(newLoader({ ...A, errorPrefix: 'failed/', quarantinePrefix: 'bad/' })).toMatchObject({ prefix: 'a/', errorPrefix: 'failed/', quarantinePrefix: 'bad/' });
});

test.each([
  ['the same prefix', A, { ...B, prefix: 'a/' }, "prefix is 'a/', which overlaps prefix 'a/' of 'Test/First'"],
  ['a prefix within a prefix', A, { ...B, prefix: 'a/new/' }, "prefix is 'a/new/', which overlaps prefix 'a/'"],
  ['a prefix around a prefix', A, { ...B, prefix: '' }, "prefix is '', which overlaps prefix 'a/'"],
  ["a prefix in the other's error prefix", A, { ...B, prefix: 'error/a/again/', errorPrefix: 'e/' }, "overlaps errorPrefix 'error/a/'"],
  ["an error prefix in the other's prefix", A, { ...B, errorPrefix: 'a/error/' }, "errorPrefix is 'a/error/', which overlaps prefix 'a/'"],
  ['the same error prefix', { ...A, errorPrefix: 'error/' }, { ...B, errorPrefix: 'error/' }, "errorPrefix is 'error/', which overlaps errorPrefix 'error/'"],
  ['the same quarantine prefix', A, { ...B, quarantinePrefix: 'quarantine/a/' }, "overlaps quarantinePrefix 'quarantine/a/'"],
])('two loaders of one bucket are refused %s', (_, first, second, message) => {
  const stack = newStack();
  const bucket = new Bucket(stack, 'Shared');
  expect(() => twoLoaders(stack, bucket, bucket, first, second)).toThrow(message);
});

describe('a bucket that stages data', () => {
  const [errorPrefix, quarantinePrefix] = ['error/a/', 'quarantine/a/'];
  const staging = (stack: Stack, stagingBucket: IBucket, id: string) => newLoader({ stagingBucket, pipelineName: `of-${id.toLowerCase()}` }, stack, id);

  test('may stage that of two loaders', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Shared');
    expect(() => ['First', 'Second'].forEach((id) => staging(stack, bucket, id))).not.toThrow();
  });

  test('may be where a loader with a prefix of its own, which stages there too, and another one land', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Shared');
    newLoader({ bucket, stagingBucket: bucket, ...A }, stack, 'First');
    expect(() => newLoader({ bucket, stagingBucket: bucket, ...B }, stack, 'Second')).not.toThrow();
  });

  test.each(['', 'staging/', 'manifests/of-first/'])("is refused as another loader's landing bucket with the prefix '%s'", (prefix) => {
    const landing = { prefix, errorPrefix, quarantinePrefix };
    const stack = newStack();
    const bucket = new Bucket(stack, 'Shared');
    staging(stack, bucket, 'First');
    expect(() => newLoader({ bucket, ...landing }, stack, 'Second'))
      .toThrow(/prefix is '.*', which overlaps the prefix of (staged data 'staging|manifests 'manifests)\/of-first\/' of 'Test\/First'/);
  });

  test('is refused when another loader loads all of it', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Shared');
    newLoader({ bucket }, stack, 'First');
    expect(() => staging(stack, bucket, 'Second')).toThrow("the prefix of staged data is 'staging/of-second/', which overlaps prefix '' of 'Test/First'");
  });

  test.each([['staging/in/', "the prefix of staged data 'staging/'"], ['manifests/', "the prefix of manifests 'manifests/'"]])(
    "is refused as the loader's own landing bucket with the prefix '%s'", (prefix, name) => {
      const stack = newStack();
      const bucket = new Bucket(stack, 'Shared');
      expect(() => newLoader({ bucket, stagingBucket: bucket, prefix }, stack)).toThrow(`prefix is '${prefix}', which lies in ${name}, where the platform writes and nothing is loaded from`);
      expect(() => newLoader({ bucket: new Bucket(stack, 'Landing'), prefix }, stack, 'Apart')).not.toThrow();
    });
});

test('prefixes that only begin alike do not overlap', () => {
  const stack = newStack();
  const bucket = new Bucket(stack, 'Shared');
  expect(() => twoLoaders(stack, bucket, bucket, { ...A, prefix: 'data/' }, { ...B, prefix: 'data-old/' })).not.toThrow();
});

test('loaders of buckets that are imported by different names may use the same prefixes', () => {
  const stack = newStack();
  expect(() => twoLoaders(stack, Bucket.fromBucketName(stack, 'One', 'one'), Bucket.fromBucketName(stack, 'Two', 'two'), A, A)).not.toThrow();
});

test('loaders of different buckets may use the same prefixes', () => {
  const stack = newStack();
  expect(() => twoLoaders(stack, new Bucket(stack, 'One'), new Bucket(stack, 'Two'), A, A)).not.toThrow();
});

describe('one bucket is known again', () => {
  const imported = { enableEventBridge: false };

  test.each<[string, (stack: Stack) => [IBucket, IBucket]]>([
    ['imported twice by name', (stack) => [Bucket.fromBucketName(stack, 'One', 'landing'), Bucket.fromBucketName(stack, 'Two', 'landing')]],
    ['imported by name and by ARN', (stack) => [Bucket.fromBucketName(stack, 'One', 'landing'), Bucket.fromBucketArn(stack, 'Two', 'arn:aws:s3:::landing')]],
    ['imported twice by one parameter', (stack) => {
      const name = new CfnParameter(stack, 'Name').valueAsString;
      return [Bucket.fromBucketName(stack, 'One', name), Bucket.fromBucketName(stack, 'Two', name)];
    }],
  ])('when it is %s', (_, buckets) => {
    const stack = newStack();
    const [one, two] = buckets(stack);
    newLoader({ ...imported, bucket: one, ...A }, stack, 'First');
    expect(() => newLoader({ ...imported, bucket: two, ...B, prefix: 'a/b/' }, stack, 'Second')).toThrow("overlaps prefix 'a/'");
  });

  test('when it is made under a name and imported by it', () => {
    const stack = newStack();
    newLoader({ bucket: new Bucket(stack, 'Made', { bucketName: 'landing' }), ...A }, stack, 'First');
    expect(() => newLoader({ ...imported, bucket: Bucket.fromBucketName(stack, 'Two', 'landing'), ...A }, stack, 'Second')).toThrow('overlaps');
  });

  test('when it is used from another stack of the app', () => {
    const app = new App();
    const first = newLoader(A, newStack(app, 'One'), 'First');
    expect(() => newLoader({ bucket: first.bucket, ...A }, newStack(app, 'Two'), 'Second')).toThrow("of 'One/First'");
  });

  test('but not in another app', () => {
    newLoader({ ...imported, bucket: Bucket.fromBucketName(newStack(), 'One', 'landing') });
    const stack = newStack();
    expect(() => newLoader({ ...imported, bucket: Bucket.fromBucketName(stack, 'One', 'landing') }, stack)).not.toThrow();
  });
});

test.each([
  ['errorPrefix', 'staging/customers/', 'staged data', 'staging/'],
  ['quarantinePrefix', 'manifests/', 'manifests', 'manifests/'],
])('%s may not lie where the pipeline itself stages, since that expires', (prop, prefix, what, staged) => {
  const stack = newStack();
  const bucket = new Bucket(stack, 'Both');
  expect(() => newLoader({ bucket, stagingBucket: bucket, prefix: 'in/', [prop]: prefix }, stack))
    .toThrow(`${prop} is '${prefix}' and the prefix of ${what} '${staged}', but neither may lie in the other; move one out`);
});
