import { existsSync, statSync } from 'fs';
import { Annotations, Duration, Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ReplicationMode } from './replication-mode';
import { OracleToRedshiftReplicationProps } from './replication-props';
import { checkSchemaFile } from './schema-file';
import { ownedBucket } from '../dispatch/bucket-identity';
import { ConfigurationError } from '../errors';

/** Redshift developer guide, "Names and identifiers". */
const LONGEST_SCHEMA = 127;

const MOST_SIDE_BY_SIDE = 32;
const LONGEST_LOB_KILOBYTES = 102_400;
/** What the 65,535 bytes of a VARCHAR hold, but for one. */
const TEXT_KILOBYTES = 64;
const LONGEST_CHECK_MINUTES = 60;

/** What the props say in numbers, where the props leave it out by default. */
export interface ReplicationLimits {
  readonly lobKilobytes: number;
  readonly sideBySide: number;
  readonly checkInterval: Duration;
}

/** Checks the props of which no other file knows. */
export function checkedLimits(scope: Construct, props: OracleToRedshiftReplicationProps, mergeInterval: Duration): ReplicationLimits {
  checkTargetSchema(scope, props.targetSchema);
  checkFile(scope, 'schemaFile', props.schemaFile);
  checkSchemaFile(scope, props.schemaFile);
  checkFile(scope, 'oracleDriverJar', props.oracleDriverJar);
  checkMaxLag(scope, props, mergeInterval);
  return {
    lobKilobytes: checkedLobSize(scope, props.maxLobSize ?? Size.kibibytes(64)),
    sideBySide: checkedNumber(scope, 'tablesSideBySide', props.tablesSideBySide ?? 4, MOST_SIDE_BY_SIDE, 'tables'),
    checkInterval: checkedCheckInterval(scope, props.checkInterval ?? Duration.minutes(15)),
  };
}

/** Refuses a bucket that keeps versions, which DMS asks not to have (DMS user guide, "Using Amazon S3 as a target"): merged files would never be gone. */
export function refuseVersionedBucket(scope: Construct, bucket: IBucket | undefined): void {
  const versioning = bucket && ownedBucket(bucket)?.versioningConfiguration;
  if (versioning && !Token.isUnresolved(versioning) && (versioning as { status?: string }).status === 'Enabled') {
    throw new ConfigurationError(
      `stagingBucket '${bucket!.node.path}' is versioned, but DMS writes to buckets without versions, and files that are done would be kept for good; take out versioned: true, or leave out the bucket for a new one`,
      scope,
    );
  }
}

function checkTargetSchema(scope: Construct, schema: string | undefined): void {
  if (schema !== undefined && !Token.isUnresolved(schema) && !(/^[a-z_][a-z0-9_$]*$/.test(schema) && schema.length <= LONGEST_SCHEMA)) {
    throw new ConfigurationError(
      `targetSchema is '${schema}', but 1 to ${LONGEST_SCHEMA} lower case letters, digits, '_' and '$' are allowed, a letter or '_' first; Redshift makes names lower case, so write for example 'crm'`,
      scope,
    );
  }
}

function checkFile(scope: Construct, prop: string, file: string | undefined): void {
  if (file !== undefined && !existsSync(file)) {
    throw new ConfigurationError(`${prop} is '${file}', but there is no such file; give its path, best with path.join(__dirname, ...)`, scope);
  }
  if (file !== undefined && !statSync(file).isFile()) {
    throw new ConfigurationError(`${prop} is '${file}', but that is a folder, and a file is allowed; give the path of the file in it`, scope);
  }
}

function checkMaxLag(scope: Construct, { maxLag, mode }: OracleToRedshiftReplicationProps, mergeInterval: Duration): void {
  if (maxLag === undefined) {
    return;
  }
  if (mode === ReplicationMode.FULL_LOAD) {
    throw new ConfigurationError('maxLag is set with ReplicationMode.FULL_LOAD, but a full load has no changes that could lag; leave out maxLag, or choose ReplicationMode.FULL_LOAD_AND_CDC', scope);
  }
  const [lag, least] = [maxLag, mergeInterval].map((duration) => duration.isUnresolved() ? undefined : duration.toSeconds({ integral: false }));
  if (lag !== undefined && (lag % 60 !== 0 || lag <= (least ?? 0) || lag > 24 * 60 * 60)) {
    throw new ConfigurationError(
      `maxLag is ${lag} seconds, but whole minutes up to a day are allowed, longer than mergeInterval (${least ?? 0} seconds), which changes may wait; write for example Duration.minutes(30)`, scope);
  }
}

function checkedLobSize(scope: Construct, size: Size): number {
  const kibibytes = size.isUnresolved() ? NaN : size.toKibibytes({ rounding: SizeRoundingBehavior.NONE });
  if (kibibytes > TEXT_KILOBYTES) {
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:longTexts',
      `maxLobSize is ${kibibytes} KiB, but a VARCHAR of Redshift holds 65,535 bytes: DMS writes longer values of CLOB, NCLOB and XMLTYPE columns then instead of stopping, and each fails the`
      + ' merge of its file, for which the other files of the table wait; only BLOB columns (VARBYTE) gain. Where texts may be longer, shorten them in the source, or leave their table out (excludeTables)',
    );
  }
  return checkedNumber(scope, 'maxLobSize in kibibytes', kibibytes, LONGEST_LOB_KILOBYTES, 'kibibytes');
}

function checkedCheckInterval(scope: Construct, interval: Duration): Duration {
  const minutes = interval.isUnresolved() ? NaN : interval.toMinutes({ integral: false });
  checkedNumber(scope, 'checkInterval in minutes', minutes, LONGEST_CHECK_MINUTES, 'minutes');
  return interval;
}

function checkedNumber(scope: Construct, what: string, value: number, most: number, unit: string): number {
  if (!Token.isUnresolved(value) && !(Number.isInteger(value) && value >= 1 && value <= most)) {
    throw new ConfigurationError(`${what} is ${value}, but whole ${unit} from 1 to ${most} are allowed; choose such a number`, scope);
  }
  return value;
}
