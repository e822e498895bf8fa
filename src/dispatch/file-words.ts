/** The words of messages about the files of a pipeline; each construct has its own, and messages use no others. */
export interface FileWords {
  /** One of them: 'file'. */
  readonly file: string;
  /** What became of one that is all right: 'loaded'. */
  readonly done: string;
  /** What to do for that, '{}' for the files: 'load {}'. */
  readonly redo: string;
  /** A subject's word for those that are not done. */
  readonly notDone: string;
  /** What could not be done to one with wrong content. */
  readonly fault: string;
  /** What to do about one with wrong content that stays where it is; without it such a file was moved to the error prefix. */
  readonly remedyInPlace?: string;
  /** What became of the other rows of one with rejected rows. */
  readonly rest: string;
  /** Where to look for what a run was at when it timed out. */
  readonly timeoutClue?: string;
}

/** Words for files that are `done`, such as 'loaded', and how to get them there, `redo`: 'load {}'. */
export function fileWords(done: string, redo: string, others: Partial<FileWords> = {}): FileWords {
  return {
    file: 'file',
    done,
    redo,
    notDone: `not ${done}`,
    fault: `be ${done} because of their content`,
    rest: `are ${done}`,
    ...others,
  };
}
