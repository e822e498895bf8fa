import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IRedshiftWarehouse, WarehouseAccess } from '../warehouse';
import { LedgerSettings } from './function-settings';
import { secretId } from '../warehouse/secret-id';

/** The table that says what became of each file of a pipeline. */
export class LedgerTable {
  constructor(
    private readonly warehouse: IRedshiftWarehouse,
    private readonly schemaName: string,
    private readonly tableName: string,
  ) {}

  /** What a function needs to open it. */
  get settings(): LedgerSettings {
    const { workgroupName, clusterIdentifier, databaseName, databaseUser, secret } = this.warehouse.connection;
    return {
      schema: this.schemaName,
      table: this.tableName,
      warehouse: { workgroupName, clusterIdentifier, database: databaseName, databaseUser, secretArn: secret && secretId(secret) },
    };
  }

  /** Lets a function read it. */
  grantRead(grantee: IGrantable): void {
    this.warehouse.grantRunStatements(grantee, WarehouseAccess.READ);
  }
}
