import { ReplicationMode } from './replication-mode';
import { ReplicationTarget } from './replication-target';
import { KnownTable, nameOf } from './table-statistics';
import { chunks } from '../dispatch/chunks';
import { consoleUrl } from '../dispatch/console-links';
import { Message, newMessage } from '../dispatch/message';

/** Tables listed in one part of a message. */
const MOST_TABLES = 20;

/** DMS user guide, "Reloading tables during a task". */
const MOST_TABLES_RELOADED = 10;

/** Something about a table that a person has to look at. */
export interface Finding {
  readonly table: KnownTable;
  readonly kind: 'error' | 'load_errors' | 'ddl' | 'difference';
  readonly text: string;
}

/** What a message is about. */
export interface Watched {
  readonly pipeline: string;
  readonly replication: ReplicationTarget;
  readonly region: string;
  /** DMS loads a single table again while it runs, and not otherwise. */
  readonly isRunning: boolean;
}

const HEADINGS: Record<Finding['kind'], (count: number) => string> = {
  error: (count) => `${count} table(s) are not replicated any more:`,
  load_errors: (count) => `The full load of ${count} table(s) left rows out, so rows that were deleted in the source before it stay in the warehouse:`,
  ddl: (count) => `The definition of ${count} table(s) changed in the source. A new column comes with the next changes; a TRUNCATE or DROP is not replicated, and its rows stay in the warehouse:`,
  difference: (count) => `The rows of ${count} table(s) do not add up, twice in a row with the same numbers. A TRUNCATE in the source, a change that was lost, or rows that somebody changed in the warehouse may be the cause:`,
};

/** What DMS says of a large object that it would have to cut, which `failTasksOnLobTruncation` forbids. */
const LOB_TOO_LONG = /LobMaxSize|\bLOBs?\b.*\btruncat|\btruncat.*\bLOBs?\b/is;

/** The message that DMS reports a failure, or has stopped. */
export function failureMessage(watched: Watched, event: string, detail: string, reason: string | undefined): Message {
  return newMessage(`FAILED: the replication ${watched.pipeline}`, [
    [
      ...head(watched),
      `Event:       ${event}`,
      `Message:     ${detail || 'DMS gives none'}`,
      ...(reason === undefined ? [] : [`Reason:      ${reason}`]),
    ],
    [
      'While it does not run, changes wait in the redo logs of the source: it has to run again before these are removed.',
      ...LOB_TOO_LONG.test(`${detail} ${reason ?? ''}`) ? remedyOfLob(watched) : [
        `To go on where it stopped: remove the cause, then run ${startCommand(watched.replication, 'resume-processing')}`,
        ...loadsTables(watched.replication) ? [`To load all tables again: ${startCommand(watched.replication, 'reload-target')}`] : [],
      ],
    ],
    [`DMS: ${dmsUrl(watched)}`],
  ]);
}

function remedyOfLob({ replication }: Watched): string[] {
  return [
    'A large object of the source (CLOB, BLOB or the like) is longer than the prop maxLobSize of the construct (64 KiB by default), and none is cut. Resuming as it is fails again.',
    'To go on where it stopped: raise maxLobSize and deploy, which starts the replication again. A text of more than 65,535 bytes comes then, but fits no VARCHAR: its table is not merged.',
    ...loadsTables(replication) ? [
      'To do without the long value: shorten it in the source, or take its table out (excludeTables), then load all tables again, since the redo logs still have it: '
        + startCommand(replication, 'reload-target'),
    ] : [],
  ];
}

/** The message that tables need a person. */
export function findingsMessage(watched: Watched, findings: Finding[]): Message {
  const kinds = (Object.keys(HEADINGS) as Finding['kind'][]).map((kind) => findings.filter((finding) => finding.kind === kind)).filter(({ length }) => length > 0);
  return newMessage(`${new Set(findings.map(({ table }) => nameOf(table))).size} table(s) of the replication ${watched.pipeline} need a look`, [
    head(watched),
    ...kinds.map((some) => [
      HEADINGS[some[0].kind](some.length),
      ...some.slice(0, MOST_TABLES).map(({ table, text }) => `- ${nameOf(table)}: ${text}`),
      ...(some.length > MOST_TABLES ? [`- and ${some.length - MOST_TABLES} more; DMS lists all of them`] : []),
    ]),
    remedyOfTables(watched, tablesOf(findings)),
    [`DMS: ${dmsUrl(watched)}`],
  ]);
}

/** A table is loaded again by a replication that loads tables, while it runs (DMS user guide, "Reloading tables during a task"). */
function remedyOfTables({ replication, isRunning }: Watched, tables: KnownTable[]): string[] {
  if (!loadsTables(replication)) {
    return ['With ReplicationMode.CDC, DMS loads no table again: correct the rows of the warehouse by hand, or choose ReplicationMode.FULL_LOAD_AND_CDC and deploy, which loads all tables.'];
  }
  const reloadAll = startCommand(replication, 'reload-target');
  if (!isRunning) {
    return [
      'The replication does not run, and DMS loads single tables of a running one only.',
      ...replication.mode === ReplicationMode.FULL_LOAD ? [] : [
        `To heal a table: start it where it stopped, then load the table again. ${startCommand(replication, 'resume-processing')}`,
        ...reloadCommands(replication, tables),
      ],
      `To load all tables again, which removes what they lack: ${reloadAll}`,
    ];
  }
  return [
    `To heal a table: load it again, which removes what it lacks. Its files are merged by themselves.${tables.length > MOST_TABLES_RELOADED ? ` DMS takes ${MOST_TABLES_RELOADED} tables at a time:` : ''}`,
    ...reloadCommands(replication, tables),
  ];
}

function loadsTables({ mode }: ReplicationTarget): boolean {
  return mode !== ReplicationMode.CDC;
}

function head({ pipeline, replication }: Watched): string[] {
  return [`Pipeline:    ${pipeline}`, `Replication: ${replication.arn}`];
}

function startCommand({ kind, arn }: ReplicationTarget, type: string): string {
  return kind === 'serverless'
    ? `aws dms start-replication --replication-config-arn '${arn}' --start-replication-type ${type}`
    : `aws dms start-replication-task --replication-task-arn '${arn}' --start-replication-task-type ${type}`;
}

/** Each table once. */
function tablesOf(findings: Finding[]): KnownTable[] {
  return [...new Map(findings.map(({ table }) => [nameOf(table), table])).values()];
}

function reloadCommands(replication: ReplicationTarget, tables: KnownTable[]): string[] {
  return chunks(tables, MOST_TABLES_RELOADED).map((some) => reloadCommand(replication, some));
}

function reloadCommand({ kind, arn }: ReplicationTarget, reloaded: KnownTable[]): string {
  const tables = JSON.stringify(reloaded.map(({ schema, table }) => ({ SchemaName: schema, TableName: table })));
  return kind === 'serverless'
    ? `aws dms reload-replication-tables --replication-config-arn '${arn}' --tables-to-reload '${tables}'`
    : `aws dms reload-tables --replication-task-arn '${arn}' --tables-to-reload '${tables}'`;
}

function dmsUrl({ region, replication }: Watched): string {
  return `${consoleUrl(region)}/dms/v2/home?region=${region}#${replication.kind === 'serverless' ? 'serverlessReplications' : 'tasks'}`;
}
