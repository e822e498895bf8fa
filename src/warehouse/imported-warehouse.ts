import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DatabaseSetup, DatabaseSetupProps } from './database-setup';
import { RedshiftConnection } from './redshift-connection';
import { ProvisionedClusterAttributes, ServerlessWorkgroupAttributes } from './redshift-warehouse-attributes';
import { ServerlessWorkgroupBase } from './serverless-workgroup';
import { SetupOutputs } from './setup-outputs';
import { grantClusterCredentials, grantStatements } from './statement-grants';
import { WarehouseAccess } from './warehouse-access';
import { WarehouseBase } from './warehouse-base';
import { ACCESS } from './warehouse-kinds';
import { GRANTEE, METRIC_OPTIONS } from '../common/aws-kinds';
import { requireSame } from '../common/environment';
import { NAME } from '../common/kinds';
import { requireArguments } from '../common/require-kinds';

/** An existing workgroup. */
export class ImportedWorkgroup extends ServerlessWorkgroupBase {
  public readonly workgroupName: string;
  public readonly databaseName: string;
  public readonly copyRole: IRole;
  public readonly workgroupArn: string;

  constructor(scope: Construct, id: string, attributes: ServerlessWorkgroupAttributes) {
    super(scope, id);
    refuseCopyRoleOfOtherAccount(this, attributes.copyRole);
    this.workgroupName = attributes.workgroupName;
    this.databaseName = attributes.databaseName;
    this.copyRole = attributes.copyRole;
    this.workgroupArn = Stack.of(this).formatArn({
      service: 'redshift-serverless',
      resource: 'workgroup',
      // A workgroup's ARN ends in its id, which does not follow from its name.
      resourceName: attributes.workgroupId ?? '*',
    });
    this._setupOutputs = setUp(this, attributes.adminSecret, {
      workgroupName: this.workgroupName,
      databaseName: this.databaseName,
      warehouseArn: this.workgroupArn,
      statements: () => this._setupStatements(),
    });
  }
}

/** An existing provisioned cluster. All statements run as one database user. */
export class ImportedCluster extends WarehouseBase {
  public readonly databaseName: string;
  public readonly copyRole: IRole;
  public readonly connection: RedshiftConnection;
  private readonly clusterArn: string;
  private readonly clusterIdentifier: string;

  constructor(scope: Construct, id: string, attributes: ProvisionedClusterAttributes) {
    super(scope, id);
    refuseCopyRoleOfOtherAccount(this, attributes.copyRole);
    this.databaseName = attributes.databaseName;
    this.copyRole = attributes.copyRole;
    this.clusterIdentifier = attributes.clusterIdentifier;
    this.connection = {
      clusterIdentifier: attributes.clusterIdentifier,
      databaseName: attributes.databaseName,
      databaseUser: attributes.databaseUser,
      secret: attributes.secret,
    };
    this.clusterArn = Stack.of(this).formatArn({
      service: 'redshift', resource: 'cluster', resourceName: attributes.clusterIdentifier, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this._setupOutputs = setUp(this, attributes.adminSecret, {
      clusterIdentifier: attributes.clusterIdentifier,
      databaseName: this.databaseName,
      warehouseArn: this.clusterArn,
      statements: () => this._setupStatements(),
    });
  }

  public grantRunStatements(grantee: IGrantable, access: WarehouseAccess): Grant {
    requireArguments('grantRunStatements', { grantee, access }, { grantee: GRANTEE, access: ACCESS });
    const grant = grantStatements(grantee, this.clusterArn);
    grantClusterCredentials(grantee, this.connection, this);
    return grant;
  }

  public metric(metricName: string, options?: MetricOptions): Metric {
    requireArguments('metric', { metricName, options }, { metricName: NAME, options: METRIC_OPTIONS });
    return new Metric({
      namespace: 'AWS/Redshift',
      metricName,
      dimensionsMap: { ClusterIdentifier: this.clusterIdentifier },
      ...options,
    }).attachTo(this);
  }
}

/** Redshift Management Guide, "Authorizing Amazon Redshift to access AWS services". */
function refuseCopyRoleOfOtherAccount(warehouse: WarehouseBase, copyRole: IRole): void {
  requireSame(warehouse, 'copyRole', copyRole, 'account', 'a warehouse can only assume roles of its own account; use one of that account, associated with the warehouse');
}

/** With the administrator's secret set-up runs by itself; without it a person runs the SQL that is returned as outputs. */
function setUp(
  warehouse: WarehouseBase, adminSecret: ISecret | undefined, props: Omit<DatabaseSetupProps, 'adminSecret'>,
): SetupOutputs | undefined {
  if (adminSecret) {
    new DatabaseSetup(warehouse, 'Setup', { ...props, adminSecret });
    return undefined;
  }
  return new SetupOutputs(warehouse, warehouse.connection.databaseUser);
}
