import { Names, Stack, Token } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { shown } from '../common/kinds';
import { ConfigurationError } from '../errors';

/** S3 user guide, "Naming Amazon S3 objects", in bytes of UTF-8. */
export const LONGEST_KEY = 1024;

/** What a prefix leaves of a key: our endings and the load id take 58 bytes, a hash in place of the middle of a long name 22 (`customer_data.files.derived_keys`). */
const ROOM_FOR_NAMES = 124;

/** Names in use, by stack. */
const namesOfStack = new WeakMap<Stack, Map<string, IConstruct>>();

/** Name of a pipeline: part of prefixes, log group names and metrics, so that no two of a stack may share it. */
export function pipelineName(scope: Construct, given: string | undefined): string {
  if (given !== undefined && !Token.isUnresolved(given) && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(given)) {
    throw new ConfigurationError(
      `pipelineName is '${given}', but 1 to 64 letters, digits, '-', '_' and '.' are allowed, a letter or digit first; choose such a name`,
      scope,
    );
  }
  const name = given ?? Names.uniqueResourceName(scope, { maxLength: 64, separator: '-', allowedSpecialCharacters: '-_' });
  const names = namesOfStack.get(Stack.of(scope)) ?? new Map<string, IConstruct>();
  namesOfStack.set(Stack.of(scope), names);
  const other = names.get(name);
  if (other) {
    throw new ConfigurationError(`pipelineName is '${name}', but '${other.node.path}' has that name already; choose another`, scope);
  }
  names.set(name, scope);
  return name;
}

/**
 * Checks that a prop names a folder: '' (if allowed) or a text that ends with '/' and does not start with it. In an IAM
 * policy '*', '?' and '$' would stand for other keys too. It leaves room for names in a key of S3.
 */
export function requirePrefix(scope: Construct, prop: string, value: string, allowEmpty: boolean): void {
  if (Token.isUnresolved(value) || (allowEmpty && value === '')) {
    return;
  }
  if (/^(s3|arn|https?):/i.test(value)) {
    throw new ConfigurationError(`${prop} is '${value}', but the beginning of keys within the bucket is allowed, without the bucket itself; write for example 'customers/'`, scope);
  }
  const [bytes, most] = [Buffer.byteLength(value), LONGEST_KEY - ROOM_FOR_NAMES];
  if (bytes > most) {
    throw new ConfigurationError(
      `${prop} is ${shown(value)} of ${bytes} bytes, but ${most} are allowed, since a key of S3 has ${LONGEST_KEY} at most and files need names under it; choose a shorter prefix`,
      scope,
    );
  }
  const steps = value.split('/').slice(0, -1);
  if (steps.some((step) => ['', '.', '..'].includes(step))) {
    throw new ConfigurationError(
      `${prop} is '${value}', but a prefix that ends with '/' and does not start with it, with a name before each '/' that is neither '.' nor '..', is allowed;`
      + " write for example 'customers/'",
      scope,
    );
  }
  if (!/^[^*?$\x00-\x1f]+$/.test(value) || !value.endsWith('/')) {
    throw new ConfigurationError(
      `${prop} is '${value}', but a prefix that ends with '/', does not start with it and is without '*', '?' and '$' is allowed;`
      + " write for example 'customers/'",
      scope,
    );
  }
}
