import { Duration, Lazy } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { DataQualityRule, ReferenceData, RuleSeverity } from '../../src';
import { newStack } from '../csv-loading/helpers';

const json = (rule: DataQualityRule): unknown => JSON.parse(JSON.stringify(rule._json));
const countries = () => ReferenceData.csv(Bucket.fromBucketName(newStack(), 'Reference', 'reference-bucket'), 'countries.csv', 'code');

test.each<[string, DataQualityRule, object]>([
  ['sql', DataQualityRule.sql('adult', 'SELECT * FROM temp_data WHERE age < 18', { errorType: 'TOO_YOUNG', filter: "country = 'DE'" }), {
    name: 'adult', kind: 'sql', parameters: { query: 'SELECT * FROM temp_data WHERE age < 18' }, error_type: 'TOO_YOUNG', filter: "country = 'DE'",
  }],
  ['notNull', DataQualityRule.notNull('email'), { name: 'not_null_email', kind: 'not_null', column: 'email' }],
  ['unique', DataQualityRule.unique('email'), { name: 'unique_email', kind: 'unique', column: 'email' }],
  ['unique within', DataQualityRule.unique('email', { within: ['country'] }), {
    name: 'unique_email', kind: 'unique', column: 'email', parameters: { within: ['country'] },
  }],
  ['inSet', DataQualityRule.inSet('country', ['DE', 'FR']), { name: 'in_set_country', kind: 'in_set', column: 'country', parameters: { values: ['DE', 'FR'] } }],
  ['range', DataQualityRule.range('age', { min: 0, max: 120.5 }), { name: 'range_age', kind: 'range', column: 'age', parameters: { minimum: 0, maximum: 120.5 } }],
  ['range with one limit', DataQualityRule.range('age', { max: 0 }), { name: 'range_age', kind: 'range', column: 'age', parameters: { maximum: 0 } }],
  ['matches', DataQualityRule.matches('zip', '[0-9]{5}'), { name: 'matches_zip', kind: 'matches', column: 'zip', parameters: { pattern: '[0-9]{5}' } }],
  ['length', DataQualityRule.length('zip', { min: 5, max: 5 }), { name: 'length_zip', kind: 'length', column: 'zip', parameters: { minimum: 5, maximum: 5 } }],
  ['email', DataQualityRule.email('email'), { name: 'email_email', kind: 'email', column: 'email' }],
  ['notInFuture', DataQualityRule.notInFuture('born'), { name: 'not_in_future_born', kind: 'not_in_future', column: 'born' }],
  ['ofType', DataQualityRule.ofType('price', ' numeric ( 12, 2 ) '), { name: 'of_type_price', kind: 'of_type', column: 'price', parameters: { type: 'NUMERIC(12,2)' } }],
  ['foreignKey', DataQualityRule.foreignKey('country', countries()), {
    name: 'foreign_key_country', kind: 'foreign_key', column: 'country', parameters: { bucket: 'reference-bucket', key: 'countries.csv', reference_column: 'code' },
  }],
  ['rowCount', DataQualityRule.rowCount({ min: 1 }), { name: 'row_count', kind: 'row_count', parameters: { minimum: 1 } }],
  ['freshness', DataQualityRule.freshness('updated_at', Duration.days(2)), {
    name: 'freshness_updated_at', kind: 'freshness', column: 'updated_at', parameters: { max_age_seconds: 172800 },
  }],
])('%s is written as the job reads it', (_, rule, expected) => {
  expect(json(rule)).toEqual(expected);
});

test('every rule about records has a name, a description, a severity and a limit of its own', () => {
  const options = { name: 'has mail', description: 'customers can be reached', severity: RuleSeverity.WARNING, maxFailRatio: 0.1 };
  expect(json(DataQualityRule.notNull('email', options))).toEqual({
    name: 'has mail', kind: 'not_null', column: 'email', description: 'customers can be reached', severity: 'warning', max_fail_ratio: 0.1,
  });
});

test('a rule about a file has a name, a description and a severity', () => {
  const options = { name: 'has news', description: 'a file comes daily', severity: RuleSeverity.WARNING };
  const expected = { name: 'has news', description: 'a file comes daily', severity: 'warning' };
  expect(json(DataQualityRule.rowCount({ max: 9, ...options }))).toMatchObject(expected);
  expect(json(DataQualityRule.freshness('updated_at', Duration.days(2), options))).toMatchObject(expected);
});

