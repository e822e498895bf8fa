import { truncateSync } from 'fs';
import * as path from 'path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { file, newGate, temporaryDirectory } from './helpers';
import { DataQualityRule, DataQualityRules, ReferenceData } from '../../src';
import { joined, newLoader, newStack, resources, rightsOf } from '../csv-loading/helpers';

const directory = temporaryDirectory();
const rulesFile = (name = 'quality_rules.py', text = 'SQL_DATA_QUALITY_RULES = {}\n'): string => file(directory, name, text);

test('refuses a set without rules', () => {
  expect(() => DataQualityRules.of()).toThrow('the set of rules is empty, but one rule at least is needed');
});

test('refuses two rules of one name, which default names may be', () => {
  expect(() => DataQualityRules.of(DataQualityRule.unique('email'), DataQualityRule.notNull('email'), DataQualityRule.unique('email', { within: ['country'] })))
    .toThrow("the name 'unique_email' is that of more than one rule, but each name once is allowed; give one of them another name");
});

test('refuses rules that a job cannot be told, and takes those that just fit', () => {
  const overhead = Buffer.byteLength(JSON.stringify([DataQualityRule.inSet('a', [''])._json]));
  const ofBytes = (bytes: number) => DataQualityRules.of(DataQualityRule.inSet('a', ['ü'.repeat((bytes - overhead) / 2)]));
  const even = 60 * 1024 - (60 * 1024 - overhead) % 2;
  expect(() => ofBytes(even)).not.toThrow();
  expect(() => ofBytes(even + 2)).toThrow(/the rules take 614\d\d bytes of the job's arguments, but 61440 are allowed; .*DataQualityRule\.foreignKey.*DataQualityRule\.python/);
});

describe('a rules file', () => {
  test('is one from the directory in which the app is run', () => {
    const relative = path.relative(process.cwd(), rulesFile());
    expect(() => DataQualityRules.fromFile(relative)).not.toThrow();
  });

  test.each<[string, () => string, string]>([
    ['is missing', () => path.join(directory, 'missing.py'), 'but there is no file'],
    ['is a directory', () => directory, 'is no regular file; name the Python file itself'],
    ['is empty', () => rulesFile('empty.py', ''), 'has 0 bytes, but 1 to 1048576 are allowed'],
    ['is larger than 1 MiB', () => rulesFile('large.py', '#'.repeat(1024 * 1024 + 1)), 'has 1048577 bytes'],
  ])('that %s is refused', (_, given, message) => {
    expect(() => DataQualityRules.fromFile(given())).toThrow(message);
  });

  test('may have 1 MiB', () => {
    const largest = rulesFile('largest.py');
    truncateSync(largest, 1024 * 1024);
    expect(() => DataQualityRules.fromFile(largest)).not.toThrow();
  });

  test('is refused twice, and beside another of its name', () => {
    expect(() => DataQualityRules.of(DataQualityRule.python(rulesFile()), DataQualityRule.python(rulesFile())))
      .toThrow("the name 'quality_rules.py' is that of more than one rules file");
  });

  test('goes to the job with rules in code, which may read it and no other asset', () => {
    const gate = newGate({ rules: DataQualityRules.of(DataQualityRule.python(rulesFile()), DataQualityRule.notNull('email')) });
    const template = Template.fromStack(Stack.of(gate));
    const [job] = resources(template, 'AWS::Glue::Job');
    const { quality } = JSON.parse(joined(job.Properties.DefaultArguments['--settings']));
    expect(quality.rules).toEqual([{ name: 'not_null_email', kind: 'not_null', column: 'email' }]);
    expect(quality.rules_files).toEqual([{ name: 'quality_rules.py', url: expect.stringMatching(/^\$\{s3:\/\/.*\/[0-9a-f]{64}\.py\}$/) }]);
    const [, object] = /([0-9a-f]{64}\.py)$/.exec(quality.rules_files[0].url.slice(0, -1))!;
    const readers = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Resource }) => JSON.stringify(Resource).includes(object));
    expect(readers.map(({ Action }) => Action)).toEqual(['s3:GetObject']);
    expect(joined(readers[0].Resource)).toMatch(new RegExp(`:s3:::[^*]*/${object.replace('.', '\\.')}$`));
  });
});

test('may be given to two pipelines', () => {
  const stack = newStack();
  const rules = DataQualityRules.of(DataQualityRule.python(rulesFile()), DataQualityRule.notNull('email'));
  const gate = newGate({ rules, prefix: 'incoming/' }, stack);
  newLoader({ rules, prefix: 'customers/' }, stack);
  const settings = resources(Template.fromStack(Stack.of(gate)), 'AWS::Glue::Job').map(({ Properties }) => JSON.parse(joined(Properties.DefaultArguments['--settings'])));
  expect(settings).toHaveLength(2);
  expect(settings[0].quality.rules).toEqual(settings[1].quality.rules);
  expect(settings[0].quality.rules_files).toEqual(settings[1].quality.rules_files);
});

test('let the job read the one object of reference data by its version, learn that it is missing, and use its key', () => {
  const stack = newStack();
  const reference = new Bucket(stack, 'Reference', { encryptionKey: new Key(stack, 'Key') });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
  DataQualityRules.of(DataQualityRule.foreignKey('country', ReferenceData.csv(reference, 'lists/countries.csv', 'code')))._bind(stack, role);
  expect(rightsOf(Template.fromStack(stack), 'RoleDefaultPolicy')).toEqual([
    's3:GetObject s3:GetObjectVersion on ${Reference.Arn}/lists/countries.csv',
    's3:ListBucket on ${Reference.Arn} (lists/countries.csv*)',
    'kms:Decrypt on ${Key.Arn}',
  ]);
});
