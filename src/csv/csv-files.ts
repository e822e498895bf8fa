import { FileNames } from '../dispatch/key-classification';

/** The files that pipelines of CSV take. */
export const CSV_FILES: FileNames = { suffixes: ['.csv', '.csv.gz'] };
