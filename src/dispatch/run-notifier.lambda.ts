import { GetJobRunCommand, GlueClient, JobRun } from '@aws-sdk/client-glue';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { EventBridgeEvent } from 'aws-lambda';
import { emitMetric } from './embedded-metrics';
import { enqueue } from './enqueue';
import { LedgerSettings, NotifierSettings, OutcomeSettings, readSettings } from './function-settings';
import { LoadOutcome } from './ledger';
import { ManifestFile, parseManifest, toObjectCreated } from './manifest';
import { openLedger } from './open-ledger';
import { OutcomeDocument, readOutcomes } from './outcome-document';
import { EndedRun, runSubject, runText } from './run-message';
import { isConfigurationFault, runOutcome, RunOutcome, successOutcome } from './run-outcome';
import { SUCCEEDED, TIMED_OUT } from './run-states';
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
 * people are told of those that cannot be loaded, and at once of those of a gate that timed out. Of a pipeline with rules
 * people are told of rejected rows, however the run ended.
 */
export async function handler(event: RunEndedEvent): Promise<void> {
  const settings = readSettings<NotifierSettings>();
  const { JobRun: jobRun } = await glue.send(new GetJobRunCommand({ JobName: event.detail.jobName, RunId: event.detail.jobRunId }));
  const run = describe(settings, jobRun, event);

  if (jobRun?.Arguments?.['--plan'] || jobRun?.Arguments?.['--replay']) {
    // Somebody asked for it, and reads the answer in the run's log; no file of the pipeline was to be taken.
    console.info(JSON.stringify({ message: 'a plan or a replay ended', run: run.runId, state: run.state }));
    return;
  }
  const files = run.manifestUri ? await readFiles(run.manifestUri) : [];
  const outcome = await outcomeOf(files, run, settings);
  console.info(JSON.stringify({ message: 'run ended', run: run.runId, state: run.state, manifest: run.manifestUri, ...outcome }));

  if (outcome.retried.length > 0) {
    await enqueue(
      outcome.retried.map(toObjectCreated),
      (entries) => sqs.send(new SendMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries: entries })),
    );
    emitMetric(settings.pipeline, 'RunsRetried', 1);
  }
  if (needsAPerson(outcome) || (!run.manifestUri && run.state !== SUCCEEDED)) {
    await tell(settings, run, outcome);
  }
}

async function readFiles(uri: string): Promise<ManifestFile[]> {
  const { hostname, pathname } = new URL(uri);
  return parseManifest(uri, await readText(hostname, decodeURIComponent(pathname.slice(1)))).files;
}

async function readText(bucket: string, key: string): Promise<string> {
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return object.Body!.transformToString();
}

async function outcomeOf(files: ManifestFile[], run: EndedRun, settings: NotifierSettings): Promise<RunOutcome> {
  const found = settings.outcomes ? await readFound(files, settings.outcomes) : new Map<string, OutcomeDocument>();
  if (run.state === SUCCEEDED) {
    return successOutcome(files, { runId: run.runId, found });
  }
  const ledger = settings.ledger ? await readLedger(files, settings.ledger) : {};
  return runOutcome(files, {
    runId: run.runId,
    found,
    ...ledger,
    misconfigured: isConfigurationFault(run.errorMessage) || undefined,
    // A rule that never ends would cost the whole timeout of a gate's job again. What a loader waits for is mostly the warehouse.
    timedOut: (!run.loads && run.state === TIMED_OUT) || undefined,
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
    return { ledger: await inTime(openLedger(settings).outcomes(files.map((file) => file.load_id))) };
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

function needsAPerson({ failed, quarantined, rejected, abandoned, ledgerError }: RunOutcome): boolean {
  return failed.length + quarantined.length + rejected.length + abandoned.length > 0 || ledgerError !== undefined;
}

function describe(settings: NotifierSettings, run: JobRun | undefined, { detail, region }: RunEndedEvent): EndedRun {
  return {
    pipeline: settings.pipeline,
    loads: settings.ledger !== undefined || settings.outcomes === undefined,
    jobName: detail.jobName,
    runId: detail.jobRunId,
    state: detail.state,
    errorMessage: run?.ErrorMessage ?? detail.message ?? '',
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
