import { logUrl, objectUrl, runUrl } from './console-links';
import { ManifestFile } from './manifest';
import { OutcomeDocument, RuleReason } from './outcome-document';
import { FileReport, RejectedRows, RunOutcome } from './run-outcome';
import { SUCCEEDED } from './run-states';

/** A run that people are told of. */
export interface EndedRun {
  readonly pipeline: string;
  /** Whether the pipeline loads files; else it checks them and passes them on. */
  readonly loads: boolean;
  readonly jobName: string;
  readonly runId: string;
  /** FAILED, TIMEOUT or STOPPED; SUCCEEDED when rules rejected rows. */
  readonly state: string;
  /** What Glue says of it. */
  readonly errorMessage: string;
  /** CloudWatch log group of the run's output. */
  readonly logGroupName: string;
  /** Names all files of the run; undefined for a run that was given none. */
  readonly manifestUri?: string;
  readonly region: string;
}

/** Files listed by name in one part of a message. */
const MOST_FILES_LISTED = 20;

/** The same where reasons and links are told of each. */
const MOST_FILES_DETAILED = 10;

/** SNS takes 256 KB, which only long keys in another script than Latin could fill. */
const MOST_BYTES = 256 * 1024 - 4;

/** A rule's description may be as long as its author likes. */
const LONGEST_DESCRIPTION = 200;

/** SNS takes 100 ASCII characters. */
const LONGEST_SUBJECT = 100;

const AGAIN_EVERY_DAY = 'Files of the last week are also tried again every day.';

/** Subject of the message about a run. */
export function runSubject(run: EndedRun, outcome: RunOutcome): string {
  return `${run.state === SUCCEEDED ? '' : `${run.state}: `}${whatHappened(run, outcome)} by ${run.pipeline}`
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, LONGEST_SUBJECT);
}

function whatHappened(run: EndedRun, { failed, quarantined, rejected, abandoned, ledgerError }: RunOutcome): string {
  const rows = rejected.length > 0 ? [rowsRejected(rejected.map(({ found }) => found))] : [];
  const files = failed.length + quarantined.length + abandoned.length;
  if (ledgerError) {
    return ['not known which files were loaded', ...rows].join(', ');
  }
  return [...(files > 0 || rows.length === 0 ? [`${files} file(s) ${run.loads ? 'not loaded' : 'held back'}`] : []), ...rows].join(', ');
}

/** The message about a run: what happened to which file, what to do, where to look. Plain text, as an e-mail shows it. */
export function runText(run: EndedRun, outcome: RunOutcome): string {
  const text = [
    [
      `Pipeline: ${run.pipeline}`,
      `Job:      ${run.jobName}`,
      `Run:      ${run.runId}`,
      `State:    ${run.state}`,
      ...(run.state === SUCCEEDED ? [] : [`Reason:   ${run.errorMessage || 'Glue gives none; see the log'}`]),
    ],
    ...(outcome.ledgerError ? unknownFiles(run, outcome, outcome.ledgerError) : knownFiles(run, outcome)),
    [`Run: ${runUrl(run.region, run.jobName, run.runId)}`, `Log: ${logUrl(run.region, run.logGroupName, run.runId)}`],
  ].filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n');
  return Buffer.byteLength(text) <= MOST_BYTES ? text : new TextDecoder().decode(Buffer.from(text).subarray(0, MOST_BYTES), { stream: true });
}

function knownFiles(run: EndedRun, outcome: RunOutcome): string[][] {
  const { failed, quarantined, rejected, retried } = outcome;
  return [
    section(
      run,
      failed.map((report) => lineAndDetails(run, report)),
      `${failed.length} file(s) could not be ${run.loads ? 'loaded because of their content' : 'read as CSV'} and were moved to the error prefix:`,
      `${run.loads ? 'To load one' : 'To have one checked'}: correct it and upload it again under its own key; \`replay\` in the .error.json beside the moved file says how to put it back unchanged.`,
    ),
    section(
      run,
      quarantined.map((report) => lineAndDetails(run, report)),
      `${quarantined.length} file(s) were held back as a whole and are in the quarantine:`,
      // No replay: it has the bad rows only, and the good ones of a refused file would stay behind.
      'To send one on: correct it and upload it again under its own key; `replay` in the .error.json beside it says how to put it back unchanged.',
    ),
    section(
      run,
      rejected.map((rows) => rejectedRows(run, rows)),
      `${rejected.length} file(s) have rows that were rejected; their other rows ${run.loads ? 'are loaded' : 'were passed on'}:`,
      `To send rejected rows on: ${replay(run)}`,
    ),
    abandonedFiles(run, outcome),
    retried.length > 0 ? [`${retried.length} other file(s) were not finished and go again by themselves.`] : [],
  ];
}

