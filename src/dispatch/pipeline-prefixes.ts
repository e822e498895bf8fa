import { Construct } from 'constructs';
import { MANIFESTS_PREFIX } from './manifest';
import { requirePrefix } from './names';
import { OUTCOMES_PREFIX, STAGING_PREFIX } from './staging-bucket';
import { ConfigurationError } from '../errors';

/** Prefixes of the bucket that a pipeline reads. */
export interface PipelinePrefixes {
  /** Where its files are dropped; '' is the whole bucket. */
  readonly prefix: string;
  /** Where it writes, by the props that say so. */
  readonly written: Record<string, string>;
}

/** Which prefixes of the staging bucket are on the pipeline's own bucket too. */
export interface StagedThere {
  readonly staging: boolean;
  readonly outcomes: boolean;
}

/** Checks the prefixes, which must keep apart what becomes of files. */
export function checkedPrefixes(scope: Construct, prefixes: PipelinePrefixes): PipelinePrefixes {
  requirePrefix(scope, 'prefix', prefixes.prefix, true);
  const written = Object.entries(prefixes.written);
  written.forEach(([prop, prefix]) => requirePrefix(scope, prop, prefix, false));
  written.forEach(([prop, prefix], index) => written.slice(index + 1).forEach(([otherProp, other]) => {
    if (prefix.startsWith(other) || other.startsWith(prefix)) {
      throw new ConfigurationError(`${prop} is '${prefix}' and ${otherProp} '${other}', but neither may lie in the other; move one out`, scope);
    }
  }));
  return prefixes;
}

/** Where the platform writes on the pipeline's bucket; it must leave something to read. */
export function checkedOwnPrefixes(scope: Construct, { prefix, written }: PipelinePrefixes, there: StagedThere): string[] {
  const own = {
    ...written,
    ...(there.staging ? { 'the prefix of staged data': STAGING_PREFIX, 'the prefix of manifests': MANIFESTS_PREFIX } : {}),
    ...(there.outcomes ? { 'the prefix of outcomes': OUTCOMES_PREFIX } : {}),
  };
  for (const [name, ownPrefix] of Object.entries(own)) {
    if (prefix.startsWith(ownPrefix)) {
      throw new ConfigurationError(
        `prefix is '${prefix}', which lies in ${name} '${ownPrefix}', where the platform writes and nothing is loaded from; choose a prefix outside of '${ownPrefix}'`,
        scope,
      );
    }
  }
  return Object.values(own);
}
