import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { TableName } from './table-name';
import { IRedshiftWarehouse, SchemaContract } from '../warehouse';

/** How a loader writes to its table. */
export interface TableUse {
  readonly primaryKey: string[];
  readonly sequenceColumn?: string;
  readonly schemaContract: SchemaContract;
  readonly columnTypes?: Record<string, string>;
}

interface KnownUse extends TableUse {
  readonly owner: IConstruct;
  readonly warehouse: IRedshiftWarehouse;
}

/** How the tables of an app are used, by warehouse and table. */
const usesOfApp = new WeakMap<IConstruct, Map<string, KnownUse[]>>();

/**
 * Notes how a loader writes to a table. Throws ConfigurationError when another of the app knows its rows by another key or orders them by
 * another column: each would undo what the other did. Warns where they differ in what may be meant, or where only the deployment knows
 * whether two warehouses of one name are one: those of stacks without account and Region, such as the stages of an app, may be deployed apart.
 */
export function claimTable(owner: Construct, warehouse: IRedshiftWarehouse, table: TableName, use: TableUse): void {
  const uses = usesOfApp.get(owner.node.root) ?? new Map<string, KnownUse[]>();
  usesOfApp.set(owner.node.root, uses);
  const name = `${table.schema}.${table.name}`;
  const identity = `${warehouseIdentity(warehouse)} ${name}`;
  const others = uses.get(identity) ?? [];
  uses.set(identity, [...others, { owner, warehouse, ...use }]);

  for (const other of others) {
    const [ours, theirs] = [use, other].map(({ primaryKey }) => [...primaryKey].sort().join(', '));
    if (ours !== theirs) {
      refuse(owner, warehouse, other, 'primaryKey',
        `primaryKey is ${ours}, but '${other.owner.node.path}' loads into ${name} too and knows its rows by ${theirs}; give both loaders one key, or each a table of its own`);
    }
    const sequences = [use, other].map(({ sequenceColumn = 'none' }) => sequenceColumn);
    if (use.sequenceColumn !== undefined && other.sequenceColumn !== undefined && sequences[0] !== sequences[1]) {
      refuse(owner, warehouse, other, 'sequenceColumn',
        `sequenceColumn is '${sequences[0]}', but '${other.owner.node.path}' loads into ${name} too and orders its rows by '${sequences[1]}'; give both loaders one column`);
    } else {
      warnOfDifference(owner, other, name, 'sequenceColumn', sequences, 'an older record of the loader without one may replace a newer row');
    }
    const [types, otherTypes] = [use, other].map(({ columnTypes = {} }) => columnTypes);
    const column = Object.keys(types).find((each) => otherTypes[each] !== undefined && otherTypes[each] !== types[each]);
    if (column !== undefined) {
      refuse(owner, warehouse, other, 'columnTypes',
        `columnTypes['${column}'] is ${types[column]}, but '${other.owner.node.path}' loads into ${name} too and makes it ${otherTypes[column]}; give both loaders one type`);
    }
    warnOfDifference(owner, other, name, 'schemaContract', [use.schemaContract, other.schemaContract], 'the table changes as the more liberal of the two allows');
  }
}

function refuse(owner: Construct, warehouse: IRedshiftWarehouse, other: KnownUse, prop: string, fault: string): void {
  if (areOne(warehouse, other.warehouse)) {
    throw new ConfigurationError(fault, owner);
  }
  Annotations.of(owner).addWarningV2(
    `cdk-customer-data-platform:${prop}OfSharedTable`, `if both stacks are deployed to one account and Region: ${fault}; give the stacks an env that says where they are deployed`,
  );
}

/** Whether two warehouses of one identity are one wherever their stacks are deployed. */
function areOne(one: IRedshiftWarehouse, other: IRedshiftWarehouse): boolean {
  return one.stack === other.stack || ![one.env.account, one.env.region].some((each) => Token.isUnresolved(each));
}

function warnOfDifference(owner: Construct, other: KnownUse, table: string, prop: string, [ours, theirs]: string[], effect: string): void {
  if (ours !== theirs) {
    Annotations.of(owner).addWarningV2(
      `cdk-customer-data-platform:${prop}OfSharedTable`,
      `${prop} is ${ours}, and ${theirs} in '${other.owner.node.path}', which loads into ${table} too: ${effect}; give both loaders the same unless that is meant`,
    );
  }
}

/** What two constructs that stand for one database have in common: its names where the app knows them, else where they come from. */
function warehouseIdentity({ connection, stack, env }: IRedshiftWarehouse): string {
  const { workgroupName, clusterIdentifier, databaseName } = connection;
  const names = [workgroupName, clusterIdentifier, databaseName].map((name) => name ?? '');
  const where = [env.account, env.region].map((each) => Token.isUnresolved(each) ? '' : each);
  return names.some((name) => Token.isUnresolved(name))
    ? `${stack.node.path} ${JSON.stringify(Stack.of(stack).resolve(names))}`
    : [...where, ...names].join(' ');
}
