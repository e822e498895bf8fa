import { manifestFile, outcomeDocument } from './factories';
import { LOADER_WORDS } from '../../src/csv-loading/loader-words';
import { glueRunUrl, logUrl } from '../../src/dispatch/console-links';
import { RunDescription } from '../../src/dispatch/ended-run';
import { runMessage, ReportedRun } from '../../src/dispatch/run-message';
import { RunOutcome } from '../../src/dispatch/run-outcome';
import { GATE_WORDS } from '../../src/quality/gate-words';
import { REPLICATION_WORDS } from '../../src/replication/replication-words';

const ofJob = (jobName: string, region = 'eu-central-1'): RunDescription & { region: string } => ({
  targetLabel: 'Job',
  targetName: jobName,
  runId: 'jr_1',
  runUrl: glueRunUrl(region, jobName, 'jr_1'),
  logUrl: logUrl(region, '/aws-glue/jobs/crm/output', 'jr_1'),
  service: 'Glue',
  again: 'run the job again with the arguments of this run',
  againCommand: `aws glue start-job-run --job-name '${jobName}' --arguments '{"--manifest":"s3://staging/m.json"}'`,
  replay: `aws glue start-job-run --job-name '${jobName}' --arguments '{"--replay":"<its s3:// URL>"}'`,
  region,
});
const run: ReportedRun = {
  ...ofJob('load crm'),
  pipeline: 'crm',
  words: LOADER_WORDS,
  swept: true,
  state: 'FAILED',
  timedOut: false,
  onDemand: false,
  errorMessage: '1 of 2 files failed',
  manifestUri: 's3://staging/manifests/crm/2024-03-01/100509-id.json',
};
const runSubject = (...about: Parameters<typeof runMessage>): string => runMessage(...about).subject;
const runText = (...about: Parameters<typeof runMessage>): string => runMessage(...about).text;
const nothing = { failed: [], quarantined: [], rejected: [], changed: [], retried: [], abandoned: [] };
const report = (letter: string) => ({ file: manifestFile(letter), reason: 'no header' });

test('says what happened to which file, what to do and where to look', () => {
  expect(runText(run, { ...nothing, failed: [report('a')], abandoned: [report('b')], retried: [manifestFile('c')] })).toMatchInlineSnapshot(`
    "Pipeline: crm
    Job:      load crm
    Run:      jr_1
    State:    FAILED
    Reason:   1 of 2 files failed

    1 file(s) could not be loaded because of their content and were moved to the error prefix:
    - s3://landing/customers/a.csv: no header
    To load one: correct it and upload it again under its own key; \`replay\` in the .error.json beside the moved file says how to put it back unchanged.

    1 file(s) are where they were and are not loaded:
    - s3://landing/customers/b.csv: no header
    To load them: remove the cause that the log names, then run the job again with the arguments of this run. Files of the last week are also tried again every day.

    1 other file(s) were not finished and go again by themselves.

    To run it again: aws glue start-job-run --job-name 'load crm' --arguments '{"--manifest":"s3://staging/m.json"}'
    Run: https://eu-central-1.console.aws.amazon.com/gluestudio/home?region=eu-central-1#/job/load%20crm/run/jr_1
    Log: https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Fcrm$252Foutput/log-events$3FlogStreamNameFilter$3Djr_1"
  `);
});

test('says that nothing is known of the files when the ledger could not be read', () => {
  const text = runText(run, { ...nothing, abandoned: [report('b')], retried: [manifestFile('c')], ledgerError: 'permission denied' });
  expect(text.split('\n\n').slice(1, -1).join('\n\n')).toMatchInlineSnapshot(`
    "What became of each file is not known, since the ledger could not be read: permission denied

    1 file(s) do not go again by themselves:
    - s3://landing/customers/b.csv: no header
    To load those that are not loaded: remove the cause, then run the job again with the arguments of this run. Files of the last week are also tried again every day.

    1 file(s) go again by themselves; what is loaded already is not loaded again."
  `);
});

