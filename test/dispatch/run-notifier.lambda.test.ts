import { GetJobRunCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { manifestFile, metricsOf, outcomeDocument } from './factories';
import { StatementFailedError } from '../../src/common/data-api';
import { CSV_ON_DEMAND } from '../../src/csv/on-demand';
import { LOADER_WORDS } from '../../src/csv-loading/loader-words';
import { NotifierFileSettings, NotifierSettings } from '../../src/dispatch/function-settings';
import { LoadOutcome } from '../../src/dispatch/ledger';
import { ManifestFile } from '../../src/dispatch/manifest';
import { parseObjectCreated } from '../../src/dispatch/object-event';
import { openLedger } from '../../src/dispatch/open-ledger';
import { OutcomeDocument } from '../../src/dispatch/outcome-document';
import { handler } from '../../src/dispatch/run-notifier.lambda';
import { GATE_WORDS } from '../../src/quality/gate-words';

jest.mock('../../src/dispatch/open-ledger');

const MANIFEST = 's3://staging-bucket/manifests/crm/2024-03-01/100509-id.json';
const settings: NotifierSettings & NotifierFileSettings = {
  pipeline: 'crm',
  queueUrl: 'https://sqs/queue',
  topicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
  runKind: 'glue-job',
  jobName: 'load-crm',
  logGroupPrefix: '/aws-glue/jobs/crm',
  onDemand: CSV_ON_DEMAND,
  words: LOADER_WORDS,
  retries: { most: 2, afterTimeout: true },
  swept: true,
  ledger: { schema: 'crm', table: 'customers', warehouse: { workgroupName: 'wg', database: 'db' } },
};

const glue = mockClient(GlueClient);
const s3 = mockClient(S3Client);
const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const outcomes = jest.fn<Promise<Map<string, LoadOutcome>>, [string[]]>();

beforeEach(() => {
  process.env.SETTINGS = JSON.stringify(settings);
  [glue, s3, sns, sqs].forEach((client) => client.reset());
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--manifest': MANIFEST }, ErrorMessage: '1 of 3 files failed' } });
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  outcomes.mockReset().mockResolvedValue(new Map());
  jest.mocked(openLedger).mockReturnValue({ outcomes } as any);
  jest.spyOn(console, 'info').mockReturnValue();
});

const object = (value: unknown) => ({ Body: { transformToString: async () => JSON.stringify(value) } as any });

function givenFiles(...files: ManifestFile[]): void {
  s3.on(GetObjectCommand).resolves(object({ manifest_version: 1, pipeline: 'crm', created_at: '', files }));
}

function givenOutcomes(known: Record<string, LoadOutcome>): void {
  outcomes.mockResolvedValue(new Map(Object.entries(known).map(([letter, outcome]) => [letter.repeat(64), outcome])));
}

const ended = (state = 'FAILED') => ({
  'version': '0',
  'id': 'e',
  'source': 'aws.glue' as const,
  'account': '123456789012',
  'time': '2024-03-01T10:10:00Z',
  'region': 'us-east-1',
  'resources': [],
  'detail-type': 'Glue Job State Change' as const,
  'detail': { jobName: 'load-crm', jobRunId: 'jr_1', state, message: 'message of the event' },
});
const told = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const queued = () => sqs.commandCalls(SendMessageBatchCommand)
  .flatMap(({ args }) => args[0].input.Entries!).map(({ MessageBody }) => parseObjectCreated(MessageBody!));

test('tells of files whose content is at fault, with reason, run and links, and queues nothing', async () => {
  givenFiles(manifestFile('a'), manifestFile('b'));
  givenOutcomes({ a: { status: 'loaded', reason: '' }, b: { status: 'failed', reason: "line 3: column 'age' holds 'x'" } });

  await handler(ended());

  expect(glue.commandCalls(GetJobRunCommand)[0].args[0].input).toEqual({ JobName: 'load-crm', RunId: 'jr_1' });
  expect(s3.commandCalls(GetObjectCommand)[0].args[0].input)
    .toEqual({ Bucket: 'staging-bucket', Key: 'manifests/crm/2024-03-01/100509-id.json' });
  expect(outcomes).toHaveBeenCalledWith(['a'.repeat(64), 'b'.repeat(64)]);
  expect(queued()).toEqual([]);
  expect(told()).toEqual([{
    TopicArn: settings.topicArn,
    Subject: 'FAILED: 1 file(s) not loaded by crm',
    Message: expect.stringContaining("- s3://landing/customers/b.csv: line 3: column 'age' holds 'x'"),
    MessageAttributes: {
      pipeline: { DataType: 'String', StringValue: 'crm' },
      job: { DataType: 'String', StringValue: 'load-crm' },
      state: { DataType: 'String', StringValue: 'FAILED' },
    },
  }]);
  expect(told()[0].Message).not.toContain('a.csv');
});

test.each(['FAILED', 'TIMEOUT', 'STOPPED'])('queues the files that a run which ended as %s did not finish, and tells nobody yet', async (state) => {
  givenFiles(manifestFile('a'), manifestFile('b', { version_id: null, attempt: 1 }), manifestFile('c'));
  givenOutcomes({ a: { status: 'superseded', reason: '' } });

  const metrics = await metricsOf(() => handler(ended(state)));

  expect(queued()).toEqual([
    expect.objectContaining({ key: 'customers/b.csv', versionId: null, etag: 'etag-b', sequencer: '01', eventTime: '2024-03-01T10:00:00Z', attempt: 2 }),
    expect.objectContaining({ key: 'customers/c.csv', versionId: 'v-c', attempt: 1 }),
  ]);
  expect(told()).toEqual([]);
  expect(metrics).toEqual({ RunsRetried: 1 });
});

test('tells of a file that three runs did not finish and queues it no more', async () => {
  givenFiles(manifestFile('a', { attempt: 2 }));
  const metrics = await metricsOf(() => handler(ended('TIMEOUT')));
  expect(queued()).toEqual([]);
  expect(told()[0].Subject).toBe('TIMEOUT: 1 file(s) not loaded by crm');
  expect(told()[0].Message).toContain('- s3://landing/customers/a.csv: not finished by 3 runs');
  expect(told()[0].Message).toContain(`To run it again: aws glue start-job-run --job-name 'load-crm' --arguments '{"--manifest":"${MANIFEST}"}'\n`);
  expect(metrics).toEqual({});
});

test('does each with a mixed run: tells the failed, queues the unfinished', async () => {
  givenFiles(manifestFile('a'), manifestFile('b'));
  givenOutcomes({ a: { status: 'failed', reason: 'no header' } });
  const metrics = await metricsOf(() => handler(ended()));
  expect(queued().map(({ key }) => key)).toEqual(['customers/b.csv']);
  expect(told()[0].Message).toContain('1 other file(s) were not finished and go again by themselves');
  expect(metrics).toEqual({ RunsRetried: 1 });
});

test.each([
  ['/aws-glue/jobs-role-security/', '/aws-glue/jobs-role-security/output'],
  ['/aws-glue/jobs', '/aws-glue/jobs/output'],
  ['/aws-glue/jobs/crm/output', '/aws-glue/jobs/crm/output'],
  [undefined, '/aws-glue/jobs/crm/output'],
])('links to the log of a run whose log group Glue says to be %s', async (LogGroupName, group) => {
  glue.on(GetJobRunCommand).resolves({ JobRun: { LogGroupName } });
  await handler(ended());
  expect(told()[0].Message).toContain(`log-group/${encodeURIComponent(encodeURIComponent(group)).replaceAll('%', '$')}/log-events`);
});

test('does nothing about a run whose files are all loaded', async () => {
  givenFiles(manifestFile('a'));
  givenOutcomes({ a: { status: 'loaded', reason: '' } });
  await handler(ended('STOPPED'));
  expect([queued(), told()]).toEqual([[], []]);
});

test('tells nobody of a plan that failed: whoever asked reads its log', async () => {
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--plan': 's3://landing/crm/a.csv' } } });

  await handler(ended());

  expect(told()).toEqual([]);
  expect(queued()).toEqual([]);
  expect(outcomes).not.toHaveBeenCalled();
});

test('tells nobody of a replay that failed either, even where its settings are at fault', async () => {
  glue.on(GetJobRunCommand).resolves({
    JobRun: { Arguments: { '--replay': 's3://landing/quarantine/a.rejected.jsonl' }, ErrorMessage: 'RunFailed: RulesFileError: rules.py line 3' },
  });

  await handler(ended());

  expect([told(), queued()]).toEqual([[], []]);
  expect(s3.calls()).toHaveLength(0);
});

test.each(['RulesFileError: quality_rules.py line 3: adult: no query', 'SettingsError: the rule a is of the kind b'])(
  'does not try a run again that could not begin, and tells of its files at once: %s', async (fault) => {
    glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--manifest': MANIFEST }, ErrorMessage: `RunFailed: ${fault}` } });
    givenFiles(manifestFile('a'), manifestFile('b'));
    givenOutcomes({ b: { status: 'loaded', reason: '' } });

    const metrics = await metricsOf(() => handler(ended()));

    expect(queued()).toEqual([]);
    expect(metrics).toEqual({});
    expect(told()).toHaveLength(1);
    expect(told()[0].Subject).toBe('FAILED: 1 file(s) not loaded by crm');
    expect(told()[0].Message).toContain(`Reason:   RunFailed: ${fault}\n`);
    expect(told()[0].Message).toContain('- s3://landing/customers/a.csv: the rules or the settings are wrong');
    expect(told()[0].Message).toContain('correct what the reason names');
  });

test('takes no argument for a wish of somebody where the job knows no such one', async () => {
  const { onDemand, ...settingsOfOther } = settings as any;
  process.env.SETTINGS = JSON.stringify(settingsOfOther);
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--manifest': MANIFEST, '--plan': 'any' } } });
  givenFiles(manifestFile('a'));
  await metricsOf(() => handler(ended()));
  expect(queued()).toHaveLength(1);
});

test('tells of a run without a manifest', async () => {
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: {} } });
  await handler(ended());
  expect(told()[0].Message).toContain('Reason:   message of the event');
  expect(s3.calls()).toHaveLength(0);
});

