import { chunks } from './chunks';
import { LoadOutcome } from './ledger';

/** How many documents are read at a time. */
const READ_TOGETHER = 20;

/** A rule and how many rows of a file broke it. */
export interface RuleReason {
  readonly rule: string;
  readonly description: string;
  readonly rows: number;
  /** What became of the rows: rejected, or passed with a warning. Documents of before 'warning' was told apart have none. */
  readonly severity?: 'error' | 'warning';
}

/** What a run found in a file and what became of it; the names are the JSON's, which `runtime/customer_data` writes. */
export interface OutcomeDocument {
  readonly load_id: string;
  /** The run that wrote it. */
  readonly run_id: string;
  readonly status: LoadOutcome['status'] | 'passed' | 'quarantined';
  readonly reason: string | null;
  /** Where the original is now. */
  readonly moved_to: string | null;
  readonly rows_read: number;
  readonly rows_rejected: number;
  /** Rows that passed and broke a rule whose severity is a warning. */
  readonly rows_warned: number;
  /** Most rows first. */
  readonly top_reasons: RuleReason[];
  /** URL of the report for people. */
  readonly report: string | null;
  /** URL of the rejected rows. */
  readonly rejected: string | null;
  /** Columns of the table that came with the file. */
  readonly columns_added: string[];
  /** Columns of the table that were given room for its values. */
  readonly columns_widened: string[];
  /** Rows with a value that its column cannot hold, and that a rescue column keeps. */
  readonly rows_rescued: number;
  /** The rescue columns that got values. */
  readonly rescue_columns: string[];
}

const NOTHING_FOUND = {
  reason: null,
  moved_to: null,
  rows_read: 0,
  rows_rejected: 0,
  rows_warned: 0,
  top_reasons: [],
  report: null,
  rejected: null,
  columns_added: [],
  columns_widened: [],
  rows_rescued: 0,
  rescue_columns: [],
};

/** A document that is none. */
export class UnreadableOutcomeError extends Error {
  constructor(loadId: string, reason: string) {
    super(`the outcome of the load ${loadId} is not readable: ${reason}`);
    this.name = 'UnreadableOutcomeError';
  }
}

/**
 * The outcomes of loads, by load id; those that no run has written are absent. Throws UnreadableOutcomeError.
 *
 * @param loadIds the loads
 * @param read gives the text of a load's document, undefined when there is none
 */
export async function readOutcomes(loadIds: string[], read: (loadId: string) => Promise<string | undefined>): Promise<Map<string, OutcomeDocument>> {
  const outcomes = new Map<string, OutcomeDocument>();
  for (const chunk of chunks(loadIds, READ_TOGETHER)) {
    const texts = await Promise.all(chunk.map(read));
    texts.forEach((text, index) => {
      if (text !== undefined) {
        outcomes.set(chunk[index], parseOutcome(chunk[index], text));
      }
    });
  }
  return outcomes;
}

function parseOutcome(loadId: string, text: string): OutcomeDocument {
  let document: Partial<OutcomeDocument> | null;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new UnreadableOutcomeError(loadId, (error as Error).message);
  }
  if (typeof document?.status !== 'string' || typeof document.run_id !== 'string') {
    throw new UnreadableOutcomeError(loadId, `status is ${document?.status} and run_id ${document?.run_id}, texts are expected`);
  }
  return { ...NOTHING_FOUND, ...document, load_id: loadId, run_id: document.run_id, status: document.status };
}
