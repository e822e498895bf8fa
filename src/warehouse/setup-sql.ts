import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { DATABASE_ROLES } from './database-roles';
import { LONGEST_NAME_BYTES } from './identifiers';
import { WarehouseAccess } from './warehouse-access';

/** Throws unless Redshift lets a user make a schema of this name. */
export function checkSchemaName(name: string, scope: IConstruct): void {
  if (Token.isUnresolved(name)) {
    throw new ConfigurationError('the name of a schema must be known when the app is synthesized; give it as a plain string', scope);
  }
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > LONGEST_NAME_BYTES || name.includes('\0')) {
    throw new ConfigurationError(`schema ${JSON.stringify(name)} has ${bytes} bytes, allowed are 1 to ${LONGEST_NAME_BYTES} without NUL; choose another name`, scope);
  }
  if (/^pg_/i.test(name) || /^information_schema$/i.test(name)) {
    throw new ConfigurationError(`schema ${JSON.stringify(name)} belongs to Redshift; choose a name that neither starts with pg_ nor is information_schema`, scope);
  }
}

const READER = quoteIdentifier(DATABASE_ROLES[WarehouseAccess.READ]);
const WRITER = quoteIdentifier(DATABASE_ROLES[WarehouseAccess.WRITE]);

/**
 * The statements that set a database up. They can be run again and again; CREATE ROLE, which knows no IF NOT EXISTS, then
 * says that the role is there already.
 */
export function setupStatements(schemas: string[], databaseUser?: string): string[] {
  return [...roleStatements(databaseUser), ...schemas.flatMap(schemaStatements)];
}

/** What makes the database roles; the user that a cluster's statements run as gets the writer's. */
export function roleStatements(databaseUser?: string): string[] {
  return [
    `CREATE ROLE ${READER}`,
    `CREATE ROLE ${WRITER}`,
    ...(databaseUser === undefined ? [] : [`GRANT ROLE ${WRITER} TO ${quoteIdentifier(databaseUser)}`]),
  ];
}

/**
 * What makes a schema and gives the database roles their rights on it.
 *
 * Scoped permissions (Amazon Redshift developer guide, "GRANT", "Granting scoped permissions") also cover tables that are made later.
 */
export function schemaStatements(schemaName: string): string[] {
  const schema = quoteIdentifier(schemaName);
  return [
    `CREATE SCHEMA IF NOT EXISTS ${schema}`,
    `GRANT USAGE ON SCHEMA ${schema} TO ROLE ${READER}`,
    `GRANT USAGE, CREATE ON SCHEMA ${schema} TO ROLE ${WRITER}`,
    `GRANT SELECT FOR TABLES IN SCHEMA ${schema} TO ROLE ${READER}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA ${schema} TO ROLE ${WRITER}`,
  ];
}

/** Statements as a script. */
export function asScript(statements: string[]): string {
  return statements.map((sql) => `${sql};`).join('\n');
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
