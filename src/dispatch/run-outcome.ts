import { Notice } from './function-settings';
import { LoadOutcome } from './ledger';
import { ManifestFile } from './manifest';
import { OutcomeDocument } from './outcome-document';

/**
 * How the message of a run begins that could not itself begin, after names of other errors that Glue and the job put before it. Further
 * on the same words mean nothing: the message of a run whose files failed holds keys.
 */
const CONFIGURATION_FAULT = /^(?:Error Category: \w+; )?(?:[\w.]+: )*(?:[\w.]+\.)?(?:RulesFileError|SettingsError): /;

/** A file and why it was not taken. */
export interface FileReport {
  readonly file: ManifestFile;
  readonly reason: string;
  /** What this run found in it. */
  readonly found?: OutcomeDocument;
}

/** A file of which rules rejected rows. */
export interface RejectedRows {
  readonly file: ManifestFile;
  readonly found: OutcomeDocument;
}

/** A file that is done, and with which the table or values changed. */
export interface ChangedTable {
  readonly file: ManifestFile;
  /** Only what is reported; the rest is as if it were not. */
  readonly found: Pick<OutcomeDocument, 'columns_added' | 'columns_widened' | 'columns_nullable' | 'rows_rescued' | 'rescue_columns'>;
}

/** What an ended run left behind. */
export interface RunOutcome {
  /** Files whose content is at fault: the job moved them to the error prefix. */
  readonly failed: FileReport[];
  /** Files of which nothing passed: the job moved them to the quarantine. */
  readonly quarantined: FileReport[];
  /** Files that went on without some of their rows; with `ledgerError` those of which rows were rejected, whatever became of the others. */
  readonly rejected: RejectedRows[];
  /** Files that changed the table, or of which values were rescued. */
  readonly changed: ChangedTable[];
  /** Files that the run did not finish and that go to the queue again. */
  readonly retried: ManifestFile[];
  /** Files that no run has finished and that do not go again by themselves. */
  readonly abandoned: FileReport[];
  /** Why the ledger could not be read; of any file nothing is known then but what rules found in it. */
  readonly ledgerError?: string;
  /** The rules or the settings are wrong, and no run can begin before somebody mends them. */
  readonly misconfigured?: boolean;
  /** The run was ended by the job's timeout, and its files do not go again: they would be checked for as long once more. */
  readonly timedOut?: boolean;
}

/** What a run without files leaves behind. */
export const NO_FILES: RunOutcome = { failed: [], quarantined: [], rejected: [], changed: [], retried: [], abandoned: [] };

/** What runs found in files. */
export interface KnownFindings {
  readonly runId: string;
  /** What was found in files, by load id, whichever run wrote it. */
  readonly found: Map<string, OutcomeDocument>;
  /** What of it is reported. */
  readonly notifyOn: Notice[];
}

/** What is known of the files of a run. */
export interface KnownOutcomes extends KnownFindings {
  /** What the ledger says, by load id; of a pipeline without one `found` says it. */
  readonly ledger?: Map<string, LoadOutcome>;
  readonly ledgerError?: string;
  readonly misconfigured?: boolean;
  readonly timedOut?: boolean;
  /** Why the run ended so, which may name files. */
  readonly errorMessage?: string;
  /** How often a file goes again by itself. */
  readonly mostRetries: number;
}

/** Whether a run failed because of how it was configured: neither its files nor chance are to blame. */
export function isConfigurationFault(errorMessage: string): boolean {
  return CONFIGURATION_FAULT.test(errorMessage);
}

/**
 * Sorts the files of a run that did not end well. When the ledger could not be read all count as unfinished: what is loaded already is
 * not loaded again. Rows that this run rejected are reported then, since no later run may: twice is better than never.
 */
