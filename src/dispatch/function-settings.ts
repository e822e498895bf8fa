import { FileWords } from './file-words';
import { KeyScope } from './key-classification';
import { RunSettings } from './run-kinds';
import type { DataApiTarget } from '../common/data-api';

/** The environment variable that holds a function's settings, one JSON object. */
export const SETTINGS_VARIABLE = 'SETTINGS';

/** A function runs without its settings. */
export class MissingSettingsError extends Error {
  constructor() {
    super(`the environment variable ${SETTINGS_VARIABLE} is not set; deploy the function with the construct that makes it`);
    this.name = 'MissingSettingsError';
  }
}

/** What the construct gave to the function that is running. */
export function readSettings<T>(): T {
  const text = process.env[SETTINGS_VARIABLE];
  if (!text) {
    throw new MissingSettingsError();
  }
  return JSON.parse(text) as T;
}

/** Settings of the dispatcher: which keys it takes, what it starts, and these. */
export type DispatcherSettings = RunSettings & KeyScope & {
  readonly pipeline: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly manifestBucket: string;
  /** The one bucket that files are loaded from. */
  readonly bucket: string;
};

/** Settings of the run notifier: what it looks after, and these; those of files only where runs are given files. */
export type NotifierSettings = RunSettings & {
  readonly pipeline: string;
  readonly topicArn: string;
} & (NotifierFileSettings | { readonly queueUrl?: undefined });

/** What the notifier knows of a pipeline's files. */
export interface NotifierFileSettings {
  /** Takes the files of a run that died. */
  readonly queueUrl: string;
  readonly words: FileWords;
  readonly retries: RetrySettings;
  /** Whether a sweep queues files of the last week that nobody has finished. */
  readonly swept: boolean;
  /** Where the runs write what became of each file. Without it `outcomes` say; without both every file of a failed run counts as unfinished. */
  readonly ledger?: LedgerSettings;
  /** Where the runs write what they found in each file. */
  readonly outcomes?: OutcomeSettings;
}

/** When the files of a run that died go again by themselves. */
export interface RetrySettings {
  /** How often before someone is notified. */
  readonly most: number;
  /** Whether those of a run do that reached its timeout: they may take as long once more. */
  readonly afterTimeout: boolean;
}

/** What is reported of a file that is done. */
export type Notice = 'rejected_rows' | 'schema_changes' | 'rescued_values';

/** Where the outcomes of files are, one JSON document a file, and what of them is reported. */
export interface OutcomeSettings {
  readonly bucket: string;
  readonly prefix: string;
  readonly notifyOn: Notice[];
}

/** The one table that all files go to. */
export interface OneTable {
  readonly schema: string;
  readonly table: string;
}

/** Files name their tables: `ledgerOfKey` says how. */
export interface TablesByKey {
  /** What keys start with before the folders of schema and table; '' or it ends with '/'. */
  readonly root: string;
  /** The schema of all tables; without it each key names its own. */
  readonly schema?: string;
}

/** The tables whose ledgers say what became of files. */
export type LedgerTables = OneTable | TablesByKey;

/** How the ledgers of tables are read. */
export type LedgerSettings = LedgerTables & { readonly warehouse: DataApiTarget };

/** How the ledger of one table is read. */
export type LedgerOfTable = OneTable & { readonly warehouse: DataApiTarget };

/** Settings of the sweep: which keys it takes, and these. */
export type SweepSettings = KeyScope & {
  readonly pipeline: string;
  readonly bucket: string;
  readonly queueUrl: string;
  /** Names the files that are finished; without it a finished file has left the prefix. */
  readonly ledger?: LedgerSettings;
};
