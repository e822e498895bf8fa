import { createHash } from 'crypto';
import { LONGEST_NAME_BYTES, SYSTEM_COLUMNS } from '../warehouse/identifiers';

/**
 * What a schema or table of the source is called in the warehouse, as `runtime/customer_data/oracle_schema/names.py` calls it: in lower case, a reserved
 * name with `_` after it, one that is too long cut and with a hash at its end.
 */
export function targetName(source: string): string {
  const name = source.toLowerCase();
  return SYSTEM_COLUMNS.includes(name) ? `${name}_` : shortened(name);
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME_BYTES) {
    return name;
  }
  const suffix = `_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
  return wholeCharacters(name, LONGEST_NAME_BYTES - suffix.length) + suffix;
}

/** As many characters as fit into a number of bytes: none is cut in two. */
function wholeCharacters(name: string, most: number): string {
  let text = '';
  for (const character of name) {
    if (Buffer.byteLength(text + character) > most) {
      break;
    }
    text += character;
  }
  return text;
}
