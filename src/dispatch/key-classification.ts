/**
 * What to do with an object that appeared under a pipeline's prefix.
 *
 * - `load`: one of the pipeline's files.
 * - `ignored`: somebody's object of another kind; it is counted, since it may be a file with a wrong name.
 * - `own`: written by the platform itself (or a folder marker); loading it would make a loop.
 */
export type KeyClass = 'load' | 'ignored' | 'own';

/** What the files of a pipeline are called. */
export type FileNames =
  /** Endings in lower case; a key matches in any letter case. With `folders` at least so many lie between the prefix and the file. */
  | { readonly suffixes: string[]; readonly folders?: number }
  /** The one name of a file that speaks for others beside it, such as a manifest that is written last. Letter case counts. */
  | { readonly fileName: string };

/** The part of a bucket that a pipeline reads. */
export type KeyScope = FileNames & {
  /** Keys that start with this are the pipeline's; '' is the whole bucket. */
  readonly prefix: string;
  /** Prefixes on the same bucket that the platform writes to. */
  readonly ownPrefixes: string[];
};

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
  return key.startsWith(scope.prefix) && isFile(key.slice(scope.prefix.length), scope) ? 'load' : 'ignored';
}

function isFile(path: string, names: FileNames): boolean {
  const folders = path.split('/');
  const name = folders.pop()!;
  if ('fileName' in names) {
    return name === names.fileName;
  }
  return folders.length >= (names.folders ?? 0) && names.suffixes.some((suffix) => name.toLowerCase().endsWith(suffix));
}

/** What of a pipeline's keys an EventBridge pattern can tell; undefined for any key. */
export function keyPattern(scope: KeyScope): Record<string, string>[] | undefined {
  if ('fileName' in scope) {
    return [{ wildcard: `${scope.prefix}*${scope.fileName}` }];
  }
  return scope.prefix === '' ? undefined : [{ prefix: scope.prefix }];
}

/** What the files of a pipeline may be called, for people. */
export function allowedNames(names: FileNames): string[] {
  return 'fileName' in names ? [names.fileName] : names.suffixes;
}
