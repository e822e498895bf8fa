import * as path from 'path';
import { DataApiRow } from '../../src/common/data-api';
import { Ledger, writeIdentity } from '../../src/dispatch/ledger';
import { goldenSql } from '../golden';

const GOLDEN = path.join(__dirname, 'golden');

const id = (letter: string): string => letter.repeat(64);

/** Answers every query alike, and keeps them; without rows there is no such table. */
function fakeWarehouse(rows: DataApiRow[] | undefined) {
  const queries: { sql: string; parameters?: Record<string, string> }[] = [];
  const query = async (sql: string, parameters?: Record<string, string>): Promise<DataApiRow[] | undefined> => {
    queries.push({ sql, parameters });
    return rows;
  };
  return { queries, ledger: new Ledger('crm', 'customers', query) };
}

test('says what became of each load that is finished', async () => {
  const { ledger, queries } = fakeWarehouse([
    { load_id: id('a'), status: 'loaded', reason: null },
    { load_id: id('b'), status: 'failed', reason: 'no header' },
  ]);
  expect(await ledger.outcomes([id('a'), id('b'), id('c')])).toEqual(new Map([
    [id('a'), { status: 'loaded', reason: '' }],
    [id('b'), { status: 'failed', reason: 'no header' }],
  ]));
  expect(queries).toEqual([{ sql: goldenSql(path.join(GOLDEN, 'read_outcomes.sql')) }]);
});

test('knows of no load as long as no run has made the ledger', async () => {
  const { ledger } = fakeWarehouse(undefined);
  expect(await ledger.outcomes([id('a')])).toEqual(new Map());
  expect(await ledger.finishedWrites('landing', new Date(0))).toEqual(new Map());
});

test('does not take a failed query for an empty ledger', async () => {
  const ledger = new Ledger('crm', 'customers', async () => { throw new Error('permission denied'); });
  await expect(ledger.outcomes([id('a')])).rejects.toThrow('permission denied');
  await expect(ledger.finishedWrites('landing', new Date(0))).rejects.toThrow('permission denied');
});

test('asks nothing about no loads', async () => {
  const { ledger, queries } = fakeWarehouse([]);
  await ledger.outcomes([]);
  expect(queries).toHaveLength(0);
});

test('keeps statements about many loads under the 100 KB of the Data API', async () => {
  const { ledger, queries } = fakeWarehouse([]);
  await ledger.outcomes(Array.from({ length: 1200 }, () => id('a')));
  expect(queries).toHaveLength(3);
  expect(Math.max(...queries.map(({ sql }) => sql.length))).toBeLessThan(100 * 1024);
});

test('refuses a load id that is none, which would become part of the SQL', async () => {
  await expect(fakeWarehouse([]).ledger.outcomes(["x' OR '1'='1"])).rejects.toThrow('64 hexadecimal digits');
});

test('tells which writes of a bucket are finished since a moment, and when the last of each happened', async () => {
  const { ledger, queries } = fakeWarehouse([
    { object_key: 'a.csv', version_id: 'v1', etag: 'e1', written_at: 1709287200 },
    { object_key: 'b.csv', version_id: '', etag: 'e2', written_at: 1709287300 },
    { object_key: 'b.csv', version_id: null, etag: 'e2', written_at: 1709287250 },
  ]);
  const finished = await ledger.finishedWrites('landing', new Date('2024-03-01T00:00:00Z'));
  expect(finished).toEqual(new Map([
    [writeIdentity('a.csv', 'v1', 'other'), 1709287200],
    [writeIdentity('b.csv', null, '"e2"'), 1709287300],
  ]));
  expect(queries).toEqual([{
    sql: goldenSql(path.join(GOLDEN, 'read_finished_writes.sql')),
    parameters: { bucket: 'landing', since: '2024-03-01T00:00:00.000Z' },
  }]);
});

test('tells writes apart whose key holds what separates', () => {
  expect(writeIdentity('a', 'version', '')).not.toBe(writeIdentity('a","version', '', ''));
});
