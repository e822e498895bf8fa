/**
 * What to do with an object that appeared under a pipeline's prefix.
 *
 * - `load`: one of the pipeline's files.
 * - `ignored`: somebody's object of another kind; it is counted, since it may be a file with a wrong name.
 * - `own`: written by the platform itself (or a folder marker); loading it would make a loop.
 */
export type KeyClass = 'load' | 'ignored' | 'own';

/** The part of a bucket that a pipeline reads. */
export interface KeyScope {
  /** Keys that start with this are the pipeline's; '' is the whole bucket. */
  readonly prefix: string;
  /** Prefixes on the same bucket that the platform writes to. */
  readonly ownPrefixes: string[];
  /** Endings of the pipeline's files in lower case; a key matches in any letter case. */
  readonly suffixes: string[];
}

/** Endings of the files that a CSV pipeline loads. */
export const CSV_SUFFIXES = ['.csv', '.csv.gz'];

/**
 * The one place that decides which keys are loaded.
 *
 * An EventBridge pattern cannot decide it: matchers on one field are alternatives, so that a prefix cannot be combined
 * with a suffix, and its wildcards know letter case (EventBridge user guide, "Comparison operators").
 */
export function classifyKey(key: string, scope: KeyScope): KeyClass {
  if (key.endsWith('/') || scope.ownPrefixes.some((prefix) => key.startsWith(prefix))) {
    return 'own';
  }
  const name = key.toLowerCase();
  return key.startsWith(scope.prefix) && scope.suffixes.some((suffix) => name.endsWith(suffix)) ? 'load' : 'ignored';
}
