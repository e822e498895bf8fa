import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';

/** Lets a role read the objects under a prefix, and nothing else. */
export function grantReadObjects(grantee: IGrantable, bucket: IBucket, prefix: string, more: string[] = []): void {
  grantOnObjects(grantee, bucket, prefix, ['s3:GetObject', ...more]);
  bucket.encryptionKey?.grantDecrypt(grantee);
}

/** Lets a role write objects under a prefix, and nothing else. */
export function grantWriteObjects(grantee: IGrantable, bucket: IBucket, prefix: string, more: string[] = []): void {
  grantOnObjects(grantee, bucket, prefix, ['s3:PutObject', ...more]);
  // A multipart upload reads back what it has encrypted (S3 user guide, "Multipart upload and KMS").
  bucket.encryptionKey?.grantEncryptDecrypt(grantee);
}

/** Lets a role read these assets; `asset.grantRead` would let it read every asset of the account. */
export function grantReadAssets(grantee: IGrantable, assets: Asset[]): void {
  Grant.addToPrincipal({
    grantee,
    actions: ['s3:GetObject'],
    resourceArns: assets.map((asset) => asset.bucket.arnForObjects(asset.s3ObjectKey)),
  });
}

/** Lets a role read one object, each version of it, and learn that it is missing (`grantList`). */
export function grantReadObject(grantee: IGrantable, bucket: IBucket, key: string): void {
  Grant.addToPrincipal({ grantee, actions: ['s3:GetObject', 's3:GetObjectVersion'], resourceArns: [bucket.arnForObjects(key)] });
  grantList(grantee, bucket, [key]);
  bucket.encryptionKey?.grantDecrypt(grantee);
}

/** Lets a role write one object, and read it back (`grantReadObject`). */
export function grantReadAndWriteObject(grantee: IGrantable, bucket: IBucket, key: string): void {
  grantReadObject(grantee, bucket, key);
  Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [bucket.arnForObjects(key)] });
  bucket.encryptionKey?.grantEncryptDecrypt(grantee);
}

/** Lets a role do something to the objects under a prefix. */
export function grantOnObjects(grantee: IGrantable, bucket: IBucket, prefix: string, actions: string[]): void {
  Grant.addToPrincipal({ grantee, actions, resourceArns: [bucket.arnForObjects(`${prefix}*`)] });
}

/**
 * Lets a role list the objects under prefixes. It also distinguishes a missing object (404) from a forbidden one (403): there S3
 * takes the key for the prefix.
 */
export function grantList(grantee: IGrantable, bucket: IBucket, prefixes: string[], action = 's3:ListBucket'): void {
  Grant.addToPrincipal({ grantee, actions: [action], resourceArns: [bucket.bucketArn], conditions: underPrefixes(prefixes) });
}

/** The condition that a listing is of one of these prefixes; none for the whole bucket, which a request need not name. */
export function underPrefixes(prefixes: string[]): Record<string, Record<string, string[]>> | undefined {
  return prefixes.includes('') ? undefined : { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } };
}
