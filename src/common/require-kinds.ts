import { Annotations } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isPlainObject, Kind, propFault, PropKinds, shown } from './kinds';
import { ConfigurationError } from '../errors';

/** Throws ConfigurationError unless a value is of a kind. */
export function requireKind<T>(what: string, value: unknown, kind: Kind<T>, scope?: IConstruct): void {
  refuse(kind.fault(what, value), scope);
}

/** Throws ConfigurationError unless the arguments of a function or static are of their kinds. */
export function requireArguments<Arguments extends object>(of: string, values: Arguments, kinds: PropKinds<Arguments>): void {
  refuse(propFault(values as Record<string, unknown>, kinds, (name) => `${name} of ${of}`));
}

/**
 * Throws ConfigurationError unless the props of a construct are of their kinds. Warns of those that look misspelt: TypeScript and Python
 * know them, JavaScript ignores them. Others may belong to a subclass, or to an object that several constructs share.
 */
export function requireProps<Props>(scope: IConstruct, props: unknown, kinds: PropKinds<Props>): void {
  if (!isPlainObject(props)) {
    throw new ConfigurationError(`the props are ${shown(props)}, but a plain object is allowed; write for example { ${Object.keys(kinds)[0]}: ... }`, scope);
  }
  refuse(propFault(props, kinds, (name) => name), scope);
  for (const name of Object.keys(props).filter((given) => !(given in kinds))) {
    const meant = Object.keys(kinds).find((known) => isMisspelling(name, known));
    if (meant) {
      Annotations.of(scope).addWarningV2('cdk-customer-data-platform:misspeltProp', `the prop ${name} is not known and does nothing; write ${meant} if that is meant`);
    }
  }
}

function refuse(fault: string | undefined, scope?: IConstruct): void {
  if (fault !== undefined) {
    throw new ConfigurationError(fault, scope);
  }
}

/** Whether names differ by little: letter case, what joins words, or two letters at most. */
export function isMisspelling(given: string, known: string): boolean {
  const [one, other] = [given, known].map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  return one === other || (known.length > 4 && distance(one, other) <= 2);
}

/** How many letters have to be added, dropped or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      next.push(Math.min(next[column] + 1, row[column + 1] + 1, row[column] + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row[other.length];
}
