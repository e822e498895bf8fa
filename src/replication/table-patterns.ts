import { Annotations, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { covers, mayMeet } from '../common/like-pattern';
import { targetName } from '../dispatch/target-name';
import { ConfigurationError } from '../errors';
import { WrittenTables } from '../warehouse/written-tables';

/** Tables of the source by schema and name, in which `%` stands for any characters and `_` for one. */
export interface TablePattern {
  readonly schema: string;
  readonly table: string;
}

/** Which tables are replicated. */
export interface TableSelection {
  readonly include: TablePattern[];
  readonly exclude: TablePattern[];
}

/** Oracle database reference, "Database object naming rules", in bytes. */
const LONGEST_NAME = 128;

/** Splits and checks `tables` and `excludeTables`. Throws ConfigurationError where they select nothing. */
export function checkedTables(scope: Construct, tables: string[], excludeTables: string[] = []): TableSelection {
  if (tables.length === 0) {
    throw new ConfigurationError("tables is empty, but one table or pattern at least is needed; write for example ['CRM.%', 'SALES.ORDERS']", scope);
  }
  const include = parsedAll(scope, 'tables', tables);
  const exclude = parsedAll(scope, 'excludeTables', excludeTables);
  const gone = include.filter((pattern) => exclude.some((other) => coversAll(other, pattern)));
  if (gone.length === include.length) {
    throw new ConfigurationError(`excludeTables takes away all that tables has (${gone.map(textOf).join(', ')}), but a table at least has to be left; make excludeTables narrower`, scope);
  }
  if (gone.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:excludedTables', `tables has ${gone.map(textOf).join(', ')}, of which excludeTables leaves nothing; take them out of one of the two`,
    );
  }
  const idle = exclude.filter((pattern) => !include.some((other) => mayMeet(pattern.schema, other.schema) && mayMeet(pattern.table, other.table)));
  if (idle.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:idleExcludeTables', `excludeTables has ${idle.map(textOf).join(', ')}, of which tables has nothing; correct it, or take it out`,
    );
  }
  return { include, exclude };
}

/**
 * The schemas of the warehouse that the tables go to: `targetSchema`, else those of the source, called as in the warehouse. Throws ConfigurationError where a pattern
 * hides the source's schemas, since each has to be made, with its rights, when the app is deployed.
 */
export function targetSchemas(scope: Construct, { include }: TableSelection, targetSchema: string | undefined): string[] {
  if (targetSchema !== undefined) {
    return [targetSchema];
  }
  const pattern = include.find(({ schema }) => schema.includes('%'));
  if (pattern) {
    throw new ConfigurationError(
      `tables has '${textOf(pattern)}' without targetSchema, but then the names of schemas have to be written out, since each becomes one of the warehouse;`
      + ' name the schemas, or add targetSchema for all tables',
      scope,
    );
  }
  return [...new Set(include.map(({ schema }) => targetName(schema)))];
}

/** The tables of the warehouse that are written. `database` says in which database the source's are. */
export function writtenTables({ include, exclude }: TableSelection, targetSchema: string | undefined, database: string): WrittenTables[] {
  return include.map((pattern) => ({
    text: `tables has '${textOf(pattern)}'`,
    schema: targetSchema ?? targetName(pattern.schema),
    table: pattern.table.toLowerCase(),
    without: exclude.filter(({ schema }) => covers(schema, pattern.schema)).map(({ table }) => table.toLowerCase()),
    source: `${database} ${pattern.schema}`,
  }));
}

/** `SCHEMA.TABLE`. */
export function textOf({ schema, table }: TablePattern): string {
  return `${schema}.${table}`;
}

function parsedAll(scope: Construct, prop: string, texts: string[]): TablePattern[] {
  const patterns = [...new Set(texts)].map((text) => parsed(scope, prop, text));
  const folded = patterns.filter((pattern) => /\p{Ll}/u.test(textOf(pattern)));
  if (folded.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:lowerCaseTables',
      `${prop} has ${folded.map(textOf).join(', ')} with lower case letters, but Oracle makes names upper case unless they were quoted when the table was made, and DMS tells`
      + ` the two apart; write ${folded.map((pattern) => textOf(pattern).toUpperCase()).join(', ')} unless that is meant`,
    );
  }
  return patterns;
}

function parsed(scope: Construct, prop: string, text: string): TablePattern {
  const [schema, table, ...rest] = text.split('.');
  const isToken = Token.isUnresolved(text) || Token.isUnresolved([text]); // one of text, or of a whole list
  if (isToken || rest.length > 0 || ![schema, table].every(isName)) {
    throw new ConfigurationError(
      `${prop} has '${isToken ? 'a value that only the deployment knows' : text}', but 'SCHEMA.TABLE' is allowed, each of 1 to ${LONGEST_NAME} bytes without quotes, brackets,`
      + " '*' and blanks, in which '%' stands for any characters and '_' for one; write for example 'CRM.%' or 'SALES.ORDERS'",
      scope,
    );
  }
  return { schema, table };
}

/** Quotes and `*` are of other notations, brackets are sets of characters to DMS (DMS user guide, "Wildcards in table mapping"). */
function isName(text: string | undefined): boolean {
  return text !== undefined && /^[^\s."'`*?[\]\\/\x00-\x1f]+$/.test(text) && Buffer.byteLength(text) <= LONGEST_NAME;
}

/** Whether all that a pattern matches is matched by another. */
function coversAll(other: TablePattern, pattern: TablePattern): boolean {
  return covers(other.schema, pattern.schema) && covers(other.table, pattern.table);
}
