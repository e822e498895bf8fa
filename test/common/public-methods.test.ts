import { Duration, Resource } from 'aws-cdk-lib';
import { RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import * as library from '../../src';
import { LOADER_KINDS } from '../../src/csv-loading/loader-kinds';
import { ConfigurationError } from '../../src/errors';
import { GATE_KINDS } from '../../src/quality/gate-kinds';
import { REPLICATION_KINDS } from '../../src/replication/replication-kinds';
import { WAREHOUSE_KINDS } from '../../src/warehouse/warehouse-kinds';
import { newLoader, newStack } from '../csv-loading/helpers';
import { newGate, RULES } from '../quality/helpers';
import { newReplication, newSource } from '../replication/helpers';

const {
  CsvFormat, DataQualityRule, DataQualityRules, GlueCapacity, OracleSource, RedshiftWarehouse, ReferenceData, ReplicationCapacity,
  RuleSeverity, WarehouseAccess,
} = library;

const stack = newStack();
const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('glue.amazonaws.com') });
const bucket = new Bucket(stack, 'Bucket');
const loader = newLoader({ bucket, prefix: 'loader/', rules: RULES, errorPrefix: 'wrong/' }, stack, 'Loader');
const gate = newGate({ bucket, prefix: 'gate/' }, stack);
const replication = newReplication({}, stack);
const secret = Secret.fromSecretNameV2(stack, 'Secret', 'crm');
const warehouse = new RedshiftWarehouse(stack, 'New');
const workgroup = RedshiftWarehouse.fromServerlessWorkgroup(stack, 'Workgroup', { workgroupName: 'a', databaseName: 'dev', copyRole: role });
const cluster = RedshiftWarehouse.fromProvisionedCluster(stack, 'Cluster', { clusterIdentifier: 'a', databaseName: 'dev', databaseUser: 'etl', copyRole: role });

/** An id that no other construct has. */
const NEW_ID = 'NewId';
let ids = 0;
const fresh = (argument: unknown): unknown =>
  argument === NEW_ID ? `Id${++ids}` : argument === stack ? new Construct(stack, `Scope${++ids}`) : argument;

/** Arguments that a method takes; those in `optional` may be left out. */
interface Call {
  readonly required: unknown[];
  readonly optional?: unknown[];
}

const column = 'email';
const rule = { severity: RuleSeverity.WARNING };
const metric = { period: Duration.minutes(1) };
const METRIC: Call = { required: [], optional: [metric] };
const grant: Call = { required: [role] };
const scope = (attributes: object): Call => ({ required: [stack, NEW_ID, attributes] });
const ROW_RULE: Call = { required: [column], optional: [rule] };
const filePipeline = {
  onFailure: { required: [NEW_ID], optional: [{ target: { bind: () => ({ arn: 'arn', input: RuleTargetInput.fromText('') }) } }] },
  grantStartRuns: grant,
  metric: { required: ['RowsRead'], optional: [metric] },
};
const pipeline = {
  ...filePipeline,
  grantUpload: grant,
  grantReplay: grant,
  metricRowsBroken: { required: ['not_null_email'], optional: [metric] },
};
const warehouses = {
  addSchema: { required: ['crm'] },
  grantRunStatements: { required: [role, WarehouseAccess.READ] },
  metric: { required: ['DatabaseConnections'], optional: [metric] },
};

