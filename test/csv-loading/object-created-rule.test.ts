import { matches } from './event-pattern';
import { joined, newLoader, newStack, resources, templateOf } from './helpers';
import { SchemaEvolvingCsvLoaderProps } from '../../src';
import { classifyKey, KeyScope } from '../../src/dispatch/key-classification';
import { s3EventBody, objectCreated } from '../dispatch/factories';

/** The rule and the dispatcher's settings, both as they are deployed. */
function deployed(props: Partial<SchemaEvolvingCsvLoaderProps>): { pattern: any; scope: KeyScope; bucket: string } {
  const template = templateOf(newLoader(props));
  const [rule] = resources(template, 'AWS::Events::Rule', 'CustomersDispatchObjectCreated');
  const [dispatcher] = resources(template, 'AWS::Lambda::Function', 'CustomersDispatch');
  const pattern = JSON.parse(JSON.stringify(rule.Properties.EventPattern));
  const bucket = joined(pattern.detail.bucket.name[0]);
  pattern.detail.bucket.name = [bucket];
  return { pattern, scope: JSON.parse(joined(dispatcher.Properties.Environment.Variables.SETTINGS)), bucket };
}

/** What becomes of a key on its way: no event, or as the dispatcher classifies it. */
function fate(key: string, { pattern, scope, bucket }: ReturnType<typeof deployed>): string {
  const event = JSON.parse(s3EventBody(objectCreated({ key, bucket })));
  return matches(pattern, event) ? classifyKey(key, scope) : 'no event';
}

describe('a loader of a prefix', () => {
  const loader = deployed({ prefix: 'customers/', errorPrefix: 'customers/error/', quarantinePrefix: 'quarantine/' });

  test.each([
    ['customers/a.csv', 'load'],
    ['customers/A.CSV', 'load'],
    ['customers/a.csv.GZ', 'load'],
    ['customers/deep/er/a b+c (1).csv', 'load'],
    ['customers/Zürich/日本 "x" & \'y\'.csv', 'load'],
    ['customers/100%25.csv', 'load'],
    ['customers/a.xlsx', 'ignored'],
    ['customers/a.csv.bak', 'ignored'],
    ['customers/', 'own'],
    ['customers/error/a.csv', 'own'],
    ['customers/error/a.csv.error.json', 'own'],
    ['Customers/a.csv', 'no event'],
    ['customers.csv', 'no event'],
    ['quarantine/a.csv', 'no event'],
    ['other/a.csv', 'no event'],
  ])('%s: %s', (key, expected) => {
    expect(fate(key, loader)).toBe(expected);
  });
});

describe('a loader of a whole bucket', () => {
  const loader = deployed({});

  test.each([
    ['a.csv', 'load'],
    ['error/a.csv', 'own'],
    ['quarantine/a.csv.0123.rejected.jsonl', 'own'],
    ['staging/a.csv', 'load'],
  ])('%s: %s', (key, expected) => {
    expect(fate(key, loader)).toBe(expected);
  });

  test('does not hear of other events and buckets', () => {
    const event = JSON.parse(s3EventBody(objectCreated({ bucket: loader.bucket })));
    expect(matches(loader.pattern, { ...event, 'detail-type': 'Object Deleted' })).toBe(false);
    expect(matches(loader.pattern, { ...event, source: 'other' })).toBe(false);
    expect(matches(loader.pattern, JSON.parse(s3EventBody(objectCreated({ bucket: 'other' }))))).toBe(false);
  });
});

test('what is staged on the landing bucket is never loaded', () => {
  const stack = newStack();
  const { bucket } = newLoader({ prefix: 'first/' }, stack, 'First');
  const second = newLoader({ bucket, stagingBucket: bucket, prefix: 'second/', errorPrefix: 'e/', quarantinePrefix: 'q/' }, stack, 'Second');
  const [dispatcher] = resources(templateOf(second), 'AWS::Lambda::Function', 'SecondDispatch');
  expect(JSON.parse(joined(dispatcher.Properties.Environment.Variables.SETTINGS)).ownPrefixes).toEqual(['e/', 'q/', 'staging/', 'manifests/']);
});
