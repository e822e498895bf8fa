import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/**
 * How the Redshift Data API reaches a database.
 *
 * Without a database user and a secret, each IAM role is a database user of its own.
 */
export interface RedshiftConnection {
  /**
   * The Redshift Serverless workgroup.
   *
   * @default - a provisioned cluster
   */
  readonly workgroupName?: string;

  /**
   * The provisioned cluster.
   *
   * @default - a Redshift Serverless workgroup
   */
  readonly clusterIdentifier?: string;

  /** The database. */
  readonly databaseName: string;

  /**
   * The database user that statements run as, with temporary credentials.
   *
   * @default - the caller's IAM role, or the user of the secret
   */
  readonly databaseUser?: string;

  /**
   * Holds the name and password of the database user that statements run as.
   *
   * @default - temporary credentials
   */
  readonly secret?: ISecret;
}
