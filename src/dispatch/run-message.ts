import { FileReport, RunOutcome } from './run-outcome';

/** A run that ended otherwise than well. */
export interface EndedRun {
  readonly pipeline: string;
  readonly jobName: string;
  readonly runId: string;
  /** FAILED, TIMEOUT or STOPPED. */
  readonly state: string;
  /** What Glue says of it. */
  readonly errorMessage: string;
  /** CloudWatch log group of the run's output. */
  readonly logGroupName: string;
  /** Names all files of the run; undefined for a run that was given none. */
  readonly manifestUri?: string;
  readonly region: string;
}

/** Files listed by name in one message; SNS takes 256 KB. */
const MOST_FILES_LISTED = 20;

/** SNS takes 100 ASCII characters. */
const LONGEST_SUBJECT = 100;

/** Subject of the message about a run. */
export function runSubject(run: EndedRun, outcome: RunOutcome): string {
  const subject = outcome.ledgerError
    ? `${run.state}: not known which files were loaded by ${run.pipeline}`
    : `${run.state}: ${outcome.failed.length + outcome.abandoned.length} file(s) not loaded by ${run.pipeline}`;
  return subject.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_SUBJECT);
}

/** The message about a run: what happened to which file, what to do, where to look. Plain text, as an e-mail shows it. */
export function runText(run: EndedRun, outcome: RunOutcome): string {
  return [
    [
      `Pipeline: ${run.pipeline}`,
      `Job:      ${run.jobName}`,
      `Run:      ${run.runId}`,
      `State:    ${run.state}`,
      `Reason:   ${run.errorMessage || 'Glue gives none; see the log'}`,
    ],
    ...(outcome.ledgerError ? unknownFiles(run, outcome, outcome.ledgerError) : knownFiles(run, outcome)),
    [`Run: ${runUrl(run)}`, `Log: ${logUrl(run)}`],
  ].filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n');
}

function knownFiles(run: EndedRun, { failed, retried, abandoned }: RunOutcome): string[][] {
  return [
    section(
      run,
      failed,
      'could not be loaded because of their content and were moved to the error prefix:',
      'To load one: correct it and upload it again under its own key; `replay` in the .error.json beside the moved file says how to put it back unchanged.',
    ),
    section(
      run,
      abandoned,
      'are where they were and are not loaded:',
      'To load them: remove the cause that the log tells, then run the job again with the arguments of this run. Files of the last week are also tried again every day.',
    ),
    retried.length > 0 ? [`${retried.length} other file(s) were not finished and go again by themselves.`] : [],
  ];
}

function unknownFiles(run: EndedRun, { retried, abandoned }: RunOutcome, ledgerError: string): string[][] {
  return [
    [`What became of each file is not known, since the ledger could not be read: ${ledgerError}`],
    section(
      run,
      abandoned,
      'do not go again by themselves:',
      'To load those that are not loaded: remove the cause, then run the job again with the arguments of this run. Files of the last week are also tried again every day.',
    ),
    retried.length > 0 ? [`${retried.length} file(s) go again by themselves; what is loaded already is not loaded again.`] : [],
  ];
}

function section(run: EndedRun, reports: FileReport[], what: string, remedy: string): string[] {
  if (reports.length === 0) {
    return [];
  }
  const listed = reports.slice(0, MOST_FILES_LISTED).map(({ file, reason }) => `- s3://${file.bucket}/${onOneLine(file.key)}: ${reason}`);
  const rest = reports.length - listed.length;
  return [`${reports.length} file(s) ${what}`, ...listed, ...(rest > 0 ? [`- and ${rest} more; all files of the run are named in ${run.manifestUri}`] : []), remedy];
}

/** A key may hold line breaks, which would make lines of the message. */
function onOneLine(key: string): string {
  return key.replace(/[\x00-\x1f\x7f]/g, (character) => encodeURIComponent(character));
}

function runUrl(run: EndedRun): string {
  return `${consoleUrl(run.region)}/gluestudio/home?region=${run.region}#/job/${encodeURIComponent(run.jobName)}/run/${run.runId}`;
}

function logUrl(run: EndedRun): string {
  const group = consoleEncoded(run.logGroupName);
  return `${consoleUrl(run.region)}/cloudwatch/home?region=${run.region}#logsV2:log-groups/log-group/${group}/log-events$3FlogStreamNameFilter$3D${run.runId}`;
}

/** The CloudWatch console escapes twice, and writes the second escape's percent sign as a dollar. */
function consoleEncoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}

function consoleUrl(region: string): string {
  if (region.startsWith('cn-')) {
    return `https://${region}.console.amazonaws.cn`;
  }
  return `https://${region}.console.${region.startsWith('us-gov-') ? 'amazonaws-us-gov' : 'aws.amazon'}.com`;
}
