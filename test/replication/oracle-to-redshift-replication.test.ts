import { App, Duration, RemovalPolicy, Size, Stack, Tags } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { knownVpc, newReplication, newSource, templateWith } from './helpers';
import { GlueCapacity, RedshiftWarehouse, ReplicationCapacity, ReplicationFileFormat, ReplicationMode, SchemaContract } from '../../src';
import { ledgerOfKey } from '../../src/dispatch/ledger-of-key';
import { joined, newLoader, newStack, newWarehouse, resources, statementsOf } from '../csv-loading/helpers';
import { settingsOf } from '../dispatch/deployed';

const template = templateWith();
const propertiesOf = (of: Template, type: string, idStart = ''): Record<string, any> => resources(of, type, idStart)[0].Properties;
const config = propertiesOf(template, 'AWS::DMS::ReplicationConfig');
const source = propertiesOf(template, 'AWS::DMS::Endpoint', 'ReplicationDmsSource');
const target = propertiesOf(template, 'AWS::DMS::Endpoint', 'ReplicationDmsTarget');
const customOf = (of: Template, id: 'Start' | 'Stop'): Record<string, any> => resources(of, `Custom::Replication${id}`)[0];
const jobSettings = (of: Template, idStart: string): any => JSON.parse(joined(propertiesOf(of, 'AWS::Glue::Job', idStart).DefaultArguments['--settings']));
const instance = ReplicationCapacity.instance('dms.r6i.large', { allocatedStorage: Size.gibibytes(100), multiAz: true, engineVersion: '3.5.4' });

describe('the source endpoint', () => {
  test('is of the secret, and of nothing in clear text', () => {
    expect(source).toMatchObject({
      EndpointType: 'source',
      EngineName: 'oracle',
      DatabaseName: 'ORCLPDB1',
      OracleSettings: { SecretsManagerSecretId: 'crm/oracle', SecretsManagerAccessRoleArn: { 'Fn::GetAtt': [expect.stringMatching('DmsSecretRole'), 'Arn'] } },
    });
    // With both DMS takes the clear text, and ignores the secret.
    expect(Object.keys(source)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(Username|Password|ServerName|Port)$/)]));
  });

  test.each<[string, unknown]>([
    ['CharLengthSemantics', 'char'], ['FailTasksOnLobTruncation', true], ['NumberDatatypeScale', 10], ['AddSupplementalLogging', false], ['UseLogminerReader', true], ['UseBFile', false],
  ])('has %s %s', (setting, value) => {
    expect(source.OracleSettings[setting]).toBe(value);
  });

  test('has as text what CloudFormation does not know', () => {
    expect(source.ExtraConnectionAttributes).toBe('ConvertTimestampWithZoneToUTC=true;TrimSpaceInChar=false');
    expect(propertiesOf(with_({ extraConnectionAttributes: ' archivedLogsOnly=Y; retryInterval=10;' }), 'AWS::DMS::Endpoint', 'ReplicationDmsSource').ExtraConnectionAttributes)
      .toBe('ConvertTimestampWithZoneToUTC=true;TrimSpaceInChar=false;archivedLogsOnly=Y;retryInterval=10');
  });

  test('reads the redo logs itself where asked to', () => {
    expect(propertiesOf(with_({ binaryReader: true, addSupplementalLogging: true }), 'AWS::DMS::Endpoint', 'ReplicationDmsSource').OracleSettings)
      .toMatchObject({ UseLogminerReader: false, UseBFile: true, AddSupplementalLogging: true });
  });

  /** A template of a source with these options. */
  function with_(options: object): Template {
    const stack = newStack();
    newReplication({ source: newSource(stack, options) }, stack);
    return Template.fromStack(stack);
  }
});

describe('the target endpoint', () => {
  test.each<[string, unknown]>([
    ['BucketFolder', 'replication/crm'], ['DataFormat', 'parquet'], ['ParquetTimestampInMillisecond', false], ['IncludeOpForFullLoad', true], ['TimestampColumnName', 'cdp_commit_time'],
    ['UseTaskStartTimeForFullLoadTimestamp', true], ['CdcInsertsAndUpdates', false], ['CdcInsertsOnly', false], ['PreserveTransactions', false], ['DatePartitionEnabled', false],
    ['CdcMaxBatchInterval', 60], ['CdcMinFileSize', 32_000], ['CompressionType', 'GZIP'], ['EncryptionMode', 'SSE_S3'], ['ExpectedBucketOwner', { Ref: 'AWS::AccountId' }],
    ['GlueCatalogGeneration', false],
  ])('has %s %p', (setting, value) => {
    expect(target.S3Settings[setting]).toEqual(value);
  });

  test('is written to by a role of its own, and named by the replication beside the source', () => {
    expect(target.S3Settings.ServiceAccessRoleArn).toEqual({ 'Fn::GetAtt': [expect.stringMatching('DmsBucketRole'), 'Arn'] });
    expect(target.S3Settings.BucketName).toEqual({ Ref: expect.stringMatching('StagingBucket') });
    expect([config.SourceEndpointArn, config.TargetEndpointArn].map(joined)).toEqual([expect.stringMatching('DmsSource'), expect.stringMatching('DmsTarget')]);
  });

  test('writes no file of all tables, and has its settings in one place only', () => {
    expect(target.S3Settings).not.toHaveProperty('CdcPath');
    expect(target).not.toHaveProperty('ExtraConnectionAttributes');
  });

  test.each<[string, unknown]>([
    ['DataFormat', 'csv'], ['AddColumnName', true], ['CsvDelimiter', ','], ['CsvRowDelimiter', '\n'], ['CsvNullValue', '\\N'], ['Rfc4180', true], ['CompressionType', 'GZIP'],
    ['IncludeOpForFullLoad', true],
  ])('of CSV has %s %p', (setting, value) => {
    expect(propertiesOf(templateWith({ fileFormat: ReplicationFileFormat.CSV }), 'AWS::DMS::Endpoint', 'ReplicationDmsTarget').S3Settings[setting]).toBe(value);
  });

  test('encrypts with a given key', () => {
    const stack = newStack();
    newReplication({ encryptionKey: new Key(stack, 'Key') }, stack);
    const given = Template.fromStack(stack);
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    expect(propertiesOf(given, 'AWS::DMS::Endpoint', 'ReplicationDmsTarget').S3Settings).toMatchObject({ EncryptionMode: 'SSE_KMS', ServerSideEncryptionKmsKeyId: key });
    expect(propertiesOf(given, 'AWS::DMS::ReplicationConfig').ComputeConfig.KmsKeyId).toEqual(key);
    for (const { Properties } of resources(given, 'AWS::DMS::Endpoint')) {
      expect(Properties.KmsKeyId).toEqual(key);
    }
  });
});

