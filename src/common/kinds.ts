/**
 * What a value has to be. JavaScript checks no types, and a value of another kind would surface later as a raw TypeError, or never.
 *
 * Tokens are texts and numbers, and pass. Objects are known by their members, since a class of another copy of a library is another class.
 */
export interface Kind<T> {
  /** For the compiler alone: a kind of text is no kind of optional text, and the other way round. */
  readonly of?: (value: T) => T;

  /** Says what is wrong with a value; undefined if nothing is. */
  fault(what: string, value: unknown): string | undefined;
}

/** The kind of each prop: a prop that is added without one does not compile. */
export type PropKinds<Props> = { readonly [Prop in keyof Props]-?: Kind<Props[Prop]> };

/** Text, '' included; its content is its prop's to check. */
export const TEXT = kind<string>('text', "write it as a string, such as 'customers'", (value) => typeof value === 'string');

/** Text that is not empty. */
export const NAME = kind<string>('text that is not empty', "write it as a string, such as 'customers'", (value) => typeof value === 'string' && value.trim() !== '');

/** A number; its limits are its prop's to check, those of NaN and Infinity too. */
export const NUMBER = kind<number>('a number', 'write it without quotes, such as 10', (value) => typeof value === 'number');

/** Yes or no. */
export const BOOLEAN = kind<boolean>('true or false', 'write one of them without quotes', (value) => typeof value === 'boolean');

/** A kind with its own words for what is allowed and what to do. */
export function kind<T>(allowed: string, remedy: string, fits: (value: unknown) => boolean): Kind<T> {
  return { fault: (what, value) => fits(value) ? undefined : `${what} is ${shown(value)}, but ${allowed} is allowed; ${remedy}` };
}

/** An object with these members among others. */
export function like<T>(allowed: string, remedy: string, ...members: (keyof T)[]): Kind<T> {
  return kind(allowed, remedy, (value) => isObject(value) && members.every((member) => member in value));
}

/** One of an enum's values. */
export function oneOf<E extends string>(name: string, choices: Record<string, E>): Kind<E> {
  const allowed = Object.keys(choices).map((choice) => `${name}.${choice}`);
  return kind(`one of ${allowed.join(', ')}`, `write for example ${allowed[0]}`, (value) => Object.values<unknown>(choices).includes(value));
}

/** The kind, or undefined; null is no default. */
export function optional<T>(given: Kind<T>): Kind<T | undefined> {
  return {
    fault: (what, value) => {
      const fault = value === undefined ? undefined : given.fault(what, value);
      // What is in an object or a list has a remedy of its own.
      return fault && !isObject(value) ? `${fault}, or leave it out for the default` : fault;
    },
  };
}

/** A list of values of a kind. */
export function listOf<T>(item: Kind<T>): Kind<T[]> {
  return {
    fault: (what, value) => Array.isArray(value)
      ? first(value.map((each, index) => item.fault(part(what, `[${index}]`), each)))
      : `${what} is ${shown(value)}, but a list is allowed; write it in brackets, even for one value`,
  };
}

/** Values of a kind by texts. */
export function mapOf<T>(item: Kind<T>): Kind<{ [key: string]: T }> {
  return {
    fault: (what, value) => isPlainObject(value)
      ? first(Object.entries(value).map(([key, each]) => item.fault(part(what, `['${key}']`), each)))
      : `${what} is ${shown(value)}, but values by name are allowed; write for example { 'E-Mail': 'email' }`,
  };
}

/** An object of props, and of no others. */
export function struct<Props>(kinds: PropKinds<Props>): Kind<Props> {
  return {
    fault: (what, value) => {
      const names = Object.keys(kinds);
      const owner = what.replace(/^options of /, '');
      if (!isPlainObject(value)) {
        return `${what} is ${shown(value)}, but a plain object is allowed; write for example { ${names[0]}: ... }`;
      }
      const unknown = Object.keys(value).find((name) => value[name] !== undefined && !names.includes(name));
      return unknown === undefined
        ? propFault(value, kinds, (name) => `${name} of ${owner}`)
        : `${unknown} of ${owner} is ${shown(value[unknown])}, but only ${names.join(', ')} are known there; correct the name, or leave it out`;
    },
  };
}

/** An object of props of which these are known, and others may be: those of another library, which knows the rest. */
export function structLike<Props>(kinds: Partial<PropKinds<Props>>): Kind<Props> {
  return {
    fault: (what, value) => isPlainObject(value)
      ? propFault(value, kinds as PropKinds<Partial<Props>>, (name) => `${name} of ${what.replace(/^options of /, '')}`)
      : `${what} is ${shown(value)}, but a plain object is allowed; write for example { ${Object.keys(kinds)[0]}: ... }`,
  };
}

/** What is wrong with the first prop that is not of its kind. */
export function propFault<Props>(props: Record<string, unknown>, kinds: PropKinds<Props>, say: (name: string) => string): string | undefined {
  return first(Object.entries<Pick<Kind<unknown>, 'fault'>>(kinds).map(([name, each]) => each.fault(say(name), props[name])));
}

/** Whether a value may have members; a class itself is not one of its objects. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * Whether it holds props by name, all of them its own: an object as `{ ... }` makes it, which is what jsii makes of another language's
 * props too. Props are spread, which would lose what a class or another object lends to an object, such as getters.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  const lender: unknown = isObject(value) ? Object.getPrototypeOf(value) : undefined;
  // Object.prototype, also that of another realm, is the only object with its own isPrototypeOf.
  return lender === null || (isObject(lender) && Object.prototype.hasOwnProperty.call(lender, 'isPrototypeOf'));
}

/** A value in a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') {
    return `'${value.length > 60 ? `${value.slice(0, 60)}...` : value}'`;
  }
  if (Array.isArray(value)) {
    return `a list of ${value.length}`;
  }
  if (typeof value === 'function') {
    return `the ${/^class\b/.test(String(value)) ? 'class' : 'function'} ${value.name}`.trimEnd();
  }
  const className = isObject(value) ? value.constructor?.name : undefined;
  return isObject(value) ? `an object${className && className !== 'Object' ? ` of the class ${className}` : ''}` : String(value);
}

/** `values of DataQualityRule.inSet` has the part `values[0] of DataQualityRule.inSet`. */
function part(what: string, step: string): string {
  return what.replace(/^\S+/, (name) => `${name}${step}`);
}

function first(faults: (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}
