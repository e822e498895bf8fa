import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { App, attachCustomSynthesis, Aws, CfnParameter, Fn, Lazy, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { file, newGate, temporaryDirectory } from './helpers';
import { CsvFormat, DataQualityRule, DataQualityRules, RedshiftWarehouse, ReferenceData, SchemaEvolvingCsvLoader } from '../../src';

const APP = temporaryDirectory();
const OUT = path.join(APP, 'cdk.out');

let directories = 0;
const temporaryOut = () => path.join(APP, `out${++directories}`);

function written(directory: string): { [name: string]: any } {
  const names = readdirSync(directory).filter((name) => name.endsWith('.quality.json'));
  return Object.fromEntries(names.map((name) => [name, JSON.parse(readFileSync(path.join(directory, name), 'utf8'))]));
}

test('the assembly says how the rules of a gate and a loader see a file', () => {
  const app = new App({ outdir: OUT });
  const stack = new Stack(app, 'Crm');
  const lists = new Bucket(stack, 'Lists');
  const ratio = new CfnParameter(stack, 'Lands', { default: 'lands.csv' });
  const rules = DataQualityRules.of(
    DataQualityRule.notNull('user_id'),
    DataQualityRule.foreignKey('land', ReferenceData.csv(lists, `lists/${ratio.valueAsString}`, 'code')),
    DataQualityRule.python(file(APP, 'quality_rules.py', 'PYTHON_DATA_QUALITY_RULES = []')),
  );
  newGate({
    rules,
    pipelineName: 'gate',
    prefix: 'in/',
    key: ['user_id'],
    columnMapping: { Mail: 'email' },
    csv: CsvFormat.of({ delimiter: ';', dateFormats: ['DD/MM/YYYY'] }),
    maxFailRatio: 0.1,
    unmaskedColumns: ['land'],
  }, stack);
  const warehouse = new RedshiftWarehouse(stack, 'Warehouse');
  new SchemaEvolvingCsvLoader(stack, 'Loader', { warehouse, table: 'crm.customers', rules, primaryKey: ['id'], pipelineName: 'loader', columnMapping: { Nr: 'id' }, columnTypes: { land: 'char(2)' } });
  new SchemaEvolvingCsvLoader(stack, 'Plain', { warehouse, table: 'crm.orders', primaryKey: ['id'], pipelineName: 'plain' });
  app.synth();

  const files = written(OUT);
  expect(Object.keys(files)).toEqual(['Crm.gate.quality.json', 'Crm.loader.quality.json']);
  const foreignKey = {
    name: 'foreign_key_land',
    kind: 'foreign_key',
    column: 'land',
    parameters: { bucket: expect.stringMatching(/^\$\{Lists[0-9A-F]{8}\}$/), key: 'lists/${Lands}', reference_column: 'code' },
  };
  expect(files['Crm.gate.quality.json']).toEqual({
    pipeline: 'gate',
    csv: { delimiter: ';', quote: '"', null_values: [''], date_formats: ['DD/MM/YYYY'] },
    column_mapping: { Mail: 'email' },
    key: ['user_id'],
    quality: {
      rules: [{ name: 'not_null_user_id', kind: 'not_null', column: 'user_id' }, foreignKey],
      rules_files: [{ name: 'quality_rules.py', url: '../quality_rules.py' }],
      max_fail_ratio: 0.1,
      report_prefix: 'reports/in/',
      unmasked_columns: ['land'],
    },
  });
  expect(files['Crm.loader.quality.json']).toMatchObject({
    pipeline: 'loader', csv: { quote: '"' }, column_mapping: { Nr: 'id' }, column_types: { land: 'CHAR(2)' }, key: ['id'], quality: { rules: [{ column: 'user_id' }, foreignKey] },
  });
  expect(JSON.stringify(files)).not.toContain('Token[');
  expect(JSON.stringify(files)).not.toContain(APP);
});

test('the custom synthesis of the pipeline itself is left to its user', () => {
  const outdir = path.join(APP, 'custom');
  const app = new App({ outdir });
  const onSynthesize = jest.fn();
  attachCustomSynthesis(newGate({ pipelineName: 'crm' }, new Stack(app, 'Dev')) as never, { onSynthesize });
  app.synth();

  expect(onSynthesize).toHaveBeenCalledTimes(1);
  expect(Object.keys(written(outdir))).toEqual(['Dev.crm.quality.json']);
});

test.each<[string, (stack: Stack) => string, string]>([
  ['a parameter', (stack) => new CfnParameter(stack, 'Name').valueAsString, 'Dev.-Name-.quality.json'],
  ['a Region', () => `crm-${Aws.REGION}`, 'Dev.crm--AWS-Region-.quality.json'],
  ['a part of a parameter', (stack) => Fn.select(1, Fn.split('/', new CfnParameter(stack, 'Name').valueAsString)), 'Dev.-1.-.-Name-.quality.json'],
  ['what is known at the end', () => Lazy.string({ produce: () => 'late' }), 'Dev.late.quality.json'],
])('a pipeline whose name holds %s has a file that any file system takes', (_, nameIn, fileName) => {
  const outdir = temporaryOut();
  const app = new App({ outdir });
  const stack = new Stack(app, 'Dev');
  newGate({ pipelineName: nameIn(stack) }, stack);
  app.synth();
  expect(Object.keys(written(outdir))).toEqual([fileName]);
});

test('pipelines whose names differ in letter case have files that no file system takes for one, the same at each synth', () => {
  const outdir = temporaryOut();
  const app = new App({ outdir });
  const stack = new Stack(app, 'Dev');
  newGate({ pipelineName: 'crm', prefix: 'one/' }, stack, 'One');
  newGate({ pipelineName: 'CRM', prefix: 'other/' }, stack, 'Other');
  app.synth();
  app.synth({ force: true });

  const files = written(outdir);
  expect(Object.keys(files).sort()).toEqual([expect.stringMatching(/^Dev\.CRM-[0-9a-f]{8}\.quality\.json$/), 'Dev.crm.quality.json']);
  expect(Object.values(files).map(({ pipeline }) => pipeline).sort()).toEqual(['CRM', 'crm']);
});

test('stacks whose ids and scopes hold a slash, and nested ones, have a file each', () => {
  const outdir = temporaryOut();
  const app = new App({ outdir });
  const stack = new Stack(new Construct(app, 'a/b'), 'c/d');
  newGate({ pipelineName: 'crm' }, stack, 'In/coming');
  newGate({ pipelineName: 'crm' }, new NestedStack(stack, 'Nested'));
  app.synth();
  expect(Object.keys(written(outdir))).toHaveLength(2);
});

test('stacks and stages whose pipelines have one name keep a file each', () => {
  const outdir = path.join(APP, 'stages');
  const app = new App({ outdir });
  ['Dev', 'Prod'].forEach((name) => newGate({ pipelineName: 'crm' }, new Stack(app, name)));
  newGate({ pipelineName: 'crm' }, new Stack(new Stage(app, 'Test'), 'Crm'));
  app.synth();

  expect(Object.keys(written(outdir))).toEqual(['Dev.crm.quality.json', 'Prod.crm.quality.json']);
  expect(Object.keys(written(path.join(outdir, 'assembly-Test')))).toEqual([expect.stringMatching(/Crm.*\.crm\.quality\.json$/)]);
});