/** Calls by what has the methods; a method `metricX` that is not here takes options only. */
const CALLS: [owner: string, thing: object, calls: Record<string, Call>][] = [
  ['CsvFormat', CsvFormat, { detect: { required: [] }, of: { required: [{ delimiter: ';' }] } }],
  ['a CsvFormat', CsvFormat.detect(), { isEqualTo: { required: [CsvFormat.detect()] } }],
  ['DataQualityRule', DataQualityRule, {
    sql: { required: ['adult', 'SELECT * FROM temp_data'], optional: [rule] },
    notNull: ROW_RULE,
    unique: ROW_RULE,
    inSet: { required: [column, ['a']], optional: [rule] },
    range: { required: [column, { min: 1 }] },
    matches: { required: [column, 'a+'], optional: [rule] },
    length: { required: [column, { min: 1 }] },
    email: ROW_RULE,
    notInFuture: ROW_RULE,
    ofType: { required: [column, 'DATE'], optional: [rule] },
    foreignKey: { required: [column, ReferenceData.csv(bucket, 'a.csv', 'a')], optional: [rule] },
    rowCount: { required: [{ min: 1 }] },
    freshness: { required: [column, Duration.days(1)], optional: [rule] },
    python: { required: [__filename] },
  }],
  ['DataQualityRules', DataQualityRules, { fromFile: { required: [__filename] }, of: { required: [DataQualityRule.email(column)] } }],
  ['GlueCapacity', GlueCapacity, { of: { required: [], optional: [{ maxWorkers: 3 }] } }],
  ['a GlueCapacity', GlueCapacity.DEFAULT, { isEqualTo: { required: [GlueCapacity.DEFAULT] } }],
  ['ReferenceData', ReferenceData, { csv: { required: [bucket, 'a.csv', 'a'] } }],
  ['RedshiftWarehouse', RedshiftWarehouse, {
    fromServerlessWorkgroup: scope({ workgroupName: 'a', databaseName: 'dev', copyRole: role }),
    fromProvisionedCluster: scope({ clusterIdentifier: 'a', databaseName: 'dev', databaseUser: 'etl', copyRole: role }),
  }],
  ['a new warehouse', warehouse, warehouses],
  ['an imported workgroup', workgroup, warehouses],
  ['an imported cluster', cluster, warehouses],
  ['a loader', loader, pipeline],
  ['a gate', gate, pipeline],
  ['OracleSource', OracleSource, { fromSecret: { required: [secret, { serviceName: 'X' }] } }],
  ['a source', newSource(stack), {}],
  ['ReplicationCapacity', ReplicationCapacity, {
    serverless: { required: [], optional: [{ max: 8 }] }, instance: { required: ['dms.t3.medium'], optional: [{ multiAz: true }] },
  }],
  ['a ReplicationCapacity', ReplicationCapacity.DEFAULT, { isEqualTo: { required: [ReplicationCapacity.DEFAULT] } }],
  ['a replication', replication, filePipeline],
];

/** What TypeScript would not let pass, by what it is. */
const VALUES: Record<string, unknown> = {
  'null': null,
  'undefined': undefined,
  'a number': 5,
  'NaN': NaN,
  'a bigint': 5n,
  'a symbol': Symbol('a'),
  'text': 'x',
  'empty text': '',
  'true': true,
  'a list': [],
  'a list in a list': [[null]],
  'a Map': new Map(),
  'a Date': new Date(),
  'a function': () => 'a',
  'a class': class {},
  'an object': {},
  'an object without a prototype': Object.create(null),
  'an object of texts': { period: 'x', target: 'x', severity: 'x', min: 'x', delimiter: 5, maxWorkers: 'x', workgroupName: 5, clusterIdentifier: 5 },
  'an object of nulls': { period: null, target: null, severity: null, min: null, delimiter: null, maxWorkers: null, workgroupName: null, clusterIdentifier: null },
  'an object of lists': { period: [], target: [], dimensionsMap: ['x'], eventPattern: ['x'], subnetType: ['x'] },
  'an object of objects': { period: {}, target: {}, eventPattern: { source: 'x' }, subnets: [{}], crossStackScope: {} },
};

/** Whether a value is of the same type as one that a method takes. */
function isLike(value: unknown, taken: unknown): boolean {
  return typeof value === typeof taken && Array.isArray(value) === Array.isArray(taken)
    && (typeof value !== 'object' || (value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value)) && Object.keys(value).length === 0
      && Object.getPrototypeOf(taken) === Object.prototype));
}

