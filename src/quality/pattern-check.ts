import { Token } from 'aws-cdk-lib';
import { requireText } from './rule-checks';
import { ConfigurationError } from '../errors';

// What RE2 has: https://github.com/google/re2/wiki/Syntax.
const MOST_REPETITIONS = 1000;
const LAST_CHARACTER = 0x10ffff;
const NAMED_SETS = ['alnum', 'alpha', 'ascii', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'word', 'xdigit'];
const CHARACTERS: Record<string, number> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const SETS = 'dDsSwWpP';
const OUTSIDE_OF_SETS = 'AbBCzQ';

/** A character by its number, a set of Unicode, or a character after a backslash. */
const ESCAPED = String.raw`\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\0[0-7]{0,2}|\\[1-7][0-7]{1,2}|\\[pP](?:\{[^}]*\}|[^{])|\\[\s\S]`;

/** What a set is made of: a named set, a range or a character; ']' is one when it comes first. The '[' of `[+-[:]` is none that begins a name. */
const END_OF_RANGE = String.raw`-(?:\\[\s\S]|[^\]\\])`;
const IN_SET = String.raw`\[:\^?\w+:\]|\\[pP]\{[^}\]]*\}|(?:\\[^dDsSwWpP]|[^\]\\])${END_OF_RANGE}|\\[\s\S]|[^\]\\]`;

const FLAGS = String.raw`\(\?[imsU]*(?:-[imsU]+)?\)`;
const GROUP = String.raw`\(\?[imsU]*(?:-[imsU]+)?:|\(\?P?<[\p{L}\p{M}\p{N}\p{Pc}]+>`;

/** What a pattern is made of: quoted text, an escaped character, a set, a repetition, flags, the beginning of a group, or any other character. */
const PARTS = new RegExp([
  String.raw`\\Q[\s\S]*?(?:\\E|$)`, ESCAPED,
  // What a lookahead has matched is not matched in another way: a set without an end would be tried in all ways to read its ranges.
  String.raw`\[(?:\^|(?!\^))(?=(?<inner>(?:\](?:${END_OF_RANGE})?|${IN_SET})(?:${IN_SET})*))\k<inner>\]`,
  String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})\??`, FLAGS, GROUP, String.raw`\(\?P?<?[\s\S]?`, String.raw`[\s\S]`,
].join('|'), 'gu');
const PARTS_OF_SET = new RegExp(String.raw`\[:\^?\w+:\]|${ESCAPED}|[\s\S]`, 'gu');
const [IS_FLAGS, IS_GROUP] = [FLAGS, GROUP].map((pattern) => new RegExp(`^(?:${pattern})$`, 'u'));

/**
 * Checks as much of a pattern as is known of it here; the job, which has RE2, checks the rest before it reads a file. A parser of RE2 would be
 * a dependency of every user, so this knows its words and leaves what takes counting, such as the size of nested repetitions.
 */
export function requirePattern(what: string, pattern: string): void {
  requireText(what, pattern, 'write the pattern that the whole value has to match');
  if (Token.isUnresolved(pattern)) {
    return;
  }
  const parts = pattern.match(PARTS)!;
  const found = parts.map(unknownPart).find((part) => part !== undefined);
  if (found !== undefined) {
    throw new ConfigurationError(
      `${what} is '${pattern}', but '${found}' in it is not allowed: patterns are RE2's, without lookaheads, lookbehinds and back references;`
      + ' write it otherwise, or use DataQualityRule.sql with RLIKE',
    );
  }
  const fault = syntaxFault(parts) ?? parts.filter(isSet).map(rangeFault).find((range) => range !== undefined);
  if (fault !== undefined) {
    throw new ConfigurationError(`${what} is '${pattern}', but ${fault}; close it, or write a backslash before a character that stands for itself`);
  }
}

/** What of a part RE2 does not have. */
function unknownPart(part: string): string | undefined {
  if (isSet(part)) {
    return partsOf(part).find((inner, index, parts) => inner.startsWith('[:')
      ? parts[index - 1] !== '-' && !NAMED_SETS.includes(inner.replace(/\W/g, ''))
      : isEscaped(inner) && !isKnown(inner, SETS));
  }
  const isKnownPart = isEscaped(part) ? isKnown(part, SETS + OUTSIDE_OF_SETS) : !part.startsWith('(?') || IS_FLAGS.test(part) || IS_GROUP.test(part);
  return isKnownPart ? undefined : part;
}