test('takes every file for unfinished where no ledger is kept', async () => {
  const { ledger, ...withoutLedger } = settings;
  process.env.SETTINGS = JSON.stringify(withoutLedger);
  givenFiles(manifestFile('a'));
  await metricsOf(() => handler(ended()));
  expect(queued().map(({ attempt }) => attempt)).toEqual([1]);
  expect(openLedger).not.toHaveBeenCalled();
});

test('says what kept a file from being finished, where the message of the run names it', async () => {
  const named = (letter: string, reason: string): string => `s3://landing/customers/${letter}.csv: ${reason}`;
  const errorMessage = `Error Category: UNCLASSIFIED_ERROR; RunFailed: 7 of 9 files failed: ${named('a', 'there is no table; make it: now')}; ${named('b', 'it waits')}; and 5 more`;
  glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: { '--manifest': MANIFEST }, ErrorMessage: errorMessage } });
  givenFiles(...['a', 'b', 'c'].map((letter) => manifestFile(letter, { attempt: 2 })));
  await handler(ended());
  expect(told()[0].Message!.match(/^- .*/gm)).toEqual([
    `- ${named('a', 'not finished by 3 runs: there is no table; make it: now')}`,
    `- ${named('b', 'not finished by 3 runs: it waits')}`,
    `- ${named('c', 'not finished by 3 runs')}`,
  ]);
});

