import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket, ObjectOwnership, StorageClass } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';

/** Glacier Instant Retrieval bills 90 days at least (S3 user guide, "Storage classes"). */
const SHORTEST_ARCHIVE_DAYS = 90;

/** How long an overwritten or deleted object can be got back. Not the original of a failed file, whose version is deleted: its copy is under the error prefix. */
const NONCURRENT_KEPT = Duration.days(30);

/** Props of `newLandingBucket`. */
export interface LandingBucketProps {
  readonly archiveAfter?: Duration;
  readonly expireAfter?: Duration;
  readonly encryptionKey?: IKey;
  readonly removalPolicy: RemovalPolicy;
  readonly autoDeleteObjects: boolean;
}

/** A bucket that files are dropped into: private, encrypted, versioned, over TLS only, archived and emptied with time. */
export function newLandingBucket(scope: Construct, id: string, props: LandingBucketProps): IBucket {
  const archiveAfter = props.archiveAfter ?? Duration.days(30);
  const expireAfter = props.expireAfter ?? Duration.days(730);
  refuseImpossibleLifecycle(scope, archiveAfter, expireAfter);

  return new Bucket(scope, id, {
    versioned: true,
    encryption: props.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey: props.encryptionKey,
    bucketKeyEnabled: props.encryptionKey !== undefined,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: props.removalPolicy,
    autoDeleteObjects: props.autoDeleteObjects,
    lifecycleRules: [
      {
        transitions: [{ storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: archiveAfter }],
        expiration: expireAfter,
        noncurrentVersionExpiration: NONCURRENT_KEPT,
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
      // A rule with an expiration cannot also clear what deleted objects leave behind.
      { expiredObjectDeleteMarker: true },
    ],
  });
}

function refuseImpossibleLifecycle(scope: Construct, archiveAfter: Duration, expireAfter: Duration): void {
  const archiveDays = wholeDays(scope, 'archiveAfter', archiveAfter);
  const expireDays = wholeDays(scope, 'expireAfter', expireAfter);
  if (archiveDays === undefined || expireDays === undefined) {
    return;
  }
  if (expireDays < archiveDays + SHORTEST_ARCHIVE_DAYS) {
    throw new ConfigurationError(
      `expireAfter is ${expireDays} days, but at least archiveAfter (${archiveDays} days) and ${SHORTEST_ARCHIVE_DAYS} days more are allowed,`
      + ` since Glacier Instant Retrieval bills ${SHORTEST_ARCHIVE_DAYS} days; use Duration.days(${archiveDays + SHORTEST_ARCHIVE_DAYS}) or more, or archive earlier`,
      scope,
    );
  }
}

function wholeDays(scope: Construct, prop: string, duration: Duration): number | undefined {
  if (duration.isUnresolved()) {
    return undefined;
  }
  const days = duration.toDays({ integral: false });
  if (!Number.isInteger(days) || days < 1) {
    throw new ConfigurationError(`${prop} is ${days} days, but whole days from 1 are allowed, which is how S3 counts; use Duration.days()`, scope);
  }
  return days;
}
