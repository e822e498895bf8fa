import { manifestFile } from './factories';
import { EndedRun, runSubject, runText } from '../../src/dispatch/run-message';

const run: EndedRun = {
  pipeline: 'crm',
  jobName: 'load crm',
  runId: 'jr_1',
  state: 'FAILED',
  errorMessage: '1 of 2 files failed',
  logGroupName: '/aws-glue/jobs/crm/output',
  region: 'eu-central-1',
  manifestUri: 's3://staging/manifests/crm/2024-03-01/100509-id.json',
};
const nothing = { failed: [], retried: [], abandoned: [] };
const report = (letter: string) => ({ file: manifestFile(letter), reason: 'no header' });

test('says what happened to which file, what to do and where to look', () => {
  expect(runText(run, { failed: [report('a')], abandoned: [report('b')], retried: [manifestFile('c')] })).toMatchInlineSnapshot(`
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
    To load them: remove the cause that the log tells, then run the job again with the arguments of this run. Files of the last week are also tried again every day.

    1 other file(s) were not finished and go again by themselves.

    Run: https://eu-central-1.console.aws.amazon.com/gluestudio/home?region=eu-central-1#/job/load%20crm/run/jr_1
    Log: https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Fcrm$252Foutput/log-events$3FlogStreamNameFilter$3Djr_1"
  `);
});

test('says that nothing is known of the files when the ledger could not be read', () => {
  const text = runText(run, { failed: [], abandoned: [report('b')], retried: [manifestFile('c')], ledgerError: 'permission denied' });
  expect(text.split('\n\n').slice(1, -1).join('\n\n')).toMatchInlineSnapshot(`
    "What became of each file is not known, since the ledger could not be read: permission denied

    1 file(s) do not go again by themselves:
    - s3://landing/customers/b.csv: no header
    To load those that are not loaded: remove the cause, then run the job again with the arguments of this run. Files of the last week are also tried again every day.

    1 file(s) go again by themselves; what is loaded already is not loaded again."
  `);
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

test.each([
  ['us-east-1', 'https://us-east-1.console.aws.amazon.com/'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
  ['us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
])('links to the console of %s', (region, start) => {
  expect(runText({ ...run, region }, nothing)).toContain(start);
});

test('has a subject that SNS takes', () => {
  const subject = runSubject({ ...run, pipeline: `ä\n${'x'.repeat(200)}` }, nothing);
  expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
});
