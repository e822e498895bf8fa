import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { App, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newReplication, newSource } from './helpers';
import { OracleSource, ReplicationCapacity, ReplicationMode } from '../../src';
import { ConfigurationError } from '../../src/errors';
import { oracleSettings } from '../../src/replication/endpoint-settings';
import { newStack } from '../csv-loading/helpers';

const folder = mkdtempSync(path.join(tmpdir(), 'connection-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(content: unknown): string {
  const file = path.join(folder, `${++files}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('tables', () => {
  test.each<[string, string[], string]>([
    ['none', [], "tables is empty, but one table or pattern at least is needed; write for example ['CRM.%', 'SALES.ORDERS']"],
    ['one without a schema', ['ORDERS'], "tables has 'ORDERS', but 'SCHEMA.TABLE' is allowed"],
    ['one with a database', ['ORCL.CRM.ORDERS'], "tables has 'ORCL.CRM.ORDERS'"],
    ['one without a table', ['CRM.'], "tables has 'CRM.'"],
    ['an asterisk', ['CRM.*'], "in which '%' stands for any characters"],
    ['quotes', ['"CRM"."Orders"'], 'without quotes'],
    ['a set of characters', ['CRM.[AB]%'], 'brackets'],
    ['a blank', ['CRM.MY ORDERS'], "tables has 'CRM.MY ORDERS'"],
    ['a name that is too long', [`CRM.${'X'.repeat(129)}`], 'each of 1 to 128 bytes'],
    ['a name that only the deployment knows', [Lazy.string({ produce: () => 'CRM.A' })], "tables has 'a value that only the deployment knows'"],
    ['names that only the deployment knows', Lazy.list({ produce: () => ['CRM.A'] }), "tables has 'a value that only the deployment knows'"],
    ['a pattern of schemas', ['C%.ORDERS'], "tables has 'C%.ORDERS' without targetSchema, but then the names of schemas have to be written out"],
  ])('are refused: %s', (_, tables, message) => {
    expect(() => newReplication({ tables })).toThrow(ConfigurationError);
    expect(() => newReplication({ tables })).toThrow(message);
  });

  test.each<[string[], string[], string]>([
    [['CRM.%'], ['CRM.%'], 'excludeTables takes away all that tables has (CRM.%)'],
    [['CRM.ORDERS', 'CRM.ORDER_ITEMS'], ['%.ORDER%'], 'excludeTables takes away all that tables has (CRM.ORDERS, CRM.ORDER_ITEMS)'],
    [['CRM.A_C'], ['CRM.___'], 'takes away all'],
  ])('%p without %p leave nothing', (tables, excludeTables, message) => {
    expect(() => newReplication({ tables, excludeTables })).toThrow(message);
  });

  test.each<[string[], string[]]>([
    [['CRM.%'], ['CRM.TMP%']], [['CRM.%'], ['CRM._']], [['CRM.ORDERS'], ['CRM.ORDER']], [['CRM.A%'], ['CRM.A_']], [['CRM.A+B'], ['CRM.A.B'.replace('A.', 'A')]],
  ])('%p without %p leave something', (tables, excludeTables) => {
    expect(() => newReplication({ tables, excludeTables })).not.toThrow();
  });

  test('of which nothing is left are warned of', () => {
    const stack = newStack();
    newReplication({ tables: ['CRM.ORDERS', 'CRM.TMP1'], excludeTables: ['CRM.TMP%'] }, stack);
    Annotations.fromStack(stack).hasWarning('/Test/Replication', Match.stringLikeRegexp('tables has CRM.TMP1, of which excludeTables leaves nothing'));
  });

  test('that are left out, and are not there, are warned of', () => {
    const stack = newStack();
    newReplication({ tables: ['CRM.%', 'SALES.ORDERS'], excludeTables: ['CRM.TMP%', 'SALES.TMP%', '%.OLD'] }, stack);
    Annotations.fromStack(stack).hasWarning('/Test/Replication', Match.stringLikeRegexp('^excludeTables has SALES.TMP%, of which tables has nothing; correct it, or take it out'));
  });

  test('in lower case are warned of: DMS tells letters apart, and Oracle makes them upper case', () => {
    const stack = newStack();
    newReplication({ tables: ['crm.%'], excludeTables: ['crm.tmp%'] }, stack);
    const annotations = Annotations.fromStack(stack);
    annotations.hasWarning('/Test/Replication', Match.stringLikeRegexp('tables has crm.% with lower case letters.*write CRM.% unless that is meant'));
    annotations.hasWarning('/Test/Replication', Match.stringLikeRegexp('excludeTables has crm.tmp%'));
  });

  test.each(['CRM.ORDER_ITEMS', 'CRM.ORDERS$', 'CRM#1.%', 'ÜBER.GRÖSSE', 'CRM.ORDERS-2024'])('are taken as Oracle has them: %s', (table) => {
    const stack = newStack();
    newReplication({ tables: [table] }, stack);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('a capacity', () => {
  test.each<[string, () => unknown, string]>([
    ['units that DMS does not have', () => ReplicationCapacity.serverless({ max: 3 }), 'max of ReplicationCapacity.serverless is 3, but one of 1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384 is allowed'],
    ['no units', () => ReplicationCapacity.serverless({ min: 0 }), 'min of ReplicationCapacity.serverless is 0'],
    ['more at least than at most', () => ReplicationCapacity.serverless({ min: 16, max: 8 }), 'min of ReplicationCapacity.serverless is 16 and max 8, but a min up to max is allowed'],
    ['an instance of another service', () => ReplicationCapacity.instance('r6i.large'), "instanceClass of ReplicationCapacity.instance is 'r6i.large', but a class of DMS is allowed; write for example 'dms.r6i.large'"],
    ['a disk that is too small', () => ReplicationCapacity.instance('dms.t3.medium', { allocatedStorage: Size.gibibytes(4) }), 'is 4 GiB, but whole gibibytes from 5 to 6144 are allowed'],
    ['a part of a gibibyte', () => ReplicationCapacity.instance('dms.t3.medium', { allocatedStorage: Size.mebibytes(5632) }), 'is 5.5 GiB'],
  ])('is refused: %s', (_, act, message) => {
    expect(act).toThrow(ConfigurationError);
    expect(act).toThrow(message);
  });

  test('with a high minimum has at least that', () => {
    expect(ReplicationCapacity.serverless({ min: 64 }).isEqualTo(ReplicationCapacity.serverless({ min: 64, max: 64 }))).toBe(true);
    expect(ReplicationCapacity.DEFAULT.isEqualTo(ReplicationCapacity.serverless({ min: 1, max: 16 }))).toBe(true);
    expect(ReplicationCapacity.DEFAULT.isEqualTo(ReplicationCapacity.instance('dms.t3.medium'))).toBe(false);
  });
});

describe('props', () => {
  test.each<[string, Parameters<typeof newReplication>[0], string]>([
    ['an interval that SQS does not have', { mergeInterval: Duration.minutes(6) }, 'mergeInterval is 360 seconds, but whole seconds from 0 to 300 are allowed, which is what Lambda can gather messages for; write for example Duration.minutes(5)'],
    ['a lag of a full load', { mode: ReplicationMode.FULL_LOAD, maxLag: Duration.minutes(10) }, 'maxLag is set with ReplicationMode.FULL_LOAD, but a full load has no changes that could lag'],
    ['a lag that every change has', { maxLag: Duration.minutes(5) }, 'maxLag is 300 seconds, but whole minutes up to a day are allowed, longer than mergeInterval (300 seconds)'],
    ['a lag in seconds', { maxLag: Duration.seconds(601) }, 'maxLag is 601 seconds'],
    ['a schema in upper case', { targetSchema: 'CRM' }, "targetSchema is 'CRM', but 1 to 127 lower case letters"],
    ['a folder for a schema file', { schemaFile: folder }, `schemaFile is '${folder}', but that is a folder, and a file is allowed`],
    ['a folder for a driver', { oracleDriverJar: folder }, `oracleDriverJar is '${folder}', but that is a folder`],
    ['a schema file that is not there', { schemaFile: 'no.sql' }, "schemaFile is 'no.sql', but there is no such file"],
    ['a driver that is not there', { oracleDriverJar: 'no.jar' }, "oracleDriverJar is 'no.jar', but there is no such file"],
    ['a LOB of nothing', { maxLobSize: Size.kibibytes(0) }, 'maxLobSize in kibibytes is 0, but whole kibibytes from 1 to 102400 are allowed'],
    ['half a LOB', { maxLobSize: Size.bytes(512) }, 'maxLobSize in kibibytes is 0.5'],
    ['no table at a time', { tablesSideBySide: 0 }, 'tablesSideBySide is 0, but whole tables from 1 to 32 are allowed'],
    ['a check every second', { checkInterval: Duration.seconds(1) }, 'checkInterval in minutes is'],
    ['a check every day', { checkInterval: Duration.days(1) }, 'checkInterval in minutes is 1440'],
  ])('are refused: %s', (_, props, message) => {
    expect(() => newReplication(props)).toThrow(ConfigurationError);
    expect(() => newReplication(props)).toThrow(message);
  });

  test.each<[string, string, string]>([
    ['nothing', ' \n', 'but it has no statement, and no table would be made; give the converted file, create_redshift_schema.sql'],
    ['nothing but remarks', '\ufeff-- to do: SELECT\n/* CREATE TABLE t (id INT); */;\n', 'has no statement'],
    ["Oracle's texts", 'CREATE TABLE crm.t (\n  id INT,\n  name VARCHAR2(40 CHAR));', "whose line 3 has 'VARCHAR2', but it is applied to Redshift, which does not know Oracle's types; give the converted file"],
    ["Oracle's national texts", 'create table crm.t (name nvarchar2(40))', "whose line 1 has 'nvarchar2'"],
    ["Oracle's numbers", '/* a\n b */ CREATE TABLE crm.t (id NUMBER (10,2))', "whose line 2 has 'NUMBER (1'"],
    ["Oracle's numbers of any precision", 'CREATE TABLE crm.t (id NUMBER(*,2))', "has 'NUMBER(*'"],
    ["Oracle's constraints", "CREATE TABLE crm.t (c VARCHAR(9) DEFAULT 'it''s -- ' NOT NULL\n ENABLE)", "has 'NOT NULL ENABLE'"],
  ])('a schema file with %s is refused', (_, content, message) => {
    expect(() => newReplication({ schemaFile: fileOf(content) })).toThrow(ConfigurationError);
    expect(() => newReplication({ schemaFile: fileOf(content) })).toThrow(message);
  });

  test('a schema file may have words of Oracle in remarks, texts and names, and those that only look like them', () => {
    const content = `-- was VARCHAR2(40)\n/* NUMBER(5) NOT NULL ENABLE */ CREATE TABLE crm.t ("VARCHAR2(" INT, number INT, n INT NOT NULL);
      COMMENT ON TABLE crm.t IS 'it''s VARCHAR2(40) in Oracle'; CREATE VIEW crm.v AS SELECT ROW_NUMBER() OVER (ORDER BY n), TO_NUMBER('1', '9') FROM crm.t`;
    expect(() => newReplication({ schemaFile: fileOf(content) })).not.toThrow();
  });

  test('LOBs that are longer than what a VARCHAR holds are warned of', () => {
    const stack = newStack();
    newReplication({ maxLobSize: Size.kibibytes(65) }, stack);
    Annotations.fromStack(stack).hasWarning('/Test/Replication', Match.stringLikeRegexp('maxLobSize is 65 KiB, but a VARCHAR of Redshift holds 65,535 bytes.*each fails the merge of its file.*longTexts'));
  });

  test('LOBs of up to 64 KiB are not', () => {
    const stack = newStack();
    newReplication({ maxLobSize: Size.kibibytes(64) }, stack);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('maxLobSize'));
  });

  test('a secret of another Region is refused', () => {
    const stack = new Stack(new App(), 'Test', { env: { account: '123456789012', region: 'eu-central-1' } });
    const secret = Secret.fromSecretCompleteArn(stack, 'Secret', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:crm-AbCdEf');
    expect(() => newReplication({ source: OracleSource.fromSecret(secret, { serviceName: 'X' }) }, stack)).toThrow('is in the Region us-east-1');
  });

  test('a staging bucket of another account is refused', () => {
    const stack = new Stack(new App(), 'Test', { env: { account: '123456789012', region: 'eu-central-1' } });
    const stagingBucket = Bucket.fromBucketAttributes(stack, 'Staging', { bucketName: 'staging', account: '210987654321', region: 'eu-central-1' });
    expect(() => newReplication({ stagingBucket }, stack)).toThrow("stagingBucket 'Test/Staging' is in the account 210987654321");
  });

  test('a network of one zone is refused', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Small', { availabilityZones: ['a'] });
    expect(() => newReplication({ vpc }, stack)).toThrow('offers 1 subnet(s) in 1 Availability Zone(s), but DMS asks for two zones at least');
  });
});

describe('a source', () => {
  const stack = newStack();

  test.each<[string, object, string]>([
    ['without a service name', { serviceName: undefined }, "serviceName of OracleSource.fromSecret is missing, but it says which database of the host is meant; write for example serviceName: 'ORCLPDB1'"],
    ['with a whole connection string', { serviceName: 'host:1521/ORCL' }, "serviceName of OracleSource.fromSecret is 'host:1521/ORCL'"],
    ['with a URL for a host', { host: 'jdbc:oracle://db' }, "host of OracleSource.fromSecret is 'jdbc:oracle://db', but a host name or an IPv4 address is allowed, without protocol and port"],
    ['with a port that there is not', { port: 70_000 }, 'port of OracleSource.fromSecret is 70000, but a whole number from 1 to 65535 is allowed'],
    ['with more decimals than a NUMERIC has', { numberScale: 38 }, 'numberScale of OracleSource.fromSecret is 38, but whole numbers from 0 to 37 are allowed'],
    ['with half a decimal', { numberScale: 1.5 }, 'numberScale of OracleSource.fromSecret is 1.5'],
    ['with an attribute that has no value', { extraConnectionAttributes: 'archivedLogsOnly' }, "has a part without '='"],
    ['with a password in an attribute', { extraConnectionAttributes: 'asm_user=a;asmPassword=tiger' }, "has 'asmPassword', but a template is no place for a password"],
    ['with an attribute of the construct', { extraConnectionAttributes: 'trimSpaceInChar=true' }, "has 'trimSpaceInChar', which is set by the construct"],
  ])('%s is refused', (_, options, message) => {
    expect(() => newSource(stack, options)).toThrow(ConfigurationError);
    expect(() => newSource(stack, options)).toThrow(message);
  });

  test('with an attribute that sets again what the construct sets is refused, in any letter case', () => {
    const set = Object.keys(oracleSettings(newSource(stack, {}), new Role(stack, 'Role', { assumedBy: new AnyPrincipal() })));
    expect(set).toContain('numberDatatypeScale');
    for (const name of [...set, ...set.map((each) => each.toUpperCase()), 'numberDataTypeScale', 'ConvertTimestampWithZoneToUTC']) {
      expect(() => newSource(stack, { extraConnectionAttributes: `retryInterval=10; ${name} = 20` })).toThrow(`has '${name}', `);
    }
    expect(() => newSource(stack, { extraConnectionAttributes: 'useBfile=true' })).toThrow('use the option binaryReader');
  });

  test('never shows a password that it refuses', () => {
    expect(messageOf(() => newSource(stack, { extraConnectionAttributes: 'asmPassword=tiger' }))).not.toContain('tiger');
  });
});

describe('a connection file', () => {
  const stack = newStack();
  const read = (content: unknown, options: object = {}): OracleSource => newSource(stack, {
    serviceName: undefined, configFile: fileOf(content), ...options,
  });

  test('has what is no secret', () => {
    expect(read({ serviceName: 'ORCLPDB1', host: '10.0.0.12', port: 1522 })).toMatchObject({ serviceName: 'ORCLPDB1', host: '10.0.0.12', port: 1522 });
    expect(read('\ufeff{"host": "db"}', { serviceName: 'X' })).toMatchObject({ serviceName: 'X', host: 'db' });
  });

  test('of the example is taken', () => {
    expect(newSource(stack, { serviceName: undefined, configFile: path.join(__dirname, '..', '..', 'examples', 'platform', 'oracle-connection.json') }).serviceName).toBe('ORCLPDB1');
  });

  test.each<[string, unknown, string]>([
    ['a password', { serviceName: 'X', password: 'tiger' }, "has a password or the like in its field 'password'"],
    ['a password under another name', { serviceName: 'X', dbPwd: 'tiger' }, "in its field 'dbPwd'"],
    ['a secret', { serviceName: 'X', clientSecret: 'tiger' }, "in its field 'clientSecret'"],
    ['a password in a URL', { serviceName: 'X', host: 'oracle://scott:tiger@db' }, "in its field 'host'"],
    ['a password in a connect string', { serviceName: 'scott/tiger@ORCL' }, "in its field 'serviceName'"],
    ['a password in a connection string', { serviceName: 'X;Password = tiger' }, "in its field 'serviceName'"],
    ['a password deeper down', { serviceName: 'X', oracle: { password: 'tiger' } }, "in its field 'oracle'"],
    ['a user', { serviceName: 'X', username: 'scott' }, "has the field 'username', but only serviceName, host, port are allowed; the user is in the secret, take it out"],
    ['a misspelt field', { service_name: 'X' }, "has the field 'service_name', but only serviceName, host, port are allowed; did you mean serviceName?"],
    ['an unknown field', { serviceName: 'X', sslMode: 'none' }, "has the field 'sslMode', but only serviceName, host, port are allowed; take it out"],
    ['several unknown fields', { service: 'X', hostname: 'db', sid: 'X', sslMode: 'none' }, "has the fields 'service', 'hostname', 'sid', 'sslMode', but only serviceName, host, port are allowed;"
      + " 'service': did you mean serviceName?; 'hostname': did you mean host?; 'sid': did you mean serviceName?; 'sslMode': take it out"],
    ['a password beside an unknown field', { sslMode: 'none', password: 'tiger' }, "has a password or the like in its field 'password'"],
    ['a port in quotes', { serviceName: 'X', port: '1521' }, 'port in configFile'],
    ['a service name that is a number', { serviceName: 7 }, 'serviceName in configFile'],
    ['a host that is no host', { serviceName: 'X', host: 'db:1521' }, 'host in configFile'],
    ['no service name', { host: 'db' }, 'is missing'],
    ['a list', ['X'], 'holds no JSON object'],
    ['no JSON', '{"password": "tiger"', 'is not JSON'],
  ])('with %s is refused, and its content not shown', (_, content, message) => {
    expect(() => read(content)).toThrow(ConfigurationError);
    expect(() => read(content)).toThrow(message);
    expect(messageOf(() => read(content))).toMatch(/'.*\d+\.json'/);
    expect(messageOf(() => read(content))).not.toContain('tiger');
  });

  test('that is a folder is refused', () => {
    expect(() => newSource(stack, { serviceName: undefined, configFile: folder })).toThrow(`configFile is '${folder}', but that is a folder, and a file is allowed`);
  });

  test('that is not there is refused', () => {
    expect(() => newSource(stack, { serviceName: undefined, configFile: 'no.json' })).toThrow("configFile is 'no.json', but there is no such file");
  });

  test('cannot say again what is said already', () => {
    expect(() => read({ serviceName: 'X' }, { serviceName: 'Y' })).toThrow('serviceName of OracleSource.fromSecret is given, and configFile');
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
