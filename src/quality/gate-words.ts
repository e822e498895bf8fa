import { fileWords } from '../dispatch/file-words';

/** The words of messages about a gate's files. */
export const GATE_WORDS = fileWords('checked', 'have {} checked', {
  notDone: 'held back',
  fault: 'be read as CSV',
  rest: 'were passed on',
  timeoutClue: 'the log says which rule was running last',
});
