import { fileWords } from '../dispatch/file-words';

/** The words of messages about a loader's files. */
export const LOADER_WORDS = fileWords('loaded', 'load {}');
