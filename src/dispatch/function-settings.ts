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

/** Settings of the dispatcher. */
export interface DispatcherSettings {
  readonly pipeline: string;
  readonly jobName: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly manifestBucket: string;
  /** The one bucket that files are loaded from. */
  readonly bucket: string;
  readonly prefix: string;
  readonly ownPrefixes: string[];
  readonly suffixes: string[];
}

/** Settings of the run notifier. */
export interface NotifierSettings {
  readonly pipeline: string;
  readonly queueUrl: string;
  readonly topicArn: string;
  /** The job's log groups as it was told, where Glue does not say which it used. */
  readonly logGroupPrefix: string;
  /** The table where the runs write what became of each file. Without it `outcomes` tell; without both every file of a failed run counts as unfinished. */
  readonly ledger?: LedgerSettings;
  /** Where the runs write what rules found in each file; without it there are no rules. */
  readonly outcomes?: OutcomeSettings;
}

/** Where the outcomes of files are, one JSON document a file. */
export interface OutcomeSettings {
  readonly bucket: string;
  readonly prefix: string;
}

/** How the ledger of a table is read. */
export interface LedgerSettings {
  readonly schema: string;
  readonly table: string;
  readonly warehouse: WarehouseSettings;
}

/** How the Redshift Data API reaches the database. */
export interface WarehouseSettings {
  readonly workgroupName?: string;
  readonly clusterIdentifier?: string;
  readonly database: string;
  readonly databaseUser?: string;
  readonly secretArn?: string;
}

/** Settings of the sweep. */
export interface SweepSettings {
  readonly pipeline: string;
  readonly bucket: string;
  readonly queueUrl: string;
  readonly prefix: string;
  readonly ownPrefixes: string[];
  readonly suffixes: string[];
  /** Names the files that are finished; without it a finished file has left the prefix. */
  readonly ledger?: LedgerSettings;
}
