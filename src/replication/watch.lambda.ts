import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { EventBridgeEvent } from 'aws-lambda';
import { Route, TestedRoute, testedRoute, testRoute } from './connections';
import { readDocument, writeDocument } from './documents';
import { loadBegunBy, withKnownLoad } from './known-load';
import { LifecycleNotes } from './lifecycle-properties';
import { ReplicationMode } from './replication-mode';
import { activityOf, endedBadly, reasonOf, startTypeOf } from './replication-state';
import { FoundReplication, Replications } from './replications';
import { completeDocument, differenceOf, isNewlyComplete, KnownTable, loadOf, MergedTable, nameOf, StatisticsDocument, tablesOf, updated } from './table-statistics';
import { failureMessage, Finding, findingsMessage, Watched } from './watch-message';
import { WatchSettings } from './watch-settings';
import { emitMetric } from '../dispatch/embedded-metrics';
import { readSettings } from '../dispatch/function-settings';
import { Message } from '../dispatch/message';

/** States in which DMS replicates a table no more (DMS API reference, TableStatistics). */
const TABLE_FAILED = ['Table error', 'Table cancelled', 'Table does not exist'];

/** Less than the function has. */
const LONGEST_TEST = 4 * 60 * 1000;

const LOOK_EVERY = 5_000;

const sns = new SNSClient({});

/** An event of DMS (DMS user guide, "Working with Amazon EventBridge events"), of CloudFormation, or of the schedule. */
type WatchEvent = EventBridgeEvent<string, { readonly category?: string; readonly eventType?: string; readonly detailMessage?: string }>;

type Found = FoundReplication | undefined;

/** A table after a look at it, and what a person has to know of it. */
interface Look {
  readonly table: KnownTable;
  readonly findings: Finding[];
}

/**
 * Looks after a replication: reports what DMS reports as failed, notes for the merge which full loads are complete, compares what DMS has counted with what
 * the warehouse has, and keeps a copy of the counts. Starts again what a deployment that was rolled back has left stopped.
 */
export async function handler(event: WatchEvent): Promise<void> {
  const settings = readSettings<WatchSettings>();
  const replications = new Replications(settings.replication);
  const found = await replications.find();
  const isRunning = found !== undefined && activityOf(found) === 'running';
  const watched: Watched = { pipeline: settings.pipeline, replication: settings.replication, region: event.region, isRunning };
  console.info(JSON.stringify({ message: 'looked', event: event['detail-type'], ...event.detail, ...found }));

  if (event.source === 'aws.cloudformation') {
    await resumeAfterRollback(settings, replications, found);
    return;
  }
  if (event.source === 'aws.dms') {
    await reportFailure(settings, watched, event, found);
  }
  measure(settings, found);
  await lookAtTables(settings, watched, replications);
}

async function reportFailure(settings: WatchSettings, watched: Watched, event: WatchEvent, found: Found): Promise<void> {
  const { detail, 'detail-type': type } = event;
  const isFailure = /failure|lowstorage/i.test(detail.category ?? '') || /FAIL|ERROR/.test(detail.eventType ?? '');
  const hasStopped = /STOPPED/.test(detail.eventType ?? '') && found !== undefined && endedBadly(found);
  if (isFailure || hasStopped) {
    const reason = found && activityOf(found) === 'ended' ? reasonOf(found) : undefined;
    await tell(settings, failureMessage(watched, detail.eventType ?? type, detail.detailMessage ?? '', reason));
  }
}

/** A replication of changes that does not run loses them in the end; a full load ends by itself. */
function measure({ pipeline, replication }: WatchSettings, found: Found): void {
  if (replication.mode !== ReplicationMode.FULL_LOAD) {
    emitMetric(pipeline, 'ReplicationStopped', found && ['running', 'moving'].includes(activityOf(found)) ? 0 : 1);
  }
}

