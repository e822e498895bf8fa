import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, IConstruct } from 'constructs';

/** Props of the pipelines that share something: those for which one of these differs have one each. */
export interface SharedProps {
  /** The user's key. */
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
  readonly autoDeleteObjects?: boolean;
}

/** What is shared, by stack and by what it is. */
const sharedOfStack = new WeakMap<Stack, Map<string, IConstruct>>();

/**
 * Something that the pipelines of a stack share: the first one makes it, in its own scope.
 *
 * Not in the scope of the stack: a stack with one pipeline that was deployed before this was shared keeps its logical ids. Nor between
 * stacks, nested ones included: the stack that made it could not be removed before the others.
 */
export function sharedInStack<T extends IConstruct>(scope: Construct, what: string, props: SharedProps, make: () => T): T {
  const stack = Stack.of(scope);
  const shared = sharedOfStack.get(stack) ?? new Map<string, IConstruct>();
  sharedOfStack.set(stack, shared);
  const identity = [what, props.removalPolicy, props.autoDeleteObjects, props.encryptionKey?.node.addr].join(' ');
  const made = shared.get(identity) ?? make();
  shared.set(identity, made);
  return made as T;
}