test('a rule about a file takes no part of records that may break it', () => {
  // @ts-expect-error maxFailRatio would do nothing
  expect(() => DataQualityRule.rowCount({ max: 9, maxFailRatio: 2 })).toThrow('but only description, severity, name');
  // @ts-expect-error maxFailRatio would do nothing
  expect(() => DataQualityRule.freshness('updated_at', Duration.days(2), { maxFailRatio: 2 })).toThrow('but only description, severity, name');
});

test.each([
  'BIGINT', 'double  precision', 'BOOLEAN', 'date', 'TIMESTAMP', 'TIMESTAMPTZ', 'NUMERIC(38,37)', 'NUMERIC(1,0)', 'VARCHAR(65535)', 'varchar(1)', 'real',
])('ofType takes %s', (type) => {
  expect(json(DataQualityRule.ofType('a', type))).toMatchObject({ parameters: { type: type.toUpperCase().replace('  ', ' ') } });
});

test.each([
  'MONEY', 'VARCHAR()', 'VARCHAR(0)', 'VARCHAR(65536)', 'NUMERIC(39,2)', 'NUMERIC(5,6)', 'NUMERIC(38,38)', 'NUMERIC(0,0)', '', 'DATE; DROP',
])("ofType refuses '%s'", (type) => {
  expect(() => DataQualityRule.ofType('a', type)).toThrow(`the type of the rule ofType of 'a' is '${type}', but SMALLINT, INTEGER, BIGINT,`);
});

const outcome = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return /'[[(]' begins/.exec((error as Error).message)?.[0];
  }
};

test.each(['a\\(?=', '[(?=]b', '(?:a|b)+', '\\\\1', '(?i)x', '(?P<year>[0-9]{4})', 'a\\.b'])('matches takes %s', (pattern) => {
  expect(json(DataQualityRule.matches('a', pattern))).toMatchObject({ parameters: { pattern } });
});

test.each([['a(?=b)', '(?='], ['a(?!b)', '(?!'], ['(?<=a)b', '(?<='], ['(?<!a)b', '(?<!'], ['(a)\\1', '\\1'], ['\\\\(?=b)', '(?=']])(
  'matches refuses %s, which RE2 does not know', (pattern, part) => {
    expect(() => DataQualityRule.matches('a', pattern)).toThrow(`the pattern of the rule matches of 'a' is '${pattern}', but '${part}' in it is not allowed: patterns are RE2's`);
  });

test.each([
  'a\\(', '[(]', '[]a]', '[^]a]', '[[:alpha:](]+', '[\\]]', '\\Q(*\\E', 'a{,5}', '{', '\\x{2014}', '\\x{41}*', '\\p{Greek}+', 'a*?', 'a{2,3}?', 'a{1000}',
  '^*', '(|a)', 'a||b', '()',
])('matches takes %s, as RE2 does', (pattern) => {
  expect(json(DataQualityRule.matches('a', pattern))).toMatchObject({ parameters: { pattern } });
});

test.each([
  ['(', "'(' begins a group that does not end"],
  ['(?:a', "'(' begins a group that does not end"],
  ['a)', "')' ends a group that does not begin"],
  ['[a', "'[' begins a set that does not end"],
  ['[]', "'[' begins a set that does not end"],
  ['[^]', "'[' begins a set that does not end"],
  ['a\\', 'it ends with a backslash'],
  ['*a', "'*' repeats nothing"],
  ['(+)', "'+' repeats nothing"],
  ['a|?', "'?' repeats nothing"],
  ['a**', "'*' repeats nothing"],
  ['a{2}{3}', "'{3}' repeats nothing"],
  ['a{1001}', "'{1001}' is no repetition: 0 to 1000 times are allowed"],
  ['a{3,2}', "'{3,2}' is no repetition"],
])('matches refuses %s, as RE2 does', (pattern, fault) => {
  expect(() => DataQualityRule.matches('a', pattern)).toThrow(`the pattern of the rule matches of 'a' is '${pattern}', but ${fault}`);
});

test.each([
  'SELECT 1', ' \n(SELECT * FROM temp_data)', 'with old AS (SELECT * FROM temp_data) SELECT * FROM old', '-- DELETE\nSELECT 1;', '/* ; */ SELECT 1',
  "SELECT * FROM temp_data WHERE name = 'a;b' OR name = \"c;d\" OR `e;f` = 'it\\'s; so'", "SELECT * FROM temp_data WHERE name RLIKE r'\\';", 'FROM temp_data SELECT *',
])('sql takes the query %j', (query) => {
  expect(json(DataQualityRule.sql('adult', query))).toMatchObject({ parameters: { query } });
});