describe('the table mappings', () => {
  const rulesOf = (of: Template): any[] => propertiesOf(of, 'AWS::DMS::ReplicationConfig').TableMappings.rules;
  const rules = rulesOf(templateWith({ tables: ['CRM.%', 'SALES.ORDERS'], excludeTables: ['CRM.TMP%'] }));

  test('select what is included and leave out what is excluded', () => {
    expect(rules.filter((rule) => rule['rule-type'] === 'selection').map((rule) => [rule['rule-action'], rule['object-locator'], rule.filters])).toEqual([
      ['include', { 'schema-name': 'CRM', 'table-name': '%' }, []],
      ['include', { 'schema-name': 'SALES', 'table-name': 'ORDERS' }, []],
      ['exclude', { 'schema-name': 'CRM', 'table-name': 'TMP%' }, []],
    ]);
  });

  test('add what orders changes', () => {
    expect(rules.find((rule) => rule['rule-action'] === 'add-column')).toMatchObject({
      'rule-type': 'transformation',
      'rule-target': 'column',
      'object-locator': { 'schema-name': '%', 'table-name': '%' },
      'value': 'cdp_change_seq',
      'expression': '$AR_H_CHANGE_SEQ',
      'data-type': { type: 'string', length: 50 },
    });
  });

  test('add the key before a change', () => {
    expect(rules.find((rule) => rule['rule-action'] === 'add-before-image-columns')).toMatchObject({
      'rule-type': 'transformation',
      'rule-target': 'column',
      'object-locator': { 'schema-name': '%', 'table-name': '%' },
      'before-image-def': { 'column-prefix': 'BI_', 'column-suffix': '', 'column-filter': 'pk-only' },
    });
  });

  test('number and name their rules once each', () => {
    for (const name of ['rule-id', 'rule-name']) {
      expect(new Set(rules.map((rule) => rule[name])).size).toBe(rules.length);
    }
    expect(rules.every((rule) => /^\d+$/.test(rule['rule-id']))).toBe(true);
  });

  test('name a pattern once that is given twice', () => {
    expect(rulesOf(templateWith({ tables: ['CRM.%', 'CRM.%'] })).filter((rule) => rule['rule-type'] === 'selection')).toHaveLength(1);
  });
});

