import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { RedshiftConnection } from './redshift-connection';
import { grantStatements, tagWithDatabaseRole } from './statement-grants';
import { WarehouseAccess } from './warehouse-access';
import { WarehouseBase } from './warehouse-base';
import { ACCESS } from './warehouse-kinds';
import { GRANTEE, METRIC_OPTIONS } from '../common/aws-kinds';
import { NAME } from '../common/kinds';
import { metricOptions } from '../common/metric-options';
import { requireArguments } from '../common/require-kinds';

/**
 * What new and imported workgroups share: each IAM role is a database user, whose rights its tag names.
 *
 * @internal
 */
export abstract class ServerlessWorkgroupBase extends WarehouseBase {
  /** Name of the workgroup. */
  public abstract readonly workgroupName: string;

  /** ARN of the workgroup. */
  public abstract readonly workgroupArn: string;

  public get connection(): RedshiftConnection {
    return { workgroupName: this.workgroupName, databaseName: this.databaseName };
  }

  public grantRunStatements(grantee: IGrantable, access: WarehouseAccess): Grant {
    requireArguments('grantRunStatements', { grantee, access }, { grantee: GRANTEE, access: ACCESS });
    tagWithDatabaseRole(grantee, access, this);
    return grantStatements(grantee, this.workgroupArn).combine(Grant.addToPrincipal({
      grantee,
      actions: ['redshift-serverless:GetCredentials'],
      resourceArns: [this.workgroupArn],
    }));
  }

  public metric(metricName: string, options?: MetricOptions): Metric {
    requireArguments('metric', { metricName, options }, { metricName: NAME, options: METRIC_OPTIONS });
    return new Metric({
      namespace: 'AWS/Redshift-Serverless',
      metricName,
      dimensionsMap: { Workgroup: this.workgroupName },
      ...options,
    }).attachTo(this);
  }

  public override metricDatabaseConnections(options?: MetricOptions): Metric {
    return super.metricDatabaseConnections(metricOptions('metricDatabaseConnections', options, {
      dimensionsMap: { DatabaseName: this.databaseName, Workgroup: this.workgroupName },
    }));
  }
}
