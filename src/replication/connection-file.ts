import { existsSync, readFileSync, statSync } from 'fs';
import { isPlainObject } from '../common/kinds';
import { isMisspelling } from '../common/require-kinds';
import { ConfigurationError } from '../errors';

/** What is known of a database besides its secret. */
export interface ConnectionSettings {
  readonly serviceName?: string;
  readonly host?: string;
  readonly port?: number;
}

const FIELDS = ['serviceName', 'host', 'port'];

/** Names under which people keep what belongs in the secret alone. */
const SECRET_NAME = /pass(word|wd|phrase|code)?|pwd|secret|credential|token|private.?key/i;

/** `user:password@host` of URLs, `user/password@service` of Oracle, and `password=` of connection strings. */
const SECRET_VALUE = /:\/\/[^/\s]*:[^/\s]*@|^[^\s/@]+\/[^\s@]+@|(pass(word|wd)?|pwd)\s*[=:]/i;

/**
 * Reads a connection file: JSON with `serviceName`, `host` and `port`, and nothing else. Throws ConfigurationError that names file and
 * field, and never shows a value that may be secret.
 */
export function readConnectionFile(file: string): ConnectionSettings {
  if (!existsSync(file)) {
    throw new ConfigurationError(`configFile is '${file}', but there is no such file; write it from oracle-connection.json of the example, and give its path, best with path.join(__dirname, ...)`);
  }
  if (!statSync(file).isFile()) {
    throw new ConfigurationError(`configFile is '${file}', but that is a folder, and a file is allowed; give the path of the file in it`);
  }
  const settings = parsed(file, readFileSync(file, 'utf8'));
  Object.entries(settings).forEach(([field, value]) => refuseSecret(file, field, value));
  refuseUnknown(file, Object.keys(settings).filter((field) => !FIELDS.includes(field)));
  for (const [field, value] of Object.entries(settings)) {
    if (typeof value !== (field === 'port' ? 'number' : 'string')) {
      throw new ConfigurationError(
        `${field} in configFile '${file}' is not ${field === 'port' ? 'a number' : 'text'}, which is all that is allowed; write for example ${field === 'port' ? '1521' : '"ORCLPDB1"'}`,
      );
    }
  }
  return settings;
}

function parsed(file: string, text: string): Record<string, unknown> {
  let settings: unknown;
  try {
    settings = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // The parser's own words would show some of the text.
    throw new ConfigurationError(`configFile '${file}' is not JSON; write for example { "serviceName": "ORCLPDB1", "host": "10.0.0.12", "port": 1521 }`);
  }
  if (!isPlainObject(settings)) {
    throw new ConfigurationError(`configFile '${file}' holds no JSON object, but one is allowed; write for example { "serviceName": "ORCLPDB1" }`);
  }
  return settings;
}

function refuseSecret(file: string, field: string, value: unknown): void {
  if (SECRET_NAME.test(field) || (typeof value === 'string' && SECRET_VALUE.test(value)) || (typeof value === 'object' && value !== null && SECRET_NAME.test(JSON.stringify(value)))) {
    throw new ConfigurationError(
      `configFile '${file}' has a password or the like in its field '${field}', but such a file is no place for one; take it out, change the password if the file was shared,`
      + ' and keep username and password in the secret in Secrets Manager',
    );
  }
}

function refuseUnknown(file: string, fields: string[]): void {
  if (fields.length > 0) {
    const named = `the field${fields.length > 1 ? 's' : ''} ${fields.map((field) => `'${field}'`).join(', ')}`;
    const remedies = fields.map((field) => (fields.length > 1 ? `'${field}': ` : '') + remedyOf(field));
    throw new ConfigurationError(`configFile '${file}' has ${named}, but only ${FIELDS.join(', ')} are allowed; ${remedies.join('; ')}`);
  }
}

function remedyOf(field: string): string {
  if (/^user(_?name)?$/i.test(field)) {
    return 'the user is in the secret, take it out';
  }
  const meant = /^(sid|database(_?name)?|db_?name)$/i.test(field) ? 'serviceName' : FIELDS.find((known) => isLike(field, known));
  return meant ? `did you mean ${meant}?` : 'take it out';
}

/** `service`, `hostname` and `port_number` are meant as well as what is only misspelt. */
function isLike(field: string, known: string): boolean {
  const [given, name] = [field, known].map((text) => text.toLowerCase());
  return isMisspelling(field, known) || given.startsWith(name) || (given.length > 3 && name.startsWith(given));
}
