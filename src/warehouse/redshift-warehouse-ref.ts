import { IResource } from 'aws-cdk-lib';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { RedshiftConnection } from './redshift-connection';
import { WarehouseAccess } from './warehouse-access';

/** A Redshift database that the constructs of this library load into and read from. */
export interface IRedshiftWarehouse extends IResource {
  /** The database. */
  readonly databaseName: string;

  /** The role that COPY and UNLOAD assume; it has only the rights that constructs grant to it. */
  readonly copyRole: IRole;

  /** How the Redshift Data API reaches the database. */
  readonly connection: RedshiftConnection;

  /** The statements that give the database roles `cdp_reader` and `cdp_writer` their rights on the schemas that the app uses. */
  readonly setupSql: string;

  /**
   * Adds a schema to the warehouse: set-up creates it and gives the database roles their rights on it.
   *
   * Adding a schema again does nothing.
   */
  addSchema(schemaName: string): void;

  /**
   * Lets a role run statements through the Redshift Data API, with the database rights of the access.
   *
   * On Redshift Serverless each IAM role is a database user of its own, which gets its rights by the role's tag `RedshiftDbRoles`. So
   * the grantee must have a role of this app. On a provisioned cluster statements run as the cluster's `databaseUser` or the user of its
   * `secret`, and the access makes no difference.
   */
  grantRunStatements(grantee: IGrantable, access: WarehouseAccess): Grant;

  /** A metric of the workgroup (`AWS/Redshift-Serverless`) or of the cluster (`AWS/Redshift`). */
  metric(metricName: string, options?: MetricOptions): Metric;

  /** Connections to the database: the maximum in five minutes. */
  metricDatabaseConnections(options?: MetricOptions): Metric;
}
