import { Lazy } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ReferenceData } from '../../src';
import { newLoader, newStack } from '../csv-loading/helpers';
import { newGate, RULES } from '../quality/helpers';

/** A prefix of so many bytes: 'ä' has two. */
const prefixOf = (bytes: number) => `${'ä'.repeat((bytes - 2) / 2)}a/`;

test.each([
  ['prefix', () => newLoader({ prefix: prefixOf(902) })],
  ['errorPrefix', () => newLoader({ errorPrefix: prefixOf(902) })],
  ['quarantinePrefix', () => newLoader({ quarantinePrefix: prefixOf(902) })],
  ['reportPrefix', () => newLoader({ rules: RULES, reportPrefix: prefixOf(902) })],
  ['passedPrefix', () => newGate({ passedPrefix: prefixOf(902) })],
  ['processedPrefix', () => newGate({ processedPrefix: prefixOf(902) })],
])('%s of a length that leaves no room for names is refused', (prop, act) => {
  expect(act).toThrow(`${prop} is '${'ä'.repeat(60)}...' of 902 bytes, but 900 are allowed, since a key of S3 has 1024 at most`);
});

test('a prefix whose results have a longer one than S3 takes is refused', () => {
  expect(() => newLoader({ prefix: prefixOf(900) })).toThrow('errorPrefix is \'error/ä');
});

test.each([
  ['the longest', prefixOf(900)],
  ['one that only the deployment knows', `${Lazy.string({ produce: () => 'later' })}${prefixOf(902)}`],
])('%s is taken', (_, errorPrefix) => {
  expect(() => newLoader({ errorPrefix })).not.toThrow();
});

test('a key of reference data that is longer than one of S3 is refused', () => {
  const bucket = new Bucket(newStack(), 'Lists');
  expect(() => ReferenceData.csv(bucket, 'x'.repeat(1025), 'a')).toThrow(/the key of reference data is 'x{60}\.\.\.' of 1025 bytes, but 1024 are allowed/);
  expect(() => ReferenceData.csv(bucket, 'x'.repeat(1024), 'a')).not.toThrow();
});