test.each([
  ['WITH old AS (SELECT * FROM temp_data) DELETE FROM customers', 'DELETE'],
  ['with a(id) as (SELECT (1)), `b c` (SELECT (2 + (3))) insert INTO t SELECT * FROM a', 'insert'],
  ['WITH a AS (SELECT 1) UPDATE t SET x = 1', 'UPDATE'],
  ['WITH a AS (SELECT 1)MERGE INTO t USING a ON a.id = t.id WHEN MATCHED THEN DELETE', 'MERGE'],
  ['FROM temp_data INSERT INTO t SELECT * WHERE age < 18', 'INSERT'],
  ['WITH a AS (SELECT 1) FROM a INSERT OVERWRITE TABLE t SELECT *', 'INSERT'],
  ['SELECT * INTO copied FROM temp_data', 'INTO'],
  ["SELECT a, t.*, 'x' INTO `copied` FROM temp_data t", 'INTO'],
  ['SELECT count(*) /* all */ INTO n FROM temp_data', 'INTO'],
])('sql refuses the query %j, which writes', (query, word) => {
  expect(() => DataQualityRule.sql('adult', query)).toThrow(`query of the rule 'adult' has '${word}', but a query that only reads is allowed`);
});

test.each([
  "SELECT * FROM temp_data WHERE note LIKE '%) DELETE FROM a%' OR note = 'INSERT INTO t'",
  'WITH a AS (SELECT 1) /* DELETE FROM t */ SELECT * FROM a -- INSERT INTO t',
  'SELECT * FROM temp_data WHERE `INSERT INTO` = 1',
  'SELECT update, delete FROM temp_data',
  'SELECT count(*) delete FROM temp_data',
  'WITH a AS (SELECT 1 AS update) SELECT * FROM (SELECT * FROM a) merge WHERE merge.update = 1',
  'WITH delete AS (SELECT * FROM temp_data), insert (id) AS (SELECT 1) SELECT * FROM delete, insert',
  'SELECT a AS into FROM temp_data',
  'SELECT into FROM temp_data',
  'SELECT into x FROM temp_data',
  'SELECT DISTINCT a, into x FROM temp_data',
  'SELECT a AND into x FROM temp_data',
  'WITH a AS (SELECT 1) FROM a SELECT *',
  'WITH a AS (SELECT 1) (SELECT * FROM a)',
  `SELECT * FROM temp_data WHERE ${'('.repeat(15_000)}a${')'.repeat(15_000)} = 1`,
])('sql takes the query %#, which only reads', (query) => {
  expect(json(DataQualityRule.sql('adult', query))).toMatchObject({ parameters: { query } });
});

test.each(['[', '', '('])('matches checks a long pattern that begins with %j in a moment', (beginning) => {
  const begun = Date.now();
  const pattern = `${beginning}${'a-z'.repeat(5_000)}`;
  expect(outcome(() => DataQualityRule.matches('a', pattern))).toBe(beginning === '' ? undefined : `'${beginning}' begins`);
  expect(Date.now() - begun).toBeLessThan(2_000);
});

test('sql leaves a query that is known only on deployment alone', () => {
  expect(() => DataQualityRule.sql('adult', Lazy.string({ produce: () => 'later' }))).not.toThrow();
});