export function runOutcome(files: ManifestFile[], known: KnownOutcomes): RunOutcome {
  const { ledger, ledgerError, misconfigured, timedOut, mostRetries } = known;
  const failed: FileReport[] = [];
  const quarantined: FileReport[] = [];
  const rejected: RejectedRows[] = [];
  const changed: ChangedTable[] = [];
  const unfinished: ManifestFile[] = [];
  for (const file of files) {
    const found = foundByRun(file, known);
    const finished = (ledger ?? known.found).get(file.load_id);
    // Where outcomes are the ledger, an earlier run's were reported then.
    const isTold = ledger !== undefined || found !== undefined;
    const isDone = wentOn(found?.status) && (ledgerError !== undefined || wentOn(finished?.status));
    if (isDone) {
      changed.push(...changedTable(file, found, known));
    }
    if (isDone || ledgerError !== undefined) {
      rejected.push(...rejectedRows(file, found, known));
    }
    if (!finished) {
      unfinished.push(file);
    } else if (isTold && finished.status === 'failed') {
      failed.push({ file, reason: finished.reason ?? '', found });
    } else if (isTold && finished.status === 'quarantined') {
      quarantined.push({ file, reason: finished.reason ?? '', found });
    }
  }
  const whyOf = (file: ManifestFile): string => whyAbandoned(file, known) + reasonInRun(file, known);
  const again = unfinished.filter((file) => !misconfigured && !timedOut && file.attempt < mostRetries);
  return {
    failed,
    quarantined,
    rejected,
    changed,
    retried: again.map((file) => ({ ...file, attempt: file.attempt + 1 })),
    abandoned: unfinished.filter((file) => !again.includes(file)).map((file) => ({ file, reason: whyOf(file) })),
    ledgerError,
    misconfigured,
    timedOut,
  };
}

/**
 * What a run that ended well reports: files that went on without some of their rows, or that changed the table. The ledger has nothing to
 * add, and asking would wake the warehouse.
 */
export function successOutcome(files: ManifestFile[], known: KnownFindings): RunOutcome {
  const done = files.map((file) => ({ file, found: foundByRun(file, known) })).filter(({ found }) => wentOn(found?.status));
  return {
    ...NO_FILES,
    rejected: done.flatMap(({ file, found }) => rejectedRows(file, found, known)),
    changed: done.flatMap(({ file, found }) => changedTable(file, found, known)),
  };
}

function foundByRun(file: ManifestFile, { found, runId }: KnownFindings): OutcomeDocument | undefined {
  const document = found.get(file.load_id);
  return document?.run_id === runId ? document : undefined;
}

function rejectedRows(file: ManifestFile, found: OutcomeDocument | undefined, { notifyOn }: KnownFindings): RejectedRows[] {
  return found && found.rows_rejected > 0 && notifyOn.includes('rejected_rows') ? [{ file, found }] : [];
}

function changedTable(file: ManifestFile, found: OutcomeDocument | undefined, { notifyOn }: KnownFindings): ChangedTable[] {
  const schema = notifyOn.includes('schema_changes');
  const values = notifyOn.includes('rescued_values');
  const reported = {
    columns_added: found && schema ? found.columns_added : [],
    columns_widened: found && schema ? found.columns_widened : [],
    columns_nullable: found && schema ? found.columns_nullable : [],
    rows_rescued: found && values ? found.rows_rescued : 0,
    rescue_columns: found && values ? found.rescue_columns : [],
  };
  return reported.columns_added.length + reported.columns_widened.length + reported.rows_rescued > 0 ? [{ file, found: reported }] : [];
}

/** Of a file that was refused, or that a newer one has replaced, no row went on. */
function wentOn(status: OutcomeDocument['status'] | undefined): boolean {
  return status === 'loaded' || status === 'passed';
}

/** What the run's own message says of a file: `require_all_done` in `runtime/customer_data/job.py` names the first ones. */
function reasonInRun({ bucket, key }: ManifestFile, { errorMessage = '' }: KnownOutcomes): string {
  const [, said] = errorMessage.split(`s3://${bucket}/${key}: `);
  return said ? `: ${said.split(/; (?:s3:\/\/|and \d+ more$)/)[0]}` : '';
}

function whyAbandoned(file: ManifestFile, { ledgerError, misconfigured, timedOut }: KnownOutcomes): string {
  if (misconfigured) {
    return 'the rules or the settings are wrong';
  }
  if (timedOut) {
    return "not finished before the job's timeout";
  }
  return `${ledgerError ? 'given to' : 'not finished by'} ${file.attempt === 0 ? '1 run' : `${file.attempt + 1} runs`}`;
}
