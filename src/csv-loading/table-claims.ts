import { Annotations } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { TableName } from './table-name';
import { IRedshiftWarehouse, SchemaContract } from '../warehouse';
import { refuseInOneWarehouse, warehouseIdentity } from '../warehouse/warehouse-identity';
import { claimWrittenTables } from '../warehouse/written-tables';

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
 * another column, or a replication writes to it: each would undo what the other did. Warns where they differ in what may be meant, or where only the deployment knows
 * whether two warehouses of one name are one: those of stacks without account and Region, such as the stages of an app, may be deployed apart.
 */
export function claimTable(owner: Construct, warehouse: IRedshiftWarehouse, table: TableName, use: TableUse): void {
  const uses = usesOfApp.get(owner.node.root) ?? new Map<string, KnownUse[]>();
  usesOfApp.set(owner.node.root, uses);
  const name = `${table.schema}.${table.name}`;
  const identity = `${warehouseIdentity(warehouse)} ${name}`;
  const others = uses.get(identity) ?? [];
  uses.set(identity, [...others, { owner, warehouse, ...use }]);

  claimWrittenTables(owner, warehouse, [{ text: `table is '${name}'`, schema: table.schema, table: table.name, without: [] }]);

  for (const other of others) {
    const refuse = (prop: string, fault: string): void => refuseInOneWarehouse(owner, [warehouse, other.warehouse], `${prop}OfSharedTable`, fault);
    const [ours, theirs] = [use, other].map(({ primaryKey }) => [...primaryKey].sort().join(', '));
    if (ours !== theirs) {
      refuse('primaryKey',
        `primaryKey is ${ours}, but '${other.owner.node.path}' loads into ${name} too and knows its rows by ${theirs}; give both loaders one key, or each a table of its own`);
    }
    const sequences = [use, other].map(({ sequenceColumn = 'none' }) => sequenceColumn);
    if (use.sequenceColumn !== undefined && other.sequenceColumn !== undefined && sequences[0] !== sequences[1]) {
      refuse('sequenceColumn',
        `sequenceColumn is '${sequences[0]}', but '${other.owner.node.path}' loads into ${name} too and orders its rows by '${sequences[1]}'; give both loaders one column`);
    } else {
      warnOfDifference(owner, other, name, 'sequenceColumn', sequences, 'an older record of the loader without one may replace a newer row');
    }
    const [types, otherTypes] = [use, other].map(({ columnTypes = {} }) => columnTypes);
    const column = Object.keys(types).find((each) => otherTypes[each] !== undefined && otherTypes[each] !== types[each]);
    if (column !== undefined) {
      refuse('columnTypes',
        `columnTypes['${column}'] is ${types[column]}, but '${other.owner.node.path}' loads into ${name} too and makes it ${otherTypes[column]}; give both loaders one type`);
    }
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
