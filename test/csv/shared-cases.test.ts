import { readFileSync } from 'fs';
import * as path from 'path';
import { CsvFormat, DataQualityRule } from '../../src';
import { ENCODINGS } from '../../src/csv/encodings';
import { newLoader } from '../csv-loading/helpers';

/** runtime/tests/test_shared_cases.py reads the same file: what the app accepts, the job accepts. */
const CASES: Record<string, { accepted: string[]; refused: string[] }> = JSON.parse(
  readFileSync(path.join(__dirname, '..', '..', 'runtime', 'tests', 'data', 'shared_cases.json'), 'utf8'),
);

const USES: Record<string, (value: string) => unknown> = {
  delimiter: (delimiter) => CsvFormat.of({ delimiter }),
  quote: (quote) => CsvFormat.of({ quote }),
  encoding: (encoding) => CsvFormat.of({ encoding }),
  date_format: (format) => CsvFormat.of({ dateFormats: [format] }),
  of_type: (type) => DataQualityRule.ofType('column', type),
  column_type: (type) => newLoader({ columnTypes: { column: type } }),
  pattern: (pattern) => DataQualityRule.matches('column', pattern),
  mapped_column: (column) => newLoader({ columnMapping: { Header: column } }),
};

const cases = (outcome: 'accepted' | 'refused') => Object.entries(CASES).flatMap(([prop, values]) => values[outcome].map((value) => [prop, value]));

test('cover every prop', () => {
  expect(Object.keys(CASES).sort()).toEqual(Object.keys(USES).sort());
});

test.each(cases('accepted'))('%s: takes %j', (prop, value) => {
  expect(() => USES[prop](value)).not.toThrow();
});

test.each(cases('refused'))('%s: refuses %j', (prop, value) => {
  expect(() => USES[prop](value)).toThrow(/allowed|close it/);
});

test('name every encoding, so that each is tried with the job', () => {
  expect(CASES.encoding.accepted).toEqual(expect.arrayContaining(ENCODINGS));
});
