import { readFileSync } from 'fs';
import * as path from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import {
  CsvFormat, GlueCapacity, LoaderNotification, RedshiftWarehouse, ReplicationCapacity, ReplicationFileFormat, ReplicationMode, RowErrorPolicy,
  SchemaContract,
} from '../src';
import { newLoader, newStack } from './csv-loading/helpers';
import { newGate, RULES } from './quality/helpers';
import { newReplication, newSource } from './replication/helpers';
import { newFileRuns } from '../src/dispatch/file-runs';
import { fileWords } from '../src/dispatch/file-words';
import { stateMachineTarget } from '../src/dispatch/state-machine-target';

process.env.CDK_VALIDATION = 'true';

/** What CDK's rules find in the templates of the stack's app. */
function findings(stack: Stack): string[] {
  const { directory } = (stack.node.root as App).synth();
  const report = JSON.parse(readFileSync(path.join(directory, 'validation-report.json'), 'utf8'));
  return report.pluginReports.flatMap(({ violations }: any) => violations.map(({ description }: any) => description));
}

test.each<[string, (stack: Stack) => unknown]>([
  ['a new warehouse', (stack) => new RedshiftWarehouse(stack, 'Warehouse')],
  ['a new warehouse in a given network, with limits', (stack) => new RedshiftWarehouse(stack, 'Warehouse', {
    databaseName: 'customers', vpc: new Vpc(stack, 'Network', { availabilityZones: ['a', 'b', 'c'] }), baseCapacity: 16, maxCapacity: 64,
  })],
  ['a loader', (stack) => newLoader({}, stack)],
  ['a loader with all that may be chosen', (stack) => newLoader({
    prefix: 'customers/',
    pipelineName: 'crm',
    csv: CsvFormat.of({ delimiter: ';' }),
    rules: RULES,
    maxFailRatio: 0.1,
    rowErrors: RowErrorPolicy.QUARANTINE_ROWS,
    notifyOn: [LoaderNotification.SCHEMA_CHANGES],
    capacity: GlueCapacity.of({ maxWorkers: 4 }),
    batchingWindow: Duration.seconds(20),
    encryptionKey: new Key(stack, 'Key'),
    archiveAfter: Duration.days(10),
    expireAfter: Duration.days(100),
    expectFileEvery: Duration.hours(12),
  }, stack)],
  ['a loader of given resources', (stack) => newLoader({
    bucket: new Bucket(stack, 'Landing'), stagingBucket: new Bucket(stack, 'Staging'), notificationTopic: new Topic(stack, 'Topic', { masterKey: new Key(stack, 'Key') }),
  }, stack)],
  ['a loader of an imported bucket', (stack) => newLoader({ bucket: Bucket.fromBucketName(stack, 'Landing', 'landing'), enableEventBridge: true }, stack)],
  ['a gate, then a loader', (stack) => {
    const gate = newGate({ prefix: 'incoming/', maxFailRatio: 0.5, unmaskedColumns: ['country'] }, stack);
    newLoader({ bucket: gate.bucket, prefix: gate.passedPrefix }, stack);
  }],
  ['a replication', (stack) => newReplication({ vpc: new Vpc(stack, 'Network') }, stack)],
  ['a replication with all that may be chosen', (stack) => newReplication({
    vpc: new Vpc(stack, 'Network'),
    source: newSource(stack, { host: '10.0.0.12', port: 1522, binaryReader: true, addSupplementalLogging: true, extraConnectionAttributes: 'retryInterval=10' }),
    tables: ['CRM.%', 'SALES.ORDERS'],
    excludeTables: ['CRM.TMP%'],
    targetSchema: 'crm',
    capacity: ReplicationCapacity.serverless({ min: 2, max: 8, multiAz: true }),
    fileFormat: ReplicationFileFormat.CSV,
    mergeInterval: Duration.minutes(1),
    mergeCapacity: GlueCapacity.of({ maxWorkers: 4 }),
    schemaContract: SchemaContract.FREEZE,
    schemaFile: __filename,
    maxLag: Duration.minutes(30),
    createServiceRoles: true,
    encryptionKey: new Key(stack, 'Key'),
    expectFileEvery: Duration.hours(12),
  }, stack)],
  ['a full load by an instance', (stack) => newReplication({
    vpc: new Vpc(stack, 'Network'),
    mode: ReplicationMode.FULL_LOAD,
    capacity: ReplicationCapacity.instance('dms.t3.medium', { multiAz: true }),
    vpcEndpoints: false,
  }, stack)],
  ['files that start a state machine', (stack) => newFileRuns(stack, {
    pipelineName: 'sync',
    bucket: new Bucket(stack, 'Predictions'),
    keys: { prefix: 'predictions/', ownPrefixes: [], fileName: '_MANIFEST.json' },
    target: stateMachineTarget(new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Any')) }), new LogGroup(stack, 'Log')),
    stagingBucket: new Bucket(stack, 'Staging'),
    batchingWindow: Duration.seconds(0),
    topic: new Topic(stack, 'Topic'),
    logKey: new Key(stack, 'Key'),
    words: fileWords('synced', 'sync {}'),
    retries: { most: 0, afterTimeout: true },
    keepsOutcomes: false,
    notifyOn: [],
  })],
])("CDK's rules find nothing in the template of %s", (_, make) => {
  const stack = newStack();
  make(stack);
  expect(findings(stack)).toEqual([]);
});

test('they find what is wrong', () => {
  const stack = newStack();
  new CfnBucket(stack, 'Bucket', { versioningConfiguration: { status: 'Perhaps' } });
  expect(findings(stack)).toEqual([expect.stringContaining("'Perhaps' is not one of")]);
});
