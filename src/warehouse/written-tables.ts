import { Annotations } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { IRedshiftWarehouse } from './redshift-warehouse-ref';
import { refuseInOneWarehouse, warehouseIdentity } from './warehouse-identity';
import { covers, mayMeet } from '../common/like-pattern';

/** Tables of a warehouse that a construct writes to, as far as it is known before the deployment. */
export interface WrittenTables {
  /** What says so, as `table is 'crm.orders'`. */
  readonly text: string;
  readonly schema: string;
  /** A name, or a pattern as of LIKE. */
  readonly table: string;
  /** Patterns of tables that are left out. */
  readonly without: string[];
  /** The database and schema that the tables are copied from: of one source, the same patterns have the same tables. Files have none. */
  readonly source?: string;
}

interface KnownTables extends WrittenTables {
  readonly owner: IConstruct;
  readonly warehouse: IRedshiftWarehouse;
}

/** What constructs of an app write to, by warehouse. */
const tablesOfApp = new WeakMap<IConstruct, Map<string, KnownTables[]>>();

/**
 * Notes which tables a construct writes to. Throws ConfigurationError where one of them is copied from a database and written by another construct
 * too: each would undo what the other does. Warns where patterns may have a table in common.
 */
export function claimWrittenTables(owner: Construct, warehouse: IRedshiftWarehouse, tables: WrittenTables[]): void {
  const ofWarehouse = tablesOfApp.get(owner.node.root) ?? new Map<string, KnownTables[]>();
  tablesOfApp.set(owner.node.root, ofWarehouse);
  const identity = warehouseIdentity(warehouse);
  const others = ofWarehouse.get(identity) ?? [];
  ofWarehouse.set(identity, [...others, ...tables.map((each) => ({ ...each, owner, warehouse }))]);

  for (const ours of tables) {
    for (const theirs of others.filter((other) => (ours.source ?? other.source) !== undefined && mayShare(ours, other))) {
      const both = `${ours.text}, and in '${theirs.owner.node.path}' ${theirs.text}`;
      const effect = 'each undoes what the other does; leave tables out of one of the two, a replication by excludeTables, or let it write to a schema of its own (targetSchema)';
      if (surelyShare(ours, theirs)) {
        refuseInOneWarehouse(owner, [warehouse, theirs.warehouse], 'sharedTable', `${both}, which writes to the same table of the warehouse: ${effect}`);
      } else {
        Annotations.of(owner).addWarningV2('cdk-customer-data-platform:sharedTables', `${both}: both may write to one table of the warehouse, and if there is such a table, ${effect}`);
      }
    }
  }
}

function mayShare(one: WrittenTables, other: WrittenTables): boolean {
  return one.schema === other.schema && meet(one, other) && !leavesOut(one, other) && !leavesOut(other, one);
}

/** A table of files is a name, in which `_` is itself. */
function meet(one: WrittenTables, other: WrittenTables): boolean {
  const [name, pattern] = one.source === undefined ? [one, other] : [other, one];
  return name.source === undefined ? covers(pattern.table, name.table) : mayMeet(one.table, other.table);
}

function surelyShare(one: WrittenTables, other: WrittenTables): boolean {
  return (one.table === other.table && !one.table.includes('%')) || contains(one, other) || contains(other, one);
}

/** Whether the one leaves out all that the other has. */
function leavesOut(one: WrittenTables, other: WrittenTables): boolean {
  return one.without.some((pattern) => covers(pattern, other.table));
}

/** Whether the one has all tables that the other has. */
function contains(one: WrittenTables, other: WrittenTables): boolean {
  return one.source !== undefined && one.source === other.source && covers(one.table, other.table)
    && one.without.every((pattern) => !mayMeet(pattern, other.table) || other.without.some((also) => covers(also, pattern)));
}
