import { fileWords } from '../dispatch/file-words';

/** How people are told of a loader's files. */
export const LOADER_WORDS = fileWords('loaded', 'load {}');
