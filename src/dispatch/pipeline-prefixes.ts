import { Construct } from 'constructs';
import { MANIFESTS_PREFIX } from './manifest';
import { requirePrefix } from './names';
import { OUTCOMES_PREFIX, STAGING_PREFIX } from './staging-bucket';
import { ConfigurationError } from '../errors';

/** Where a pipeline writes, by the props that say so. */
export type WrittenPrefixes = Readonly<Record<string, string>>;

/** What every pipeline of uploaded files writes, and more. */
export interface UploadPrefixes extends WrittenPrefixes {
  readonly errorPrefix: string;
  readonly quarantinePrefix: string;
}

/** Prefixes of the bucket that a pipeline reads. */
export interface PipelinePrefixes<Written extends WrittenPrefixes = WrittenPrefixes> {
  /** Where its files are dropped; '' is the whole bucket. */
  readonly prefix: string;
  readonly written: Written;
}

/** The folder of each kind of result: a pipeline writes under its own `prefix` in there, unless it is given another place. */
const FOLDERS = {
  errorPrefix: 'error/',
  quarantinePrefix: 'quarantine/',
  reportPrefix: 'reports/',
  processedPrefix: 'processed/',
  passedPrefix: 'passed/',
};

/** The prop that names where a kind of result goes. */
export type ResultPrefix = keyof typeof FOLDERS;

/**
 * Where a pipeline writes results: as its props say, else under its own `prefix` in the folder of the kind. Pipelines whose prefixes
 * do not overlap so never write to the same place.
 *
 * A prefix may lie in the folder of what others passed on, and in no other.
 */
export function resultPrefixes<K extends ResultPrefix>(
  scope: Construct, prefix: string, given: Partial<Record<ResultPrefix, string>>, kinds: K[],
): Record<K, string> {
  const derived = kinds.filter((kind) => given[kind] === undefined);
  derived.filter((kind) => kind !== 'passedPrefix' || prefix === FOLDERS[kind]).forEach((kind) => refuseWithin(scope, prefix, kind, FOLDERS[kind]));
  return Object.fromEntries(kinds.map((kind) => [kind, given[kind] ?? `${FOLDERS[kind]}${prefix}`])) as Record<K, string>;
}

/** Which prefixes of the staging bucket are on the pipeline's own bucket too. */
export interface StagedThere {
  readonly staging: boolean;
  readonly outcomes: boolean;
}

/** Checks the prefixes, which must keep apart what becomes of files. */
export function checkedPrefixes<Written extends WrittenPrefixes>(scope: Construct, prefixes: PipelinePrefixes<Written>): PipelinePrefixes<Written> {
  requirePrefix(scope, 'prefix', prefixes.prefix, true);
  const written = Object.entries(prefixes.written);
  written.forEach(([prop, prefix]) => requirePrefix(scope, prop, prefix, false));
  refuseOverlaps(scope, written);
  return prefixes;
}

/** Where the platform writes on the pipeline's bucket; it must leave something to read. */
export function checkedOwnPrefixes(scope: Construct, { prefix, written }: PipelinePrefixes, there: StagedThere): string[] {
  const own = {
    ...written,
    ...(there.staging ? { 'the prefix of staged data': STAGING_PREFIX, 'the prefix of manifests': MANIFESTS_PREFIX } : {}),
    ...(there.outcomes ? { 'the prefix of outcomes': OUTCOMES_PREFIX } : {}),
  };
  refuseOverlaps(scope, Object.entries(own)); // what is staged expires
  Object.entries(own).forEach(([name, ownPrefix]) => refuseWithin(scope, prefix, name, ownPrefix));
  return Object.values(own);
}

function refuseWithin(scope: Construct, prefix: string, name: string, ownPrefix: string): void {
  if (prefix.startsWith(ownPrefix)) {
    throw new ConfigurationError(
      `prefix is '${prefix}', which lies in ${name} '${ownPrefix}', where the platform writes and nothing is loaded from; choose a prefix outside of '${ownPrefix}'`,
      scope,
    );
  }
}

function refuseOverlaps(scope: Construct, prefixes: [name: string, prefix: string][]): void {
  prefixes.forEach(([name, prefix], index) => prefixes.slice(index + 1).forEach(([otherName, other]) => {
    if (prefix.startsWith(other) || other.startsWith(prefix)) {
      throw new ConfigurationError(`${name} is '${prefix}' and ${otherName} '${other}', but neither may lie in the other; move one out`, scope);
    }
  }));
}
