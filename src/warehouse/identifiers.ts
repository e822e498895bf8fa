/** Redshift cuts longer names silently (Amazon Redshift developer guide, "Names and identifiers"). */
export const LONGEST_NAME_BYTES = 127;

/** Hidden columns of every Redshift table: a CREATE TABLE with one of these names fails. */
export const SYSTEM_COLUMNS = ['oid', 'tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid', 'insertxid', 'deletexid'];
