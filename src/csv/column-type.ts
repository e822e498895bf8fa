import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Redshift's types that values of files are written to, each with its other names (developer guide, "Data types"). */
const NAMES = [
  ['SMALLINT', 'INT2'],
  ['INTEGER', 'INT', 'INT4'],
  ['BIGINT', 'INT8'],
  ['NUMERIC', 'DECIMAL'],
  ['REAL', 'FLOAT4'],
  ['DOUBLE PRECISION', 'FLOAT', 'FLOAT8'],
  ['BOOLEAN', 'BOOL'],
  ['DATE'],
  ['TIMESTAMP', 'TIMESTAMP WITHOUT TIME ZONE'],
  ['TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE'],
  ['CHAR', 'CHARACTER', 'NCHAR', 'BPCHAR'],
  ['VARCHAR', 'CHARACTER VARYING', 'NVARCHAR', 'TEXT'],
];

const MAX_PRECISION = 38;
const MAX_SCALE = 37;
const MOST_BYTES: Record<string, number> = { CHAR: 4096, VARCHAR: 65535 };

const ALLOWED = 'SMALLINT, INTEGER, BIGINT, REAL, DOUBLE PRECISION, BOOLEAN, DATE, TIMESTAMP, TIMESTAMPTZ,'
  + ` NUMERIC(p,s) with p from 1 to ${MAX_PRECISION} and s up to p and ${MAX_SCALE},`
  + ` CHAR(n) with n from 1 to ${MOST_BYTES.CHAR} bytes or VARCHAR(n) with n from 1 to ${MOST_BYTES.VARCHAR} bytes`;

/**
 * A type as the job knows it: `DECIMAL(12, 2)` is NUMERIC(12,2), `TEXT` is VARCHAR(256). Throws ConfigurationError unless values are written
 * to it. `runtime/customer_data/columns/type_names.py` has the same rules.
 */
export function checkedType(what: string, type: string, scope?: IConstruct): string {
  if (Token.isUnresolved(type)) {
    return type;
  }
  const usual = usualType(type);
  if (usual === undefined) {
    throw new ConfigurationError(`${what} is '${type}', but ${ALLOWED} is allowed; use one of them`, scope);
  }
  return usual;
}

function usualType(text: string): string | undefined {
  const parts = /^([a-z][a-z0-9 ]*?) ?(?:\( ?(max|[0-9]{1,5}) ?(?:, ?([0-9]{1,5}) ?)?\))?$/i.exec(text.trim().replace(/\s+/g, ' '));
  const [written = '', first, second] = (parts ?? []).slice(1).map((part) => part?.toUpperCase());
  const type = NAMES.find((names) => names.includes(written))?.[0];
  if (type === 'NUMERIC' && first !== 'MAX') {
    const [precision, scale] = [Number(first ?? 18), Number(second ?? 0)];
    return precision >= 1 && precision <= MAX_PRECISION && scale <= Math.min(precision, MAX_SCALE) ? `NUMERIC(${precision},${scale})` : undefined;
  }
  if ((type === 'CHAR' || type === 'VARCHAR') && second === undefined) {
    return usualText(written, type, first);
  }
  return first === undefined ? type : undefined;
}

/** Without a length it is the one of Redshift (developer guide, "Character types"); TEXT and BPCHAR never have one. */
function usualText(written: string, type: string, length: string | undefined): string | undefined {
  if (length === undefined) {
    return `${type}(${type === 'CHAR' && written !== 'BPCHAR' ? 1 : 256})`;
  }
  const bytes = length === 'MAX' ? MOST_BYTES[type] : Number(length);
  return bytes >= 1 && bytes <= MOST_BYTES[type] && !['TEXT', 'BPCHAR'].includes(written) ? `${type}(${bytes})` : undefined;
}
