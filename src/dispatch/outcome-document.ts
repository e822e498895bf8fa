import { chunks } from './chunks';
import { LoadOutcome } from './ledger';
import { isPlainObject, Kind, kind, listOf, optional, propFault, PropKinds, shown, TEXT } from '../common/kinds';

/** How many documents are read at a time. */
const READ_TOGETHER = 20;

/** A rule and how many rows of a file broke it. */
export interface RuleReason {
  readonly rule: string;
  readonly description: string;
  readonly rows: number;
  /** What became of the rows: rejected, or passed with a warning. Documents older than 'warning' have none. */
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
  /** Those of them that were NOT NULL. */
  readonly columns_nullable: string[];
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
  columns_nullable: [],
  rows_rescued: 0,
  rescue_columns: [],
};

const COUNT = kind<number>('a number of rows', 'see what wrote it', (value) => Number.isInteger(value) && (value as number) >= 0);
const TEXT_OR_NULL = kind<string | null>('text or null', 'see what wrote it', (value) => value === null || typeof value === 'string');

const OUTCOME: PropKinds<OutcomeDocument> = {
  load_id: TEXT,
  run_id: TEXT,
  status: TEXT as Kind<any>,
  reason: TEXT_OR_NULL,
  moved_to: TEXT_OR_NULL,
  rows_read: COUNT,
  rows_rejected: COUNT,
  rows_warned: COUNT,
  top_reasons: listOf({
    fault: (what, value) => isPlainObject(value)
      ? propFault<RuleReason>(value, { rule: TEXT, description: TEXT, rows: COUNT, severity: optional(TEXT as Kind<any>) }, (name) => `${name} of ${what}`)
      : `${what} is ${shown(value)}, but a reason is allowed`,
  }),
  report: TEXT_OR_NULL,
  rejected: TEXT_OR_NULL,
  columns_added: listOf(TEXT),
  columns_widened: listOf(TEXT),
  columns_nullable: listOf(TEXT),
  rows_rescued: COUNT,
  rescue_columns: listOf(TEXT),
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
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new UnreadableOutcomeError(loadId, (error as Error).message);
  }
  if (!isPlainObject(document)) {
    throw new UnreadableOutcomeError(loadId, `it is ${shown(document)}, but an object is expected`);
  }
  const outcome = { ...NOTHING_FOUND, ...document, load_id: loadId };
  const fault = propFault(outcome, OUTCOME, (name) => name);
  if (fault !== undefined) {
    throw new UnreadableOutcomeError(loadId, fault);
  }
  return outcome as unknown as OutcomeDocument;
}