describe('the command that runs it again', () => {
  const NO_FILES = { words: undefined, manifestUri: undefined };

  test.each<[string, Partial<ReportedRun>, Partial<RunOutcome>, boolean]>([
    ['is no help for files in the error prefix', {}, { failed: [report('a')] }, false],
    ['is no help for files of a gate in the error prefix', { words: GATE_WORDS }, { failed: [report('a')] }, false],
    ['is no help for files that go again by themselves', {}, { retried: [manifestFile('a')] }, false],
    ['is given for files that are where they were', {}, { failed: [report('a')], abandoned: [report('b')] }, true],
    ['is given for files that stay where they are', { words: REPLICATION_WORDS }, { failed: [report('a')] }, true],
    ['is given for a run without files', NO_FILES, {}, true],
    ['is not given for a run that succeeded', { ...NO_FILES, state: 'SUCCEEDED' }, {}, false],
  ])('%s', (_, of, outcome, given) => {
    expect(runText({ ...run, ...of }, { ...nothing, ...outcome }).includes('To run it again: ')).toBe(given);
  });
});

test('keeps a key with line breaks on its own line', () => {
  const file = { ...manifestFile('a'), key: 'in/a\nRun: elsewhere.csv' };
  expect(runText(run, { ...nothing, failed: [{ file, reason: 'no header' }] })).toContain('- s3://landing/in/a%0ARun: elsewhere.csv: no header');
});

test('says so when Glue gives no reason', () => {
  expect(runText({ ...run, errorMessage: '' }, nothing)).toContain('Reason:   Glue gives none; see the log');
});

test('names 20 files at most, counts the rest and says where they are named', () => {
  const text = runText(run, { ...nothing, failed: Array.from({ length: 23 }, () => report('a')) });
  expect(text.match(/^- s3:/gm)).toHaveLength(20);
  expect(text).toContain('- and 3 more; all files of the run are named in s3://staging/manifests/crm/2024-03-01/100509-id.json');
});

test('counts columns beyond a few and cuts long reasons, so that it keeps its end', () => {
  const many = Array.from({ length: 1600 }, (_, number) => `${'c'.repeat(120)}${number}`);
  const file = manifestFile('a', { key: 'é'.repeat(512) });
  const found = { columns_added: many, columns_widened: many, columns_nullable: many, rows_rescued: 1, rescue_columns: many };
  const changed = Array.from({ length: 30 }, () => ({ file, found }));
  const failed = Array.from({ length: 30 }, () => ({ file, reason: 'é'.repeat(100_000) }));
  const rejected = Array.from({ length: 30 }, () => ({ file, found: outcomeDocument('a', { reason: 'é'.repeat(100_000) }) }));
  const text = runText(run, { ...nothing, changed, failed, rejected, abandoned: failed });
  expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
  expect(text).toContain(`${many[19]} and 1580 more`);
  expect(text).not.toContain(many[20]);
  expect(text).toMatch(/\nLog: https:\S+$/);
});

