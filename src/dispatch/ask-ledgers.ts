import { chunks } from './chunks';
import { LedgerSettings } from './function-settings';
import { Ledger } from './ledger';
import { byLedger } from './ledger-of-key';
import { openLedger } from './open-ledger';

/** Ledgers that are asked at a time. */
const ASKED_TOGETHER = 10;

/** The answers of the ledgers that say what became of files, each asked about its own; files of which none tells are left out. */
export async function askLedgers<F extends { readonly key: string }, A>(
  files: F[], settings: LedgerSettings, ask: (ledger: Ledger, files: F[]) => Promise<A>,
): Promise<A[]> {
  const answers: A[] = [];
  for (const tables of chunks(byLedger(files, settings), ASKED_TOGETHER)) {
    answers.push(...await Promise.all(tables.map(([table, ofTable]) => ask(openLedger(table), ofTable))));
  }
  return answers;
}