test.each<[string, () => unknown, string]>([
  ['a query that deletes', () => DataQualityRule.sql('adult', 'DELETE FROM temp_data'),
    "query of the rule 'adult' begins with 'DELETE', but a query that begins with SELECT or WITH is allowed"],
  ['a query that is a condition', () => DataQualityRule.sql('adult', 'age < 18'), "query of the rule 'adult' begins with 'age'"],
  ['two statements', () => DataQualityRule.sql('adult', 'SELECT 1; DROP TABLE a'), "query of the rule 'adult' has more than one statement, but one query is allowed"],
  ['a filter with WHERE', () => DataQualityRule.sql('adult', 'SELECT 1', { filter: "where country = 'DE'" }), "filter of the rule 'adult' is 'where country = 'DE'', but a condition without 'where'"],
  ['a filter with a statement', () => DataQualityRule.sql('adult', 'SELECT 1', { filter: 'a = 1; DROP TABLE a' }), "but a condition without ';' is allowed"],
  ['an empty query', () => DataQualityRule.sql('adult', ' \n'), "query of the rule 'adult' is ' \n', but text that is not empty is allowed; write for example 'SELECT"],
  ['an empty filter', () => DataQualityRule.sql('adult', 'SELECT 1', { filter: '' }), "filter of the rule 'adult' is ''"],
  ['an empty errorType', () => DataQualityRule.sql('adult', 'SELECT 1', { errorType: '' }), "errorType of the rule 'adult' is ''"],
  ['an empty name', () => DataQualityRule.sql('', 'SELECT 1'), "the name of a rule is ''"],
  ['a name of two lines', () => DataQualityRule.notNull('a', { name: 'a\nb' }), 'characters on one line are allowed'],
  ['a name too long to read', () => DataQualityRule.notNull('a', { name: 'x'.repeat(256) }), '1 to 255 characters'],
  ["a header for a column's name", () => DataQualityRule.notNull('User ID'), "the rule not_null has 'User ID', but the name of a column is allowed"],
  ['a column of the platform', () => DataQualityRule.email('__line'), "the rule email has '__line'"],
  ['a bad column in within', () => DataQualityRule.unique('a', { within: ['B'] }), "within of the rule unique of 'a' has 'B'"],
  ['the column itself in within', () => DataQualityRule.unique('a', { within: ['a'] }), "within of the rule unique of 'a' has 'a', but other columns are allowed"],
  ['an empty set', () => DataQualityRule.inSet('a', []), "values of the rule inSet of 'a' is empty"],
  ['an empty pattern', () => DataQualityRule.matches('a', ''), "the pattern of the rule matches of 'a' is ''"],
  ['a range without limits', () => DataQualityRule.range('a', {}), "the rule range of 'a' has neither min nor max, but one limit at least is needed"],
  ['a range upside down', () => DataQualityRule.range('a', { min: 2, max: 1 }), "the rule range of 'a' has min 2 and max 1"],
  ['an endless range', () => DataQualityRule.range('a', { min: Infinity }), "min of the rule range of 'a' is Infinity, but a finite number is allowed"],
  ['a length without limits', () => DataQualityRule.length('a', {}), "the rule length of 'a' has neither min nor max"],
  ['half a character', () => DataQualityRule.length('a', { min: 0.5 }), "min of the rule length of 'a' is 0.5, but a whole number from 0 is allowed"],
  ['a negative length', () => DataQualityRule.length('a', { max: -1 }), "max of the rule length of 'a' is -1"],
  ['a row count without limits', () => DataQualityRule.rowCount({}), 'the rule rowCount has neither min nor max'],
  ['a row count upside down', () => DataQualityRule.rowCount({ min: 5, max: 4 }), 'the rule rowCount has min 5 and max 4'],
  ['no age', () => DataQualityRule.freshness('a', Duration.seconds(0)), "maxAge of the rule freshness of 'a' is 0 seconds, but whole seconds from 1 are allowed"],
  ['a split second', () => DataQualityRule.freshness('a', Duration.millis(1500)), "maxAge of the rule freshness of 'a' is 1.5 seconds"],
  ['a ratio over 1', () => DataQualityRule.notNull('a', { maxFailRatio: 5 }), "maxFailRatio of the rule 'not_null_a' is 5, but a number from 0 to 1 is allowed; write 0.05 for 5 percent"],
  ['a ratio under 0', () => DataQualityRule.notNull('a', { maxFailRatio: -0.1 }), "maxFailRatio of the rule 'not_null_a' is -0.1"],
  ['no ratio', () => DataQualityRule.notNull('a', { maxFailRatio: NaN }), "maxFailRatio of the rule 'not_null_a' is NaN"],
  ['a reference to many objects', () => ReferenceData.csv(new Bucket(newStack(), 'B'), 'countries/*', 'code'), "the key of reference data is 'countries/*'"],
  ['a reference without a key', () => ReferenceData.csv(new Bucket(newStack(), 'B'), '', 'code'), "the key of reference data is ''"],
  ['a header of reference data', () => ReferenceData.csv(new Bucket(newStack(), 'B'), 'a.csv', 'Country Code'), "reference data has 'Country Code'"],
])('refuses %s', (_, rule, message) => {
  expect(rule).toThrow(message);
});

test('leaves values that are known only on deployment alone', () => {
  const later = Lazy.number({ produce: () => 5 });
  expect(() => DataQualityRule.range('a', { min: later, max: 1, maxFailRatio: later })).not.toThrow();
});
