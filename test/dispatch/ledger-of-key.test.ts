import { readFileSync } from 'fs';
import * as path from 'path';
import { byLedger, ledgerOfKey } from '../../src/dispatch/ledger-of-key';
import { targetName } from '../../src/dispatch/target-name';

/** runtime/tests/oracle_schema/test_convert.py reads the same file: where the merge writes a table's ledger, it is read. */
const NAMES: Record<string, string> = JSON.parse(readFileSync(path.join(__dirname, '..', '..', 'runtime', 'tests', 'data', 'target_names.json'), 'utf8'));

const warehouse = { workgroupName: 'wg', database: 'db' };

test.each([
  ['in/CRM/Customers/LOAD1.parquet', ['crm', 'customers']],
  ['in/CRM/ORDERS/2024/03/a.parquet', ['crm', 'orders']],
])('the key %s names the table %j', (key, [schema, table]) => {
  expect(ledgerOfKey(key, { root: 'in/', warehouse })).toEqual({ schema, table, warehouse });
});

test.each(['in/a.parquet', 'in/CRM/a.parquet', 'in//CUSTOMERS/a.parquet', 'in/CRM//a.parquet', 'elsewhere/CRM/CUSTOMERS/a.parquet'])('the key %s names none', (key) => {
  expect(ledgerOfKey(key, { root: 'in/', warehouse })).toBeUndefined();
});

test('all tables may go to one schema', () => {
  expect(ledgerOfKey('CRM/CUSTOMERS/a.parquet', { root: '', schema: 'replica', warehouse })).toEqual({ schema: 'replica', table: 'customers', warehouse });
});

test('files go to the ledgers of their tables, however many they are, and those without one to none', () => {
  const files = ['CRM/A/1', 'SALES/A/1', 'crm/a/2', 'stray'].map((key) => ({ key }));
  expect(byLedger(files, { root: '', warehouse }).map(([{ schema, table }, of]) => [schema, table, of.map(({ key }) => key)])).toEqual([
    ['crm', 'a', ['CRM/A/1', 'crm/a/2']],
    ['sales', 'a', ['SALES/A/1']],
  ]);
});

test('all files of a pipeline of one table go to its ledger', () => {
  const files = [{ key: 'a.csv' }, { key: 'b/c.csv' }];
  const one = { schema: 'crm', table: 'customers', warehouse };
  expect(byLedger(files, one)).toEqual([[one, files]]);
});

test.each(Object.entries(NAMES))('what is called %s in the source is called %s in the warehouse', (source, target) => {
  expect(targetName(source)).toBe(target);
  expect(ledgerOfKey(`in/${source}/${source}/a.parquet`, { root: 'in/', warehouse })).toEqual({ schema: target, table: target, warehouse });
});
