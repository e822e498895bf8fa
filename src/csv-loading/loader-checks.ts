import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SchemaEvolvingCsvLoaderProps } from './loader-props';
import { RowErrorPolicy } from './row-error-policy';
import { refuseMappedAway, refuseRescueColumns, refuseUnusableKeys } from '../csv/column-checks';
import { requireColumns, requireMappedColumns } from '../csv/column-name';
import { checkedType } from '../csv/column-type';
import { Notice } from '../dispatch/function-settings';
import { checkedPrefixes, PipelinePrefixes, resultPrefixes, UploadPrefixes } from '../dispatch/pipeline-prefixes';
import { ConfigurationError } from '../errors';
import { SchemaContract } from '../warehouse';

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
  refuseUnusableKeys(scope, primaryKey, props.sequenceColumn);
  refuseMappedAway(scope, props.columnMapping ?? {}, {
    primaryKey,
    sequenceColumn: props.sequenceColumn === undefined ? [] : [props.sequenceColumn],
    columnTypes: Object.keys(props.columnTypes ?? {}),
    rules: props.rules?._columns ?? [],
  });
  return primaryKey;
}

/** The named types of columns, each as the job knows it; undefined where there are none. */
export function checkedColumnTypes(scope: Construct, { columnTypes }: SchemaEvolvingCsvLoaderProps): Record<string, string> | undefined {
  const columns = Object.keys(columnTypes ?? {});
  requireColumns(scope, 'columnTypes', columns);
  refuseRescueColumns(scope, 'columnTypes', columns, 'is text, but a column of the file is allowed; name the type of that one, or leave it out');
  return columnTypes && Object.fromEntries(columns.map((column) => [column, checkedType(`columnTypes['${column}']`, columnTypes[column], scope)]));
}

/** How large a table may be for a column to get another type. */
export function checkedGrowth(scope: Construct, { growColumnsUpToRows: rows, schemaContract }: SchemaEvolvingCsvLoaderProps): number | undefined {
  if (rows === undefined || Token.isUnresolved(rows)) {
    return rows;
  }
  if (!Number.isSafeInteger(rows) || rows < 0) {
    throw new ConfigurationError(`growColumnsUpToRows is ${rows}, but a whole number of rows from 0 is allowed; write for example 1_000_000`, scope);
  }
  if (schemaContract !== undefined && schemaContract !== SchemaContract.EVOLVE) {
    throw new ConfigurationError(`growColumnsUpToRows is set with SchemaContract.${schemaContract.toUpperCase()}, under which no column changes; leave out one of the two`, scope);
  }
  return rows;
}

/** Where the loader reads and writes, which must keep what fails apart. */
export function checkedLandingPrefixes(scope: Construct, props: SchemaEvolvingCsvLoaderProps): PipelinePrefixes<UploadPrefixes> {
  const { prefix = '' } = props;
  const written = resultPrefixes(scope, prefix, props, ['errorPrefix', 'quarantinePrefix', ...(props.rules ? ['reportPrefix' as const] : [])]);
  return checkedPrefixes(scope, { prefix, written });
}

/** What is reported about files that are done. */
export function noticesOf({ rules, notifyOn = [] }: SchemaEvolvingCsvLoaderProps): Notice[] {
  return [...(rules ? ['rejected_rows' as const] : []), ...new Set(notifyOn)];
}

/** Refuses what only rules give a meaning. */
export function refuseOptionsOfRules(scope: Construct, props: SchemaEvolvingCsvLoaderProps): void {
  const { maxFailRatio, reportPrefix, unmaskedColumns } = props;
  const given = Object.entries({ maxFailRatio, reportPrefix, unmaskedColumns }).find(([, value]) => value !== undefined);
  if (!props.rules && given) {
    throw new ConfigurationError(`${given[0]} is set without rules, but it is about what rules find; add rules, or leave it out`, scope);
  }
  const ratios = [
    ...(maxFailRatio === undefined ? [] : [`maxFailRatio is ${maxFailRatio}`]),
    ...Object.entries(props.rules?._ratios ?? {}).map(([rule, ratio]) => `maxFailRatio of the rule '${rule}' is ${ratio}`),
  ];
  if (props.rowErrors === RowErrorPolicy.FAIL_FILE && ratios.length > 0) {
    throw new ConfigurationError(`${ratios[0]} together with RowErrorPolicy.FAIL_FILE, under which one rejected record fails the file; leave out one of the two`, scope);
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