/** Names of the public methods and statics of something; those of `Construct` and `Resource` are not the library's. */
function methodsOf(thing: object): string[] {
  const isClass = typeof thing === 'function';
  const owners = isClass ? [thing] : prototypes(thing);
  return [...new Set(owners.flatMap((owner) => Object.entries(Object.getOwnPropertyDescriptors(owner)))
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor' && !name.startsWith('_'))
    .filter(([name]) => isClass ? name !== 'ofColumn' && name !== 'make' : !isPrivate(name))
    .map(([name]) => name))];
}

function prototypes(thing: object): object[] {
  const prototype = Object.getPrototypeOf(thing);
  return [Object.prototype, Construct.prototype, Resource.prototype].includes(prototype) ? [] : [prototype, ...prototypes(prototype)];
}

/** Of classes of the library; what JavaScript cannot tell from a public method. */
function isPrivate(name: string): boolean {
  return ['newNamespace', 'newWorkgroup', 'subnetIds', 'jobSettings', 'newWatch', 'allBut', 'grantMerge'].includes(name);
}

type Method = (...given: unknown[]) => unknown;
interface Argument {
  readonly name: string;
  readonly call: (value: unknown) => unknown;
  readonly taken: unknown;
  readonly isOptional: boolean;
}

const everyArgument: Argument[] = CALLS.flatMap(([owner, thing, calls]) => methodsOf(thing).flatMap((name) => {
  const { required, optional = [] } = calls[name] ?? METRIC;
  const all = [...required, ...optional];
  return all.map((taken, index) => ({
    name: `argument ${index + 1} of ${name} of ${owner}`,
    call: (value: unknown) => (thing as Record<string, Method>)[name](...all.map((each, at) => fresh(at === index ? value : each))),
    taken,
    isOptional: index >= required.length,
  }));
}));

test('every public class and method is tried', () => {
  const classes = Object.entries(library).filter(([, value]) => typeof value === 'function' && String(value).startsWith('class')).map(([name]) => name);
  const tried = CALLS.map(([, thing]) => typeof thing === 'function' ? thing.name : thing.constructor.name);
  expect(classes.filter((name) => !tried.includes(name))).toEqual([]);
  for (const [owner, thing, calls] of CALLS) {
    expect([owner, methodsOf(thing).filter((name) => !(name in calls) && !/^metric[A-Z]/.test(name))]).toEqual([owner, []]);
  }
});

test.each(everyArgument)('$name', ({ call, taken, isOptional }) => {
  for (const [what, value] of Object.entries(VALUES)) {
    const mayPass = isLike(value, taken) || (value === undefined && isOptional);
    expect([what, outcomeOf(() => call(value))]).toEqual([what, mayPass ? expect.stringMatching(/^(taken|ConfigurationError)/) : expect.stringMatching(/^ConfigurationError/)]);
  }
});

const CONSTRUCTS: Record<string, { readonly kinds: object; readonly make: (props: object) => unknown }> = {
  RedshiftWarehouse: { kinds: WAREHOUSE_KINDS, make: (props) => new RedshiftWarehouse(stack, `Id${++ids}`, props) },
  SchemaEvolvingCsvLoader: { kinds: LOADER_KINDS, make: (props) => newLoader(props, newStack()) },
  OracleToRedshiftReplication: { kinds: REPLICATION_KINDS, make: (props) => newReplication(props, newStack()) },
  DataQualityGate: { kinds: GATE_KINDS, make: (props) => newGate(props, newStack()) },
};
const everyProp = Object.entries(CONSTRUCTS).flatMap(([name, { kinds, make }]) => Object.keys(kinds).map((prop) => ({ name: `${prop} of ${name}`, prop, make })));

test.each(everyProp)('$name', ({ prop, make }) => {
  for (const [what, value] of Object.entries(VALUES)) {
    expect([what, outcomeOf(() => make({ [prop]: value }))]).toEqual([what, expect.stringMatching(value === null ? /^ConfigurationError/ : /^(taken|ConfigurationError)/)]);
  }
});

function outcomeOf(act: () => unknown): string {
  try {
    act();
    return 'taken';
  } catch (error) {
    return error instanceof ConfigurationError ? `ConfigurationError ${error.message}` : `${error}`;
  }
}