function abandonedFiles(run: EndedRun, outcome: RunOutcome): string[] {
  const { abandoned } = outcome;
  return section(
    run,
    abandoned.map((report) => [lineOf(report)]),
    `${abandoned.length} file(s) are where they were and are not ${run.loads ? 'loaded' : 'checked'}:`,
    `${run.loads ? 'To load them' : 'To have them checked'}: ${remedyOfAbandoned(outcome)} ${AGAIN_EVERY_DAY}`,
  );
}

function remedyOfAbandoned({ misconfigured, timedOut }: RunOutcome): string {
  if (misconfigured) {
    return "correct what the reason names, in the rules file or the construct's props, and deploy it; then run the job again with the arguments of this run, or wait.";
  }
  const cause = timedOut ? 'remove the cause; the log says which rule was running last. Then' : 'remove the cause that the log tells, then';
  return `${cause} run the job again with the arguments of this run.`;
}

function unknownFiles(run: EndedRun, { rejected, retried, abandoned }: RunOutcome, ledgerError: string): string[][] {
  return [
    [`What became of each file is not known, since the ledger could not be read: ${ledgerError}`],
    section(
      run,
      rejected.map((rows) => rejectedRows(run, rows)),
      `Rows of ${rejected.length} file(s) were rejected:`,
      `To send rejected rows on once the other rows of their file are loaded: ${replay(run)}`,
    ),
    section(
      run,
      abandoned.map((report) => [lineOf(report)]),
      `${abandoned.length} file(s) do not go again by themselves:`,
      `To load those that are not loaded: remove the cause, then run the job again with the arguments of this run. ${AGAIN_EVERY_DAY}`,
    ),
    retried.length > 0 ? [`${retried.length} file(s) go again by themselves; what is loaded already is not loaded again.`] : [],
  ];
}

/** A heading, files with a line each, or more with what rules found, and what to do; nothing without files. */
function section(run: EndedRun, files: string[][], heading: string, remedy: string): string[] {
  if (files.length === 0) {
    return [];
  }
  const most = files.some((lines) => lines.length > 1) ? MOST_FILES_DETAILED : MOST_FILES_LISTED;
  const rest = files.length - most;
  return [
    heading,
    ...files.slice(0, most).flat(),
    ...(rest > 0 ? [`- and ${rest} more; all files of the run are named in ${run.manifestUri}`] : []),
    remedy,
  ];
}

function replay(run: EndedRun): string {
  const command = `aws glue start-job-run --job-name '${run.jobName}' --arguments '{"--replay":"<its s3:// URL>"}'`;
  return `correct the records of the .rejected.jsonl, put it back in its place, and run: ${command}`;
}

function rejectedRows(run: EndedRun, { file, found }: RejectedRows): string[] {
  const reason = found.reason === null ? '' : `; ${onOneLine(found.reason)}`;
  return [`- ${nameOf(file)}: ${rowsRejected([found])}${reason}`, ...details(run, found)];
}

function lineAndDetails(run: EndedRun, report: FileReport): string[] {
  const found = report.found;
  const totals = found && found.rows_rejected > 0 ? [`  ${rowsRejected([found])}`] : [];
  return [lineOf(report), ...totals, ...(found ? details(run, found) : [])];
}

function lineOf({ file, reason }: FileReport): string {
  return `- ${nameOf(file)}: ${onOneLine(reason)}`;
}

function nameOf(file: ManifestFile): string {
  return `s3://${file.bucket}/${onOneLine(file.key)}`;
}

function rowsRejected(found: OutcomeDocument[]): string {
  const sum = (count: (document: OutcomeDocument) => number): string => found.map(count).reduce((total, rows) => total + rows, 0).toLocaleString('en-US');
  return `${sum(({ rows_rejected }) => rows_rejected)} of ${sum(({ rows_read }) => rows_read)} rows rejected`;
}

/** What rules found in a file, and where to read more. */
function details(run: EndedRun, found: OutcomeDocument): string[] {
  return [
    ...found.top_reasons.map(reasonLine),
    ...link(run, 'Report', found.report),
    ...link(run, 'Rejected rows', found.rejected),
    ...link(run, 'Original', found.moved_to),
  ];
}

function reasonLine({ rule, description, rows }: RuleReason): string {
  const text = onOneLine(description);
  const shown = text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION)}...` : text;
  return `  - ${rows.toLocaleString('en-US')} row(s): ${onOneLine(rule)}${shown ? ` (${shown})` : ''}`;
}

function link(run: EndedRun, name: string, url: string | null): string[] {
  if (url === null) {
    return [];
  }
  const inConsole = objectUrl(run.region, url);
  return [`  ${name}: ${onOneLine(url)}`, ...(inConsole ? [`    ${inConsole}`] : [])];
}

/** A key or a value may hold line breaks, which would make lines of the message. */
function onOneLine(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, (character) => encodeURIComponent(character));
}
