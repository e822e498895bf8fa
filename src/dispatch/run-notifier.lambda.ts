import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { emitMetric } from './embedded-metrics';
import { EndedRun } from './ended-run';
import { enqueue } from './enqueue';
import { LedgerSettings, NotifierFileSettings, NotifierSettings, OutcomeSettings, readSettings } from './function-settings';
import { LoadOutcome } from './ledger';
import { ManifestFile, parseManifest, toObjectCreated } from './manifest';
import { OutcomeDocument, readOutcomes } from './outcome-document';
import { readLedgers } from './read-ledgers';
import { SUCCEEDED } from './run-kinds';
import { runMessage } from './run-message';
import { isConfigurationFault, NO_FILES, runOutcome, RunOutcome, successOutcome } from './run-outcome';
import { RunEndedEvent, runsOf } from './runs';
import { StatementFailedError } from '../common/data-api';

/** Of the 15 that the function has. */
const LEDGER_MINUTES = 10;

const s3 = new S3Client({});
const sns = new SNSClient({});
const sqs = new SQSClient({});

/**
 * Looks after a run that failed, timed out or was stopped: files that it did not finish go to the queue again, and
 * those that cannot be taken or do not go again are reported. Of a pipeline whose runs write down what they found in files
 * that is reported, however the run ended.
 */
export async function handler(event: RunEndedEvent): Promise<void> {
  const settings = readSettings<NotifierSettings>();
  const run = await runsOf(settings).describe(event);

  if (run.onDemand) {
    console.info(JSON.stringify({ message: 'a run ended that somebody asked for', run: run.runId, state: run.state }));
    return;
  }
  const outcome = settings.queueUrl === undefined ? NO_FILES : await lookAfterFiles(run, settings);
  console.info(JSON.stringify({ message: 'run ended', run: run.runId, state: run.state, manifest: run.manifestUri, ...outcome }));
  if (needsAPerson(outcome) || ((settings.queueUrl === undefined || !run.manifestUri) && run.state !== SUCCEEDED)) {
    await notify(settings, run, outcome);
  }
}

async function lookAfterFiles(run: EndedRun, settings: NotifierSettings & NotifierFileSettings): Promise<RunOutcome> {
  const files = run.manifestUri ? await readFiles(run.manifestUri) : [];
  const outcome = await outcomeOf(files, run, settings);
  if (outcome.retried.length > 0) {
    await enqueue(
      outcome.retried.map(toObjectCreated),
      (entries) => sqs.send(new SendMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries: entries })),
    );
    emitMetric(settings.pipeline, 'RunsRetried', 1);
  }
  return outcome;
}

async function readFiles(uri: string): Promise<ManifestFile[]> {
  const { hostname, pathname } = new URL(uri);
  return parseManifest(uri, await readText(hostname, decodeURIComponent(pathname.slice(1)))).files;
}

async function readText(bucket: string, key: string): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return object.Body!.transformToString();
}

async function outcomeOf(files: ManifestFile[], run: EndedRun, settings: NotifierFileSettings): Promise<RunOutcome> {
  const found = settings.outcomes ? await readFound(files, settings.outcomes) : new Map<string, OutcomeDocument>();
  const notifyOn = settings.outcomes?.notifyOn ?? [];
  if (run.state === SUCCEEDED) {
    return successOutcome(files, { runId: run.runId, found, notifyOn });
  }
  const ledger = settings.ledger ? await readLedger(files, settings.ledger) : {};
  return runOutcome(files, {
    runId: run.runId,
    found,
    notifyOn,
    ...ledger,
    misconfigured: isConfigurationFault(run.errorMessage) || undefined,
    errorMessage: run.errorMessage,
    timedOut: (run.timedOut && !settings.retries.afterTimeout) || undefined,
    mostRetries: settings.retries.most,
  });
}

function readFound(files: ManifestFile[], { bucket, prefix }: OutcomeSettings): Promise<Map<string, OutcomeDocument>> {
  return readOutcomes(files.map((file) => file.load_id), async (loadId) => {
    try {
      return await readText(bucket, `${prefix}${loadId}.json`);
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') {
        return undefined;
      }
      throw error;
    }
  });
}

/** Whatever keeps the ledger from being read may be what the run died of: its files go again all the same. */
async function readLedger(files: ManifestFile[], settings: LedgerSettings): Promise<{ ledger: Map<string, LoadOutcome>; ledgerError?: string }> {
  try {
    const outcomes = readLedgers(files, settings, async (ledger, ofTable) => [...await ledger.outcomes(ofTable.map((file) => file.load_id))]);
    return { ledger: new Map(await inTime(outcomes)) };
  } catch (error) {
    // The whole message would hold the whole statement.
    return { ledger: new Map(), ledgerError: error instanceof StatementFailedError ? error.reason : (error as Error).message };
  }
}

/** Leaves time to act on the answer, or on there being none. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${LEDGER_MINUTES} minutes`)), LEDGER_MINUTES * 60 * 1000).unref();
  })]);
}

function needsAPerson({ failed, quarantined, rejected, changed, abandoned, ledgerError }: RunOutcome): boolean {
  return failed.length + quarantined.length + rejected.length + changed.length + abandoned.length > 0 || ledgerError !== undefined;
}

async function notify(settings: NotifierSettings, run: EndedRun, outcome: RunOutcome): Promise<void> {
  const { pipeline } = settings;
  const files = settings.queueUrl === undefined ? { swept: false } : { words: settings.words, swept: settings.swept };
  const { subject, text } = runMessage({ ...run, ...files, pipeline }, outcome);
  await sns.send(new PublishCommand({
    TopicArn: settings.topicArn,
    Subject: subject,
    Message: text,
    MessageAttributes: {
      pipeline: { DataType: 'String', StringValue: pipeline },
      job: { DataType: 'String', StringValue: run.targetName },
      state: { DataType: 'String', StringValue: run.state },
    },
  }));
}
