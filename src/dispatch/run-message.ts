import { EndedRun } from './ended-run';
import { FileWords } from './file-words';
import { Message, newMessage } from './message';
import { changesOf, countOf, rowsRejected } from './message-lines';
import { fileSections } from './message-sections';
import { SUCCEEDED } from './run-kinds';
import { RunOutcome } from './run-outcome';

/** A run that is reported. */
export interface ReportedRun extends EndedRun {
  readonly pipeline: string;
  /** How its files are spoken of; undefined for a pipeline whose runs are given none. */
  readonly words?: FileWords;
  /** Whether files that nobody finished are queued again every day. */
  readonly swept: boolean;
}

/** The message about a run: what happened to which file, what to do, where to look. */
export function runMessage(run: ReportedRun, outcome: RunOutcome): Message {
  return newMessage(subject(run, outcome), paragraphs(run, outcome));
}

function subject(run: ReportedRun, outcome: RunOutcome): string {
  const what = run.words ? `${whatHappened(run.words, outcome)} by` : 'a run of';
  return `${run.state === SUCCEEDED ? '' : `${run.state}: `}${what} ${run.pipeline}`;
}

function whatHappened(words: FileWords, { failed, quarantined, rejected, changed, abandoned, ledgerError }: RunOutcome): string {
  const rows = [
    ...(rejected.length > 0 ? [rowsRejected(rejected.map(({ found }) => found))] : []),
    ...changesOf(changed.map(({ found }) => found)),
  ];
  const files = failed.length + quarantined.length + abandoned.length;
  if (ledgerError) {
    return [`not known which ${words.file}s were ${words.done}`, ...rows].join(', ');
  }
  return [...(files > 0 || rows.length === 0 ? [`${countOf(words, files)} ${words.notDone}`] : []), ...rows].join(', ');
}

function paragraphs(run: ReportedRun, outcome: RunOutcome): string[][] {
  return [
    [
      `Pipeline: ${run.pipeline}`,
      `${`${run.targetLabel}:`.padEnd(10)}${run.targetName}`,
      `Run:      ${run.runId}`,
      `State:    ${run.state}`,
      ...(run.state === SUCCEEDED ? [] : [`Reason:   ${run.errorMessage || `${run.service} gives none; see the ${run.logUrl ? 'log' : 'run'}`}`]),
    ],
    ...(run.words ? fileSections(run, run.words, outcome) : [[`To have it repeated: ${run.again}.`]]),
    [
      ...(run.againCommand && canGoAgain(run, outcome) ? [`To run it again: ${run.againCommand}`] : []),
      `Run: ${run.runUrl}`,
      ...(run.logUrl ? [`Log: ${run.logUrl}`] : []),
    ],
  ];
}

/** A run of a manifest can take the files that are where they were; one that was moved to the error prefix has to be uploaded again. */
function canGoAgain({ state, manifestUri, words }: ReportedRun, { failed, abandoned }: RunOutcome): boolean {
  const leavesFiles = abandoned.length > 0 || (words?.remedyInPlace !== undefined && failed.length > 0);
  return state !== SUCCEEDED && (leavesFiles || manifestUri === undefined);
}
