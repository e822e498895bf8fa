import { Token } from 'aws-cdk-lib';
import { ConfigurationError } from '../errors';

/** Strings, raw strings, quoted names and comments of Spark SQL (Spark SQL reference, "Literals", "Identifiers"), which may hold any text. */
const QUOTED = /\br'[^']*'|\br"[^"]*"|'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\//gi;

/** What a query of Spark SQL begins with, after brackets (Spark SQL reference, "SELECT"). */
const BEGINS_QUERY = /^[\s(]*(SELECT|WITH|FROM|VALUES|TABLE)\b/i;

const NAME = String.raw`(?:''|[^\s(),']+)`;
const CTE = String.raw`${NAME}\s*(?:\(\)\s*)?(?:AS\s*)?\(\)`;

/**
 * What writes although it begins as a query does: after the common table expressions, after FROM, or into a table (Spark SQL reference, "INSERT",
 * "Common Table Expression"; only databases know the last). A column may have each of these words as its name, so each is looked for where no name can be.
 */
const WRITES = [
  String.raw`^\s*WITH\s+(?:${CTE}\s*,\s*)*${CTE}\s*(INSERT|DELETE|UPDATE|MERGE)\b`,
  String.raw`\b(INSERT)\s+(?:INTO|OVERWRITE)\b`,
  String.raw`(?:(?:SELECT|,|\.)\s*\*|[\w')](?<!\b(?:SELECT|DISTINCT|ALL|AND|OR|NOT|LIKE|IN|BETWEEN|CASE|WHEN|THEN|ELSE)))\s+(INTO)\s+${NAME}\s+FROM\b`,
].map((pattern) => new RegExp(pattern, 'i'));

/** Throws ConfigurationError for SQL that can be no query, or that is several statements; Spark, which the job has, knows the rest. */
export function requireQuery(what: string, query: string): void {
  if (Token.isUnresolved(query)) {
    return;
  }
  const code = withoutQuoted(query);
  const beginning = BEGINS_QUERY.test(code) ? undefined : /^[\s(]*([^\s(]*)/.exec(code)![1];
  if (beginning !== undefined) {
    throw new ConfigurationError(
      `${what} begins with '${beginning}', but a query that begins with SELECT or WITH is allowed, which selects the bad records and changes nothing;`
      + " write for example 'SELECT * FROM temp_data WHERE age < 18'",
    );
  }
  const outermost = outsideOfBrackets(code);
  const write = WRITES.map((pattern) => pattern.exec(outermost)?.[1]).find((word) => word !== undefined);
  if (write !== undefined) {
    throw new ConfigurationError(
      `${what} has '${write}', but a query that only reads is allowed, which selects the bad records and changes nothing; write for example 'SELECT * FROM temp_data WHERE age < 18'`,
    );
  }
  // A semicolon may end it.
  if (code.trimEnd().replace(/;$/, '').includes(';')) {
    throw new ConfigurationError(`${what} has more than one statement, but one query is allowed; make a rule of each`);
  }
}

/** Throws ConfigurationError for a filter that is more than a condition. */
export function requireCondition(what: string, condition: string | undefined): void {
  if (condition === undefined || Token.isUnresolved(condition)) {
    return;
  }
  const code = withoutQuoted(condition);
  const found = /^\s*(WHERE|SELECT)\b/i.exec(code)?.[1] ?? (code.includes(';') ? ';' : undefined);
  if (found !== undefined) {
    throw new ConfigurationError(`${what} is '${condition}', but a condition without '${found}' is allowed; write for example "country = 'DE'"`);
  }
}

/** `a (b (c)) d` as `a () d`. */
function outsideOfBrackets(code: string): string {
  let depth = 0;
  return code.replace(/[()]|[^()]+/g, (part) => {
    if (part === ')') {
      depth = Math.max(depth - 1, 0);
      return depth === 0 ? part : '';
    }
    const isOutside = depth === 0;
    depth += part === '(' ? 1 : 0;
    return isOutside ? part : '';
  });
}

function withoutQuoted(sql: string): string {
  return sql.replace(QUOTED, (text) => /^(--|\/\*)/.test(text) ? ' ' : "''");
}
