import { GetJobRunsCommand, GlueClient, JobRun, StartJobRunCommand } from '@aws-sdk/client-glue';
import type { CdkCustomResourceIsCompleteResponse, CloudFormationCustomResourceEvent } from 'aws-lambda';
import { Route, testedRoute, testRoute } from './connections';
import { readDocument, writeDocument } from './documents';
import { loadBegunBy, withKnownLoad } from './known-load';
import { LifecycleNotes, StartProperties, StopProperties } from './lifecycle-properties';
import { activityOf, isLoaded, reasonOf, startTypeOf } from './replication-state';
import { FoundReplication, Replications } from './replications';

type Properties = (StopProperties | StartProperties) & { ServiceToken: string };

/** What CloudFormation asks for, by way of CDK's provider; with the time at which it was `Begun` in the questions about its progress. */
type LifecycleRequest = CloudFormationCustomResourceEvent<Properties, Properties> & { readonly Begun?: string };

/** The argument by which a run of the schema job is known again; the job itself ignores it. */
const REQUEST_ARGUMENT = '--deployment';

/** States of a run that ends otherwise than well (Glue API reference, JobRun). */
const RUN_FAILED = ['FAILED', 'TIMEOUT', 'ERROR', 'STOPPED', 'EXPIRED'];

/** Answers of Glue that mean "not now". */
const RUN_NOT_NOW = ['ConcurrentRunsExceededException', 'ResourceNumberLimitExceededException', 'ThrottlingException'];

/** CloudFormation waits no longer than an hour. DMS Serverless sometimes takes as long to provision, and a deployment that failed for that would throw it away. */
const LONG_ENOUGH = 50 * 60 * 1000;

/** A replication that finds no table, or cannot read one, runs for some seconds before it fails. */
const PROVEN_AFTER = 2 * 60 * 1000;

const MOST_TABLES_NAMED = 10;

const glue = new GlueClient({});

/** A replication could not be started, or its tables could not be made; the deployment fails with these words. */
class StartFailedError extends Error {
  constructor(message: string) {
    super(message.slice(0, 3_000)); // CloudFormation takes 4 KB.
    this.name = 'StartFailedError';
  }
}

/**
 * Begins what CloudFormation asks for, and answers later whether it is done. All is done by the second part, which looks at what is there and does the next
 * step: it may be asked any number of times, and a repeated request finds what the first one has done.
 */
export async function handler(request: LifecycleRequest): Promise<object> {
  const properties = request.ResourceProperties;
  if (!request.Begun) {
    // The same for good: CloudFormation takes a resource with another id for another one, and deletes the first, which would stop the replication.
    const PhysicalResourceId = request.RequestType === 'Create' ? `${properties.Replication.identifier}-${properties.Action}` : request.PhysicalResourceId;
    return { PhysicalResourceId, Begun: new Date().toISOString() };
  }
  const done = properties.Action === 'stop' ? await stopBeforeChange(request, properties) : await startOrEnd(request, properties);
  return { IsComplete: done } satisfies CdkCustomResourceIsCompleteResponse;
}

async function stopBeforeChange(request: LifecycleRequest, properties: StopProperties): Promise<boolean> {
  // On deletion the other resource has stopped it, and by now it is gone.
  if (request.RequestType !== 'Update' || digestOf(properties) === digestOf(request.OldResourceProperties as StopProperties)) {
    return true;
  }
  // The one that was: its kind or mode may change.
  const { Replication: old } = request.OldResourceProperties as StopProperties;
  return isStopped(new Replications(old), () => noteStop(properties, request.RequestId));
}

async function startOrEnd(request: LifecycleRequest, properties: StartProperties): Promise<boolean> {
  const replications = new Replications(properties.Replication);
  if (request.RequestType === 'Delete') {
    return isStopped(replications, async () => undefined);
  }
  return await hasMadeTables(properties.SchemaJob, request.RequestId) && isStarted(replications, properties, request);
}

/** Whether it does not run, after asking it to stop where it does. */
async function isStopped(replications: Replications, note: () => Promise<void>): Promise<boolean> {
  const found = await replications.find();
  say('stop', found);
  if (!found || ['new', 'ended'].includes(activityOf(found))) {
    return true;
  }
  if (found.status !== 'stopping') {
    await note();
    // One that is starting or being modified may refuse, and is asked again.
    await replications.stop();
  }
  return false;
}

/** Whether this request's run of the schema job has ended well. Throws StartFailedError. */
async function hasMadeTables(jobName: string, requestId: string): Promise<boolean> {
  const run = await runOf(jobName, requestId);
  if (!run) {
    await startRun(jobName, requestId);
    return false;
  }
  if (RUN_FAILED.includes(run.JobRunState ?? '')) {
    throw new StartFailedError(`the tables could not be made, so the replication was not started: the run ${run.Id} of the Glue job ${jobName} ended as ${run.JobRunState}:`
      + ` ${run.ErrorMessage ?? 'Glue gives no reason; see its log'}`);
  }
  return run.JobRunState === 'SUCCEEDED';
}

async function runOf(jobName: string, requestId: string): Promise<JobRun | undefined> {
  // The newest come first, and nobody else starts so many in an hour.
  const { JobRuns: runs = [] } = await glue.send(new GetJobRunsCommand({ JobName: jobName, MaxResults: 50 }));
  return runs.find(({ Arguments: given }) => given?.[REQUEST_ARGUMENT] === requestId);
}

