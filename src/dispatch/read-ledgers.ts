import { chunks } from './chunks';
import { LedgerSettings } from './function-settings';
import { Ledger } from './ledger';
import { byLedger } from './ledger-of-key';
import { openLedger } from './open-ledger';

/** How many ledgers are read at a time. */
const READ_TOGETHER = 10;

/**
 * What the ledgers of files say, one list for all: each ledger is asked about its own files. Without files none is asked, which would wake
 * the warehouse.
 *
 * @param files the files; those that no ledger has are left out
 * @param settings how the ledgers are read
 * @param read asks one ledger
 */
export async function readLedgers<F extends { readonly key: string }, A>(
  files: F[], settings: LedgerSettings, read: (ledger: Ledger, files: F[]) => Promise<A[]>,
): Promise<A[]> {
  const answers: A[][] = [];
  for (const tables of chunks(byLedger(files, settings), READ_TOGETHER)) {
    answers.push(...await Promise.all(tables.map(([ledger, ofTable]) => read(openLedger(ledger), ofTable))));
  }
  return answers.flat();
}