/** Whether RE2 knows what is escaped: itself where it is ASCII and neither letter nor digit, else one of these letters, or a number. */
function isKnown(escaped: string, letters: string): boolean {
  const [, first, ...rest] = escaped;
  if (first === 'p' || first === 'P') {
    return rest.length > 0 && isUnicodeSet(rest.join('').replace(/^\{\^?|\}$/g, ''));
  }
  if (first === 'x' || /[0-9]/.test(first)) {
    return (rest.length > 0 || first === '0') && characterOf(escaped)! <= LAST_CHARACTER;
  }
  return /[^A-Za-z\x80-\u{10ffff}]/u.test(first) || first in CHARACTERS || letters.includes(first);
}

/** RE2 knows sets by their short names and scripts by their long ones; so does JavaScript, and more. */
function isUnicodeSet(name: string): boolean {
  const asJavaScript = /^[A-Z][a-z]?$/.test(name) ? `General_Category=${name}` : `Script=${name}`;
  try {
    return name === 'Any' || new RegExp(`\\p{${asJavaScript}}`, 'u') !== undefined;
  } catch {
    return false;
  }
}

/** What is wrong for certain; undefined where RE2 may take it. */
function syntaxFault(parts: string[]): string | undefined {
  let open = 0;
  let before: string | undefined; // the last part but for flags
  for (const [index, part] of parts.entries()) {
    if (part === '\\') {
      return 'it ends with a backslash, which stands for nothing';
    }
    if (part === '[') {
      return "'[' begins a set that does not end";
    }
    if (part.startsWith('(') && !IS_FLAGS.test(part)) {
      open += 1;
    } else if (part === ')') {
      open -= 1;
      if (open < 0) {
        return "')' ends a group that does not begin";
      }
    } else if (isRepetition(part)) {
      if (before === undefined || before === '|' || /^\((?!.*\)$)/.test(before) || isRepetition(parts[index - 1])) {
        return `'${part}' repeats nothing`;
      }
      const [least, most = least] = part.match(/\d+/g)?.map(Number) ?? [0];
      if (Math.max(least, most) > MOST_REPETITIONS || least > most) {
        return `'${part}' is no repetition: 0 to ${MOST_REPETITIONS} times are allowed, the lower number first`;
      }
    }
    before = IS_FLAGS.test(part) ? before : part;
  }
  return open > 0 ? "'(' begins a group that does not end" : undefined;
}

/** The first range of a set that is none. */
function rangeFault(set: string): string | undefined {
  const parts = partsOf(set);
  for (let index = 0; index < parts.length; index++) {
    const [first, dash, last] = parts.slice(index, index + 3);
    if (dash !== '-' || last === undefined || characterOf(first) === undefined) {
      continue;
    }
    if (!last.startsWith('[:') && !(characterOf(first)! <= (characterOf(last) ?? -1))) {
      return `'${first}-${last}' is no range: a character that is not before the other is needed on its right side`;
    }
    index += 2;
  }
  return undefined;
}

/** What a set is made of, without its brackets. */
function partsOf(set: string): string[] {
  return set.replace(/^\[\^?|\]$/g, '').match(PARTS_OF_SET)!;
}

/** The number of a character; undefined for a set of them. */
function characterOf(part: string): number | undefined {
  const number = /^\\(?:x\{?([0-9A-Fa-f]+)\}?|([0-7]+))$/.exec(part);
  if (number) {
    return number[1] === undefined ? parseInt(number[2], 8) : parseInt(number[1], 16);
  }
  if (part.startsWith('[:') || (isEscaped(part) && SETS.includes(part[1]))) {
    return undefined;
  }
  return isEscaped(part) ? CHARACTERS[part[1]] ?? part.codePointAt(1) : part.codePointAt(0);
}

function isEscaped(part: string): boolean {
  return part.startsWith('\\') && part.length > 1;
}

function isSet(part: string): boolean {
  return part.startsWith('[') && part.length > 1;
}

function isRepetition(part: string): boolean {
  return /^(?:[*+?]|\{\d+(?:,\d*)?\})\??$/.test(part);
}
