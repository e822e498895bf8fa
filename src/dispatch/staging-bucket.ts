import { Annotations, Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket, LifecycleRule, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MANIFESTS_PREFIX } from './manifest';
import { sharedInStack, SharedProps } from './shared-in-stack';

/** Where a staging bucket keeps the data that a run hands to the warehouse. */
export const STAGING_PREFIX = 'staging/';

/** Where a staging bucket keeps what rules found in each file. */
export const OUTCOMES_PREFIX = 'outcomes/';

/** How long staged data is kept, and how long manifests and outcomes are. */
const STAGED_DATA_KEPT_FOR = Duration.days(7);
const RECORDS_KEPT_FOR = Duration.days(90);

/** The bucket of a stack's pipelines for what lives between a run and the warehouse; it cleans itself. */
export function stagingBucketOfStack(scope: Construct, id: string, props: SharedProps): IBucket {
  const { encryptionKey, removalPolicy, autoDeleteObjects } = props;
  return sharedInStack(scope, id, props, () => new Bucket(scope, id, {
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey !== undefined,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy,
    autoDeleteObjects,
    lifecycleRules: [
      cleaning(STAGING_PREFIX, STAGED_DATA_KEPT_FOR),
      cleaning(MANIFESTS_PREFIX, RECORDS_KEPT_FOR),
      cleaning(OUTCOMES_PREFIX, RECORDS_KEPT_FOR),
    ],
  }));
}

/** What a pipeline stages, and how long it is kept: ages by prefix. */
export function stagedBy(pipelineName: string, keepsOutcomes: boolean): Record<string, Duration> {
  return {
    [stagingPrefix(pipelineName)]: STAGED_DATA_KEPT_FOR,
    [manifestsPrefix(pipelineName)]: RECORDS_KEPT_FOR,
    ...(keepsOutcomes ? { [outcomesPrefix(pipelineName)]: RECORDS_KEPT_FOR } : {}),
  };
}

/**
 * Makes a pipeline's part of a staging bucket clean itself, and nothing else of it. The lifecycle of an imported bucket is its
 * owner's, who is warned.
 *
 * @param kept ages by prefix
 */
export function cleanStaging(scope: Construct, bucket: IBucket, kept: Record<string, Duration>): void {
  if (!hasLifecycle(bucket)) {
    const rules = Object.entries(kept).map(([prefix, age]) => `${prefix} after ${age.toDays()} days`);
    Annotations.of(scope).addWarningV2(
      'cdk-customer-data-platform:lifecycleOfImportedStagingBucket',
      `the staging bucket is imported, and its lifecycle is left alone; give it rules that delete ${rules.slice(0, -1).join(', ')} and ${rules.at(-1)}`,
    );
    return;
  }
  Object.entries(kept).forEach(([prefix, age]) => bucket.addLifecycleRule(cleaning(prefix, age)));
}

/** A bucket of this app has it; known by its members, since that of another copy of aws-cdk-lib is of another class. */
function hasLifecycle(bucket: IBucket): bucket is Bucket {
  return 'addLifecycleRule' in bucket;
}

function cleaning(prefix: string, expiration: Duration): LifecycleRule {
  return {
    prefix,
    expiration,
    noncurrentVersionExpiration: Duration.days(1),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  };
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
