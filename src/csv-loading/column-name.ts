/** Redshift cuts longer names silently (Amazon Redshift developer guide, "Names and identifiers"). */
export const LONGEST_NAME_BYTES = 127;

/** Hidden columns of every Redshift table: a CREATE TABLE with one of these names fails. */
const SYSTEM_COLUMNS = ['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'insertxid', 'deletexid'];

/** What `isColumnName` allows. */
export const COLUMN_NAMES = `1 to ${LONGEST_NAME_BYTES} bytes, without '__' (the loader's own) at the beginning, none of Redshift's system columns`
  + ` (${SYSTEM_COLUMNS.join(', ')})`;

/** Whether a table may have such a column; `runtime/customer_data/column_names.py` has the same rules. */
export function isColumnName(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes >= 1 && bytes <= LONGEST_NAME_BYTES && !text.startsWith('__') && !SYSTEM_COLUMNS.includes(text);
}
