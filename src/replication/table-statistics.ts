import type { TableStatistics } from '@aws-sdk/client-database-migration-service';

/** Counts of changes. */
export interface ChangeCounts {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

/** What was known of a table when it was last looked at. */
export interface KnownTable extends ChangeCounts {
  readonly schema: string;
  readonly table: string;
  readonly state: string;
  readonly ddls: number;
  readonly load_rows: number;
  readonly load_error_rows: number;
  readonly load_started_at: string | null;
  readonly load_ended_at: string | null;
  readonly last_update_at: string | null;
  /** Changes since the load began that DMS has forgotten: it counts from nothing again after it was stopped. */
  readonly forgotten: ChangeCounts;
  /** The load for which it was noted that it is complete. */
  readonly completed?: string;
  /** What did not add up, until it does. */
  readonly difference?: string;
  /** What of this was reported. */
  readonly reported?: string;
}

/** What the merge has written about a table (`customer_data.replication`). */
export interface MergedTable {
  readonly rows_in_table: number;
  readonly at: string;
}

/** The watch's copy of all statistics. */
export interface StatisticsDocument {
  /** ARN of the replication that they are of. */
  readonly replication: string;
  readonly tables: Record<string, KnownTable>;
  readonly at: string;
}

const NOTHING: ChangeCounts = { inserts: 0, updates: 0, deletes: 0 };

/** Name of a table in the copy and in messages. */
export function nameOf({ schema, table }: Pick<KnownTable, 'schema' | 'table'>): string {
  return `${schema}.${table}`;
}

/** What the copy has of a replication; that of another mode or key is another one. */
export function tablesOf(copy: StatisticsDocument | undefined, replication: string): Record<string, KnownTable> {
  return copy?.replication === replication ? copy.tables : {};
}

/**
 * Whether all tables of a replication have been loaded, as far as the copy knows.
 *
 * @param begun when the load began; what has ended before it is of an earlier one, which the copy keeps until a table has times of its own again
 */
export function hasLoadedAll(copy: StatisticsDocument | undefined, replication: string, begun: string | undefined): boolean {
  const tables = Object.values(tablesOf(copy, replication));
  const isLoaded = ({ state, load_ended_at: ended }: KnownTable): boolean =>
    state !== 'Before load' && ended !== null && (begun === undefined || Date.parse(ended) > Date.parse(begun));
  return tables.length > 0 && tables.every(isLoaded);
}

/** What is known of a table after another look at DMS's statistics. */
export function updated(statistics: TableStatistics, known: KnownTable | undefined): KnownTable {
  const now = remembered(current(statistics), known);
  const sameLoad = known !== undefined && known.load_started_at === now.load_started_at;
  const counted = ({ inserts, updates, deletes }: ChangeCounts): number => inserts + updates + deletes;
  const forgotten = !sameLoad ? NOTHING : counted(now) < counted(known) ? sum(known.forgotten, known) : known.forgotten;
  return { ...now, forgotten, ...(known && { completed: known.completed, difference: known.difference, reported: known.reported }) };
}

/** A replication that was deprovisioned and resumed knows nothing of the full load before. */
function remembered(now: KnownTable, known: KnownTable | undefined): KnownTable {
  if (known === undefined || known.load_started_at === null || now.load_started_at !== null) {
    return now;
  }
  const { load_rows, load_error_rows, load_started_at, load_ended_at } = known;
  return { ...now, load_rows, load_error_rows, load_started_at, load_ended_at };
}

/** Whether a full load has brought all rows of the table, and nothing says so yet. */
export function isNewlyComplete(table: KnownTable): boolean {
  return table.state === 'Table completed' && table.load_ended_at !== null && table.load_error_rows === 0 && table.completed !== loadOf(table);
}

/** What tells one full load of a table from another. */
export function loadOf({ load_started_at: started, load_ended_at: ended }: KnownTable): string {
  return started ?? ended ?? '';
}

/** The note for the merge that a full load of the table is complete. */
export function completeDocument({ schema, table, load_rows, load_started_at, load_ended_at }: KnownTable): object {
  return { schema, table, full_load_rows: load_rows, full_load_started_at: load_started_at, full_load_ended_at: load_ended_at };
}

/**
 * How the rows of the warehouse's table differ from what DMS has counted, in words; undefined where they do not, and where changes may be on their way.
 *
 * @param settled the time before which a change has to be merged by now
 */
export function differenceOf(table: KnownTable, merged: MergedTable | undefined, settled: Date): string | undefined {
  const { load_ended_at: loaded, last_update_at: changed } = table;
  if (loaded === null || merged === undefined || [loaded, changed ?? loaded].some((at) => Date.parse(at) > settled.getTime())) {
    return undefined;
  }
  const { inserts, updates, deletes } = sum(table.forgotten, table);
  // A table without a key has a row for each change.
  const expected = [table.load_rows + inserts - deletes, table.load_rows + inserts + updates + deletes];
  return expected.includes(merged.rows_in_table)
    ? undefined
    : `${merged.rows_in_table} rows in the warehouse, but DMS counted ${table.load_rows} loaded, ${inserts} inserted and ${deletes} deleted`;
}

function current(statistics: TableStatistics): KnownTable {
  return {
    schema: statistics.SchemaName ?? '',
    table: statistics.TableName ?? '',
    state: statistics.TableState ?? '',
    inserts: statistics.Inserts ?? 0,
    updates: statistics.Updates ?? 0,
    deletes: statistics.Deletes ?? 0,
    ddls: statistics.Ddls ?? 0,
    load_rows: statistics.FullLoadRows ?? 0,
    load_error_rows: statistics.FullLoadErrorRows ?? 0,
    load_started_at: statistics.FullLoadStartTime?.toISOString() ?? null,
    load_ended_at: statistics.FullLoadEndTime?.toISOString() ?? null,
    last_update_at: statistics.LastUpdateTime?.toISOString() ?? null,
    forgotten: NOTHING,
  };
}

function sum(one: ChangeCounts, other: ChangeCounts): ChangeCounts {
  return { inserts: one.inserts + other.inserts, updates: one.updates + other.updates, deletes: one.deletes + other.deletes };
}
