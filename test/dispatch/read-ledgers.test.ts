import { Ledger } from '../../src/dispatch/ledger';
import { openLedger } from '../../src/dispatch/open-ledger';
import { readLedgers } from '../../src/dispatch/read-ledgers';

jest.mock('../../src/dispatch/open-ledger');

const warehouse = { workgroupName: 'wg', database: 'db' };

beforeEach(() => {
  jest.mocked(openLedger).mockReset().mockImplementation(({ table }) => table as unknown as Ledger);
});

test('asks each ledger about its files, ten at a time, and gives the answers in one list', async () => {
  let open = 0;
  let most = 0;
  const files = Array.from({ length: 25 }, (_, table) => [{ key: `s/t${table}/a` }, { key: `s/t${table}/b` }]).flat();
  const answers = await readLedgers(files, { root: '', warehouse }, async (ledger, ofTable) => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    return ofTable.map(({ key }) => [ledger, key]);
  });
  expect(answers).toEqual(files.map(({ key }) => [key.split('/')[1], key]));
  expect(most).toBe(10);
});

test('gives more answers of one ledger than a call takes arguments', async () => {
  const files = Array.from({ length: 300_000 }, (_, index) => ({ key: `${index}` }));
  const answers = await readLedgers(files, { schema: 's', table: 't', warehouse }, async (_, ofTable) => ofTable);
  expect(answers).toHaveLength(300_000);
});

test('asks nobody about no files', async () => {
  expect(await readLedgers([], { schema: 's', table: 't', warehouse }, async () => ['any'])).toEqual([]);
  expect(openLedger).not.toHaveBeenCalled();
});
