import { Annotations, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MANIFESTS_PREFIX } from './manifest';

/** Where a staging bucket keeps the data that a run hands to the warehouse. */
export const STAGING_PREFIX = 'staging/';

/** Where a staging bucket keeps what rules found in each file. */
export const OUTCOMES_PREFIX = 'outcomes/';

/** A bucket for what lives between a run and the warehouse. */
export function newStagingBucket(scope: Construct, id: string, encryptionKey: IKey | undefined, removalPolicy: RemovalPolicy): IBucket {
  return new Bucket(scope, id, {
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey !== undefined,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy,
  });
}

/**
 * Makes a pipeline's part of a staging bucket clean itself: staged data after 7 days, manifests, from which a run can
 * be repeated, after 90, as outcomes. The lifecycle of an imported bucket is its owner's, who is warned.
 */
export function cleanStaging(scope: Construct, bucket: IBucket, pipelineName: string, keepsOutcomes: boolean): void {
  const kept = {
    [stagingPrefix(pipelineName)]: Duration.days(7),
    [manifestsPrefix(pipelineName)]: Duration.days(90),
    ...(keepsOutcomes ? { [outcomesPrefix(pipelineName)]: Duration.days(90) } : {}),
  };
  if (!(bucket instanceof Bucket)) {
    const rules = Object.entries(kept).map(([prefix, age]) => `${prefix} after ${age.toDays()} days`);
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:lifecycleOfImportedStagingBucket',
      `the staging bucket is imported, and its lifecycle is left alone; give it rules that delete ${rules.slice(0, -1).join(', ')} and ${rules.at(-1)}`,
    );
    return;
  }
  for (const [prefix, expiration] of Object.entries(kept)) {
    bucket.addLifecycleRule({
      prefix,
      expiration,
      noncurrentVersionExpiration: Duration.days(1),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    });
  }
}

/** A pipeline's part of the staged data. */
export function stagingPrefix(pipelineName: string): string {
  return `${STAGING_PREFIX}${pipelineName}/`;
}

/** A pipeline's manifests. */
export function manifestsPrefix(pipelineName: string): string {
  return `${MANIFESTS_PREFIX}${pipelineName}/`;
}

/** What rules found in a pipeline's files. */
export function outcomesPrefix(pipelineName: string): string {
  return `${OUTCOMES_PREFIX}${pipelineName}/`;
}
