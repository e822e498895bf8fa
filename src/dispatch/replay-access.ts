import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantReadObjects, grantWriteObjects } from './bucket-grants';

/** Where, under a pipeline's prefix, a replay puts the records of a corrected quarantine file; `runtime/customer_data` has the same name. */
export const REPLAYED = 'replayed/';

/** Lets a job make a CSV of a corrected file of the quarantine, for the pipeline itself to take. */
export function grantReplayAccess(job: IGrantable, bucket: IBucket, prefix: string, quarantinePrefix: string): void {
  grantReadObjects(job, bucket, quarantinePrefix);
  grantWriteObjects(job, bucket, `${prefix}${REPLAYED}`, ['s3:AbortMultipartUpload']);
}
