import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Ends the name of a column that keeps values which do not fit another (`runtime/customer_data/columns/names.py`). */
const RESCUE_SUFFIX = '__as_varchar';

/** Throws ConfigurationError for columns that cannot tell rows apart or order them: rescue columns, and one column for both. */
export function refuseUnusableKeys(scope: Construct, primaryKey: string[], sequenceColumn: string | undefined): void {
  refuseRescueColumns(scope, 'primaryKey', primaryKey, 'has no value in most rows, but a column that every row has is allowed; name another');
  refuseRescueColumns(scope, 'sequenceColumn', [sequenceColumn ?? ''], 'has no value in most rows, but a column that every row has is allowed; name another');
  if (sequenceColumn !== undefined && primaryKey.includes(sequenceColumn)) {
    throw new ConfigurationError(
      `sequenceColumn is '${sequenceColumn}', which primaryKey has too, but a column that grows with each change of a row is allowed:`
      + ' records with one key would all have the same value; name another, or take it out of the key',
      scope,
    );
  }
}

/** Throws ConfigurationError for rescue columns, which cannot be what a prop is about. */
export function refuseRescueColumns(scope: Construct, prop: string, columns: string[], reason: string): void {
  const name = columns.find((column) => !Token.isUnresolved(column) && column.endsWith(RESCUE_SUFFIX));
  if (name !== undefined) {
    throw new ConfigurationError(`${prop} has '${name}', which is the rescue column of '${name.slice(0, -RESCUE_SUFFIX.length)}' and ${reason}`, scope);
  }
}

/**
 * Refuses a mapping after which no file has a column that is needed, by the prop that needs it. Warns where the file
 * may have another header for it.
 */
export function refuseMappedAway(scope: Construct, mapping: Record<string, string>, needed: Record<string, string[]>): void {
  const targets = Object.values(mapping).map((name) => name.toLowerCase());
  for (const [prop, columns] of Object.entries(needed)) {
    for (const column of columns.filter((name) => !Token.isUnresolved(name) && !targets.includes(name))) {
      const header = Object.keys(mapping).find((each) => each.trim() === column) ?? Object.keys(mapping).find((each) => snakeCase(each) === column);
      const fault = `columnMapping gives the header '${header}' the column '${mapping[header ?? '']}', but ${prop} needs the column '${column}'`;
      if (header?.trim() === column) {
        throw new ConfigurationError(`${fault}, which no file would have; write '${mapping[header]}' in ${prop}, or take the header out of the mapping`, scope);
      }
      if (header !== undefined) {
        Annotations.of(scope).addWarningV2('cdk-customer-data-platform:mappedAwayColumn', `${fault}; write '${mapping[header]}' there unless files have another header for it`);
      }
    }
  }
}

/** What becomes of most headers by themselves (`runtime/customer_data/columns/names.py`). */
function snakeCase(header: string): string {
  return header.trim().replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase().replace(/[^\p{L}\p{N}\p{M}]+/gu, '_').replace(/^_|_$/g, '');
}
