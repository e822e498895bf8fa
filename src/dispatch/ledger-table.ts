import { IGrantable } from 'aws-cdk-lib/aws-iam';
import { IRedshiftWarehouse, WarehouseAccess } from '../warehouse';
import { LedgerSettings, LedgerTables } from './function-settings';
import { secretId } from '../warehouse/secret-id';

/** The tables of a warehouse that say what became of the files of a pipeline. */
export class LedgerTable {
  /**
   * @param warehouse holds them
   * @param tables the one table that all files go to, or how a file's key names it
   */
  constructor(private readonly warehouse: IRedshiftWarehouse, private readonly tables: LedgerTables) {}

  /** What a function needs to open them. */
  get settings(): LedgerSettings {
    const { workgroupName, clusterIdentifier, databaseName, databaseUser, secret } = this.warehouse.connection;
    return {
      ...this.tables,
      warehouse: { workgroupName, clusterIdentifier, database: databaseName, databaseUser, secretArn: secret && secretId(secret) },
    };
  }

  /** Lets a function read them. */
  grantRead(grantee: IGrantable): void {
    this.warehouse.grantRunStatements(grantee, WarehouseAccess.READ);
  }
}
