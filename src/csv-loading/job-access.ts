import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantList, grantOnObjects, grantReadObjects, grantWriteObjects } from '../dispatch/bucket-grants';
import { PipelinePrefixes, UploadPrefixes } from '../dispatch/pipeline-prefixes';
import { grantReplayAccess } from '../dispatch/replay-access';

/** Lets the job read the files, move those that fail to the error prefix with their tags, and plan what these would do. */
export function grantLandingAccess(job: IGrantable, bucket: IBucket, { prefix, written }: PipelinePrefixes<UploadPrefixes>): void {
  grantList(job, bucket, [prefix, written.errorPrefix]);
  grantReadObjects(job, bucket, prefix, ['s3:GetObjectVersion', 's3:GetObjectTagging', 's3:GetObjectVersionTagging']);
  grantOnObjects(job, bucket, prefix, ['s3:DeleteObject', 's3:DeleteObjectVersion']);
  grantReadObjects(job, bucket, written.errorPrefix, ['s3:GetObjectVersion']);
  grantWriteObjects(job, bucket, written.errorPrefix, ['s3:PutObjectTagging', 's3:AbortMultipartUpload']);
}

/** Lets the job keep rejected records, and load them again when they are corrected. */
export function grantQuarantineAccess(job: IGrantable, bucket: IBucket, { prefix, written }: PipelinePrefixes<UploadPrefixes>): void {
  grantWriteObjects(job, bucket, written.quarantinePrefix, ['s3:AbortMultipartUpload']);
  grantList(job, bucket, [written.quarantinePrefix]);
  grantReplayAccess(job, bucket, prefix, written.quarantinePrefix);
}

/** Lets the job of a loader with rules write its reports. */
export function grantReportAccess(job: IGrantable, bucket: IBucket, reportPrefix: string): void {
  grantWriteObjects(job, bucket, reportPrefix, ['s3:AbortMultipartUpload']);
}
