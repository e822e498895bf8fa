import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantList, grantOnObjects, grantReadObjects, grantWriteObjects } from '../dispatch/bucket-grants';
import { WrittenPrefixes } from '../dispatch/pipeline-prefixes';
import { grantReplayAccess } from '../dispatch/replay-access';

/** The prefixes of the landing bucket. */
export interface LandingPrefixes {
  readonly prefix: string;
  readonly errorPrefix: string;
  readonly quarantinePrefix: string;
  /** Where the reports on a loader's rules go; without rules there are none. */
  readonly reportPrefix?: string;
}

/** The prefixes that the loader writes to, by the props that name them. */
export function writtenPrefixes({ errorPrefix, quarantinePrefix, reportPrefix }: LandingPrefixes): WrittenPrefixes {
  return { errorPrefix, quarantinePrefix, ...(reportPrefix === undefined ? {} : { reportPrefix }) };
}

/** Lets the job read the files, move those that fail to the error prefix with their tags, and plan what these would do. */
export function grantLandingAccess(job: IGrantable, bucket: IBucket, prefixes: LandingPrefixes): void {
  grantList(job, bucket, [prefixes.prefix, prefixes.errorPrefix]);
  grantReadObjects(job, bucket, prefixes.prefix, ['s3:GetObjectVersion', 's3:GetObjectTagging', 's3:GetObjectVersionTagging']);
  grantOnObjects(job, bucket, prefixes.prefix, ['s3:DeleteObject', 's3:DeleteObjectVersion']);
  grantReadObjects(job, bucket, prefixes.errorPrefix, ['s3:GetObjectVersion']);
  grantWriteObjects(job, bucket, prefixes.errorPrefix, ['s3:PutObjectTagging', 's3:AbortMultipartUpload']);
  grantWriteObjects(job, bucket, prefixes.quarantinePrefix, ['s3:AbortMultipartUpload']);
}

/** Lets the job of a loader with rules write its reports, and replay what rules rejected. */
export function grantRulesAccess(job: IGrantable, bucket: IBucket, { prefix, quarantinePrefix, reportPrefix }: LandingPrefixes): void {
  if (reportPrefix !== undefined) {
    grantWriteObjects(job, bucket, reportPrefix, ['s3:AbortMultipartUpload']);
    grantList(job, bucket, [quarantinePrefix]);
    grantReplayAccess(job, bucket, prefix, quarantinePrefix);
  }
}
