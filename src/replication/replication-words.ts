import { fileWords } from '../dispatch/file-words';

/** The words of messages about a replication's files. */
export const REPLICATION_WORDS = fileWords('merged', 'merge {}', {
  remedyInPlace: 'remove the cause that the reason names, then run the job again with the arguments of this run. A file that is broken for good'
    + ' is replaced by loading its table again in DMS. The files of the table that came in the same run wait for it.',
});
