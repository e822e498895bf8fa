import { FileWords } from './file-words';
import { changedTable, countOf, detailsOf, lineAndDetails, lineOf, nameOf, reasonOf, rowsBroken } from './message-lines';
import type { ReportedRun } from './run-message';
import { RejectedRows, RunOutcome } from './run-outcome';

/** Files listed by name in one part of a message. */
const MOST_FILES_LISTED = 20;

/** The same where each has reasons and links. */
const MOST_FILES_DETAILED = 10;

/** What to do about a file in the error prefix. */
const REMEDY_OF_MOVED = 'correct it and upload it again under its own key; `replay` in the .error.json beside the moved file says how to put it back unchanged.';

/** The paragraphs of a message about what happened to the files of a run; empty ones for what did not happen. */
export function fileSections(run: ReportedRun, words: FileWords, outcome: RunOutcome): string[][] {
  const { failed, quarantined, rejected, retried, ledgerError } = outcome;
  if (ledgerError) {
    return unknownFiles(run, words, outcome, ledgerError);
  }
  return [
    section(
      run,
      failed.map((report) => lineAndDetails(run.region, report)),
      `${countOf(words, failed.length)} could not ${words.fault} and ${words.remedyInPlace ? 'stay where they are' : 'were moved to the error prefix'}:`,
      `To ${redo(words, 'one')}: ${words.remedyInPlace ?? REMEDY_OF_MOVED}`,
    ),
    section(
      run,
      quarantined.map((report) => lineAndDetails(run.region, report)),
      `${countOf(words, quarantined.length)} were held back as a whole and are in the quarantine:`,
      // No replay: it has the bad rows only, and the good ones of a refused file would stay behind.
      'To send one on: correct it and upload it again under its own key; `replay` in the .error.json beside it says how to put it back unchanged.',
    ),
    section(
      run,
      rejected.map((rows) => rejectedRows(run, rows)),
      `${countOf(words, rejected.length)} have rows that were rejected; their other rows ${words.rest}:`,
      run.replay && `To send rejected rows on: ${replayOf(run.replay)}`,
    ),
    changedTables(run, words, outcome),
    abandonedFiles(run, words, outcome),
    retried.length > 0 ? [`${retried.length} other ${words.file}(s) were not finished and go again by themselves.`] : [],
  ];
}

function changedTables(run: ReportedRun, words: FileWords, { changed }: RunOutcome): string[] {
  return section(
    run,
    changed.map(changedTable),
    `${countOf(words, changed.length)} ${words.rest}, with changes:`,
    changed.some(({ found }) => found.rows_rescued > 0)
      ? 'No value is lost: one that its column cannot hold is in the rescue column beside it, and NULL in the column itself.'
      : undefined,
  );
}

function abandonedFiles(run: ReportedRun, words: FileWords, outcome: RunOutcome): string[] {
  const { abandoned } = outcome;
  return section(
    run,
    abandoned.map((report) => [lineOf(report)]),
    `${countOf(words, abandoned.length)} are where they were and are not ${words.done}:`,
    `To ${redo(words, 'them')}: ${remedyOfAbandoned(run, words, outcome)}${againEveryDay(run, words)}`,
  );
}

function remedyOfAbandoned(run: ReportedRun, words: FileWords, { misconfigured, timedOut }: RunOutcome): string {
  if (misconfigured) {
    return `correct what the reason names, in the rules file or the construct's props, and deploy it; then ${run.again}${run.swept ? ', or wait' : ''}.`;
  }
  if (timedOut && words.timeoutClue) {
    return `remove the cause; ${words.timeoutClue}. Then ${run.again}.`;
  }
  return `remove the cause that the ${run.logUrl ? 'log' : 'run'} names, then ${run.again}.`;
}

function unknownFiles(run: ReportedRun, words: FileWords, outcome: RunOutcome, ledgerError: string): string[][] {
  const { rejected, retried, abandoned } = outcome;
  return [
    [`What became of each ${words.file} is not known, since the ledger could not be read: ${ledgerError}`],
    section(
      run,
      rejected.map((rows) => rejectedRows(run, rows)),
      `Rows of ${countOf(words, rejected.length)} were rejected:`,
      run.replay && `To send rejected rows on once the other rows of their ${words.file} are ${words.done}: ${replayOf(run.replay)}`,
    ),
    changedTables(run, words, outcome),
    section(
      run,
      abandoned.map((report) => [lineOf(report)]),
      `${countOf(words, abandoned.length)} do not go again by themselves:`,
      `To ${redo(words, 'those')} that are not ${words.done}: remove the cause, then ${run.again}.${againEveryDay(run, words)}`,
    ),
    retried.length > 0 ? [`${countOf(words, retried.length)} go again by themselves; what is ${words.done} already is not ${words.done} again.`] : [],
  ];
}

/** A heading, files with a line each, or more with what was found in them, and what to do; nothing without files. */
function section(run: ReportedRun, files: string[][], heading: string, remedy: string | undefined): string[] {
  if (files.length === 0) {
    return [];
  }
  const most = files.some((lines) => lines.length > 1) ? MOST_FILES_DETAILED : MOST_FILES_LISTED;
  const rest = files.length - most;
  return [
    heading,
    ...files.slice(0, most).flat(),
    ...(rest > 0 ? [`- and ${rest} more; all files of the run are named in ${run.manifestUri}`] : []),
    ...(remedy ? [remedy] : []),
  ];
}

function rejectedRows(run: ReportedRun, { file, found }: RejectedRows): string[] {
  const reason = found.reason === null ? '' : `; ${reasonOf(found.reason)}`;
  return [`- ${nameOf(file)}: ${rowsBroken(found)}${reason}`, ...detailsOf(run.region, found)];
}

function redo(words: FileWords, which: string): string {
  return words.redo.replace('{}', which);
}

function replayOf(command: string): string {
  return `correct the records of the .rejected.jsonl, put it back in its place, and run: ${command}`;
}

function againEveryDay(run: ReportedRun, words: FileWords): string {
  const files = words.file.charAt(0).toUpperCase() + words.file.slice(1);
  return run.swept ? ` ${files}s of the last week are also tried again every day.` : '';
}
