import { CSV_FILES } from '../../src/csv/csv-files';
import { classifyKey } from '../../src/dispatch/key-classification';

const scope = { prefix: 'customers/', ownPrefixes: ['error/', 'quarantine/', 'customers/error/'], ...CSV_FILES };

test.each([
  ['customers/a.csv', 'load'],
  ['customers/a.CSV', 'load'],
  ['customers/a.Csv.GZ', 'load'],
  ['customers/2024/03/a b+c.csv', 'load'],
  ['customers/Müller & Söhne "neu" (1).csv', 'load'],
  ['customers/日本.csv.gz', 'load'],
  ['customers/%2B+encoded%20name.csv', 'load'],
  ["customers/o'brien.csv", 'load'],
  ['customers/.csv', 'load'],
  ['customers/a.csv.zip', 'ignored'],
  ['customers/a.xlsx', 'ignored'],
  ['customers/a.gz', 'ignored'],
  ['customers/csv', 'ignored'],
  ['Customers/a.csv', 'ignored'],
  ['other/a.csv', 'ignored'],
  ['customers/', 'own'],
  ['customers/2024/', 'own'],
  ['error/a.csv', 'own'],
  ['error/a.csv.error.json', 'own'],
  ['quarantine/a.csv.rejected.jsonl', 'own'],
  ['customers/error/a.csv', 'own'],
  ['customers/errors.csv', 'load'],
])('%s is classified as %s', (key, expected) => {
  expect(classifyKey(key, scope)).toBe(expected);
});

test('loads from the whole bucket but never what the platform writes to it', () => {
  const whole = { prefix: '', ownPrefixes: ['error/', 'staging/', 'manifests/'], ...CSV_FILES };
  expect(classifyKey('a.csv', whole)).toBe('load');
  expect(classifyKey('error/a.csv', whole)).toBe('own');
  expect(classifyKey('manifests/p/2024-01-01/1.json', whole)).toBe('own');
});

test('knows the endings of other pipelines', () => {
  expect(classifyKey('in/a.PARQUET', { prefix: 'in/', ownPrefixes: [], suffixes: ['.parquet'] })).toBe('load');
});

test.each([
  ['in/CRM/CUSTOMERS/LOAD1.parquet', 'load'],
  ['in/CRM/CUSTOMERS/2024/03/a.PARQUET', 'load'],
  ['in/CRM/a.parquet', 'ignored'],
  ['in/a.parquet', 'ignored'],
])('where files lie in folders %s is classified as %s', (key, expected) => {
  expect(classifyKey(key, { prefix: 'in/', ownPrefixes: [], suffixes: ['.parquet'], folders: 2 })).toBe(expected);
});

test.each([
  ['in/run=1/_MANIFEST.json', 'load'],
  ['in/_MANIFEST.json', 'load'],
  ['in/run=1/_manifest.json', 'ignored'],
  ['in/run=1/x_MANIFEST.json', 'ignored'],
  ['in/run=1/part-0.csv.gz', 'ignored'],
  ['out/_MANIFEST.json', 'ignored'],
  ['in/error/_MANIFEST.json', 'own'],
])('where one file speaks for the others %s is classified as %s', (key, expected) => {
  expect(classifyKey(key, { prefix: 'in/', ownPrefixes: ['in/error/'], fileName: '_MANIFEST.json' })).toBe(expected);
});
