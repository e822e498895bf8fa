import { readFileSync } from 'fs';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Comments, literals and quoted names, in which any word may stand. */
const NO_CODE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"/g;

/** What Redshift does not know, as each table has it that Oracle's tools write. */
const ORACLE_WORDS = /\bN?VARCHAR2\b|\bNUMBER\s*\(\s*[\d*]|\bNOT\s+NULL\s+ENABLE\b/i;

const REMEDY = 'give the converted file, create_redshift_schema.sql, as the schema job or python -m customer_data.oracle_schema writes it';

/** Checks that a file (it is there, and no folder) may hold statements for the warehouse. Throws ConfigurationError for one without any, and for one that was written for Oracle. */
export function checkSchemaFile(scope: Construct, file: string | undefined): void {
  if (file === undefined) {
    return;
  }
  // Lines stay, so that the one at fault can be named.
  const code = readFileSync(file, 'utf8').replace(NO_CODE, (text) => ` ${text.replace(/[^\n]/g, '')}`);
  if (/^[\s;\ufeff]*$/.test(code)) {
    throw new ConfigurationError(`schemaFile is '${file}', but it has no statement, and no table would be made; ${REMEDY}`, scope);
  }
  const word = ORACLE_WORDS.exec(code);
  if (word) {
    throw new ConfigurationError(
      `schemaFile is '${file}', whose line ${code.slice(0, word.index).split('\n').length} has '${word[0].replace(/\s+/g, ' ')}', but it is applied to Redshift, which does not know Oracle's types; ${REMEDY}`,
      scope,
    );
  }
}
