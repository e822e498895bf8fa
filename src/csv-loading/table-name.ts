import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { COLUMN_NAMES, isColumnName, LONGEST_NAME_BYTES } from './column-name';
import { LEDGER_SUFFIX } from '../dispatch/ledger';
import { ConfigurationError } from '../errors';

/** A table by schema and name. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** Splits and checks 'schema.table'. */
export function parseTableName(scope: Construct, table: string): TableName {
  const [schema, name, ...rest] = table.split('.');
  const longestTable = LONGEST_NAME_BYTES - LEDGER_SUFFIX.length;
  if (Token.isUnresolved(table) || rest.length > 0 || !isName(schema, LONGEST_NAME_BYTES) || !isName(name, longestTable)) {
    throw new ConfigurationError(
      `table is '${table}', but 'schema.table' is allowed, each of lower case letters, digits, '_' and '$', a letter or '_' first,`
      + ` the table at most ${longestTable} characters; Redshift makes names lower case, so write for example 'crm.customers'`,
      scope,
    );
  }
  return { schema, name };
}

/** Checks the columns of the table that a prop lists: in lower case, as they are in the table. */
export function requireColumns(scope: Construct, prop: string, names: string[]): void {
  for (const name of names) {
    if (!Token.isUnresolved(name) && !(isColumnName(name) && name === name.toLowerCase())) {
      throw new ConfigurationError(
        `${prop} has '${name}', but the name of a column of the table is allowed: lower case, ${COLUMN_NAMES};`
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
  for (const [header, name] of Object.entries(mapping)) {
    if (!Token.isUnresolved(name) && !isColumnName(name.toLowerCase())) {
      throw new ConfigurationError(`columnMapping gives the header '${header}' the column '${name}', but the name of a column is allowed: ${COLUMN_NAMES}; choose another`, scope);
    }
  }
}

function isName(text: string | undefined, longest: number): boolean {
  return text !== undefined && /^[a-z_][a-z0-9_$]*$/.test(text) && text.length <= longest;
}
