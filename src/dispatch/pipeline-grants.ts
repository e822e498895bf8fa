import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { underPrefixes } from './bucket-grants';
import { PipelinePrefixes, UploadPrefixes } from './pipeline-prefixes';

/** Lets a grantee drop files under a prefix; one of another account gets the right by the bucket's policy. */
export function grantUpload(grantee: IGrantable, bucket: IBucket, prefix: string): Grant {
  const put = Grant.addToPrincipalOrResource({
    grantee,
    actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
    resourceArns: [bucket.arnForObjects(`${prefix}*`)],
    resource: bucket,
  });
  // A multipart upload reads back what it has encrypted.
  return combined(put, bucket.encryptionKey?.grantEncryptDecrypt(grantee));
}

/** Lets a grantee correct what a pipeline set aside, and give it to the pipeline again. */
export function grantReplay(grantee: IGrantable, bucket: IBucket, { prefix, written }: PipelinePrefixes<UploadPrefixes>): Grant {
  const { errorPrefix, quarantinePrefix } = written;
  const grant = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, unknown>>): Grant =>
    Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
  const objects = (...prefixes: string[]): string[] => prefixes.map((of) => bucket.arnForObjects(`${of}*`));

  // A copy of an object takes its tags along.
  return combined(
    grant(['s3:ListBucket'], [bucket.bucketArn], underPrefixes([errorPrefix, quarantinePrefix])),
    grant(['s3:GetObject', 's3:GetObjectTagging'], objects(errorPrefix, quarantinePrefix)),
    grant(['s3:PutObject', 's3:PutObjectTagging', 's3:AbortMultipartUpload'], objects(quarantinePrefix, prefix)),
    bucket.encryptionKey?.grantEncryptDecrypt(grantee),
  );
}

function combined(first: Grant, ...others: (Grant | undefined)[]): Grant {
  return others.reduce<Grant>((all, other) => other ? all.combine(other) : all, first);
}