describe("the replication's settings", () => {
  const settings = config.ReplicationSettings;

  test.each<[string, string, unknown]>([
    ['FullLoadSettings', 'TargetTablePrepMode', 'DO_NOTHING'],
    ['FullLoadSettings', 'StopTaskCachedChangesApplied', false],
    ['FullLoadSettings', 'StopTaskCachedChangesNotApplied', false],
    ['ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableAltered', true],
    ['ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableDropped', false],
    ['ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableTruncated', false],
    ['TargetMetadata', 'FullLobMode', false],
    ['TargetMetadata', 'LimitedSizeLobMode', true],
    ['TargetMetadata', 'LobMaxSize', 64],
    ['TargetMetadata', 'BatchApplyEnabled', false],
    ['Logging', 'EnableLogging', true],
    ['ErrorBehavior', 'FailOnNoTablesCaptured', true],
    ['ErrorBehavior', 'DataErrorPolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'DataTruncationErrorPolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'TableErrorPolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'DataErrorEscalationPolicy', 'STOP_TASK'],
    ['ErrorBehavior', 'TableErrorEscalationPolicy', 'STOP_TASK'],
    ['ErrorBehavior', 'ApplyErrorDeletePolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'ApplyErrorInsertPolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'ApplyErrorUpdatePolicy', 'SUSPEND_TABLE'],
    ['ErrorBehavior', 'ApplyErrorEscalationPolicy', 'STOP_TASK'],
    ['ErrorBehavior', 'RecoverableErrorCount', -1],
    ['ErrorBehavior', 'RecoverableErrorInterval', 5],
    ['ErrorBehavior', 'RecoverableErrorThrottling', true],
    ['ErrorBehavior', 'RecoverableErrorThrottlingMax', 1800],
    ['TargetMetadata', 'SupportLobs', true],
    ['ValidationSettings', 'EnableValidation', false],
    ['ErrorBehavior', 'RecoverableErrorStopRetryAfterThrottlingMax', false],
  ])('%s.%s is %p', (group, setting, value) => {
    expect(settings[group][setting]).toBe(value);
  });

  test('never leave out what cannot be written', () => {
    expect(JSON.stringify(settings)).not.toMatch(/LOG_ERROR|IGNORE_RECORD|TRUNCATE_BEFORE_LOAD|DROP_AND_CREATE/);
  });

  test('have no tables of DMS among those of the source', () => {
    expect(settings.ControlTablesSettings).toEqual({
      HistoryTableEnabled: false, SuspendedTablesTableEnabled: false, StatusTableEnabled: false, FullLoadExceptionTableEnabled: false,
    });
  });

  test('have no logs where the account has no role for them', () => {
    expect(propertiesOf(templateWith({ replicationLogs: false }), 'AWS::DMS::ReplicationConfig').ReplicationSettings.Logging).toEqual({ EnableLogging: false });
  });

  test('have the size of LOBs that is asked for', () => {
    expect(propertiesOf(templateWith({ maxLobSize: Size.mebibytes(1) }), 'AWS::DMS::ReplicationConfig').ReplicationSettings.TargetMetadata.LobMaxSize).toBe(1024);
  });
});

describe('DMS Serverless', () => {
  test('has names of its own, by which its ARN is known before it is made', () => {
    expect(config.ReplicationConfigIdentifier).toMatch(/^[a-z](-?[a-z0-9])*$/);
    expect(config.ReplicationConfigIdentifier.length).toBeLessThanOrEqual(31);
    expect(config.ResourceIdentifier).toBe(config.ReplicationConfigIdentifier);
    expect(joined(customOf(template, 'Start').Properties.Replication.arn)).toBe(`arn:\${AWS::Partition}:dms:\${AWS::Region}:\${AWS::AccountId}:replication-config:${config.ResourceIdentifier}`);
  });

  test.each(['1-Stack', 'a--stack', 'A'.repeat(60)])('has a name that DMS takes in a construct called %s', (id) => {
    const stack = newStack(new App(), 'Test');
    newReplication({}, stack, id);
    const { ReplicationConfigIdentifier: name } = propertiesOf(Template.fromStack(stack), 'AWS::DMS::ReplicationConfig');
    expect(name).toMatch(/^[a-z](-?[a-z0-9]){0,30}$/);
  });

  test('has two names for two replications', () => {
    const stack = newStack();
    newReplication({}, stack, 'One');
    newReplication({ pipelineName: 'two', tables: ['SALES.%'] }, stack, 'Two');
    expect(new Set(resources(Template.fromStack(stack), 'AWS::DMS::ReplicationConfig').map(({ Properties }) => Properties.ReplicationConfigIdentifier)).size).toBe(2);
  });

  test('of another mode is another one, since DMS does not change the mode of one that has run', () => {
    const idsOf = (mode: ReplicationMode): string[] => Object.entries(templateWith({ mode }).findResources('AWS::DMS::ReplicationConfig'))
      .flatMap(([id, { Properties }]) => [id, Properties.ReplicationConfigIdentifier, Properties.ResourceIdentifier]);
    expect(new Set(Object.values(ReplicationMode).flatMap(idsOf)).size).toBe(6);
    const tasksOf = (mode: ReplicationMode): string[] => Object.keys(templateWith({ mode, capacity: instance }).findResources('AWS::DMS::ReplicationTask'));
    expect(new Set(Object.values(ReplicationMode).flatMap(tasksOf)).size).toBe(3);
    expect(new Set(Object.values(ReplicationMode).map((mode) => Object.keys(templateWith({ mode, capacity: instance }).findResources('AWS::DMS::ReplicationInstance'))[0])).size).toBe(1);
  });

  test('has the capacity and the network that it is given', () => {
    expect(propertiesOf(templateWith({ capacity: ReplicationCapacity.serverless({ min: 2, max: 32, multiAz: true }) }), 'AWS::DMS::ReplicationConfig').ComputeConfig).toEqual({
      MinCapacityUnits: 2,
      MaxCapacityUnits: 32,
      MultiAZ: true,
      ReplicationSubnetGroupId: { Ref: expect.stringMatching('SubnetGroup') },
      VpcSecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching('NetworkSecurityGroup'), 'GroupId'] }],
    });
    expect(config.ComputeConfig).toMatchObject({ MinCapacityUnits: 1, MaxCapacityUnits: 16, MultiAZ: false });
    expect(propertiesOf(template, 'AWS::DMS::ReplicationSubnetGroup').SubnetIds).toEqual(['subnet-a', 'subnet-b']);
  });

  test.each(Object.values(ReplicationMode))('is of the mode %s', (mode) => {
    expect(propertiesOf(templateWith({ mode }), 'AWS::DMS::ReplicationConfig').ReplicationType).toBe(mode);
    expect(propertiesOf(templateWith({ mode, capacity: instance }), 'AWS::DMS::ReplicationTask').MigrationType).toBe(mode);
  });
});

describe('an instance', () => {
  const ofInstance = templateWith({ capacity: instance });
  const made = propertiesOf(ofInstance, 'AWS::DMS::ReplicationInstance');
  const task = propertiesOf(ofInstance, 'AWS::DMS::ReplicationTask');

  test('is as it is asked for, and private', () => {
    expect(made).toMatchObject({
      ReplicationInstanceClass: 'dms.r6i.large',
      AllocatedStorage: 100,
      MultiAZ: true,
      EngineVersion: '3.5.4',
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: true,
      ReplicationSubnetGroupIdentifier: { Ref: expect.stringMatching('SubnetGroup') },
    });
    ofInstance.resourceCountIs('AWS::DMS::ReplicationConfig', 0);
  });

  test('has a task with the same mappings and settings', () => {
    expect(JSON.parse(task.TableMappings)).toEqual(config.TableMappings);
    expect(JSON.parse(task.ReplicationTaskSettings)).toEqual(config.ReplicationSettings);
    expect(customOf(ofInstance, 'Start').Properties.Replication).toMatchObject({ kind: 'task' });
    expect(joined(customOf(ofInstance, 'Start').Properties.Replication.arn)).toMatch(new RegExp(`:task:${task.ResourceIdentifier}$`));
  });

  test('is allowed to be tested before the start, by rights that nothing before it waits for', () => {
    const [policy] = Object.keys(ofInstance.findResources('AWS::IAM::Policy')).filter((id) => id.includes('LifecycleTestPolicy'));
    expect(customOf(ofInstance, 'Start').DependsOn).toContain(policy);
    expect(customOf(ofInstance, 'Stop').DependsOn).not.toContain(policy);
  });

  test('is watched itself, for a disk that fills up', () => {
    expect(propertiesOf(ofInstance, 'AWS::Events::Rule', 'ReplicationWatchDmsEvent').EventPattern.resources.map(joined)).toEqual([
      expect.stringMatching(/:task:/), expect.stringMatching(/:rep:/),
    ]);
  });
});

