import { Lazy, Resource } from 'aws-cdk-lib';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { RedshiftConnection } from './redshift-connection';
import { IRedshiftWarehouse } from './redshift-warehouse-ref';
import { SetupOutputs } from './setup-outputs';
import { asScript, checkSchemaName, setupStatements } from './setup-sql';
import { WarehouseAccess } from './warehouse-access';
import { TEXT } from '../common/kinds';
import { metricOptions } from '../common/metric-options';
import { requireArguments } from '../common/require-kinds';

/**
 * What all warehouses share.
 *
 * @internal
 */
export abstract class WarehouseBase extends Resource implements IRedshiftWarehouse {
  public abstract readonly databaseName: string;
  public abstract readonly copyRole: IRole;
  public abstract readonly connection: RedshiftConnection;

  public readonly setupSql = Lazy.string({ produce: () => asScript(this._setupStatements()) });

  /**
   * Outputs with the set-up's SQL where no function runs it.
   *
   * @internal
   */
  protected _setupOutputs?: SetupOutputs;

  private readonly schemas = new Set<string>();

  public addSchema(schemaName: string): void {
    requireArguments('addSchema', { schemaName }, { schemaName: TEXT });
    checkSchemaName(schemaName, this);
    if (!this.schemas.has(schemaName)) {
      this.schemas.add(schemaName);
      this._setupOutputs?.addSchema(schemaName);
    }
  }

  public metricDatabaseConnections(options?: MetricOptions): Metric {
    return this.metric('DatabaseConnections', metricOptions('metricDatabaseConnections', options, { statistic: Stats.MAXIMUM }));
  }

  public abstract grantRunStatements(grantee: IGrantable, access: WarehouseAccess): Grant;

  public abstract metric(metricName: string, options?: MetricOptions): Metric;

  /**
   * What gives the database roles their rights, in order.
   *
   * @internal
   */
  protected _setupStatements(): string[] {
    return setupStatements([...this.schemas].sort(), this.connection.databaseUser);
  }
}
