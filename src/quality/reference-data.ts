import { Token } from 'aws-cdk-lib';
import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { BUCKET } from '../common/aws-kinds';
import { shown, TEXT } from '../common/kinds';
import { requireArguments } from '../common/require-kinds';
import { requireColumns } from '../csv/column-name';
import { grantReadObject } from '../dispatch/bucket-grants';
import { LONGEST_KEY } from '../dispatch/names';
import { ConfigurationError } from '../errors';

/** Values that a column may have, kept outside of the rules; each run reads them anew. */
export class ReferenceData {
  /**
   * A column of a CSV object with a header, in UTF-8; `.gz` is decompressed.
   *
   * @param bucket bucket of the object
   * @param key key of the object
   * @param column column with the values, named as a table would have it: 'country_code' for the header 'Country Code'
   */
  public static csv(bucket: IBucket, key: string, column: string): ReferenceData {
    requireArguments('ReferenceData.csv', { bucket, key, column }, { bucket: BUCKET, key: TEXT, column: TEXT });
    if (!Token.isUnresolved(key) && !/^[^*?$]+$/.test(key)) {
      throw new ConfigurationError(
        `the key of reference data is '${key}', but the key of one object is allowed, without '*', '?' and '$', which would stand for others in its right; name the object`,
      );
    }
    if (!Token.isUnresolved(key) && Buffer.byteLength(key) > LONGEST_KEY) {
      throw new ConfigurationError(`the key of reference data is ${shown(key)} of ${Buffer.byteLength(key)} bytes, but ${LONGEST_KEY} are allowed, the longest key of S3; name the object`);
    }
    requireColumns(undefined, 'reference data', [column]);
    return new ReferenceData(bucket, key, column);
  }

  private constructor(private readonly bucket: IBucket, private readonly key: string, private readonly column: string) {}

  /**
   * The rule's parameters, as the job knows them.
   *
   * @internal
   */
  public get _parameters(): { [name: string]: string } {
    return { bucket: this.bucket.bucketName, key: this.key, reference_column: this.column };
  }

  /** @internal */
  public _grantRead(grantee: IGrantable): void {
    grantReadObject(grantee, this.bucket, this.key);
  }
}