describe('names in DMS', () => {
  /** What CloudFormation replaces by another one (CloudFormation registry, `createOnlyProperties`), and the names, of which there may be one at a time. */
  const CREATE_ONLY: Record<string, string[]> = {
    'AWS::DMS::Endpoint': ['KmsKeyId', 'ResourceIdentifier'],
    'AWS::DMS::ReplicationSubnetGroup': ['ReplicationSubnetGroupIdentifier'],
    'AWS::DMS::ReplicationInstance': ['KmsKeyId', 'ResourceIdentifier', 'DnsNameServers', 'ReplicationSubnetGroupIdentifier', 'PubliclyAccessible'],
    'AWS::DMS::ReplicationTask': ['ResourceIdentifier', 'TargetEndpointArn', 'SourceEndpointArn', 'ReplicationInstanceArn'],
    'AWS::DMS::ReplicationConfig': ['ResourceIdentifier'],
  };
  const NAMES = ['EndpointIdentifier', 'ResourceIdentifier', 'ReplicationSubnetGroupIdentifier', 'ReplicationInstanceIdentifier', 'ReplicationTaskIdentifier', 'ReplicationConfigIdentifier'];

  const dmsOf = (of: Template): Record<string, any> => Object.fromEntries(
    Object.entries(of.toJSON().Resources).filter(([, { Type }]: any) => Type in CREATE_ONLY),
  );
  const namesOf = (id: string, { Type, Properties }: any): string[] => NAMES
    .filter((name) => typeof Properties[name] === 'string' && !(name === 'ReplicationSubnetGroupIdentifier' && Type !== 'AWS::DMS::ReplicationSubnetGroup'))
    .map((name) => `${id} ${name} ${Properties[name]}`);

  /** Logical ids of what a deployment replaces, with what is replaced for it. */
  function replaced(before: Record<string, any>, after: Record<string, any>, known: string[] = []): string[] {
    const all = Object.keys(after).filter((id) => before[id] && CREATE_ONLY[after[id].Type].some((name) => {
      const [old, new_] = [before, after].map((of) => JSON.stringify(of[id].Properties[name]));
      return old !== new_ || known.some((other) => old?.includes(`"${other}"`));
    }));
    return all.length > known.length ? replaced(before, after, all) : all;
  }

  const withKeys = (props: object, ...ids: string[]): Record<string, any>[] => ids.map((id) => {
    const stack = newStack();
    newReplication({ ...props, encryptionKey: id.startsWith('arn:') ? Key.fromKeyArn(stack, 'Key', id) : id === '' ? undefined : new Key(stack, id) }, stack);
    return dmsOf(Template.fromStack(stack));
  });
  const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/';

  test.each<[string, object, string, string]>([
    ['of DMS Serverless under another key of the app', {}, 'Key', 'Other'],
    ['of an instance under another key of the app', { capacity: instance }, 'Key', 'Other'],
    ['of an instance under another imported key', { capacity: instance }, `${KEY_ARN}1`, `${KEY_ARN}2`],
    ['of an instance under a first key', { capacity: instance }, '', 'Key'],
  ])('%s are others, since CloudFormation makes what replaces something before that goes', (_, props, one, other) => {
    const [before, after] = withKeys(props, one, other);
    const gone = replaced(before, after);
    expect(gone.length).toBeGreaterThanOrEqual(3);
    const [old, new_] = [before, after].map((of) => gone.flatMap((id) => namesOf(id, of[id])));
    expect(new_.filter((name) => old.includes(name))).toEqual([]);
    const [again] = withKeys(props, other);
    expect(Object.values(again).map(({ Properties }) => Properties)).toEqual(Object.values(after).map(({ Properties }) => Properties));
  });

  test('are others in another network, out of which no subnet group can go', () => {
    const [here, there] = ['vpc-1', 'vpc-2'].map((vpcId) => {
      const stack = newStack();
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId, availabilityZones: ['a', 'b'], privateSubnetIds: ['s-1', 's-2'] });
      newReplication({ vpc, capacity: instance, vpcEndpoints: false }, stack);
      return dmsOf(Template.fromStack(stack));
    });
    expect(replaced(here, there).map((id) => here[id].Type).sort()).toEqual(['AWS::DMS::ReplicationInstance', 'AWS::DMS::ReplicationSubnetGroup', 'AWS::DMS::ReplicationTask']);
    const [before, after] = [here, there].map((of) => Object.keys(of).flatMap((id) => namesOf(id, of[id])));
    expect(after.filter((name) => before.includes(name))).toEqual([]);
  });

  test('stay as they are when anything else changes', () => {
    const changes = { tables: ['SALES.%'], maxLobSize: Size.mebibytes(1), capacity: ReplicationCapacity.serverless({ max: 8 }), pipelineName: 'other' };
    expect(replaced(dmsOf(template), dmsOf(templateWith(changes)))).toEqual([]);
  });
});

