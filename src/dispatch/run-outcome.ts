import { LoadOutcome } from './ledger';
import { ManifestFile } from './manifest';

/** How often the files of a run that died go again by themselves before someone is told. */
export const MOST_RETRIES = 2;

/** A file and why it was not loaded. */
export interface FileReport {
  readonly file: ManifestFile;
  readonly reason: string;
}

/** What an ended run left behind. */
export interface RunOutcome {
  /** Files whose content is at fault: the job moved them to the error prefix. */
  readonly failed: FileReport[];
  /** Files that the run did not finish and that go to the queue again. */
  readonly retried: ManifestFile[];
  /** Files that no run has finished, as often as they went. */
  readonly abandoned: FileReport[];
  /** Why the ledger could not be read; nothing is known of any file then. */
  readonly ledgerError?: string;
}

/**
 * Sorts a run's files by what the ledger knows of them. When it could not be read all count as unfinished: what is loaded already is not
 * loaded again.
 */
export function runOutcome(files: ManifestFile[], outcomes: Map<string, LoadOutcome>, ledgerError?: string): RunOutcome {
  const outcome: RunOutcome = { failed: [], retried: [], abandoned: [], ledgerError };
  for (const file of files) {
    const known = outcomes.get(file.load_id);
    if (known?.status === 'failed') {
      outcome.failed.push({ file, reason: known.reason });
    } else if (!known && file.attempt < MOST_RETRIES) {
      outcome.retried.push({ ...file, attempt: file.attempt + 1 });
    } else if (!known) {
      outcome.abandoned.push({ file, reason: `${ledgerError ? 'given to' : 'not finished by'} ${file.attempt + 1} runs` });
    }
  }
  return outcome;
}
