import { joined, newLoader, newStack, newWarehouse, resources, templateOf } from './helpers';
import { DataQualityRule, DataQualityRules, SchemaEvolvingCsvLoader } from '../../src';

function typesOf(loader: SchemaEvolvingCsvLoader): Record<string, string> | undefined {
  const [job] = resources(templateOf(loader), 'AWS::Glue::Job');
  return JSON.parse(joined(job.Properties.DefaultArguments['--settings'])).column_types;
}

test.each([
  ['VARCHAR(16)', 'VARCHAR(16)'],
  [' character  varying ( 16 ) ', 'VARCHAR(16)'],
  ['varchar', 'VARCHAR(256)'],
  ['VARCHAR(MAX)', 'VARCHAR(65535)'],
  ['TEXT', 'VARCHAR(256)'],
  ['NVARCHAR(9)', 'VARCHAR(9)'],
  ['CHAR', 'CHAR(1)'],
  ['BPCHAR', 'CHAR(256)'],
  ['CHAR(MAX)', 'CHAR(4096)'],
  ['DECIMAL(18, 4)', 'NUMERIC(18,4)'],
  ['NUMERIC', 'NUMERIC(18,0)'],
  ['NUMERIC(9)', 'NUMERIC(9,0)'],
  ['INT8', 'BIGINT'],
  ['int', 'INTEGER'],
  ['INT2', 'SMALLINT'],
  ['FLOAT', 'DOUBLE PRECISION'],
  ['FLOAT4', 'REAL'],
  ['BOOL', 'BOOLEAN'],
  ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMPTZ'],
  ['timestamp without time zone', 'TIMESTAMP'],
])("gives the job '%s' as %s", (given, type) => {
  expect(typesOf(newLoader({ columnTypes: { version: given } }))).toEqual({ version: type });
});

test('are those of columns of the key and of the sequence too', () => {
  const columnTypes = { user_id: 'VARCHAR(16)', version: 'VARCHAR(8)' };
  expect(typesOf(newLoader({ sequenceColumn: 'version', columnTypes }))).toEqual(columnTypes);
});

test('are left out where none is named', () => {
  expect(typesOf(newLoader())).toBeUndefined();
});

test.each<[Record<string, any>, string]>([
  [{ version: 'MONEY' }, "columnTypes['version'] is 'MONEY', but SMALLINT, INTEGER, BIGINT,"],
  [{ version: 'VARCHAR(65536)' }, 'VARCHAR(n) with n from 1 to 65535 bytes is allowed; use one of them'],
  [{ amount: 'NUMERIC(4,5)' }, 'NUMERIC(p,s) with p from 1 to 38 and s up to p and 37'],
  [{ Version: 'VARCHAR(16)' }, "columnTypes has 'Version', but the name of a column is allowed: lower case"],
  [{ __position: 'BIGINT' }, "columnTypes has '__position'"],
  [{ n__as_varchar: 'VARCHAR(9)' }, "columnTypes has 'n__as_varchar', which is the rescue column of 'n' and is text, but a column of the file is allowed; name the type of that one"],
  [{ version: 16 }, "columnTypes['version'] is 16, but text is allowed"],
])('refuses %j', (columnTypes, message) => {
  expect(() => newLoader({ columnTypes })).toThrow(message);
});

test('are refused for a column that the mapping takes away', () => {
  expect(() => newLoader({ columnMapping: { version: 'release' }, columnTypes: { version: 'VARCHAR(16)' } }))
    .toThrow("but columnTypes needs the column 'version', which no file would have; write 'release' in columnTypes");
});

test('are one for a column of a table that two loaders load into', () => {
  const stack = newStack();
  newWarehouse(stack);
  const load = (id: string, type: string) => newLoader({ prefix: `${id}/`, columnTypes: { version: type, [id]: 'DATE' } }, stack, id);
  load('a', 'VARCHAR(16)');
  load('b', 'character varying(16)');
  expect(() => load('c', 'VARCHAR(32)')).toThrow("columnTypes['version'] is VARCHAR(32), but 'Test/a' loads into crm.customers too and makes it VARCHAR(16); give both loaders one type");
});

test('are no contradiction to a rule about the same column', () => {
  const rules = DataQualityRules.of(DataQualityRule.ofType('version', 'BIGINT'));
  expect(() => newLoader({ rules, columnTypes: { version: 'VARCHAR(16)' } })).not.toThrow();
});