describe('the lifecycle', () => {
  const dmsTypes = ['AWS::DMS::Endpoint', 'AWS::DMS::ReplicationSubnetGroup', 'AWS::DMS::ReplicationConfig'];
  const stop = Object.keys(template.findResources('Custom::ReplicationStop'))[0];
  const start = customOf(template, 'Start');

  test('stops before anything of DMS changes, endpoints and subnets too', () => {
    for (const type of dmsTypes) {
      for (const resource of resources(template, type)) {
        expect(resource.DependsOn).toContain(stop);
      }
    }
  });

  test('starts when all is there: DMS, its rights, what hears of files, and what loads them', () => {
    const all = Object.keys(template.toJSON().Resources).filter((id) => !/Lifecycle|ReplicationStopped/.test(id));
    expect(all.filter((id) => !start.DependsOn.includes(id))).toEqual([]);
  });

  test('has its rights before it starts, and keeps them until it has stopped', () => {
    for (const id of ['Start', 'Stop'] as const) {
      expect(customOf(template, id).DependsOn).toEqual(expect.arrayContaining([
        expect.stringMatching('LifecycleRoleDefaultPolicy'), expect.stringMatching('LifecycleFrameworkRoleDefaultPolicy'), expect.stringMatching('LifecyclePollingRoleDefaultPolicy'),
      ]));
    }
  });

  test('makes the service roles first, whose rights take a moment to be known', () => {
    const withRoles = templateWith({ createServiceRoles: true });
    const roles = Object.entries(withRoles.findResources('AWS::IAM::Role')).filter(([, { Properties }]) => /^dms-/.test(Properties.RoleName ?? ''));
    expect(roles.map(([, { Properties }]) => [Properties.RoleName, joined(Properties.ManagedPolicyArns[0]).split(':').at(-1), Properties.AssumeRolePolicyDocument.Statement[0].Principal]))
      .toEqual([
        ['dms-vpc-role', 'policy/service-role/AmazonDMSVPCManagementRole', { Service: 'dms.amazonaws.com' }],
        ['dms-cloudwatch-logs-role', 'policy/service-role/AmazonDMSCloudWatchLogsRole', { Service: 'dms.amazonaws.com' }],
      ]);
    expect(customOf(withRoles, 'Stop').DependsOn).toEqual(expect.arrayContaining(roles.map(([id]) => id)));
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).not.toContain('dms-vpc-role');
  });

  test('waits as long as CloudFormation does, and answers before', () => {
    expect(start.Properties.ServiceTimeout).toBe('3600');
    expect(customOf(template, 'Stop').Properties.ServiceTimeout).toBe('3600');
    const machine = JSON.parse(joined(propertiesOf(template, 'AWS::StepFunctions::StateMachine').DefinitionString));
    const [{ IntervalSeconds, MaxAttempts, BackoffRate }] = machine.States['framework-isComplete-task'].Retry.slice(-1);
    expect([IntervalSeconds, BackoffRate]).toEqual([10, 1]);
    expect(IntervalSeconds * MaxAttempts).toBeLessThanOrEqual(55 * 60);
  });

  test.each<[string, Parameters<typeof newReplication>[0], string[]]>([
    ['nothing', {}, []],
    ['its tables', { tables: ['CRM.ORDERS'] }, ['Definition', 'Load', 'Schema']],
    ['tables that it leaves out', { excludeTables: ['CRM.TMP%'] }, ['Definition', 'Load', 'Schema']],
    ['its format', { fileFormat: ReplicationFileFormat.CSV }, ['Definition', 'Load']],
    ['its mode', { mode: ReplicationMode.CDC }, ['Definition', 'Replication']],
    ['its capacity', { capacity: ReplicationCapacity.serverless({ max: 32 }) }, ['Definition']],
    ['the size of LOBs', { maxLobSize: Size.kibibytes(128) }, ['Definition']],
    ['how often it merges', { mergeInterval: Duration.minutes(1) }, []],
    ['the schema of its tables', { targetSchema: 'crm2' }, ['Load', 'Schema', 'Values']],
    ['its name', { pipelineName: 'crm2' }, ['Definition', 'Load', 'Notes', 'Schema', 'Statistics']],
    ['the file of its tables', { schemaFile: __filename }, ['Schema']],
  ])('notices a change of %s', (_, props, changed) => {
    const { Properties } = customOf(templateWith(props), 'Start');
    const differs = (name: string): boolean => JSON.stringify(Properties[name]) !== JSON.stringify(start.Properties[name]);
    expect(Object.keys(Properties).filter(differs).sort()).toEqual(changed.sort());
  });

  test('loads all again when a NUMBER gets more decimals, in DMS and in the warehouse alike', () => {
    const stack = newStack();
    newReplication({ source: newSource(stack, { numberScale: 20 }) }, stack);
    const finer = Template.fromStack(stack);
    expect(customOf(finer, 'Start').Properties.Load).not.toBe(start.Properties.Load);
    expect(propertiesOf(finer, 'AWS::DMS::Endpoint', 'ReplicationDmsSource').OracleSettings.NumberDatatypeScale).toBe(20);
    expect(jobSettings(finer, 'ReplicationSchemaJob').source.number_scale).toBe(20);
  });

  test('notices another bucket, and another warehouse', () => {
    const loadWith = (props: (stack: Stack) => Parameters<typeof newReplication>[0]): unknown => {
      const stack = newStack();
      return customOf(Template.fromStack(Stack.of(newReplication(props(stack), stack))), 'Start').Properties.Load;
    };
    const loads = [
      loadWith(() => ({})),
      loadWith((stack) => ({ stagingBucket: new Bucket(stack, 'Other') })),
      loadWith((stack) => ({ warehouse: new RedshiftWarehouse(stack, 'Another', { databaseName: 'other' }) })),
    ];
    expect(new Set(loads).size).toBe(3);
  });

  test('notices a change by an aspect or an override, which comes last', () => {
    const stack = newStack();
    newReplication({}, stack);
    Tags.of(stack).add('team', 'crm');
    expect(customOf(Template.fromStack(stack), 'Stop').Properties.Definition).not.toBe(customOf(template, 'Stop').Properties.Definition);
  });

  test('knows the values that only the deployment knows', () => {
    expect(customOf(template, 'Stop').Properties.Values.map(joined)).toEqual([
      'analytics', 'customers', '', expect.stringMatching('StagingBucket'), expect.stringMatching('BucketRole'), expect.stringMatching('SecretRole'), 'crm/oracle', 'subnet-a', 'subnet-b', expect.stringMatching('SecurityGroup'),
    ]);
    expect(customOf(template, 'Start').Properties.Values).toEqual(customOf(template, 'Stop').Properties.Values);
  });
});

