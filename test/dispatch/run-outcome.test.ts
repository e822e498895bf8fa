import { manifestFile, outcomeDocument } from './factories';
import { Notice } from '../../src/dispatch/function-settings';
import { OutcomeDocument } from '../../src/dispatch/outcome-document';
import { isConfigurationFault, KnownOutcomes, runOutcome, successOutcome } from '../../src/dispatch/run-outcome';

test.each([
  'RulesFileError: quality_rules.py line 3: adult: the query is empty',
  'SettingsError: the rule a is of the kind b',
  'RunFailed: RulesFileError: quality_rules.py line 3: adult: the query is empty',
  'customer_data.errors.RunFailed: SettingsError: the job\'s arguments are not usable',
  'Error Category: UNCLASSIFIED_ERROR; RunFailed: RulesFileError: quality_rules.py line 3',
  'customer_data.quality.rules.rules_file.RulesFileError: quality_rules.py line 3',
])('takes a fault of the configuration for one: %s', (message) => {
  expect(isConfigurationFault(message)).toBe(true);
});

test.each([
  '',
  'RunFailed: 1 of 2 files failed: s3://landing/RulesFileError: .csv: no header',
  'RunFailed: 1 of 2 files failed: s3://landing/a.csv: SettingsError: x',
  'RunFailed: MySettingsError2: x',
  'Command failed with exit code 10',
])('takes nothing else for one: %s', (message) => {
  expect(isConfigurationFault(message)).toBe(false);
});

describe('rejected rows', () => {
  const file = manifestFile('a');
  const known = (status: OutcomeDocument['status'], more: Partial<KnownOutcomes> = {}): KnownOutcomes =>
    ({ runId: 'jr_1', mostRetries: 2, notifyOn: ['rejected_rows'], found: new Map([[file.load_id, outcomeDocument('a', { status })]]), ...more });
  const ledger = (status: 'loaded' | 'failed' | 'superseded') => new Map([[file.load_id, { status, reason: '' }]]);

  test.each(['loaded', 'passed'] as const)('are told of a file that is %s, of a run that ended well', (status) => {
    expect(successOutcome([file], known(status)).rejected).toHaveLength(1);
  });

  test.each(['superseded', 'failed', 'quarantined'] as const)('are not told of a file that is %s, as if its other rows had gone on', (status) => {
    expect(successOutcome([file], known(status)).rejected).toEqual([]);
    expect(runOutcome([file], known(status)).rejected).toEqual([]);
    expect(runOutcome([file], known(status, { ledger: ledger('loaded') })).rejected).toEqual([]);
  });

  test.each([['loaded', 1], ['failed', 0], ['superseded', 0]] as const)('of a load that the ledger has as %s are told of %d files', (status, files) => {
    expect(runOutcome([file], known('loaded', { ledger: ledger(status) })).rejected).toHaveLength(files);
  });

  test('of a file that is not in the ledger are told of when it is loaded', () => {
    expect(runOutcome([file], known('loaded', { ledger: new Map() }))).toMatchObject({ rejected: [], retried: [{ attempt: 1 }] });
  });

  test.each(['loaded', 'failed'] as const)('of a file found %s are told of when the ledger cannot be read, and the file goes again', (status) => {
    expect(runOutcome([file], known(status, { ledger: new Map(), ledgerError: 'down' })))
      .toMatchObject({ rejected: [{ file, found: { status } }], retried: [{ attempt: 1 }] });
  });

  test('that another run found are not told of when the ledger cannot be read', () => {
    expect(runOutcome([file], known('loaded', { runId: 'jr_2', ledger: new Map(), ledgerError: 'down' })).rejected).toEqual([]);
  });
});

describe('changes of the table', () => {
  const file = manifestFile('a');
  const given = { columns_added: ['email'], columns_widened: ['name'], columns_nullable: ['name'], rows_rescued: 3, rescue_columns: ['age__as_varchar'] };
  const known = (notifyOn: Notice[], more: Partial<KnownOutcomes> = {}, status: OutcomeDocument['status'] = 'loaded'): KnownOutcomes =>
    ({ runId: 'jr_1', mostRetries: 2, notifyOn, found: new Map([[file.load_id, outcomeDocument('a', { status, rows_rejected: 1, ...given })]]), ...more });
  const schema = { columns_added: ['email'], columns_widened: ['name'], columns_nullable: ['name'], rows_rescued: 0, rescue_columns: [] };
  const values = { columns_added: [], columns_widened: [], columns_nullable: [], rows_rescued: 3, rescue_columns: ['age__as_varchar'] };
  const ledger = (status: 'loaded' | 'failed') => new Map([[file.load_id, { status, reason: '' }]]);

  test.each<[Notice[], object[]]>([
    [[], []],
    [['rejected_rows'], []],
    [['schema_changes'], [{ file, found: schema }]],
    [['rescued_values'], [{ file, found: values }]],
    [['schema_changes', 'rescued_values'], [{ file, found: given }]],
  ])('are told of as far as people want to know %j', (notifyOn, changed) => {
    expect(successOutcome([file], known(notifyOn)).changed).toEqual(changed);
    expect(runOutcome([file], known(notifyOn, { ledger: ledger('loaded') })).changed).toEqual(changed);
  });

  test('are told of without the rejected rows where only they are asked for', () => {
    expect(successOutcome([file], known(['schema_changes'])).rejected).toEqual([]);
    expect(runOutcome([file], known(['schema_changes'], { ledger: new Map(), ledgerError: 'down' }))).toMatchObject({ rejected: [], changed: [{ found: schema }] });
  });

  test('are not told of a file that did not go on, that another run loaded, or that changed nothing', () => {
    const both: Notice[] = ['schema_changes', 'rescued_values'];
    expect(runOutcome([file], known(both, { ledger: ledger('failed') })).changed).toEqual([]);
    expect(runOutcome([file], known(both, { ledger: new Map() })).changed).toEqual([]);
    expect(successOutcome([file], known(both, {}, 'failed')).changed).toEqual([]);
    expect(successOutcome([file], known(both, { runId: 'jr_2' })).changed).toEqual([]);
    expect(successOutcome([file], known(both, { found: new Map([[file.load_id, outcomeDocument('a', { status: 'loaded' })]]) })).changed).toEqual([]);
  });
});
