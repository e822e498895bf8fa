import { RedshiftConnection } from './redshift-connection';
import { secretId } from './secret-id';

/** The part of a job's `--settings` that says how it reaches the warehouse; `customer_data.warehouse` reads it. */
export function renderWarehouse(connection: RedshiftConnection, copyRoleArn: string): object {
  return {
    workgroup_name: connection.workgroupName,
    cluster_identifier: connection.clusterIdentifier,
    database: connection.databaseName,
    database_user: connection.databaseUser,
    secret_arn: connection.secret && secretId(connection.secret),
    copy_role_arn: copyRoleArn,
  };
}
