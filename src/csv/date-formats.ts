import { ConfigurationError } from '../errors';

/** What each token stands for (Amazon Redshift developer guide, "Datetime format strings"); longer ones before their beginnings. */
const TOKENS: Record<string, string> = {
  YYYY: 'year',
  HH24: 'hour',
  HH12: 'hour of half',
  MON: 'month',
  MM: 'month',
  DD: 'day',
  HH: 'hour of half',
  MI: 'minute',
  SS: 'second',
  AM: 'half',
  PM: 'half',
};
const TOKEN = new RegExp(Object.keys(TOKENS).join('|'), 'iy');
const TIME = ['hour', 'hour of half', 'half', 'minute', 'second'];

/** Throws unless the job reads the format; `runtime/customer_data/columns/date_formats.py` has the same rules. */
export function requireDateFormat(format: string): void {
  const parts = partsOf(format);
  const has = (...names: string[]): boolean => names.every((name) => parts.includes(name));
  const once = new Set(parts).size === parts.length;
  const hour = has('hour') ? !has('hour of half') && !has('half') : has('hour of half', 'half');
  const time = !parts.some((part) => TIME.includes(part)) || (hour && has('minute'));
  if (!once || !has('year', 'month', 'day') || !time) {
    throw new ConfigurationError(
      `dateFormats has '${format}', but a format that says one date is allowed: YYYY, MM (or MON) and DD once each, and for a time`
      + " HH24 (or HH12 with AM) and MI; write for example 'DD/MM/YYYY HH24:MI:SS'",
    );
  }
}

function partsOf(format: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < format.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(format)?.[0];
    if (token === undefined && /^[\p{L}\p{N}]/u.test(format.slice(at))) {
      throw new ConfigurationError(
        `dateFormats has '${format}', but '${format.slice(at)}' in it is no token that is read: ${Object.keys(TOKENS).join(', ')} with separators`
        + ' between them are allowed; correct the format or leave it out, and the column stays text',
      );
    }
    if (token !== undefined) {
      parts.push(TOKENS[token.toUpperCase()]);
    }
    at += token?.length ?? 1;
  }
  return parts;
}
