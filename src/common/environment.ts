import { IResource, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Throws ConfigurationError for a resource of another Region or account than the construct; what is known on deployment only passes. */
export function requireSame(scope: IConstruct, prop: string, given: IResource | undefined, what: 'region' | 'account', why: string): void {
  const [theirs, ours] = [given?.env?.[what], Stack.of(scope)[what]];
  if (differ(theirs, ours)) {
    const name = what === 'region' ? 'Region' : 'account';
    throw new ConfigurationError(`${prop} '${given!.node.path}' is in the ${name} ${theirs}, but the ${name} of the construct, ${ours}, is allowed: ${why}`, scope);
  }
}

/** Whether two Regions or accounts are known, and not the same. */
export function differ(one: string | undefined, other: string): boolean {
  return one !== undefined && Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}
