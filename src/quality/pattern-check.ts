import { Token } from 'aws-cdk-lib';
import { requireText } from './rule-checks';
import { ConfigurationError } from '../errors';

/** What RE2, which knows no way back, does not have: looking around and back references. */
const NOT_OF_RE2 = ['(?=', '(?!', '(?<=', '(?<!'];

/** RE2 syntax, "Implementation restriction". */
const MOST_REPETITIONS = 1000;

/** What a set is made of; ']' is one when it comes first. */
const IN_SET = String.raw`\[:\^?\w+:\]|\\[\s\S]|[^\]\\]`;

/** What a pattern is made of: quoted text, a character by its number, an escaped character, a set, a repetition, a bracket or any other character. */
const PARTS = new RegExp([
  String.raw`\\Q[\s\S]*?(?:\\E|$)`, String.raw`\\x\{[0-9A-Fa-f]+\}`, String.raw`\\[\s\S]`,
  String.raw`\[(?:\^|(?!\^))(?:\]|${IN_SET})(?:${IN_SET})*\]`, String.raw`(?:[*+?]|\{\d+(?:,\d*)?\})\??`, String.raw`\(\?`, String.raw`[\s\S]`,
].join('|'), 'g');

/** What `(?` may begin: a group without a number, one with a name, and flags. */
const GROUP = /^\(\?(?:P?<[^>]+>|[imsU]*(?:-[imsU]+)?[:)])/;

/** Letters and digits that mean something after a backslash, outside of a set and within; before anything else of ASCII it stands for itself. */
const ESCAPED = /^\\(?:[aftnrvdDsSwWpPbBAzCQE0]|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,6}\}|(?![A-Za-z0-9])[\x00-\x7f])/;
const ESCAPED_IN_SET = /^\\(?:[aftnrvdDsSwWpP0-7]|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,6}\}|(?![A-Za-z0-9])[\x00-\x7f])/;

/** The members of a set: a class, a character by its number, a property, an escaped character or any other one. */
const MEMBERS = /\[:\^?\w+:\]|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\[pP]\{\^?\w+\}|\\?[\s\S]/gu;
const CLASSES = ['alnum', 'alpha', 'ascii', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'word', 'xdigit'];

/** Checks as much of a pattern as is known of it here; the job, which has RE2, checks the rest before it reads a file. */
export function requirePattern(what: string, pattern: string): void {
  requireText(what, pattern, 'write the pattern that the whole value has to match');
  if (Token.isUnresolved(pattern)) {
    return;
  }
  // Without what stands for characters: escaped backslashes and brackets, and sets.
  const text = pattern.replace(/\\[\\([\]]/g, '').replace(/\[[^\]]*\]/g, '');
  const found = NOT_OF_RE2.find((part) => text.includes(part)) ?? /\\[1-9]/.exec(text)?.[0];
  if (found !== undefined) {
    throw new ConfigurationError(
      `${what} is '${pattern}', but '${found}' in it is not allowed: patterns are RE2's, without lookaheads, lookbehinds and back references;`
      + ' write it otherwise, or use DataQualityRule.sql with RLIKE',
    );
  }
  const fault = syntaxFault(pattern.match(PARTS)!);
  if (fault !== undefined) {
    throw new ConfigurationError(`${what} is '${pattern}', but ${fault}; a pattern of RE2 is allowed: correct it, or write a backslash before a character that stands for itself`);
  }
}

/** What is wrong for certain; undefined where RE2 may take it. */
function syntaxFault(parts: string[]): string | undefined {
  let open = 0;
  for (const [index, part] of parts.entries()) {
    const before = parts[index - 1];
    if (part === '\\') {
      return 'it ends with a backslash, which stands for nothing';
    }
    if (part === '[') {
      return "'[' begins a set that does not end";
    }
    const rest = parts.slice(index).join('');
    if (part.startsWith('\\') && !ESCAPED.test(rest)) {
      return `'${part}' means nothing in a pattern of RE2`;
    }
    const wrong = part.startsWith('[') ? setFault(part) : undefined;
    if (wrong !== undefined) {
      return wrong;
    }
    if (part === '(?' && !GROUP.test(rest)) {
      return `'${rest.slice(0, 3)}' begins no group of RE2, which has (?:...), (?P<name>...) and flags such as (?i)`;
    }
    if (part.startsWith('(')) {
      open += 1;
    } else if (part === ')') {
      open -= 1;
      if (open < 0) {
        return "')' ends a group that does not begin";
      }
    } else if (isRepetition(part)) {
      if (before === undefined || before === '(' || before === '|' || isRepetition(before)) {
        return `'${part}' repeats nothing`;
      }
      const [least, most = least] = part.match(/\d+/g)?.map(Number) ?? [0];
      if (Math.max(least, most) > MOST_REPETITIONS || least > most) {
        return `'${part}' is no repetition: 0 to ${MOST_REPETITIONS} times are allowed, the lower number first`;
      }
    }
  }
  return open > 0 ? "'(' begins a group that does not end" : undefined;
}

/** What is wrong with the set `[...]`. */
function setFault(set: string): string | undefined {
  const members = set.slice(1, -1).replace(/^\^/, '').match(MEMBERS) ?? [];
  for (const [index, member] of members.entries()) {
    const name = /^\[:\^?(\w+):\]$/.exec(member)?.[1];
    if (name !== undefined && !CLASSES.includes(name)) {
      return `'${member}' is no class of characters; the classes are ${CLASSES.join(', ')}`;
    }
    if (member.startsWith('\\') && !ESCAPED_IN_SET.test(member)) {
      return `'${member}' means nothing in a set of RE2`;
    }
    const [from, to] = [members[index - 1], members[index + 1]].map((each) => each === undefined ? undefined : codePoint(each));
    if (member === '-' && from !== undefined && to !== undefined && members[index - 2] !== '-' && from > to) {
      return `'${members[index - 1]}-${members[index + 1]}' is no range: the lower character comes first`;
    }
  }
  return undefined;
}

/** Undefined for what is more than one character. */
function codePoint(member: string): number | undefined {
  const number = /^\\x\{?([0-9A-Fa-f]+)\}?$/.exec(member)?.[1];
  if (number !== undefined) {
    return parseInt(number, 16);
  }
  const character = member.replace(/^\\(?![A-Za-z0-9])/, '');
  return [...character].length === 1 ? character.codePointAt(0) : undefined;
}

function isRepetition(part: string): boolean {
  return /^(?:[*+?]|\{\d+(?:,\d*)?\})\??$/.test(part);
}
