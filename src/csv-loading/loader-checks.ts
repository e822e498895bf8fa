import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LandingPrefixes } from './job-access';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { requireColumns, requireMappedColumns } from './table-name';
import { MANIFESTS_PREFIX } from '../dispatch/manifest';
import { requirePrefix } from '../dispatch/names';
import { STAGING_PREFIX } from '../dispatch/staging-bucket';
import { ConfigurationError } from '../errors';

/** Lambda user guide, CreateEventSourceMapping, MaximumBatchingWindowInSeconds. */
const LONGEST_WINDOW_SECONDS = 300;

/** The key's columns, checked with the other columns that props name. */
export function checkedPrimaryKey(scope: Construct, props: SchemaEvolvingCsvLoaderProps): string[] {
  const primaryKey = props.primaryKey ?? ['user_id'];
  if (primaryKey.length === 0) {
    throw new ConfigurationError("primaryKey is empty, but one column at least is needed to know a row again; name the key's columns", scope);
  }
  requireColumns(scope, 'primaryKey', primaryKey);
  requireColumns(scope, 'sequenceColumn', props.sequenceColumn === undefined ? [] : [props.sequenceColumn]);
  requireMappedColumns(scope, props.columnMapping ?? {});
  return primaryKey;
}

/** The prefixes, which must keep what fails apart. */
export function checkedPrefixes(scope: Construct, props: SchemaEvolvingCsvLoaderProps): LandingPrefixes {
  const { prefix = '', errorPrefix = 'error/', quarantinePrefix = 'quarantine/' } = props;
  requirePrefix(scope, 'prefix', prefix, true);
  requirePrefix(scope, 'errorPrefix', errorPrefix, false);
  requirePrefix(scope, 'quarantinePrefix', quarantinePrefix, false);
  if (errorPrefix.startsWith(quarantinePrefix) || quarantinePrefix.startsWith(errorPrefix)) {
    throw new ConfigurationError(`errorPrefix is '${errorPrefix}' and quarantinePrefix '${quarantinePrefix}', but neither may lie in the other; move one out`, scope);
  }
  return { prefix, errorPrefix, quarantinePrefix };
}

/** Where the platform writes on the landing bucket, staging and manifests too when they are there; it must leave something to load. */
export function checkedOwnPrefixes(scope: Construct, { prefix, errorPrefix, quarantinePrefix }: LandingPrefixes, holdsStaging: boolean): string[] {
  const own = {
    errorPrefix,
    quarantinePrefix,
    ...(holdsStaging ? { 'the prefix of staged data': STAGING_PREFIX, 'the prefix of manifests': MANIFESTS_PREFIX } : {}),
  };
  for (const [name, written] of Object.entries(own)) {
    if (prefix.startsWith(written)) {
      throw new ConfigurationError(
        `prefix is '${prefix}', which lies in ${name} '${written}', where the platform writes and nothing is loaded from; choose a prefix outside of '${written}'`,
        scope,
      );
    }
  }
  return Object.values(own);
}

/** Refuses a lifecycle for a bucket that is not the loader's. */
export function refuseLifecycleOfGivenBucket(scope: Construct, props: SchemaEvolvingCsvLoaderProps): void {
  const given = Object.entries({ archiveAfter: props.archiveAfter, expireAfter: props.expireAfter }).find(([, value]) => value !== undefined);
  if (props.bucket && given) {
    throw new ConfigurationError(
      `${given[0]} is set together with bucket, but the lifecycle of a given bucket is its owner's; add a lifecycle rule to that bucket, or leave out one of the two`,
      scope,
    );
  }
}

/** The batching window, as Lambda allows it. */
export function checkedBatchingWindow(scope: Construct, batchingWindow: Duration = Duration.minutes(1)): Duration {
  if (!batchingWindow.isUnresolved()) {
    const seconds = batchingWindow.toSeconds({ integral: false });
    if (!Number.isInteger(seconds) || seconds > LONGEST_WINDOW_SECONDS) {
      throw new ConfigurationError(`batchingWindow is ${seconds} seconds, but whole seconds from 0 to ${LONGEST_WINDOW_SECONDS} are allowed; use Duration.seconds()`, scope);
    }
  }
  return batchingWindow;
}
