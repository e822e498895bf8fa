import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DocumentPlace } from './lifecycle-properties';

const s3 = new S3Client({});

/** A JSON document; undefined if there is none. */
export async function readDocument<T>({ bucket, key }: DocumentPlace): Promise<T | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return JSON.parse(await Body!.transformToString()) as T;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') {
      return undefined;
    }
    throw error;
  }
}

/** Writes a JSON document over the one that is there. */
export async function writeDocument({ bucket, key }: DocumentPlace, document: object): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: JSON.stringify(document), ContentType: 'application/json' }));
}
