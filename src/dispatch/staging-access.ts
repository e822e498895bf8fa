import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantList, grantReadObjects, grantWriteObjects } from './bucket-grants';

/** Lets a job read its manifests, and write, read and remove what it stages. */
export function grantStagingAccess(job: IGrantable, bucket: IBucket, manifestsPrefix: string, stagingPrefix: string): void {
  grantList(job, bucket, [manifestsPrefix, stagingPrefix]);
  grantReadObjects(job, bucket, manifestsPrefix);
  grantWriteObjects(job, bucket, stagingPrefix, ['s3:GetObject', 's3:DeleteObject', 's3:AbortMultipartUpload']);
}

/** Lets a job write down what rules found in each file, and look whether it has done so. */
export function grantOutcomesAccess(job: IGrantable, bucket: IBucket, outcomesPrefix: string): void {
  grantList(job, bucket, [outcomesPrefix]);
  grantWriteObjects(job, bucket, outcomesPrefix, ['s3:GetObject']);
}
