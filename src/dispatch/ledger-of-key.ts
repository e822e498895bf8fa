import { LedgerOfTable, LedgerSettings } from './function-settings';
import { targetName } from './target-name';

/**
 * The ledger that says what became of a file: that of the pipeline's one table, or of the table that the key names by its first two
 * folders under `root`, as DMS writes it (`<root><schema>/<table>/...`), called as in the warehouse; undefined for a key that names none.
 */
export function ledgerOfKey(key: string, settings: LedgerSettings): LedgerOfTable | undefined {
  if ('table' in settings) {
    return settings;
  }
  const [schema, table, ...rest] = key.slice(settings.root.length).split('/');
  return key.startsWith(settings.root) && schema && table && rest.length > 0
    ? { schema: settings.schema ?? targetName(schema), table: targetName(table), warehouse: settings.warehouse }
    : undefined;
}

/** Files by the ledger that has them; those that none has are left out. */
export function byLedger<F extends { readonly key: string }>(files: F[], settings: LedgerSettings): [LedgerOfTable, F[]][] {
  const groups = new Map<string, [LedgerOfTable, F[]]>();
  for (const file of files) {
    const ledger = ledgerOfKey(file.key, settings);
    if (ledger) {
      const name = JSON.stringify([ledger.schema, ledger.table]);
      groups.set(name, groups.get(name) ?? [ledger, []]);
      groups.get(name)![1].push(file);
    }
  }
  return [...groups.values()];
}
