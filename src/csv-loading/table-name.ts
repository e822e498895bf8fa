import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LEDGER_SUFFIX } from '../dispatch/ledger';
import { ConfigurationError } from '../errors';
import { LONGEST_NAME_BYTES } from '../warehouse/identifiers';

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
  if (name.endsWith(LEDGER_SUFFIX)) {
    throw new ConfigurationError(
      `table is '${table}', but names that end with '${LEDGER_SUFFIX}' are those of histories of loads, here of '${schema}.${name.slice(0, -LEDGER_SUFFIX.length)}'; choose another name`,
      scope,
    );
  }
  return { schema, name };
}

function isName(text: string | undefined, longest: number): boolean {
  return text !== undefined && /^[a-z_][a-z0-9_$]*$/.test(text) && text.length <= longest;
}
