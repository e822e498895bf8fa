import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { OracleSource } from './oracle-source';
import { ReplicationFileFormat } from './replication-file-format';
import { secretId } from '../warehouse/secret-id';

/** The column with the time of a commit, or for rows of a full load the time at which the load began; `customer_data.replication` reads it. */
export const COMMIT_TIME_COLUMN = 'cdp_commit_time';

/** NULL in CSV files, which an empty text is not. */
export const CSV_NULL = '\\N';

/** The source endpoint's settings (CloudFormation reference, AWS::DMS::Endpoint OracleSettings). */
export function oracleSettings(source: OracleSource, accessRole: IRole): CfnEndpoint.OracleSettingsProperty {
  return {
    secretsManagerAccessRoleArn: accessRole.roleArn,
    secretsManagerSecretId: secretId(source.secret),
    // The API's own value: CloudFormation's reference has an example in capitals (DMS API reference, OracleSettings).
    charLengthSemantics: 'char',
    // A text that is cut is a wrong text.
    failTasksOnLobTruncation: true,
    numberDatatypeScale: source._numberScale,
    addSupplementalLogging: source._addSupplementalLogging,
    useLogminerReader: !source._binaryReader,
    useBFile: source._binaryReader,
  };
}

/** Props of `s3Settings`. */
export interface S3TargetProps {
  readonly bucket: IBucket;
  /** Ends with '/'. */
  readonly prefix: string;
  readonly role: IRole;
  readonly format: ReplicationFileFormat;
}

/** The target endpoint's settings (CloudFormation reference, AWS::DMS::Endpoint S3Settings). */
export function s3Settings({ bucket, prefix, role, format }: S3TargetProps): CfnEndpoint.S3SettingsProperty {
  const key = bucket.encryptionKey;
  return {
    serviceAccessRoleArn: role.roleArn,
    bucketName: bucket.bucketName,
    bucketFolder: prefix.replace(/\/$/, ''),
    expectedBucketOwner: bucket.env.account,
    encryptionMode: key ? 'SSE_KMS' : 'SSE_S3',
    serverSideEncryptionKmsKeyId: key?.keyArn,
    compressionType: 'GZIP',
    // Rows of a full load and changes have one shape.
    includeOpForFullLoad: true,
    timestampColumnName: COMMIT_TIME_COLUMN,
    useTaskStartTimeForFullLoadTimestamp: true,
    // Either would drop deletes, and the second updates too.
    cdcInsertsAndUpdates: false,
    cdcInsertsOnly: false,
    // One file for all tables, without names of columns.
    preserveTransactions: false,
    // A file's folders are its schema and table, and nothing else.
    datePartitionEnabled: false,
    glueCatalogGeneration: false,
    cdcMaxBatchInterval: 60,
    cdcMinFileSize: 32_000,
    ...(format === ReplicationFileFormat.PARQUET
      ? { dataFormat: 'parquet', parquetTimestampInMillisecond: false, enableStatistics: true }
      : { dataFormat: 'csv', addColumnName: true, csvDelimiter: ',', csvRowDelimiter: '\n', csvNullValue: CSV_NULL, rfc4180: true }),
  };
}
