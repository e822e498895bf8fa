import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantList, grantOnObjects, grantReadObjects, grantWriteObjects } from '../dispatch/bucket-grants';
import { PipelinePrefixes } from '../dispatch/pipeline-prefixes';
import { grantReplayAccess } from '../dispatch/replay-access';

/** Where a gate writes, by prop. */
export type GatePrefixes = Record<'passedPrefix' | 'quarantinePrefix' | 'reportPrefix' | 'processedPrefix' | 'errorPrefix', string>;

/** Lets the job read the files, publish the good rows, keep the bad ones and the reports, and move the originals with their tags. */
export function grantGateAccess(job: IGrantable, bucket: IBucket, { prefix }: PipelinePrefixes, written: GatePrefixes): void {
  grantList(job, bucket, [prefix, ...Object.values(written)]);
  grantReadObjects(job, bucket, prefix, ['s3:GetObjectVersion', 's3:GetObjectTagging', 's3:GetObjectVersionTagging']);
  grantOnObjects(job, bucket, prefix, ['s3:DeleteObject', 's3:DeleteObjectVersion']);
  grantReadObjects(job, bucket, written.passedPrefix);
  for (const target of Object.values(written)) {
    grantWriteObjects(job, bucket, target, ['s3:PutObjectTagging', 's3:AbortMultipartUpload']);
  }
  grantReplayAccess(job, bucket, prefix, written.quarantinePrefix);
}
