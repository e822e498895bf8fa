import { Construct } from 'constructs';
import { requireColumns, requireMappedColumns } from './column-name';
import { LandingPrefixes, writtenPrefixes } from './job-access';
import { LoaderNotification } from './loader-notification';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { Notice } from '../dispatch/function-settings';
import { checkedPrefixes } from '../dispatch/pipeline-prefixes';
import { ConfigurationError } from '../errors';

/** The key's columns, checked with the other columns that props name. */
export function checkedPrimaryKey(scope: Construct, props: SchemaEvolvingCsvLoaderProps): string[] {
  const primaryKey = props.primaryKey ?? ['user_id'];
  if (primaryKey.length === 0) {
    throw new ConfigurationError("primaryKey is empty, but one column at least is needed to know a row again; name the key's columns", scope);
  }
  requireColumns(scope, 'primaryKey', primaryKey);
  requireColumns(scope, 'sequenceColumn', props.sequenceColumn === undefined ? [] : [props.sequenceColumn]);
  requireColumns(scope, 'unmaskedColumns', props.unmaskedColumns ?? []);
  requireMappedColumns(scope, props.columnMapping ?? {});
  return primaryKey;
}

/** Where the loader reads and writes, which must keep what fails apart. */
export function checkedLandingPrefixes(scope: Construct, props: SchemaEvolvingCsvLoaderProps): LandingPrefixes {
  const { prefix = '', errorPrefix = 'error/', quarantinePrefix = 'quarantine/' } = props;
  const reportPrefix = props.rules ? props.reportPrefix ?? 'reports/' : undefined;
  checkedPrefixes(scope, { prefix, written: writtenPrefixes({ prefix, errorPrefix, quarantinePrefix, reportPrefix }) });
  return { prefix, errorPrefix, quarantinePrefix, reportPrefix };
}

/** What people are told of files that are done. */
export function checkedNotices(scope: Construct, { rules, notifyOn = [] }: SchemaEvolvingCsvLoaderProps): Notice[] {
  const allowed: string[] = Object.values(LoaderNotification);
  const unknown = notifyOn.find((notification) => !allowed.includes(notification));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `notifyOn has '${unknown}', but ${allowed.map((name) => `'${name}'`).join(' and ')} are allowed; use the values of LoaderNotification`, scope,
    );
  }
  return [...(rules ? ['rejected_rows' as const] : []), ...new Set(notifyOn)];
}

/** Refuses what only rules give a meaning. */
export function refuseOptionsOfRules(scope: Construct, props: SchemaEvolvingCsvLoaderProps): void {
  const { maxFailRatio, reportPrefix, unmaskedColumns } = props;
  const given = Object.entries({ maxFailRatio, reportPrefix, unmaskedColumns }).find(([, value]) => value !== undefined);
  if (!props.rules && given) {
    throw new ConfigurationError(`${given[0]} is set without rules, but it is about what rules find; add rules, or leave it out`, scope);
  }
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
