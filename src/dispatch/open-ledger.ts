import { LedgerOfTable } from './function-settings';
import { Ledger } from './ledger';
import { DataApi, DataApiRow, StatementFailedError } from '../common/data-api';

/** What Redshift says of a table that is not there; the statement names no other table. */
const NO_SUCH_TABLE = /relation .* does not exist/i;

/** The ledger that a function was given, read as the function's own role. */
export function openLedger({ schema, table, warehouse }: LedgerOfTable): Ledger {
  const dataApi = new DataApi(warehouse);
  return new Ledger(schema, table, (sql, parameters) => queryIfThere(dataApi, sql, parameters));
}

async function queryIfThere(dataApi: DataApi, sql: string, parameters?: Record<string, string>): Promise<DataApiRow[] | undefined> {
  try {
    return await dataApi.query(sql, parameters);
  } catch (error) {
    if (error instanceof StatementFailedError && NO_SUCH_TABLE.test(error.reason)) {
      return undefined;
    }
    throw error;
  }
}