describe('files', () => {
  const dispatcher = settingsOf(template, 'ReplicationDispatch');

  test('go from where DMS writes to the merge', () => {
    expect(propertiesOf(template, 'AWS::Events::Rule', 'ReplicationDispatchObjectCreated').EventPattern.detail.object).toEqual({ key: [{ prefix: 'replication/crm/' }] });
    expect(dispatcher).toMatchObject({ prefix: 'replication/crm/', suffixes: ['.parquet', 'complete.json'], folders: 2 });
    expect(settingsOf(templateWith({ fileFormat: ReplicationFileFormat.CSV }), 'ReplicationDispatch').suffixes).toEqual(['.csv', '.csv.gz', 'complete.json']);
  });

  test('are gathered for five minutes, or as long as asked', () => {
    const windowOf = (of: Template): number => propertiesOf(of, 'AWS::Lambda::EventSourceMapping').MaximumBatchingWindowInSeconds;
    expect(windowOf(template)).toBe(300);
    expect(windowOf(templateWith({ mergeInterval: Duration.seconds(30) }))).toBe(30);
  });

  test('have their ledgers where the tables are', () => {
    const { ledger } = settingsOf(template, 'ReplicationNotifier');
    expect(ledgerOfKey('replication/crm/CRM/ORDERS/LOAD00000001.parquet', ledger)).toMatchObject({ schema: 'crm', table: 'orders' });
    expect(ledgerOfKey('replication/crm/CRM/ORDERS/complete.json', settingsOf(templateWith({ targetSchema: 'raw' }), 'ReplicationNotifier').ledger)).toMatchObject({ schema: 'raw' });
  });

  test('are told of as what stays where it is', () => {
    expect(settingsOf(template, 'ReplicationNotifier').words).toMatchObject({ done: 'merged', remedyInPlace: expect.stringContaining('run the job again with the arguments of this run') });
  });

  test('are kept for thirty days, and what is staged for less', () => {
    const { Rules } = propertiesOf(template, 'AWS::S3::Bucket').LifecycleConfiguration;
    expect(Rules.map(({ Prefix, ExpirationInDays }: any) => [Prefix, ExpirationInDays])).toEqual([['staging/', 7], ['manifests/', 90], ['outcomes/', 90], ['replication/crm/', 30]]);
  });

  test('lie in a bucket without versions, over TLS only, encrypted and private', () => {
    const bucket = propertiesOf(template, 'AWS::S3::Bucket');
    expect(bucket).not.toHaveProperty('VersioningConfiguration');
    expect(bucket).toMatchObject({ BucketEncryption: expect.anything(), PublicAccessBlockConfiguration: { BlockPublicPolicy: true } });
    expect(JSON.stringify(propertiesOf(template, 'AWS::S3::BucketPolicy'))).toContain('aws:SecureTransport');
  });

  test('share a staging bucket with a loader of the stack', () => {
    const stack = newStack();
    newLoader({ pipelineName: 'loader' }, stack);
    newReplication({}, stack);
    const both = Template.fromStack(stack);
    expect(resources(both, 'AWS::S3::Bucket').map(({ Properties }) => Boolean(Properties.VersioningConfiguration))).toEqual([true, false]);
    expect(resources(both, 'AWS::IAM::Policy', 'CustomersCopyPolicy')).toHaveLength(1);
    expect(resources(both, 'AWS::IAM::Policy', 'ReplicationCopyPolicy')[0].Properties.PolicyDocument.Statement[0].Resource).toEqual(
      { 'Fn::Join': ['', [expect.anything(), '/replication/*']] });
  });
});

