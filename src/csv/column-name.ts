import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';
import { LONGEST_NAME_BYTES, SYSTEM_COLUMNS } from '../warehouse/identifiers';

/** What `isColumnName` allows. */
export const COLUMN_NAMES = `1 to ${LONGEST_NAME_BYTES} bytes, without '__' (the platform's own) at the beginning, none of Redshift's system columns`
  + ` (${SYSTEM_COLUMNS.join(', ')})`;

/** Whether a table may have such a column; `runtime/customer_data/columns/names.py` has the same rules. */
export function isColumnName(text: string): boolean {
  const bytes = Buffer.byteLength(text);
  return bytes >= 1 && bytes <= LONGEST_NAME_BYTES && !text.startsWith('__') && !SYSTEM_COLUMNS.includes(text);
}

/** Checks the columns that a prop lists: in lower case, as tables have them. */
export function requireColumns(scope: Construct | undefined, prop: string, names: string[]): void {
  for (const name of names) {
    if (!Token.isUnresolved(name) && !(isColumnName(name) && name === name.toLowerCase())) {
      throw new ConfigurationError(
        `${prop} has '${name}', but the name of a column is allowed: lower case, ${COLUMN_NAMES};`
        + " write 'user_id' for the header 'User ID', or map the header with columnMapping",
        scope,
      );
    }
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new ConfigurationError(`${prop} has '${repeated}' twice, but each column once is allowed; remove one`, scope);
  }
}

/** Checks the columns that headers are mapped to; Redshift makes them lower case. Several headers may stand for one column. */
export function requireMappedColumns(scope: Construct, mapping: Record<string, string>): void {
  const headers = Object.keys(mapping);
  for (const [index, header] of headers.entries()) {
    const same = headers.slice(0, index).find((earlier) => earlier.toLowerCase() === header.toLowerCase());
    if (same !== undefined && mapping[same] !== mapping[header]) {
      Annotations.of(scope).addWarningV2(
        'cdk-customer-data-platform:mappedHeadersDifferInCase',
        `columnMapping gives the header '${same}' the column '${mapping[same]}' and the header '${header}' the column '${mapping[header]}'; a header in a third letter case is`
        + ' neither: remove one unless files have both',
      );
    }
  }
  for (const [header, name] of Object.entries(mapping)) {
    if (!Token.isUnresolved(name) && !isColumnName(name.toLowerCase())) {
      throw new ConfigurationError(`columnMapping gives the header '${header}' the column '${name}', but the name of a column is allowed: ${COLUMN_NAMES}; choose another`, scope);
    }
  }
}
