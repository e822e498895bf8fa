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
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST_NAME_BYTES) {
    return name;
  }
  const suffix = `_${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`;
  return wholeCharacters(bytes, LONGEST_NAME_BYTES - suffix.length) + suffix;
}

/** As many characters as fit: none is cut in two. */
function wholeCharacters(bytes: Buffer, most: number): string {
  let end = most;
  while ((bytes[end] & 0b1100_0000) === 0b1000_0000) {
    end -= 1;
  }
  return bytes.subarray(0, end).toString();
}