/** A rollback changes back what was changed, and starts nothing that it has not changed. */
async function resumeAfterRollback(settings: WatchSettings, replications: Replications, found: Found): Promise<void> {
  const { notes: place, replication, statistics } = settings;
  const notes = await readDocument<LifecycleNotes>(place);
  if (!notes?.stopped || !found || activityOf(found) !== 'ended') {
    return;
  }
  if (found.route) {
    await reach(found.route);
  }
  const type = startTypeOf(await withKnownLoad(found, replication.arn, statistics, notes), replication.mode, false);
  if (type === undefined) {
    return;
  }
  const loadBegunAt = loadBegunBy(type, notes);
  if (await replications.start(type, replication.mode)) {
    await writeDocument(place, { started: notes.started, load: notes.load, loadBegunAt } satisfies LifecycleNotes);
  }
}

/** A rollback may have changed endpoints back, which DMS has to reach again before it starts a task. Throws where it does not: Lambda tries again, and keeps the event in the end. */
async function reach(route: Route): Promise<void> {
  const deadline = Date.now() + LONGEST_TEST;
  let tested: TestedRoute = { state: await testRoute(route) ? 'testing' : 'failed', failures: [] };
  while (tested.state === 'testing' && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    tested = await testedRoute(route);
  }
  if (tested.state !== 'successful') {
    throw new Error(`the replication could not be started again after a rollback: ${tested.failures.join('; ') || 'the tests of its endpoints have not ended'}`);
  }
}

async function lookAtTables(settings: WatchSettings, watched: Watched, replications: Replications): Promise<void> {
  const before = tablesOf(await readDocument<StatisticsDocument>(settings.statistics), settings.replication.arn);
  const now = new Date();
  const tables: Record<string, KnownTable> = { ...before };
  const findings: Finding[] = [];
  for (const statistics of await replications.tables()) {
    const name = nameOf({ schema: statistics.SchemaName ?? '', table: statistics.TableName ?? '' });
    const table = await noteComplete(settings, updated(statistics, before[name]));
    const looked = await lookAt(settings, table, before[name], now);
    tables[name] = looked.table;
    findings.push(...looked.findings);
  }
  if (findings.length > 0) {
    await tell(settings, findingsMessage(watched, findings));
  }
  // Last: what could not be told is found again.
  await writeDocument(settings.statistics, { replication: settings.replication.arn, tables, at: now.toISOString() } satisfies StatisticsDocument);
}

async function noteComplete({ bucket, prefix }: WatchSettings, table: KnownTable): Promise<KnownTable> {
  if (!isNewlyComplete(table)) {
    return table;
  }
  await writeDocument({ bucket, key: `${prefix}${table.schema}/${table.table}/complete.json` }, completeDocument(table));
  return { ...table, completed: loadOf(table) };
}

/** What a person has to look at; each thing is found once. */
async function lookAt(settings: WatchSettings, table: KnownTable, before: KnownTable | undefined, now: Date): Promise<Look> {
  const findings: Finding[] = [];
  if (TABLE_FAILED.includes(table.state) && before?.state !== table.state) {
    findings.push({ table, kind: 'error', text: table.state });
  }
  if (table.load_error_rows > 0 && (before?.load_error_rows !== table.load_error_rows || before.load_started_at !== table.load_started_at)) {
    findings.push({ table, kind: 'load_errors', text: `${table.load_error_rows} row(s)` });
  }
  if (before && table.ddls > before.ddls) {
    findings.push({ table, kind: 'ddl', text: `${table.ddls - before.ddls} statement(s)` });
  }
  const difference = await differenceNow(settings, table, now);
  if (difference !== undefined && difference === before?.difference && difference !== before.reported) {
    findings.push({ table, kind: 'difference', text: difference });
    return { table: { ...table, difference, reported: difference }, findings };
  }
  return { table: { ...table, difference, reported: difference === undefined ? undefined : table.reported }, findings };
}

async function differenceNow(settings: WatchSettings, table: KnownTable, now: Date): Promise<string | undefined> {
  const { bucket, statePrefix, settleSeconds, replication } = settings;
  if (replication.mode === ReplicationMode.CDC) {
    return undefined; // How many rows there were before is not known.
  }
  const merged = await readDocument<MergedTable>({ bucket, key: `${statePrefix}${table.schema}/${table.table}.json` });
  return differenceOf(table, merged, new Date(now.getTime() - settleSeconds * 1000));
}

async function tell({ topicArn }: WatchSettings, { subject, text }: Message): Promise<void> {
  await sns.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
}
