import { chunks } from './chunks';
import type { DataApiRow } from '../common/data-api';

/**
 * Runs one SELECT; parameters are named `:name` in the SQL. Answers undefined when the table does not exist, and throws
 * whatever else goes wrong.
 */
export type RunQuery = (sql: string, parameters?: Record<string, string>) => Promise<DataApiRow[] | undefined>;

/** What became of a file. */
export interface LoadOutcome {
  readonly status: 'loaded' | 'failed' | 'superseded';
  readonly reason: string;
}

/** Suffix of the table that holds what became of each file; `runtime/customer_data/warehouse/ledger.py` writes it. */
export const LEDGER_SUFFIX = '__loads';

/** Keeps a statement under the 100 KB that the Data API allows. */
const IDS_PER_STATEMENT = 500;

/** When, in whole seconds since 1970, the last finished write of an object happened, by `writeIdentity`. */
export type FinishedWrites = ReadonlyMap<string, number>;

/**
 * Reads the ledger of one table.
 *
 * The first run makes the ledger: until then there is none, and no load is finished. Only the query itself can say:
 * the catalog hides a table from those who may not read it, and a missing right must not look like an empty ledger.
 */
export class Ledger {
  private readonly table: string;

  constructor(private readonly schemaName: string, tableName: string, private readonly query: RunQuery) {
    this.table = `${tableName}${LEDGER_SUFFIX}`;
  }

  /** What became of these loads, by load id; those that no run has finished are absent. */
  async outcomes(loadIds: string[]): Promise<Map<string, LoadOutcome>> {
    const outcomes = new Map<string, LoadOutcome>();
    for (const chunk of chunks(loadIds.map(checkedLoadId), IDS_PER_STATEMENT)) {
      const ids = chunk.map((id) => `'${id}'`).join(', ');
      const rows = await this.query(`SELECT load_id, status, reason FROM ${this.quotedName} WHERE load_id IN (${ids})`);
      for (const row of rows ?? []) {
        outcomes.set(String(row.load_id), { status: row.status as LoadOutcome['status'], reason: String(row.reason ?? '') });
      }
    }
    return outcomes;
  }

  /** The writes of a bucket that runs have finished with since a moment. */
  async finishedWrites(bucket: string, since: Date): Promise<FinishedWrites> {
    const rows = await this.query(
      'SELECT object_key, version_id, etag, CAST(FLOOR(MAX(EXTRACT(EPOCH FROM event_time))) AS BIGINT) AS written_at'
      + ` FROM ${this.quotedName} WHERE bucket = :bucket AND finished_at >= CAST(:since AS TIMESTAMPTZ)`
      + ' GROUP BY object_key, version_id, etag',
      { bucket, since: since.toISOString() },
    );
    const writes = new Map<string, number>();
    for (const row of rows ?? []) {
      const identity = writeIdentity(String(row.object_key), row.version_id ? String(row.version_id) : null, String(row.etag));
      writes.set(identity, Math.max(Number(row.written_at), writes.get(identity) ?? 0));
    }
    return writes;
  }

  private get quotedName(): string {
    return [this.schemaName, this.table].map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
  }
}

/** What names one write of an object in a listing as in the ledger: its version, or its ETag where there are none. */
export function writeIdentity(key: string, versionId: string | null, etag: string): string {
  return JSON.stringify(versionId ? [key, 'version', versionId] : [key, 'etag', etag.replaceAll('"', '')]);
}

/** Load ids become part of the SQL: a Data API parameter cannot hold a list. */
function checkedLoadId(id: string): string {
  if (!/^[0-9a-f]{64}$/.test(id)) {
    throw new Error(`a load id is 64 hexadecimal digits, the manifest holds ${JSON.stringify(id)}`);
  }
  return id;
}
