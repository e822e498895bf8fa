import { runInNewContext } from 'vm';
import { App, Duration, Lazy, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnBucket, Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import {
  CsvFormat, DataQualityGate, DataQualityRule, DataQualityRules, GlueCapacity, RedshiftWarehouse, ReferenceData, RuleSeverity,
  SchemaEvolvingCsvLoader, WarehouseAccess,
} from '../../src';
import { BUCKET, DURATION } from '../../src/common/aws-kinds';
import { BOOLEAN, Kind, listOf, mapOf, NAME, NUMBER, oneOf, optional, shown, struct, TEXT } from '../../src/common/kinds';
import { requireProps } from '../../src/common/require-kinds';
import { ConfigurationError } from '../../src/errors';

/** As from JavaScript, which has no types. */
const js = (value: unknown): any => value;

const OPTIONS = struct<{ column: string; limit?: number }>({ column: TEXT, limit: optional(NUMBER) });

test.each<[Kind<any>, unknown, string]>([
  [TEXT, 5, "x is 5, but text is allowed; write it as a string, such as 'customers'"],
  [TEXT, null, 'x is null, but text is allowed'],
  [NAME, ' ', "x is ' ', but text that is not empty is allowed"],
  [NUMBER, '5', "x is '5', but a number is allowed; write it without quotes, such as 10"],
  [NUMBER, null, 'x is null'],
  [BOOLEAN, 'yes', "x is 'yes', but true or false is allowed"],
  [optional(TEXT), null, "x is null, but text is allowed; write it as a string, such as 'customers', or leave it out for the default"],
  [listOf(TEXT), 'user_id', "x is 'user_id', but a list is allowed; write it in brackets, even for one value"],
  [listOf(TEXT), ['a', 5], 'x[1] is 5, but text is allowed'],
  [listOf(TEXT), ['a', ['b', 'c']], 'x[1] is a list of 2'],
  [listOf(TEXT), [undefined], 'x[0] is undefined'],
  [mapOf(TEXT), ['a'], 'x is a list of 1, but values by name are allowed'],
  [mapOf(TEXT), { Mail: 5 }, "x['Mail'] is 5, but text is allowed"],
  [oneOf('RuleSeverity', RuleSeverity), 'WARN', "x is 'WARN', but one of RuleSeverity.ERROR, RuleSeverity.WARNING is allowed; write for example RuleSeverity.ERROR"],
  [DURATION, 60, 'x is 60, but a Duration is allowed; write for example Duration.minutes(1)'],
  [BUCKET, 'landing', "x is 'landing', but a bucket is allowed; pass a Bucket"],
  [BUCKET, DataQualityRules, 'x is the class DataQualityRules, but a bucket is allowed'],
  [BUCKET, new CfnBucket(new Stack(), 'Bucket'), 'x is an object of the class CfnBucket, but a bucket is allowed'],
  [OPTIONS, 'email', "x is 'email', but a plain object is allowed; write for example { column: ... }"],
  [OPTIONS, {}, 'column of x is undefined, but text is allowed'],
  [OPTIONS, { column: 'a', limit: '1' }, "limit of x is '1', but a number is allowed; write it without quotes, such as 10, or leave it out for the default"],
  [OPTIONS, { column: 'a', limt: 1 }, 'limt of x is 1, but only column, limit are known there; correct the name, or leave it out'],
])('says what is wrong with %#', (kind, value, sentence) => {
  expect(kind.fault('x', value)).toContain(sentence);
});

test.each<[Kind<any>, unknown]>([
  [TEXT, ''],
  [TEXT, Lazy.string({ produce: () => 'later' })],
  [NAME, Lazy.string({ produce: () => 'later' })],
  [NUMBER, 0],
  [NUMBER, Lazy.number({ produce: () => 1 })],
  [listOf(TEXT), []],
  [listOf(TEXT), Lazy.list({ produce: () => ['later'] })],
  [mapOf(TEXT), { Mail: 'email' }],
  [optional(TEXT), undefined],
  [oneOf('RemovalPolicy', RemovalPolicy), RemovalPolicy.DESTROY],
  [DURATION, Duration.seconds(Lazy.number({ produce: () => 1 }))],
  [BUCKET, Bucket.fromBucketName(new Stack(), 'Imported', 'landing')],
  [OPTIONS, { column: 'a', limit: undefined, other: undefined }],
])('takes %#', (kind, value) => {
  expect(kind.fault('x', value)).toBeUndefined();
});

test('takes what another copy of aws-cdk-lib has made', () => {
  jest.isolateModules(() => {
    const other = jest.requireActual<typeof import('aws-cdk-lib')>('aws-cdk-lib').Duration.minutes(1);
    expect(other instanceof Duration).toBe(false);
    expect(DURATION.fault('x', other)).toBeUndefined();
  });
});

describe('an object of props', () => {
  class Props {
    public readonly limit = 1;

    public get column() {
      return 'a';
    }
  }

  test.each([
    ['a Map', new Map([['column', 'a']]), 'an object of the class Map'],
    ['a Date', new Date(), 'an object of the class Date'],
    ['an object of a class, whose getters a spread loses', new Props(), 'an object of the class Props'],
    ['an object that borrows its props, which a spread loses', Object.create({ column: 'a' }), 'an object'],
    ['a list', [], 'a list of 0'],
    ['a function', () => 'a', 'the function'],
  ])('is not %s', (_, value, words) => {
    expect(OPTIONS.fault('x', value)).toContain(`x is ${words}`);
    expect(OPTIONS.fault('x', value)).toContain('but a plain object is allowed');
    expect(mapOf(TEXT).fault('x', value)).toContain('but values by name are allowed');
    expect(() => requireProps(new Stack(), value, {})).toThrow('but a plain object is allowed');
  });

  test.each([
    ['one without a prototype', Object.assign(Object.create(null), { column: 'a' })],
    ['one of another realm', runInNewContext("({ column: 'a' })")],
    ['one with a getter of its own', { get column() { return 'a'; } }],
    ['a proxy of one, as languages of jsii may pass', new Proxy({ column: 'a' }, {})],
  ])('is %s', (_, value) => {
    expect(OPTIONS.fault('x', value)).toBeUndefined();
    expect({ ...value }).toEqual({ column: 'a' });
  });
});

test('shows a long text by its beginning', () => {
  expect(shown('x'.repeat(1000))).toBe(`'${'x'.repeat(60)}...'`);
});

describe('from JavaScript', () => {
  const stack = new Stack(new App(), 'Test');
  const bucket = new Bucket(stack, 'Bucket');
  const rules = DataQualityRules.of(DataQualityRule.notNull('email'));
  const warehouse = RedshiftWarehouse.fromProvisionedCluster(stack, 'Cluster', {
    clusterIdentifier: 'analytics', databaseName: 'dev', databaseUser: 'etl', copyRole: js({ roleArn: 'arn', addToPrincipalPolicy: () => undefined }),
  });
  let number = 0;
  const warehouseOf = (props: object) => new RedshiftWarehouse(stack, `Warehouse${++number}`, props);
  const loader = (props: object) => new SchemaEvolvingCsvLoader(stack, `Loader${++number}`, js({ warehouse, table: 'crm.customers', ...props }));
  const gate = (props: object) => new DataQualityGate(stack, `Gate${++number}`, js({ bucket, rules, ...props }));

  test.each<[string, () => unknown, string]>([
    ['rules as a list', () => DataQualityRules.of(js([DataQualityRule.notNull('a'), DataQualityRule.notNull('b')])),
      'rules[0] of DataQualityRules.of is a list of 2, but a DataQualityRule is allowed; write for example DataQualityRule.notNull(\'email\'), and give a list as DataQualityRules.of(...list)'],
    ['a rule that is text', () => DataQualityRules.of(js('notNull')), "rules[0] of DataQualityRules.of is 'notNull'"],
    ['a rules file that is a list', () => DataQualityRules.fromFile(js(['rules.py'])), 'path of DataQualityRules.fromFile is a list of 1, but text that is not empty is allowed'],
    ['a severity that is no choice', () => DataQualityRule.email('email', js({ severity: 'warn' })),
      "severity of DataQualityRule.email is 'warn', but one of RuleSeverity.ERROR, RuleSeverity.WARNING is allowed"],
    ['options that are a severity', () => DataQualityRule.email('email', js(RuleSeverity.WARNING)), "options of DataQualityRule.email is 'warning', but a plain object is allowed"],
    ['a misspelt option', () => DataQualityRule.email('email', js({ Severity: RuleSeverity.WARNING })), "Severity of DataQualityRule.email is 'warning', but only"],
    ['a rule about no column', () => js(DataQualityRule.notNull)(), 'column of DataQualityRule.notNull is undefined, but text is allowed'],
    ['a set that is text', () => DataQualityRule.inSet('country', js('DE')), "values of DataQualityRule.inSet is 'DE', but a list is allowed"],
    ['a set of numbers', () => DataQualityRule.inSet('age', js([1])), 'values[0] of DataQualityRule.inSet is 1'],
    ['limits that are numbers', () => js(DataQualityRule.range)('age', 0, 120), 'options of DataQualityRule.range is 0, but a plain object is allowed; write for example'],
    ['a limit that is text', () => DataQualityRule.length('name', js({ min: '1' })), "min of DataQualityRule.length is '1'"],
    ['a regular expression', () => DataQualityRule.matches('name', js(/a/)), 'pattern of DataQualityRule.matches is an object of the class RegExp, but text is allowed'],
    ['an age that is a number', () => DataQualityRule.freshness('at', js(86400)), 'maxAge of DataQualityRule.freshness is 86400, but a Duration is allowed'],
    ['a share of a file that a rule about files lacks', () => DataQualityRule.rowCount(js({ min: 1, maxFailRatio: 0.1 })), 'maxFailRatio of DataQualityRule.rowCount is 0.1, but only'],
    ['no limits at all', () => js(DataQualityRule.rowCount)(), 'options of DataQualityRule.rowCount is undefined, but a plain object is allowed'],
    ['within that is text', () => DataQualityRule.unique('email', js({ within: 'country' })), "within of DataQualityRule.unique is 'country', but a list is allowed"],
    ['a query that is a list', () => DataQualityRule.sql('a', js(['SELECT 1'])), 'query of DataQualityRule.sql is a list of 1'],
    ['a type that is a class', () => DataQualityRule.ofType('a', js(Number)), 'type of DataQualityRule.ofType is the function Number'],
    ['reference data that is text', () => DataQualityRule.foreignKey('a', js('countries.csv')), "reference of DataQualityRule.foreignKey is 'countries.csv', but a ReferenceData is allowed"],
    ['reference data of a bucket name', () => ReferenceData.csv(js('bucket'), 'a.csv', 'a'), "bucket of ReferenceData.csv is 'bucket', but a bucket is allowed"],
    ['a python rule without a file', () => DataQualityRule.python(''), "file of DataQualityRule.python is '', but text that is not empty is allowed"],
    ['a format that is a delimiter', () => CsvFormat.of(js(';')), "options of CsvFormat.of is ';', but a plain object is allowed"],
    ['null values that are text', () => CsvFormat.of(js({ nullValues: 'NULL' })), "nullValues of CsvFormat.of is 'NULL', but a list is allowed"],
    ['a misspelt format', () => CsvFormat.of(js({ delimeter: ';' })), "delimeter of CsvFormat.of is ';', but only delimiter, quote"],
    ['a capacity in text', () => GlueCapacity.of(js({ maxWorkers: '10' })), "maxWorkers of GlueCapacity.of is '10', but a number is allowed"],
    ['a timeout that is a number', () => GlueCapacity.of(js({ timeout: 60 })), 'timeout of GlueCapacity.of is 60, but a Duration is allowed'],
    ['another capacity', () => GlueCapacity.DEFAULT.isEqualTo(js('default')), "other of GlueCapacity.isEqualTo is 'default', but a GlueCapacity is allowed"],
    ['another format', () => CsvFormat.detect().isEqualTo(js(';')), "other of CsvFormat.isEqualTo is ';', but a CsvFormat is allowed"],
    ['a warehouse of text capacity', () => warehouseOf({ baseCapacity: '8' }), "baseCapacity is '8', but a number is allowed"],
    ['a warehouse of a VPC id', () => warehouseOf({ vpc: 'vpc-1' }), "vpc is 'vpc-1', but a VPC is allowed"],
    ['props that are text', () => warehouseOf('dev' as any), "the props are 'dev', but a plain object is allowed"],
    ['a workgroup without a name', () => RedshiftWarehouse.fromServerlessWorkgroup(stack, 'W4', js({})), "[Test] workgroupName of attributes of 'W4' is undefined"],
    ['a cluster of an ARN', () => RedshiftWarehouse.fromProvisionedCluster(stack, 'W5', js({ clusterIdentifier: 'a', databaseName: 'dev', databaseUser: 'etl', copyRole: 'arn' })),
      "[Test] copyRole of attributes of 'W5' is 'arn', but an IAM role is allowed"],
    ['a schema that is a number', () => warehouse.addSchema(js(5)), 'schemaName of addSchema is 5, but text is allowed'],
    ['an access that is no choice', () => warehouse.grantRunStatements(js({ grantPrincipal: {} }), js('write')), "access of grantRunStatements is 'write', but one of WarehouseAccess.READ"],
    ['a grantee that is text', () => warehouse.grantRunStatements(js('role'), WarehouseAccess.READ), "grantee of grantRunStatements is 'role', but a role"],
    ['a loader without props', () => new SchemaEvolvingCsvLoader(stack, `Loader${++number}`, js(undefined)), 'the props are undefined, but a plain object is allowed; write for example'],
    ['a loader without a warehouse', () => loader({ warehouse: undefined }), 'warehouse is undefined, but a warehouse is allowed; pass a RedshiftWarehouse'],
    ['a loader without a table', () => loader({ table: undefined }), 'table is undefined, but text is allowed'],
    ['a key that is text', () => loader({ primaryKey: 'user_id' }), "primaryKey is 'user_id', but a list is allowed; write it in brackets"],
    ['rules in a loader as a list', () => loader({ rules: [DataQualityRule.notNull('a')] }), 'rules is a list of 1, but a DataQualityRules is allowed; write for example DataQualityRules.of('],
    ['a window in seconds', () => loader({ batchingWindow: 60 }), 'batchingWindow is 60, but a Duration is allowed; write for example Duration.minutes(1), or leave it out for the default'],
    ['a bucket by its name', () => loader({ bucket: 'landing' }), "bucket is 'landing', but a bucket is allowed"],
    ['a prefix that is null', () => loader({ prefix: null }), 'prefix is null, but text is allowed'],
    ['a format in an object', () => loader({ csv: { delimiter: ';' } }), 'csv is an object, but a CsvFormat is allowed'],
    ['a contract that is no choice', () => loader({ schemaContract: 'EVOLVE' }), "schemaContract is 'EVOLVE', but one of SchemaContract.EVOLVE"],
    ['a share that is text', () => loader({ rules, maxFailRatio: '5%' }), "maxFailRatio is '5%', but a number is allowed"],
    ['a gate without a bucket', () => gate({ bucket: undefined }), 'bucket is undefined, but a bucket is allowed'],
    ['a gate without rules', () => gate({ rules: undefined }), 'rules is undefined, but a DataQualityRules is allowed'],
    ['rules in a gate as one rule', () => gate({ rules: DataQualityRule.notNull('a') }), 'rules is an object of the class DataQualityRule, but a DataQualityRules is allowed'],
    ['a topic by its ARN', () => gate({ notificationTopic: 'arn:aws:sns:eu-west-1:123456789012:alarms' }), 'but an SNS topic is allowed'],
  ])('%s is refused with a sentence', (_, act, sentence) => {
    expect(act).toThrow(ConfigurationError);
    expect(act).toThrow(sentence);
  });

  test('the sentence names the construct', () => {
    expect(() => new DataQualityGate(stack, 'Named', js({}))).toThrow('[Test/Named] bucket is undefined');
  });

  test('null is no age, share or role that is left out', () => {
    for (const prop of ['expireAfter', 'role', 'capacity', 'removalPolicy', 'enableEventBridge', 'rowErrors']) {
      expect(() => loader({ [prop]: null })).toThrow(`${prop} is null, but`);
    }
  });
});

describe('a misspelt prop', () => {
  const kinds = { primaryKey: optional(listOf(TEXT)), role: optional(TEXT) };
  const warn = (props: object) => {
    const stack = new Stack(new App(), 'Test');
    requireProps(new Construct(stack, 'Thing'), props, kinds);
    return Annotations.fromStack(stack);
  };

  test.each(['primarykey', 'primary_key', 'PrimaryKey', 'primryKey', 'primaryKeys'])('%s has a warning', (name) => {
    warn({ [name]: ['id'] }).hasWarning('/Test/Thing', Match.stringLikeRegexp(`the prop ${name} is not known and does nothing; write primaryKey.*cdk-customer-data-platform:misspeltProp`));
  });

  test.each(['primaryKey', 'schedule', 'rules', 'key'])('%s has none: it is known, or a subclass may know it', (name) => {
    warn({ [name]: ['id'] }).hasNoWarning('*', Match.anyValue());
  });
});

test('a token of the wrong type is left to its deployment', () => {
  expect(() => GlueCapacity.of({ maxWorkers: Token.asNumber(Lazy.number({ produce: () => 3 })) })).not.toThrow();
});
