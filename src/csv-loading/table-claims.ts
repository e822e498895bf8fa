import { Annotations, Stack, Stage, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { SchemaContract } from './schema-contract';
import { TableName } from './table-name';
import { IRedshiftWarehouse } from '../warehouse';

/** How a loader writes to its table. */
export interface TableUse {
  readonly primaryKey: string[];
  readonly sequenceColumn?: string;
  readonly schemaContract: SchemaContract;
}

interface KnownUse extends TableUse {
  readonly owner: IConstruct;
}

/** How the tables of an app are used, by warehouse and table. */
const usesOfApp = new WeakMap<IConstruct, Map<string, KnownUse[]>>();

/**
 * Notes how a loader writes to a table. Throws ConfigurationError when another of the app knows its rows by another key or orders them by
 * another column: each would undo what the other did. Warns where they differ in what may be meant.
 */
export function claimTable(owner: Construct, warehouse: IRedshiftWarehouse, table: TableName, use: TableUse): void {
  const uses = usesOfApp.get(owner.node.root) ?? new Map<string, KnownUse[]>();
  usesOfApp.set(owner.node.root, uses);
  const name = `${table.schema}.${table.name}`;
  const identity = `${warehouseIdentity(warehouse)} ${name}`;
  const others = uses.get(identity) ?? [];
  uses.set(identity, [...others, { owner, ...use }]);

  for (const other of others) {
    const [ours, theirs] = [use, other].map(({ primaryKey }) => [...primaryKey].sort().join(', '));
    if (ours !== theirs) {
      throw new ConfigurationError(
        `primaryKey is ${ours}, but '${other.owner.node.path}' loads into ${name} too and knows its rows by ${theirs}; give both loaders one key, or each a table of its own`,
        owner,
      );
    }
    const sequences = [use, other].map(({ sequenceColumn = 'none' }) => sequenceColumn);
    if (use.sequenceColumn !== undefined && other.sequenceColumn !== undefined && sequences[0] !== sequences[1]) {
      throw new ConfigurationError(
        `sequenceColumn is '${sequences[0]}', but '${other.owner.node.path}' loads into ${name} too and orders its rows by '${sequences[1]}'; give both loaders one column`,
        owner,
      );
    }
    warnOfDifference(owner, other, name, 'sequenceColumn', sequences, 'an older record of the loader without one may replace a newer row');
    warnOfDifference(owner, other, name, 'schemaContract', [use.schemaContract, other.schemaContract], 'the table changes as the more liberal of the two allows');
  }
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
  // Stages without an environment are deployed to several: what has one name there are several warehouses.
  const where = [env.account, env.region].map((each) => Token.isUnresolved(each) ? `of ${Stage.of(stack)?.node.path}` : each);
  return names.some((name) => Token.isUnresolved(name))
    ? `${stack.node.path} ${JSON.stringify(Stack.of(stack).resolve(names))}`
    : [...where, ...names].join(' ');
}
