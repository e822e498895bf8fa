import { Token } from 'aws-cdk-lib';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { bucketIdentity } from './bucket-identity';

/** Prefixes that a pipeline reads or writes on a bucket, by the names that people know them by. */
export type ClaimedPrefixes = Record<string, string>;

interface KnownClaim {
  readonly owner: IConstruct;
  readonly prefixes: ClaimedPrefixes;
}

/** Claims of an app, by bucket. */
const claimsOfApp = new WeakMap<IConstruct, Map<string, KnownClaim[]>>();

/**
 * Notes which prefixes of a bucket a pipeline uses. Throws ConfigurationError when another pipeline of the app uses
 * them too: each file would be loaded twice, or what one writes would be loaded by the other.
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
}

type NamedPrefix = [name: string, prefix: string];

function refuseOverlap(owner: IConstruct, ours: NamedPrefix, other: IConstruct, theirs: NamedPrefix): void {
  if (startsWith(ours[1], theirs[1]) || startsWith(theirs[1], ours[1])) {
    throw new ConfigurationError(
      `${ours[0]} is '${ours[1]}', which overlaps ${theirs[0]} '${theirs[1]}' of '${other.node.path}' on the same bucket;`
      + " give each pipeline prefixes of its own, for example 'customers/' and 'error/customers/'",
      owner,
    );
  }
}

function startsWith(text: string, start: string): boolean {
  return !Token.isUnresolved(text) && !Token.isUnresolved(start) && text.startsWith(start);
}
