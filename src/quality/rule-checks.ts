import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';

/**
 * Our own limit: a name stands in each rejected record, report and message, and in them 255 characters are more than enough. As a value of a
 * metric's dimension it could have 1,024 (CloudWatch API reference, "Dimension").
 */
const LONGEST_NAME = 255;

/** Lower and upper limit, both allowed themselves. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** Checks a rule's name. */
export function requireRuleName(name: string): void {
  if (!Token.isUnresolved(name) && (name.trim() === '' || name.length > LONGEST_NAME || /[\x00-\x1f\x7f]/.test(name))) {
    throw new ConfigurationError(
      `the name of a rule is '${name}', but 1 to ${LONGEST_NAME} characters on one line are allowed; choose such a name`,
    );
  }
}

/** Checks a part of records. */
export function requireRatio(what: string, ratio: number | undefined, scope?: IConstruct): void {
  if (ratio !== undefined && !Token.isUnresolved(ratio) && !(ratio >= 0 && ratio <= 1)) {
    throw new ConfigurationError(`${what} is ${ratio}, but a number from 0 to 1 is allowed; write 0.05 for 5 percent`, scope);
  }
}

/** Checks that there is text. */
export function requireText(what: string, text: string | undefined, remedy: string): void {
  if (text !== undefined && !Token.isUnresolved(text) && text.trim() === '') {
    throw new ConfigurationError(`${what} is '${text}', but text that is not empty is allowed; ${remedy}`);
  }
}

/** Checks that there is a limit and that values can lie within. Counts are whole numbers from 0. */
export function requireLimits(what: string, { min, max }: Limits, of: 'numbers' | 'counts'): void {
  if (min === undefined && max === undefined) {
    throw new ConfigurationError(`${what} has neither min nor max, but one limit at least is needed; give one`);
  }
  for (const [name, limit] of Object.entries({ min, max })) {
    const fits = limit === undefined || Token.isUnresolved(limit) || (of === 'counts' ? Number.isSafeInteger(limit) && limit >= 0 : Number.isFinite(limit));
    if (!fits) {
      const allowed = of === 'counts' ? 'a whole number from 0' : 'a finite number';
      throw new ConfigurationError(`${name} of ${what} is ${limit}, but ${allowed} is allowed; correct it, or leave it out for no limit`);
    }
  }
  if (min !== undefined && max !== undefined && !Token.isUnresolved(min) && !Token.isUnresolved(max) && min > max) {
    throw new ConfigurationError(`${what} has min ${min} and max ${max}, but no value is both at least ${min} and at most ${max}; exchange them`);
  }
}