describe('when the ledger cannot be read', () => {
  const UNKNOWN = 'What became of each file is not known, since the ledger could not be read: ';
  const files = [manifestFile('a'), manifestFile('b', { attempt: 2 })];

  test.each([
    ['Redshift is down', new Error('the workgroup is not available'), 'the workgroup is not available'],
    ['a right is missing', new StatementFailedError('SELECT load_id', 'FAILED', 'permission denied for relation customers__loads', 'wg'), 'permission denied for relation customers__loads\n'],
  ])('because %s: queues the files within the limit of attempts and tells of all', async (_, error, reason) => {
    givenFiles(...files);
    outcomes.mockRejectedValue(error);

    const metrics = await metricsOf(() => handler(ended()));

    expect(queued()).toEqual([expect.objectContaining({ key: 'customers/a.csv', attempt: 1 })]);
    expect(metrics).toEqual({ RunsRetried: 1 });
    expect(told()[0].Subject).toBe('FAILED: not known which files were loaded by crm');
    expect(told()[0].Message).toContain(UNKNOWN + reason);
    expect(told()[0].Message).toContain('1 file(s) go again by themselves');
    expect(told()[0].Message).toContain('- s3://landing/customers/b.csv: given to 3 runs');
  });

  test('because no answer comes: does so while there is time', async () => {
    jest.useFakeTimers();
    givenFiles(...files);
    outcomes.mockReturnValue(new Promise(() => undefined));

    await metricsOf(async () => {
      const handled = handler(ended());
      await jest.advanceTimersByTimeAsync(10 * 60 * 1000);
      await handled;
    });
    jest.useRealTimers();

    expect(queued()).toHaveLength(1);
    expect(told()[0].Message).toContain(`${UNKNOWN}no answer within 10 minutes`);
  });
});