test.each([
  ['us-east-1', 'https://us-east-1.console.aws.amazon.com/'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
])('links to the console of %s', (region, start) => {
  expect(runText({ ...run, ...ofJob('load crm', region) }, nothing)).toContain(start);
});

test('has a subject that SNS takes', () => {
  const subject = runSubject({ ...run, pipeline: `ä\n${'x'.repeat(200)}` }, nothing);
  expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
});

describe('with changes of the table', () => {
  const changed = [
    { file: manifestFile('a'), found: { columns_added: ['email', 'age'], columns_widened: ['name'], columns_nullable: ['name'], rows_rescued: 1204, rescue_columns: ['age__as_varchar'] } },
    { file: manifestFile('b'), found: { columns_added: ['email'], columns_widened: [], columns_nullable: [], rows_rescued: 0, rescue_columns: [] } },
  ];

  test('tells of them what they are, file by file', () => {
    const succeeded = { ...run, state: 'SUCCEEDED', errorMessage: '' };
    expect(runSubject(succeeded, { ...nothing, changed })).toBe('2 column(s) added, 1 column(s) widened, 1,204 row(s) with rescued values by crm');
    expect(runText(succeeded, { ...nothing, changed }).split('\n\n').slice(1, -1).join('\n\n')).toBe(`2 file(s) are loaded, with changes:
- s3://landing/customers/a.csv: 2 column(s) added, 1 column(s) widened, 1,204 row(s) with rescued values
  Columns added: email, age
  Columns widened: name
  No longer NOT NULL: name
  Rescue columns: age__as_varchar
- s3://landing/customers/b.csv: 1 column(s) added
  Columns added: email
No value is lost: one that its column cannot hold is in the rescue column beside it, and NULL in the column itself.`);
  });

  test('tells of them in the message of a run that failed, also where the ledger could not be read', () => {
    expect(runSubject(run, { ...nothing, failed: [report('c')], changed: [changed[1]] })).toBe('FAILED: 1 file(s) not loaded, 1 column(s) added by crm');
    expect(runText(run, { ...nothing, failed: [report('c')], changed: [changed[1]] })).toContain('1 file(s) are loaded, with changes:\n- s3://landing/customers/b.csv: 1 column(s) added\n');
    expect(runText(run, { ...nothing, retried: [manifestFile('a')], changed, ledgerError: 'down' })).toContain('2 file(s) are loaded, with changes:');
    expect(runText(run, { ...nothing, changed: [changed[1]] })).not.toContain('No value is lost');
  });
});

describe('with rules', () => {
  const gate: ReportedRun = { ...run, ...ofJob('check crm'), words: GATE_WORDS, errorMessage: '1 of 3 files failed' };
  const body = (text: string): string => text.split('\n\n').slice(1, -1).join('\n\n');
  const many = outcomeDocument('a', {
    rows_read: 20000,
    rows_rejected: 1204,
    top_reasons: [{ rule: 'not_null_email', description: 'email must not be empty', rows: 1100 }, { rule: 'adult', description: '', rows: 104 }],
  });
  const rejected = [{ file: manifestFile('a'), found: many }];

  test('tells which files had rows rejected, why, and where to read more', () => {
    const succeeded = { ...gate, state: 'SUCCEEDED', errorMessage: '' };
    expect(runSubject(succeeded, { ...nothing, rejected })).toBe('1,204 of 20,000 rows rejected by crm');
    expect(runText(succeeded, { ...nothing, rejected })).not.toContain('Reason:');
    expect(body(runText(succeeded, { ...nothing, rejected }))).toMatchInlineSnapshot(`
"1 file(s) have rows that were rejected; their other rows were passed on:
- s3://landing/customers/a.csv: 1,204 of 20,000 rows rejected
  - error, 1,100 row(s): not_null_email (email must not be empty)
  - error, 104 row(s): adult
  Report: s3://landing/reports/a.html
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=reports%2Fa.html
  Rejected rows: s3://landing/quarantine/a.rejected.jsonl
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=quarantine%2Fa.rejected.jsonl
  Original: s3://landing/processed/a.csv
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=processed%2Fa.csv
To send rejected rows on: correct the records of the .rejected.jsonl, put it back in its place, and run: aws glue start-job-run --job-name 'check crm' --arguments '{"--replay":"<its s3:// URL>"}'"
`);
  });

  test('tells of files that were held back, and where they are', () => {
    const held = outcomeDocument('b', {
      status: 'quarantined', reason: 'more than 10 % of the rows were rejected', rows_rejected: 4, moved_to: 's3://landing/quarantine/b +ü.csv', rejected: null,
    });
    const outcome = {
      ...nothing,
      quarantined: [{ file: manifestFile('b'), reason: held.reason!, found: held }],
      failed: [{
        file: manifestFile('c'),
        reason: 'no header',
        found: outcomeDocument('c', {
          status: 'failed', rows_rejected: 0, top_reasons: [], report: null, rejected: null, moved_to: 's3://landing/error/c.csv',
        }),
      }],
      abandoned: [{ file: manifestFile('d'), reason: 'not finished by 3 runs' }],
    };
    expect(runSubject(gate, outcome)).toBe('FAILED: 3 file(s) held back by crm');
    expect(body(runText(gate, outcome))).toMatchInlineSnapshot(`
"1 file(s) could not be read as CSV and were moved to the error prefix:
- s3://landing/customers/c.csv: no header
  Original: s3://landing/error/c.csv
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=error%2Fc.csv
To have one checked: correct it and upload it again under its own key; \`replay\` in the .error.json beside the moved file says how to put it back unchanged.

1 file(s) were held back as a whole and are in the quarantine:
- s3://landing/customers/b.csv: more than 10 % of the rows were rejected
  4 of 10 rows rejected
  - error, 1 row(s): not_null_email (email must not be empty)
  Report: s3://landing/reports/b.html
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=reports%2Fb.html
  Original: s3://landing/quarantine/b +ü.csv
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=quarantine%2Fb%20%2B%C3%BC.csv
To send one on: correct it and upload it again under its own key; \`replay\` in the .error.json beside it says how to put it back unchanged.

1 file(s) are where they were and are not checked:
- s3://landing/customers/d.csv: not finished by 3 runs
To have them checked: remove the cause that the log names, then run the job again with the arguments of this run. Files of the last week are also tried again every day."
`);
  });

  test('offers no replay of a file that was held back: its good rows would stay behind', () => {
    const held = outcomeDocument('b', { status: 'quarantined', reason: 'over maxFailRatio' });
    const text = runText(gate, { ...nothing, quarantined: [{ file: manifestFile('b'), reason: held.reason!, found: held }] });
    expect(text).toContain('Rejected rows: s3://landing/quarantine/b.rejected.jsonl');
    expect(text).not.toContain('--replay');
  });

  test('tells of rejected rows without a word of the others when the ledger could not be read', () => {
    const failed = { file: manifestFile('b'), found: outcomeDocument('b', { status: 'failed', reason: 'over\nmaxFailRatio', top_reasons: [], report: null, rejected: null, moved_to: null }) };
    const outcome = { ...nothing, rejected: [rejected[0], failed], retried: [manifestFile('a'), manifestFile('b')], ledgerError: 'permission denied' };
    expect(runSubject(run, outcome)).toBe('FAILED: not known which files were loaded, 1,205 of 20,010 rows rejected by crm');
    expect(body(runText(run, outcome))).toMatchInlineSnapshot(`
"What became of each file is not known, since the ledger could not be read: permission denied

Rows of 2 file(s) were rejected:
- s3://landing/customers/a.csv: 1,204 of 20,000 rows rejected
  - error, 1,100 row(s): not_null_email (email must not be empty)
  - error, 104 row(s): adult
  Report: s3://landing/reports/a.html
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=reports%2Fa.html
  Rejected rows: s3://landing/quarantine/a.rejected.jsonl
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=quarantine%2Fa.rejected.jsonl
  Original: s3://landing/processed/a.csv
    https://eu-central-1.console.aws.amazon.com/s3/object/landing?region=eu-central-1&prefix=processed%2Fa.csv
- s3://landing/customers/b.csv: 1 of 10 rows rejected; over%0AmaxFailRatio
To send rejected rows on once the other rows of their file are loaded: correct the records of the .rejected.jsonl, put it back in its place, and run: aws glue start-job-run --job-name 'load crm' --arguments '{"--replay":"<its s3:// URL>"}'

2 file(s) go again by themselves; what is loaded already is not loaded again."
`);
  });

  test('says of files that timed out where to look, and that they are tried again only every day', () => {
    const text = runText({ ...gate, state: 'TIMEOUT' }, { ...nothing, timedOut: true, abandoned: [{ file: manifestFile('a'), reason: "not finished before the job's timeout" }] });
    expect(text).toContain(
      "1 file(s) are where they were and are not checked:\n- s3://landing/customers/a.csv: not finished before the job's timeout\n"
      + 'To have them checked: remove the cause; the log says which rule was running last. Then run the job again with the arguments of this run.'
      + ' Files of the last week are also tried again every day.');
  });

  test('of a loader tells that the other rows are loaded', () => {
    expect(runText(run, { ...nothing, rejected })).toContain('1 file(s) have rows that were rejected; their other rows are loaded:');
    expect(runSubject(run, { ...nothing, failed: [report('b')], rejected })).toBe('FAILED: 1 file(s) not loaded, 1,204 of 20,000 rows rejected by crm');
  });

  test('adds up the rows of all files', () => {
    expect(runSubject(gate, { ...nothing, rejected: [...rejected, { file: manifestFile('b'), found: outcomeDocument('b') }] }))
      .toBe('FAILED: 1,205 of 20,010 rows rejected by crm');
  });

  test('says what a file that failed had rejected', () => {
    const text = runText(run, { ...nothing, failed: [{ file: manifestFile('a'), reason: 'over maxFailRatio', found: many }] });
    expect(text).toContain('customers/a.csv: over maxFailRatio\n  1,204 of 20,000 rows rejected\n  - error, 1,100 row(s): not_null_email (email must not be empty)\n');
  });

  test('says how to mend a configuration, and that files wait for it', () => {
    const text = (of: ReportedRun): string => runText(of, { ...nothing, misconfigured: true, abandoned: [{ file: manifestFile('a'), reason: 'the rules or the settings are wrong' }] });
    expect(text(gate)).toContain(
      'To have them checked: correct what the reason names, in the rules file or the construct\'s props, and deploy it; then run the job again with the arguments of this run, or wait.'
      + ' Files of the last week are also tried again every day.');
    expect(text(run)).toContain('To load them: correct what the reason names');
  });

  test('tells rejections from warnings: rows apart, reasons with their severity, rejections first', () => {
    const found = outcomeDocument('a', {
      rows_read: 20000,
      rows_rejected: 1204,
      rows_warned: 1500,
      top_reasons: [
        { rule: 'phone', description: 'phone should be valid', rows: 1501, severity: 'warning' },
        { rule: 'not_null_email', description: '', rows: 1100, severity: 'error' },
        { rule: 'of_an_older_document', description: '', rows: 104 },
      ],
      report: null,
      rejected: null,
      moved_to: null,
    });
    const lines = [
      '  - error, 1,100 row(s): not_null_email',
      '  - error, 104 row(s): of_an_older_document',
      '  - warning, 1,501 row(s): phone (phone should be valid)',
    ].join('\n');
    expect(runText(gate, { ...nothing, rejected: [{ file: manifestFile('a'), found }] }))
      .toContain(`customers/a.csv: 1,204 of 20,000 rows rejected, 1,500 with a warning only\n${lines}\n`);
    expect(runText(gate, { ...nothing, failed: [{ file: manifestFile('a'), reason: 'over maxFailRatio', found }] }))
      .toContain(`customers/a.csv: over maxFailRatio\n  1,204 of 20,000 rows rejected, 1,500 with a warning only\n${lines}\n`);
    expect(runSubject(gate, { ...nothing, rejected: [{ file: manifestFile('a'), found }] })).toBe('FAILED: 1,204 of 20,000 rows rejected by crm');
  });

  test('keeps every text on its own line and within bounds', () => {
    const found = outcomeDocument('a', {
      top_reasons: [{ rule: 'r\nRun: x', description: `d\nRun: ${'y'.repeat(300)}`, rows: 1 }], report: 's3://landing/reports/a\nRun: z.html', moved_to: null, rejected: null,
    });
    const lines = runText(gate, { ...nothing, rejected: [{ file: manifestFile('a'), found }] }).split('\n');
    expect(lines.filter((line) => /^Run: \S/.test(line))).toHaveLength(1);
    expect(lines.find((line) => line.includes('r%0ARun: x'))).toMatch(/^ {2}- error, 1 row\(s\): r%0ARun: x \(d%0ARun: y{191}\.\.\.\)$/);
  });

  test('details 10 files at most and counts the rest', () => {
    const text = runText(gate, { ...nothing, rejected: Array.from({ length: 12 }, () => rejected[0]) });
    expect(text.match(/^- s3:/gm)).toHaveLength(10);
    expect(text).toContain('- and 2 more; all files of the run are named in s3://staging/');
  });

  test('is a message that SNS takes, whatever keys and reasons are', () => {
    const key = '日'.repeat(340);
    const url = `s3://landing/${key}`;
    const found = outcomeDocument('a', { report: url, rejected: url, moved_to: url });
    const reports = Array.from({ length: 30 }, () => ({ file: manifestFile('a', { key }), reason: '日'.repeat(1000), found }));
    const text = runText(gate, { ...nothing, failed: reports, quarantined: reports, rejected: reports });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(256 * 1024);
    expect(text).not.toContain('\ufffd');
  });
});

test('files of a replication with wrong content stay where they are, and nothing is said of an error prefix', () => {
  const text = runText({ ...run, words: REPLICATION_WORDS, replay: undefined }, { ...nothing, failed: [report('a')] });
  expect(text).toContain('1 file(s) could not be merged because of their content and stay where they are:\n- s3://landing/customers/a.csv: no header\nTo merge one: remove the cause');
  expect(text).not.toMatch(/error prefix|replay|upload/);
});
