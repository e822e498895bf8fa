import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** An existing Redshift Serverless workgroup. */
export interface ServerlessWorkgroupAttributes {
  /** Name of the workgroup. */
  readonly workgroupName: string;

  /**
   * Id of the workgroup, the last part of its ARN.
   *
   * @default - roles that run statements may do so on all workgroups of the account and Region, since the ARN of one cannot be made from its name
   */
  readonly workgroupId?: string;

  /** The database. */
  readonly databaseName: string;

  /** The role that COPY and UNLOAD assume; it must be associated with the workgroup's namespace. */
  readonly copyRole: IRole;

  /**
   * Name and password of an administrator of the database, with which set-up makes schemas, database roles and their grants.
   *
   * @default - an administrator runs the SQL of the stack outputs `SetupSql` (the database roles) and `SetupSql<schema>`
   */
  readonly adminSecret?: ISecret;
}

/**
 * An existing provisioned Redshift cluster.
 *
 * Give `databaseUser` or `secret`, not both: statements of all constructs run as that user, since clusters have no tag that gives an IAM role
 * its database roles.
 */
export interface ProvisionedClusterAttributes {
  /** Identifier of the cluster. */
  readonly clusterIdentifier: string;

  /** The database. */
  readonly databaseName: string;

  /**
   * The database user that statements run as, with temporary credentials. Set-up gives it the role `cdp_writer`.
   *
   * @default - the user of the secret
   */
  readonly databaseUser?: string;

  /**
   * Name and password of the database user that statements run as. Give that user the role `cdp_writer`.
   *
   * @default - temporary credentials of `databaseUser`
   */
  readonly secret?: ISecret;

  /** The role that COPY and UNLOAD assume; it must be associated with the cluster. */
  readonly copyRole: IRole;

  /**
   * Name and password of an administrator of the database, with which set-up makes schemas, database roles and their grants.
   *
   * @default - an administrator runs the SQL of the stack outputs `SetupSql` (the database roles) and `SetupSql<schema>`
   */
  readonly adminSecret?: ISecret;
}