describe('the jobs', () => {
  test('merge what the settings say', () => {
    expect(jobSettings(template, 'ReplicationJob')).toEqual({
      pipeline: 'crm',
      prefix: 'replication/crm/',
      format: 'parquet',
      schema_contract: 'evolve',
      staging: { bucket: expect.stringMatching('StagingBucket'), prefix: 'staging/crm/' },
      warehouse: { workgroup_name: 'analytics', database: 'customers', copy_role_arn: expect.stringContaining('redshift-copy') },
      side_by_side: 4,
      schema_job: expect.stringMatching('SchemaJob'),
    });
    expect(jobSettings(templateWith({ targetSchema: 'raw', fileFormat: ReplicationFileFormat.CSV, schemaContract: SchemaContract.FREEZE, tablesSideBySide: 8 }), 'ReplicationJob'))
      .toMatchObject({ target_schema: 'raw', format: 'csv', schema_contract: 'freeze', side_by_side: 8 });
  });

  test('merge without starting a schema job that would only apply a file of the user again', () => {
    const withFile = templateWith({ schemaFile: __filename });
    expect(jobSettings(withFile, 'ReplicationJob')).not.toHaveProperty('schema_job');
    expect(statementsOf(withFile, 'ReplicationJobRole').filter(({ Action }) => Action === 'glue:StartJobRun')).toEqual([]);
  });

  test('make the tables of the source that the settings say', () => {
    expect(jobSettings(template, 'ReplicationSchemaJob')).toEqual({
      pipeline: 'crm',
      source: { secret_id: 'crm/oracle', service_name: 'ORCLPDB1', number_scale: 10 },
      tables: { include: ['CRM.%'], exclude: [] },
      output: { bucket: expect.stringMatching('StagingBucket'), prefix: 'schemas/crm/' },
      warehouse: { workgroup_name: 'analytics', database: 'customers', copy_role_arn: expect.stringContaining('redshift-copy') },
    });
    const stack = newStack();
    newReplication({ source: newSource(stack, { host: 'db.example.com', port: 1522 }), targetSchema: 'raw', excludeTables: ['CRM.T_'], schemaFile: __filename }, stack);
    expect(jobSettings(Template.fromStack(stack), 'ReplicationSchemaJob')).toMatchObject({
      source: { host: 'db.example.com', port: 1522 },
      tables: { exclude: ['CRM.T_'] },
      target_schema: 'raw',
      schema_file: expect.stringMatching(/s3:\/\/.*\.ts/),
    });
  });

  test('read the catalog with a driver of the user where one is given', () => {
    expect(propertiesOf(template, 'AWS::Glue::Job', 'ReplicationSchemaJob').DefaultArguments).not.toHaveProperty('--extra-jars');
    const given = templateWith({ oracleDriverJar: __filename });
    expect(joined(propertiesOf(given, 'AWS::Glue::Job', 'ReplicationSchemaJob').DefaultArguments['--extra-jars'])).toMatch(/^s3:.*\.ts$/);
    expect(propertiesOf(given, 'AWS::Glue::Job', 'ReplicationJob').DefaultArguments).not.toHaveProperty('--extra-jars');
  });

  test('have logs, names and limits of their own', () => {
    const [merge, schema] = ['ReplicationJob', 'ReplicationSchemaJob'].map((id) => propertiesOf(template, 'AWS::Glue::Job', id));
    expect([merge, schema].map(({ DefaultArguments }) => DefaultArguments['--custom-logGroup-prefix'])).toEqual(['/aws-glue/jobs/crm', '/aws-glue/jobs/crm/schema']);
    expect(merge.Connections).toBeUndefined();
    expect(schema.Connections.Connections).toEqual([{ Ref: expect.stringMatching('GlueConnection') }]);
    expect(propertiesOf(templateWith({ mergeCapacity: GlueCapacity.of({ maxWorkers: 20 }) }), 'AWS::Glue::Job', 'ReplicationJob').NumberOfWorkers).toBe(20);
  });
});

describe('the watch', () => {
  test('looks every fifteen minutes, or as often as asked, and when DMS or a rollback calls', () => {
    const rule = (id: string, of = template): any => propertiesOf(of, 'AWS::Events::Rule', `ReplicationWatch${id}`);
    expect(rule('Regularly').ScheduleExpression).toBe('rate(15 minutes)');
    expect(rule('Regularly', templateWith({ checkInterval: Duration.minutes(1) })).ScheduleExpression).toBe('rate(1 minute)');
    expect(rule('DmsEvent').EventPattern).toMatchObject({ 'source': ['aws.dms'], 'detail-type': expect.arrayContaining(['DMS Replication State Change', 'DMS Replication Task State Change']) });
    expect(rule('DmsEvent').EventPattern.resources.map(joined)).toEqual([joined(customOf(template, 'Start').Properties.Replication.arn)]);
    expect(rule('RolledBack').EventPattern).toMatchObject({ source: ['aws.cloudformation'], resources: [{ Ref: 'AWS::StackId' }] });
  });

  test('is given what it reads and writes', () => {
    expect(settingsOf(template, 'ReplicationWatch')).toMatchObject({
      pipeline: 'crm', prefix: 'replication/crm/', statePrefix: 'state/crm/', statistics: { key: 'statistics/crm.json' }, notes: { key: 'lifecycle/crm.json' }, settleSeconds: 1500,
    });
  });

  test('raises an alarm when the replication stands still, unless it is to end', () => {
    expect(propertiesOf(template, 'AWS::CloudWatch::Alarm', 'ReplicationReplicationStopped')).toMatchObject({
      Namespace: 'CustomerDataPlatform',
      MetricName: 'ReplicationStopped',
      Statistic: 'Minimum',
      Period: 1800,
      Threshold: 1,
      EvaluationPeriods: 1,
      AlarmActions: [{ Ref: expect.stringMatching('NotificationTopic') }],
    });
    expect(newReplication({ mode: ReplicationMode.FULL_LOAD }).stoppedAlarm).toBeUndefined();
    // Not at each deployment.
    expect(propertiesOf(templateWith({ checkInterval: Duration.minutes(1) }), 'AWS::CloudWatch::Alarm', 'ReplicationReplicationStopped').Period).toBe(1800);
    expect(propertiesOf(templateWith({ checkInterval: Duration.minutes(60) }), 'AWS::CloudWatch::Alarm', 'ReplicationReplicationStopped').Period).toBe(7200);
  });

  test('raises an alarm when changes lag, where a limit is given', () => {
    expect(propertiesOf(templateWith({ maxLag: Duration.minutes(30) }), 'AWS::CloudWatch::Alarm', 'ReplicationChangesLag')).toMatchObject({
      MetricName: 'LagSeconds', Statistic: 'Maximum', Threshold: 1800, EvaluationPeriods: 2, Period: 900, TreatMissingData: 'notBreaching', Dimensions: [{ Name: 'Pipeline', Value: 'crm' }],
    });
    expect(newReplication().lagAlarm).toBeUndefined();
  });
});