async function startRun(jobName: string, requestId: string): Promise<void> {
  try {
    await glue.send(new StartJobRunCommand({ JobName: jobName, Arguments: { [REQUEST_ARGUMENT]: requestId } }));
  } catch (error) {
    if (!(error instanceof Error && RUN_NOT_NOW.includes(error.name))) {
      throw error;
    }
  }
}

/** Whether it runs, or has loaded all that it was to load, after starting it where it does not. Throws StartFailedError. */
async function isStarted(replications: Replications, properties: StartProperties, request: LifecycleRequest): Promise<boolean> {
  const { RequestId, Begun } = request;
  const found = await replications.find();
  say('start', found);
  if (!found) {
    throw new StartFailedError(`there is no replication ${properties.Replication.identifier} in DMS; was it deleted by hand? Remove the construct from the app, deploy, and add it again`);
  }
  switch (activityOf(found)) {
    case 'moving':
      // What becomes of one that takes too long is reported by the watch.
      return Date.now() - Date.parse(Begun!) > LONG_ENOUGH && await wasStartedBy(properties, RequestId);
    case 'running':
      return isProven(replications, found);
    default:
      return startOrReport(replications, found, properties, request);
  }
}

async function wasStartedBy({ Notes }: StartProperties, requestId: string): Promise<boolean> {
  return (await readDocument<LifecycleNotes>(Notes))?.started === requestId;
}

async function startOrReport(
  replications: Replications, found: FoundReplication, properties: StartProperties, request: LifecycleRequest,
): Promise<boolean> {
  const { Notes, Load, Replication, Statistics } = properties;
  const requestId = request.RequestId;
  const notes = await readDocument<LifecycleNotes>(Notes) ?? {};
  if (notes.started === requestId) {
    if (activityOf(found) === 'new' || isLoaded(found)) {
      return isLoaded(found);
    }
    throw new StartFailedError(`DMS could not start the replication ${Replication.identifier}: ${reasonOf(found)}${await tablesInError(replications)}`);
  }
  const loaded = notes.load ?? loadBefore(request);
  const type = startTypeOf(await withKnownLoad(found, Replication.arn, Statistics, notes), Replication.mode, loaded !== undefined && loaded !== Load);
  if (type === undefined) {
    return true;
  }
  if (found.route && !await isReached(found.route, properties, notes, requestId)) {
    return false;
  }
  const loadBegunAt = loadBegunBy(type, notes);
  if (await replications.start(type, Replication.mode)) {
    // After the start: one whose note was lost is repeated, or is found under way; one noted and lost would be waited for in vain.
    await writeDocument(Notes, { started: requestId, load: Load, loadBegunAt } satisfies LifecycleNotes);
  }
  return false;
}

/** Whether the instance has reached both endpoints for this request, which DMS asks of a task before it starts. Throws StartFailedError. */
async function isReached(route: Route, { Notes, Replication }: StartProperties, notes: LifecycleNotes, requestId: string): Promise<boolean> {
  if (notes.tested !== requestId) {
    if (await testRoute(route)) {
      await writeDocument(Notes, { ...notes, tested: requestId } satisfies LifecycleNotes);
    }
    return false;
  }
  const { state, failures } = await testedRoute(route);
  if (state === 'failed') {
    throw new StartFailedError(`DMS could not start the replication ${Replication.identifier}: ${failures.join('; ')}`);
  }
  return state === 'successful';
}

/** What the last full load depended on, where the notes do not say: they may have been in another bucket. */
function loadBefore(request: LifecycleRequest): string | undefined {
  return request.RequestType === 'Update' ? (request.OldResourceProperties as StartProperties).Load : undefined;
}

/** Whether tables are on their way, not only the replication. Throws StartFailedError when none can be read. */
async function isProven(replications: Replications, { startedAt }: FoundReplication): Promise<boolean> {
  const states = (await replications.tables()).map(({ TableState }) => TableState ?? '');
  if (states.length > 0 && states.every((state) => state === 'Table error')) {
    throw new StartFailedError(`DMS cannot replicate any of the ${states.length} table(s)${await tablesInError(replications)}. The log of the replication says why, for example a right or supplemental logging that is missing`);
  }
  return states.some((state) => state !== 'Before load') || startedAt === undefined || Date.now() - startedAt.getTime() > PROVEN_AFTER;
}

async function tablesInError(replications: Replications): Promise<string> {
  const tables = (await replications.tables())
    .filter(({ TableState }) => TableState === 'Table error')
    .map(({ SchemaName, TableName }) => `${SchemaName}.${TableName}`);
  return tables.length > 0 ? `; tables with errors: ${tables.slice(0, MOST_TABLES_NAMED).join(', ')}${tables.length > MOST_TABLES_NAMED ? '...' : ''}` : '';
}

/** A deployment that is rolled back before it starts the replication again leaves it stopped: the note says that nobody wanted that. */
async function noteStop({ Notes }: StopProperties, requestId: string): Promise<void> {
  const notes = await readDocument<LifecycleNotes>(Notes) ?? {};
  await writeDocument(Notes, { ...notes, stopped: requestId } satisfies LifecycleNotes);
}

function digestOf({ Definition, Values }: StopProperties): string {
  return JSON.stringify([Definition, Values]);
}

function say(action: string, found: FoundReplication | undefined): void {
  console.info(JSON.stringify({ message: action, ...found }));
}
