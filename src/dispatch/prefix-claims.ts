import { Token } from 'aws-cdk-lib';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { bucketIdentity } from './bucket-identity';

/**
 * Prefixes that a pipeline reads or writes on a bucket, by the names that people know them by. `prefix` is what it reads;
 * `passedPrefix` is what it writes for others to read.
 */
export type ClaimedPrefixes = Record<string, string>;

const READ = 'prefix';
const PASSED_ON = 'passedPrefix';

interface KnownClaim {
  readonly owner: IConstruct;
  readonly prefixes: ClaimedPrefixes;
}

/** Claims of an app, by bucket. */
const claimsOfApp = new WeakMap<IConstruct, Map<string, KnownClaim[]>>();

/**
 * Notes which prefixes of a bucket a pipeline uses. Throws ConfigurationError when another pipeline of the app uses
 * them too: each file would be loaded twice, or what one writes would be loaded by the other. What a pipeline passes
 * on may be another's to read, unless it comes back in the end.
 */
export function claimPrefixes(owner: Construct, bucket: IBucket, prefixes: ClaimedPrefixes): void {
  const claimsOfBucket = claimsOfApp.get(owner.node.root) ?? new Map<string, KnownClaim[]>();
  claimsOfApp.set(owner.node.root, claimsOfBucket);
  const identity = bucketIdentity(bucket);
  const claims = claimsOfBucket.get(identity) ?? [];
  claimsOfBucket.set(identity, claims);

  for (const other of claims.filter((known) => known.owner !== owner)) {
    for (const ours of Object.entries(prefixes)) {
      for (const theirs of Object.entries(other.prefixes)) {
        refuseOverlap(owner, ours, other.owner, theirs);
      }
    }
  }
  claims.push({ owner, prefixes });
  refuseLoop(owner, prefixes, claims);
}

type NamedPrefix = [name: string, prefix: string];

function refuseOverlap(owner: IConstruct, ours: NamedPrefix, other: IConstruct, theirs: NamedPrefix): void {
  if ((startsWith(ours[1], theirs[1]) || startsWith(theirs[1], ours[1])) && !isPassedOn(ours, theirs) && !isPassedOn(theirs, ours)) {
    throw new ConfigurationError(
      `${ours[0]} is '${ours[1]}', which overlaps ${theirs[0]} '${theirs[1]}' of '${other.node.path}' on the same bucket;`
      + " give each pipeline prefixes of its own, for example 'customers/' and 'error/customers/'",
      owner,
    );
  }
}

/** Whether all that goes to one prefix is read from the other. */
function isPassedOn([from, passed]: NamedPrefix, [to, read]: NamedPrefix): boolean {
  return from === PASSED_ON && to === READ && startsWith(passed, read);
}

/** Follows files from pipeline to pipeline: those that come back would go round for ever. */
function refuseLoop(owner: IConstruct, prefixes: ClaimedPrefixes, claims: KnownClaim[]): void {
  const way: KnownClaim[] = [];
  let next = readerOf(prefixes, claims);
  while (next && !way.includes(next)) {
    way.push(next);
    if (next.owner === owner) {
      throw new ConfigurationError(
        `passedPrefix is '${prefixes[PASSED_ON]}', from where files come back to prefix '${prefixes[READ]}' by way of`
        + ` ${way.slice(0, -1).map((claim) => `'${claim.owner.node.path}'`).join(', ')}, and go round for ever; pass files on to a prefix that leads elsewhere`,
        owner,
      );
    }
    next = readerOf(next.prefixes, claims);
  }
}

function readerOf(prefixes: ClaimedPrefixes, claims: KnownClaim[]): KnownClaim | undefined {
  const passed = prefixes[PASSED_ON];
  return passed === undefined
    ? undefined
    : claims.find((claim) => claim.prefixes !== prefixes && READ in claim.prefixes && startsWith(passed, claim.prefixes[READ]));
}

function startsWith(text: string, start: string): boolean {
  return !Token.isUnresolved(text) && !Token.isUnresolved(start) && text.startsWith(start);
}