test('metrics are those of the merge', () => {
  const replication = newReplication();
  expect([
    replication.metricRowsMerged(), replication.metricChangesApplied(), replication.metricDeletesApplied(), replication.metricTablesFailed(),
    replication.metricLag(), replication.metricReplicationStopped(),
  ].map(({ metricName, statistic }) => [metricName, statistic])).toEqual([
    ['RowsMerged', 'Sum'], ['ChangesApplied', 'Sum'], ['DeletesApplied', 'Sum'], ['TablesFailed', 'Sum'], ['LagSeconds', 'Maximum'], ['ReplicationStopped', 'Minimum'],
  ]);
});

describe('no secret', () => {
  test('value is in the template, and nothing looks one up', () => {
    expect(JSON.stringify(template.toJSON())).not.toMatch(/resolve:secretsmanager|"Password"|SecretString/i);
  });

  test.each<[string, (stack: Stack) => ReturnType<typeof newSource>['secret'], string]>([
    ['by its complete ARN', (stack) => Secret.fromSecretCompleteArn(stack, 'S', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-AbCdEf'), 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm-AbCdEf'],
    ['by its name', (stack) => Secret.fromSecretNameV2(stack, 'S', 'crm'), 'crm'],
  ])('is named other than %s', (_, make, id) => {
    const stack = newStack();
    const { fromSecret } = jest.requireActual<typeof import('../../src')>('../../src').OracleSource;
    newReplication({ source: fromSecret(make(stack), { serviceName: 'X' }) }, stack);
    expect(propertiesOf(Template.fromStack(stack), 'AWS::DMS::Endpoint', 'ReplicationDmsSource').OracleSettings.SecretsManagerSecretId).toBe(id);
  });
});

describe('the warehouse', () => {
  test('gets the schemas of the tables, as the merge calls them', () => {
    const schemasOf = (props: object): string[] => {
      const stack = newStack();
      const warehouse = newWarehouse(stack);
      const added = jest.spyOn(warehouse, 'addSchema');
      newReplication(props, stack);
      return added.mock.calls.map(([schema]) => schema);
    };
    expect(schemasOf({ tables: ['CRM.%', 'CRM.X', 'SALES_EU.ORDERS', 'OID.%'] })).toEqual(['crm', 'sales_eu', 'oid_']);
    const [cut] = schemasOf({ tables: [`${'S'.repeat(128)}.%`] });
    expect([cut.slice(0, 119), cut.length]).toEqual([`${'s'.repeat(118)}_`, 127]);
    expect(schemasOf({ tables: ['C%.%'], targetSchema: 'raw' })).toEqual(['raw']);
  });
});

describe('given resources', () => {
  test('an imported staging bucket has its owner warned of events and lifecycle', () => {
    const stack = newStack();
    newReplication({ stagingBucket: Bucket.fromBucketName(stack, 'Given', 'given') }, stack);
    const annotations = Annotations.fromStack(stack);
    annotations.hasWarning('/Test/Replication', Match.stringLikeRegexp('the bucket is imported, and only a bucket that sends its events to EventBridge'));
    annotations.hasWarning('/Test/Replication', Match.stringLikeRegexp('staging/crm/ after 7 days, manifests/crm/ after 90 days and replication/crm/ after 30 days'));
  });

  test('an imported staging bucket can be switched on', () => {
    const stack = newStack();
    newReplication({ stagingBucket: Bucket.fromBucketName(stack, 'Given', 'given'), enableEventBridge: true }, stack);
    Template.fromStack(stack).resourceCountIs('Custom::S3BucketNotifications', 1);
  });

  test('a staging bucket of the app gets rules for what is the replication\'s', () => {
    const stack = newStack();
    newReplication({ stagingBucket: new Bucket(stack, 'Given') }, stack);
    expect(propertiesOf(Template.fromStack(stack), 'AWS::S3::Bucket').LifecycleConfiguration.Rules.map(({ Prefix }: any) => Prefix)).toEqual(['staging/crm/', 'manifests/crm/', 'replication/crm/']);
  });

  test('a versioned staging bucket is refused', () => {
    const stack = newStack();
    expect(() => newReplication({ stagingBucket: new Bucket(stack, 'Given', { versioned: true }) }, stack)).toThrow("stagingBucket 'Test/Given' is versioned, but DMS writes to buckets without versions");
  });

  test('security groups of the user stay as they are', () => {
    const stack = newStack();
    const group = SecurityGroup.fromSecurityGroupId(stack, 'Given', 'sg-1');
    newReplication({ securityGroups: [group], vpcEndpoints: false }, stack);
    expect(propertiesOf(Template.fromStack(stack), 'AWS::DMS::ReplicationConfig').ComputeConfig.VpcSecurityGroupIds).toEqual(['sg-1']);
  });

  test('a new bucket is emptied where asked for', () => {
    templateWith({ removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }).resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  test('a warehouse in another stack does not make the stacks need each other', () => {
    const app = new App();
    const warehouses = newStack(app, 'Warehouses');
    newReplication({ warehouse: newWarehouse(warehouses), vpc: new Vpc(warehouses, 'Network') }, newStack(app, 'Replications'));
    expect(() => app.synth()).not.toThrow();
  });

  test('two stacks share the endpoints of a network', () => {
    const app = new App();
    const shared = newStack(app, 'Shared');
    const vpc = new Vpc(shared, 'Network');
    newReplication({ vpc }, newStack(app, 'One'));
    newReplication({ vpc, tables: ['SALES.%'] }, newStack(app, 'Two'));
    expect(() => app.synth()).not.toThrow();
  });
});

test('nothing is warned of that is as it should be', () => {
  const stack = newStack();
  newReplication({ vpc: knownVpc(stack) }, stack);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
});
