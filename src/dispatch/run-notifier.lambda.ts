import { GetJobRunCommand, GlueClient, JobRun } from '@aws-sdk/client-glue';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { EventBridgeEvent } from 'aws-lambda';
import { emitMetric } from './embedded-metrics';
import { enqueue } from './enqueue';
import { LedgerSettings, NotifierSettings, readSettings } from './function-settings';
import { ManifestFile, parseManifest, toObjectCreated } from './manifest';
import { openLedger } from './open-ledger';
import { EndedRun, runSubject, runText } from './run-message';
import { runOutcome, RunOutcome } from './run-outcome';
import { StatementFailedError } from '../common/data-api';

/** Glue's own event about a run (Glue developer guide, "Automating with EventBridge"); it carries no arguments. */
type RunEndedEvent = EventBridgeEvent<'Glue Job State Change', { jobName: string; jobRunId: string; state: string; message?: string }>;

/** Of the 15 that the function has. */
const LEDGER_MINUTES = 10;

const glue = new GlueClient({});
const s3 = new S3Client({});
const sns = new SNSClient({});
const sqs = new SQSClient({});

/**
 * Looks after a run that failed, timed out or was stopped: files that it did not finish go to the queue again, and
 * people are told of those that cannot be loaded.
 */
export async function handler(event: RunEndedEvent): Promise<void> {
  const settings = readSettings<NotifierSettings>();
  const { jobName, jobRunId, state, message } = event.detail;
  const { JobRun: run } = await glue.send(new GetJobRunCommand({ JobName: jobName, RunId: jobRunId }));

  if (run?.Arguments?.['--plan']) {
    // Somebody asked what a file would do, and reads the answer in the run's log; nothing was to be loaded.
    console.info(JSON.stringify({ message: 'a plan ended', run: jobRunId, state }));
    return;
  }
  const manifestUri = run?.Arguments?.['--manifest'];
  const files = manifestUri ? await readFiles(manifestUri) : [];
  const outcome = await outcomeOf(files, settings.ledger);
  console.info(JSON.stringify({ message: 'run ended', run: jobRunId, state, manifest: manifestUri, ...outcome }));

  if (outcome.retried.length > 0) {
    await enqueue(
      outcome.retried.map(toObjectCreated),
      (entries) => sqs.send(new SendMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries: entries })),
    );
    emitMetric(settings.pipeline, 'RunsRetried', 1);
  }
  if (!manifestUri || needsAPerson(outcome)) {
    await tell(settings, describe(settings, run, { jobName, jobRunId, state, message }, event.region), outcome);
  }
}

async function readFiles(uri: string): Promise<ManifestFile[]> {
  const { hostname, pathname } = new URL(uri);
  const object = await s3.send(new GetObjectCommand({ Bucket: hostname, Key: decodeURIComponent(pathname.slice(1)) }));
  return parseManifest(uri, await object.Body!.transformToString()).files;
}

/** Whatever keeps the ledger from being read may be what the run died of: its files go again all the same. */
async function outcomeOf(files: ManifestFile[], ledger: LedgerSettings | undefined): Promise<RunOutcome> {
  try {
    const outcomes = ledger ? await inTime(openLedger(ledger).outcomes(files.map((file) => file.load_id))) : new Map();
    return runOutcome(files, outcomes);
  } catch (error) {
    // The whole message would hold the whole statement.
    return runOutcome(files, new Map(), error instanceof StatementFailedError ? error.reason : (error as Error).message);
  }
}

/** Leaves time to act on the answer, or on there being none. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  return Promise.race([answer, new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${LEDGER_MINUTES} minutes`)), LEDGER_MINUTES * 60 * 1000).unref();
  })]);
}

function needsAPerson({ failed, abandoned, ledgerError }: RunOutcome): boolean {
  return failed.length + abandoned.length > 0 || ledgerError !== undefined;
}

function describe(settings: NotifierSettings, run: JobRun | undefined, ended: RunEndedEvent['detail'], region: string): EndedRun {
  return {
    pipeline: settings.pipeline,
    jobName: ended.jobName,
    runId: ended.jobRunId,
    state: ended.state,
    errorMessage: run?.ErrorMessage ?? ended.message ?? '',
    logGroupName: outputLogGroup(run?.LogGroupName || settings.logGroupPrefix),
    manifestUri: run?.Arguments?.['--manifest'],
    region,
  };
}

/**
 * The group of a run's standard output and error. Glue names the group of a run (Glue API reference, JobRun.LogGroupName) by
 * what its groups' names begin with, `/aws-glue/jobs/`, to which it adds `output` and `error`.
 */
function outputLogGroup(name: string): string {
  return name.endsWith('/output') ? name : `${name.replace(/\/$/, '')}/output`;
}

async function tell(settings: NotifierSettings, run: EndedRun, outcome: RunOutcome): Promise<void> {
  await sns.send(new PublishCommand({
    TopicArn: settings.topicArn,
    Subject: runSubject(run, outcome),
    Message: runText(run, outcome),
    MessageAttributes: {
      pipeline: { DataType: 'String', StringValue: run.pipeline },
      job: { DataType: 'String', StringValue: run.jobName },
      state: { DataType: 'String', StringValue: run.state },
    },
  }));
}
