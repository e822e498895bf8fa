import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { IJob } from 'aws-cdk-lib/aws-glue';
import { Grant, IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { OracleSource } from './oracle-source';
import { ReplicationNetwork } from './replication-network';
import { renderSchemaSettings } from './replication-settings';
import { schemasPrefix } from './staged-documents';
import { TableSelection } from './table-patterns';
import { grantList, grantReadAssets, grantWriteObjects } from '../dispatch/bucket-grants';
import { CustomerDataJob } from '../dispatch/customer-data-job';
import { GlueCapacity } from '../dispatch/glue-capacity';
import { IRedshiftWarehouse, WarehouseAccess } from '../warehouse';

/** Reading a catalog is little work. */
const CAPACITY = GlueCapacity.of({ maxWorkers: 2, maxConcurrentRuns: 1, timeout: Duration.minutes(45) });

/** What Glue tags the network interfaces of jobs with. */
const GLUE_TAG = 'aws-glue-service-resource';

/** Props of `SchemaJob`. */
export interface SchemaJobProps {
  readonly pipelineName: string;
  readonly warehouse: IRedshiftWarehouse;
  readonly source: OracleSource;
  readonly network: ReplicationNetwork;
  readonly tables: TableSelection;
  readonly targetSchema?: string;
  /** A file of the user's that is applied instead of what the job would make. */
  readonly schemaFile?: string;
  /** The driver's file where Glue's own is not to be used. */
  readonly oracleDriverJar?: string;
  readonly bucket: IBucket;
  readonly logKey: IKey;
  readonly role?: IRole;
}

/** Reads the source's catalog, and makes and changes the warehouse's tables after it. Run by each deployment that changes something about it, before the replication starts. */
export class SchemaJob extends Construct {
  public readonly job: IJob;
  public readonly role: IRole;
  /** The job's settings. */
  public readonly settings: object;

  constructor(scope: Construct, id: string, props: SchemaJobProps) {
    super(scope, id);
    const { pipelineName, bucket, warehouse } = props;
    const file = props.schemaFile === undefined ? undefined : new Asset(this, 'SchemaFile', { path: props.schemaFile });
    const outputPrefix = schemasPrefix(pipelineName);
    this.settings = renderSchemaSettings({ ...props, schemaFile: file?.s3ObjectUrl, outputBucketName: bucket.bucketName, outputPrefix });
    const { job, role } = new CustomerDataJob(this, 'Job', {
      pipelineName: `${pipelineName}/schema`,
      description: `Makes the tables of ${pipelineName} after the source's catalog`,
      script: 'convert_oracle_schema.py',
      settings: () => this.settings,
      capacity: CAPACITY,
      connections: [props.network.glueConnection],
      extraJars: props.oracleDriverJar === undefined ? [] : [new Asset(this, 'OracleDriver', { path: props.oracleDriverJar })],
      logKey: props.logKey,
      role: props.role,
    });
    this.job = job;
    this.role = role;

    props.source.secret.grantRead(role);
    if (file) {
      grantReadAssets(role, [file]);
    }
    grantList(role, bucket, [outputPrefix]);
    grantWriteObjects(role, bucket, outputPrefix, ['s3:GetObject', 's3:AbortMultipartUpload']);
    this.grantNetwork(props.network);
    warehouse.grantRunStatements(role, WarehouseAccess.WRITE);
  }

  /** What Glue does with a job's role to put it into a network (Glue developer guide, "IAM permissions for AWS Glue"; its managed policy has all of it on everything). */
  private grantNetwork({ glueConnection, subnets, jobSecurityGroup }: ReplicationNetwork): void {
    const stack = Stack.of(this);
    const ec2 = (resource: string, resourceName: string): string => stack.formatArn({ service: 'ec2', resource, resourceName });
    const interfaces = ec2('network-interface', '*');
    const grant = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, unknown>>): Grant =>
      Grant.addToPrincipal({ grantee: this.role, actions, resourceArns, conditions });
    grant(['glue:GetConnection'], [glueConnection.connectionArn, stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME })]);
    grant(['ec2:CreateNetworkInterface'], [interfaces, ec2('subnet', subnets[0].subnetId), ec2('security-group', jobSecurityGroup.securityGroupId)]);
    grant(['ec2:DeleteNetworkInterface'], [interfaces]);
    grant(['ec2:CreateTags', 'ec2:DeleteTags'], [interfaces], { 'ForAllValues:StringEquals': { 'aws:TagKeys': [GLUE_TAG] } });
    // '*': to describe knows no resources (Service authorization reference, "Amazon EC2").
    this.role.addToPrincipalPolicy(new PolicyStatement({
      actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcAttribute', 'ec2:DescribeVpcEndpoints', 'ec2:DescribeRouteTables'],
      resources: ['*'],
    }));
  }
}
