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
  /** What became of one with wrong content. */
  readonly faultPlace: string;
  /** What to do about one with wrong content. */
  readonly faultRemedy: string;
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
    faultPlace: 'were moved to the error prefix',
    faultRemedy: 'correct it and upload it again under its own key; `replay` in the .error.json beside the moved file says how to put it back unchanged.',
    rest: `are ${done}`,
    ...others,
  };
}
