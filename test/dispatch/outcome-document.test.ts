import { outcomeDocument } from './factories';
import { readOutcomes } from '../../src/dispatch/outcome-document';

const id = (letter: string): string => letter.repeat(64);

test('gives the outcomes that there are', async () => {
  const texts: Record<string, string> = { [id('a')]: JSON.stringify({ ...outcomeDocument('a'), at: '2024-03-01T10:00:00Z' }) };
  const outcomes = await readOutcomes([id('a'), id('b')], async (loadId) => texts[loadId]);
  expect([...outcomes.keys()]).toEqual([id('a')]);
  expect(outcomes.get(id('a'))).toMatchObject(outcomeDocument('a'));
});

test('reads a document of before severities were told', async () => {
  const reason = { rule: 'not_null_email', description: '', rows: 3 };
  const outcomes = await readOutcomes([id('a')], async () => JSON.stringify({ status: 'passed', run_id: 'jr_1', top_reasons: [reason] }));
  expect(outcomes.get(id('a'))!.top_reasons).toEqual([reason]);
});

test('takes what is left out for nothing', async () => {
  const outcomes = await readOutcomes([id('a')], async () => JSON.stringify({ status: 'superseded', run_id: 'jr_1' }));
  expect(outcomes.get(id('a'))).toEqual({
    load_id: id('a'),
    run_id: 'jr_1',
    status: 'superseded',
    reason: null,
    moved_to: null,
    rows_read: 0,
    rows_rejected: 0,
    rows_warned: 0,
    top_reasons: [],
    report: null,
    rejected: null,
    columns_added: [],
    columns_widened: [],
    columns_nullable: [],
    rows_rescued: 0,
    rescue_columns: [],
  });
});

test('reads 20 at a time', async () => {
  let open = 0;
  let most = 0;
  await readOutcomes(Array.from({ length: 45 }, () => id('a')), async () => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    return undefined;
  });
  expect(most).toBe(20);
});

const damaged = (change: object): string => JSON.stringify({ ...outcomeDocument('a'), ...change });

test.each([
  ['{', 'is not readable'],
  ['null', 'it is null, but an object is expected'],
  ['[]', 'it is a list of 0, but an object is expected'],
  ['{"status":"passed"}', 'run_id is undefined, but text is allowed'],
  [damaged({ columns_added: null }), 'columns_added is null, but a list is allowed'],
  [damaged({ rescue_columns: [5] }), 'rescue_columns[0] is 5, but text is allowed'],
  [damaged({ top_reasons: null }), 'top_reasons is null, but a list is allowed'],
  [damaged({ top_reasons: ['x'] }), "top_reasons[0] is 'x', but a reason is allowed"],
  [damaged({ top_reasons: [{ rule: 'a', rows: 1 }] }), 'description of top_reasons[0] is undefined, but text is allowed'],
  [damaged({ rows_read: '5' }), "rows_read is '5', but a number of rows is allowed"],
  [damaged({ rows_rejected: null }), 'rows_rejected is null'],
  [damaged({ reason: {} }), 'reason is an object, but text or null is allowed'],
])(
  'does not take %s for a missing outcome', async (text, message) => {
    await expect(readOutcomes([id('a')], async () => text)).rejects.toThrow(message);
  });

test('does not take a forbidden outcome for a missing one', async () => {
  await expect(readOutcomes([id('a')], async () => { throw new Error('Access Denied'); })).rejects.toThrow('Access Denied');
});