test('says where all files are named when they are too many for a message', async () => {
  givenFiles(...Array.from({ length: 21 }, (_, index) => manifestFile('a', { key: `${index}.csv`, attempt: 2 })));
  await handler(ended());
  expect(told()[0].Message).toContain(`- and 1 more; all files of the run are named in ${MANIFEST}`);
});

test('queues ten files a call', async () => {
  givenFiles(...Array.from({ length: 12 }, (_, index) => manifestFile('abcdef0123456789'[index])));
  await metricsOf(() => handler(ended()));
  expect(sqs.commandCalls(SendMessageBatchCommand).map(({ args }) => args[0].input.Entries!.length)).toEqual([10, 2]);
});

test('fails, and so is repeated, when the queue does not take a message', async () => {
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [{ Id: '0', Code: 'x', SenderFault: false, Message: 'too large' }] });
  givenFiles(manifestFile('a'));
  await expect(handler(ended())).rejects.toThrow('1 message(s) were not taken by the queue: too large');
});

describe('of a pipeline with rules', () => {
  const OUTCOMES = { bucket: 'staging-bucket', prefix: 'outcomes/crm/', notifyOn: ['rejected_rows'] };

  /** The manifest, and the outcomes of those of its files that have one. */
  function given(files: ManifestFile[], ...documents: OutcomeDocument[]): void {
    s3.on(GetObjectCommand).rejects(new NoSuchKey({ $metadata: {}, message: 'The specified key does not exist.' }));
    s3.on(GetObjectCommand, { Bucket: 'staging-bucket', Key: 'manifests/crm/2024-03-01/100509-id.json' })
      .resolves(object({ manifest_version: 1, pipeline: 'crm', created_at: '', files }));
    for (const document of documents) {
      s3.on(GetObjectCommand, { Bucket: OUTCOMES.bucket, Key: `${OUTCOMES.prefix}${document.load_id}.json` }).resolves(object(document));
    }
  }

  describe('that loads', () => {
    beforeEach(() => {
      process.env.SETTINGS = JSON.stringify({ ...settings, outcomes: OUTCOMES });
    });

    test('tells once of rejected rows of a run that succeeded, and lets the warehouse sleep', async () => {
      given(
        [manifestFile('a'), manifestFile('b'), manifestFile('c')],
        outcomeDocument('a', { status: 'loaded', rows_read: 20000, rows_rejected: 1204 }),
        outcomeDocument('b', { status: 'loaded' }),
      );

      await handler(ended('SUCCEEDED'));

      expect(told()).toHaveLength(1);
      expect(told()[0].Subject).toBe('1,205 of 20,010 rows rejected by crm');
      expect(told()[0].Message).toContain('- s3://landing/customers/a.csv: 1,204 of 20,000 rows rejected');
      expect(told()[0].Message).toContain('their other rows are loaded');
      expect(told()[0].Message).toContain('aws glue start-job-run --job-name \'load-crm\' --arguments \'{"--replay":"<its s3:// URL>"}\'');
      expect(told()[0].Message).not.toContain('c.csv');
      expect(openLedger).not.toHaveBeenCalled();
      expect(queued()).toEqual([]);
    });

    test('offers no replay of rejected rows where the job has none', async () => {
      const { onDemand, ...settingsOfOther } = settings as any;
      process.env.SETTINGS = JSON.stringify({ ...settingsOfOther, outcomes: OUTCOMES });
      given([manifestFile('a')], outcomeDocument('a', { status: 'loaded' }));
      await handler(ended('SUCCEEDED'));
      expect(told()[0].Message).toContain('1 of 10 rows rejected');
      expect(told()[0].Message).not.toContain('replay');
    });

    test.each<[string, Partial<OutcomeDocument>]>([
      ['only warnings', { rows_rejected: 0, rows_warned: 5 }],
      ['what another run rejected', { run_id: 'jr_0' }],
    ])('tells nobody of %s', async (_, document) => {
      given([manifestFile('a')], outcomeDocument('a', { status: 'loaded', ...document }));
      await handler(ended('SUCCEEDED'));
      expect(told()).toEqual([]);
    });

    test('tells nobody of a run that succeeded without files', async () => {
      glue.on(GetJobRunCommand).resolves({ JobRun: { Arguments: {} } });
      await handler(ended('SUCCEEDED'));
      expect(told()).toEqual([]);
    });

    test('says in one message what failed, what was rejected, and what goes again', async () => {
      given(
        [manifestFile('a'), manifestFile('b'), manifestFile('c')],
        outcomeDocument('a', { status: 'loaded' }),
        outcomeDocument('b', { status: 'failed', rows_rejected: 4, moved_to: 's3://landing/error/b.csv' }),
        outcomeDocument('c', { status: 'loaded' }),
      );
      givenOutcomes({ a: { status: 'loaded', reason: '' }, b: { status: 'failed', reason: 'over maxFailRatio' } });

      await metricsOf(() => handler(ended()));

      expect(told()).toHaveLength(1);
      expect(told()[0].Subject).toBe('FAILED: 1 file(s) not loaded, 1 of 10 rows rejected by crm');
      expect(told()[0].Message).toContain('- s3://landing/customers/b.csv: over maxFailRatio\n  4 of 10 rows rejected\n');
      expect(told()[0].Message).toContain('- s3://landing/customers/a.csv: 1 of 10 rows rejected');
      expect(told()[0].Message).toContain('1 other file(s) were not finished and go again by themselves');
      expect(queued().map(({ key }) => key)).toEqual(['customers/c.csv']);
    });

    test('tells of the rows that the run rejected when the ledger cannot be read: no later run may', async () => {
      given([manifestFile('a'), manifestFile('b')], outcomeDocument('a', { status: 'loaded' }), outcomeDocument('b', { status: 'loaded', run_id: 'jr_0' }));
      outcomes.mockRejectedValue(new Error('the workgroup is not available'));

      await metricsOf(() => handler(ended()));

      expect(told()[0].Subject).toBe('FAILED: not known which files were loaded, 1 of 10 rows rejected by crm');
      expect(told()[0].Message).toContain('Rows of 1 file(s) were rejected:\n- s3://landing/customers/a.csv: 1 of 10 rows rejected\n');
      expect(told()[0].Message).not.toContain('their other rows are loaded');
      expect(queued().map(({ key }) => key)).toEqual(['customers/a.csv', 'customers/b.csv']);
    });

    test('queues the files of a run that timed out, as of any that died', async () => {
      given([manifestFile('a')]);
      await metricsOf(() => handler(ended('TIMEOUT')));
      expect(queued()).toEqual([expect.objectContaining({ key: 'customers/a.csv', attempt: 1 })]);
      expect(told()).toEqual([]);
    });

    test('tells once of changes of the table of a run that succeeded, where people want to know, and of nothing else', async () => {
      process.env.SETTINGS = JSON.stringify({ ...settings, outcomes: { ...OUTCOMES, notifyOn: ['schema_changes'] } });
      given(
        [manifestFile('a'), manifestFile('b'), manifestFile('c')],
        outcomeDocument('a', { status: 'loaded', columns_added: ['email'], rows_rescued: 3, rescue_columns: ['age__as_varchar'] }),
        outcomeDocument('b', { status: 'loaded' }),
        outcomeDocument('c', { status: 'loaded', run_id: 'jr_0', columns_added: ['email'] }),
      );

      await handler(ended('SUCCEEDED'));

      expect(told().map(({ Subject }) => Subject)).toEqual(['1 column(s) added by crm']);
      expect(told()[0].Message).toContain('1 file(s) are loaded, with changes:\n- s3://landing/customers/a.csv: 1 column(s) added\n  Columns added: email\n\n');
      expect(told()[0].Message).not.toMatch(/rejected|rescue|[bc]\.csv/);
    });

    test('tells nobody of a run that changed nothing', async () => {
      process.env.SETTINGS = JSON.stringify({ ...settings, outcomes: { ...OUTCOMES, notifyOn: ['schema_changes', 'rescued_values'] } });
      given([manifestFile('a')], outcomeDocument('a', { status: 'loaded' }));
      await handler(ended('SUCCEEDED'));
      expect(told()).toEqual([]);
    });

    test('tells of changes in the message of a run that failed', async () => {
      process.env.SETTINGS = JSON.stringify({ ...settings, outcomes: { ...OUTCOMES, notifyOn: ['rescued_values'] } });
      given([manifestFile('a'), manifestFile('b')], outcomeDocument('a', { status: 'loaded', rows_rescued: 3, rescue_columns: ['age__as_varchar'] }));
      givenOutcomes({ a: { status: 'loaded', reason: '' }, b: { status: 'failed', reason: 'no header' } });
      await handler(ended());
      expect(told().map(({ Subject }) => Subject)).toEqual(['FAILED: 1 file(s) not loaded, 3 row(s) with rescued values by crm']);
      expect(told()[0].Message).toContain('  Rescue columns: age__as_varchar\n');
    });

    test('reads no outcomes without rules', async () => {
      process.env.SETTINGS = JSON.stringify(settings);
      givenFiles(manifestFile('a'));
      givenOutcomes({ a: { status: 'loaded', reason: '' } });
      await handler(ended());
      expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1);
    });
  });

  describe('that checks', () => {
    beforeEach(() => {
      const { ledger, ...withoutLedger } = settings;
      process.env.SETTINGS = JSON.stringify({ ...withoutLedger, outcomes: OUTCOMES, words: GATE_WORDS, retries: { most: 2, afterTimeout: false } });
    });

    test('tells of each file what its outcome says, and queues those without one', async () => {
      given(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => manifestFile(letter)),
        outcomeDocument('a', { rows_rejected: 0 }),
        outcomeDocument('b'),
        outcomeDocument('c', { status: 'quarantined', reason: 'more than 10 % rejected', rows_rejected: 5, moved_to: 's3://landing/quarantine/c.csv' }),
        outcomeDocument('d', { status: 'failed', reason: 'no header', rows_read: 0, rows_rejected: 0, moved_to: 's3://landing/error/d.csv' }),
        outcomeDocument('e', { status: 'superseded', rows_rejected: 0, moved_to: null }),
      );

      const metrics = await metricsOf(() => handler(ended()));

      expect(told()).toHaveLength(1);
      expect(told()[0].Subject).toBe('FAILED: 2 file(s) held back, 1 of 10 rows rejected by crm');
      const message = told()[0].Message!;
      expect(message).toContain('- s3://landing/customers/b.csv: 1 of 10 rows rejected');
      expect(message).toContain('were held back as a whole and are in the quarantine:\n- s3://landing/customers/c.csv: more than 10 % rejected\n');
      expect(message).toContain('  Original: s3://landing/quarantine/c.csv\n');
      expect(message).toContain('were moved to the error prefix:\n- s3://landing/customers/d.csv: no header\n');
      expect(message).toContain('  Original: s3://landing/error/d.csv\n');
      expect(message).not.toMatch(/[ae]\.csv/);
      expect(queued()).toEqual([expect.objectContaining({ key: 'customers/f.csv', attempt: 1 })]);
      expect(metrics).toEqual({ RunsRetried: 1 });
      expect(openLedger).not.toHaveBeenCalled();
    });

    test('does not tell again of what an earlier run held back, nor try it again', async () => {
      given([manifestFile('a'), manifestFile('b')], outcomeDocument('a', { status: 'quarantined', run_id: 'jr_0' }), outcomeDocument('b', { status: 'failed', run_id: 'jr_0' }));
      await handler(ended());
      expect([queued(), told()]).toEqual([[], []]);
    });

    test('tells of rejected rows of a run that succeeded', async () => {
      given([manifestFile('a')], outcomeDocument('a'));
      await handler(ended('SUCCEEDED'));
      expect(told()[0].Subject).toBe('1 of 10 rows rejected by crm');
      expect(told()[0].Message).toContain('their other rows were passed on');
    });

    test('tells of a file that three runs did not check and queues it no more', async () => {
      given([manifestFile('a', { attempt: 2 })]);
      await handler(ended('STOPPED'));
      expect(queued()).toEqual([]);
      expect(told()[0].Subject).toBe('STOPPED: 1 file(s) held back by crm');
      expect(told()[0].Message).toContain('1 file(s) are where they were and are not checked:\n- s3://landing/customers/a.csv: not finished by 3 runs');
    });

    test('tells of the unfinished files of a run that timed out at once and queues none: a rule may never end', async () => {
      given([manifestFile('a'), manifestFile('b')], outcomeDocument('a', { rows_rejected: 0 }));

      const metrics = await metricsOf(() => handler(ended('TIMEOUT')));

      expect(queued()).toEqual([]);
      expect(metrics).toEqual({});
      expect(told()[0].Subject).toBe('TIMEOUT: 1 file(s) held back by crm');
      expect(told()[0].Message).toContain("- s3://landing/customers/b.csv: not finished before the job's timeout\n");
      expect(told()[0].Message).toContain('the log says which rule was running last');
      expect(told()[0].Message).not.toContain('a.csv');
    });

    test('fails, and so is repeated, when an outcome cannot be read: it may be that of a file that must not go again', async () => {
      given([manifestFile('a')]);
      s3.on(GetObjectCommand, { Key: `${OUTCOMES.prefix}${'a'.repeat(64)}.json` }).rejects(Object.assign(new Error('Access Denied'), { name: 'AccessDenied' }));
      await expect(handler(ended())).rejects.toThrow('Access Denied');
      expect([queued(), told()]).toEqual([[], []]);
    });
  });
});
