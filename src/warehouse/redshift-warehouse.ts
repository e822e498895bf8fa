import { Annotations, Names, RemovalPolicy, Token } from 'aws-cdk-lib';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, ISecurityGroup, IVpc, Port, SecurityGroup, SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { CompositePrincipal, IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnNamespace, CfnWorkgroup } from 'aws-cdk-lib/aws-redshiftserverless';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ConfigurationError } from '../errors';
import { DatabaseSetup } from './database-setup';
import { ImportedCluster, ImportedWorkgroup } from './imported-warehouse';
import { isolatedNetwork } from './isolated-network';
import { ProvisionedClusterAttributes, ServerlessWorkgroupAttributes } from './redshift-warehouse-attributes';
import { IRedshiftWarehouse } from './redshift-warehouse-ref';
import { ServerlessWorkgroupBase } from './serverless-workgroup';
import { CLUSTER_ATTRIBUTES, WAREHOUSE_KINDS, WORKGROUP_ATTRIBUTES } from './warehouse-kinds';
import { CONSTRUCT } from '../common/aws-kinds';
import { NAME } from '../common/kinds';
import { metricOptions } from '../common/metric-options';
import { requireArguments, requireKind, requireProps } from '../common/require-kinds';

const PORT = 5439;
const ADMIN_USER = 'admin';

/** Redshift Management Guide, "Compute capacity for Amazon Redshift Serverless", which gives the largest sizes for the base only. */
const SMALLEST_CAPACITY = 4;
const CAPACITY_STEP = 8;
const LARGE_BASE = 512;
const LARGE_BASE_STEP = 32;
const LARGEST_BASE = 1024;

/** Props of `RedshiftWarehouse`. */
export interface RedshiftWarehouseProps {
  /**
   * The database to create: a letter, then letters, digits and '_', '+', '.', '@', '-', 127 characters at most.
   *
   * @default 'dev'
   */
  readonly databaseName?: string;

  /**
   * Name of the workgroup and of its namespace: 3 to 64 lower-case letters, digits and hyphens.
   *
   * @default - a name made from the construct's path
   */
  readonly workgroupName?: string;

  /**
   * The workgroup's network; COPY needs a route to S3 from there. Redshift Serverless does not support all Availability Zones
   * (the id counts, such as `use1-az3`, not the name): give a VPC with subnets in zones that it supports where the account has
   * fewer than three zones, such as in `us-west-1`, or where the deployment fails for the zone of a subnet. Each subnet needs
   * free addresses for the workgroup's size, 133 at 512 RPU.
   *
   * @default - a new VPC with isolated subnets in the first three Availability Zones of the account and a gateway endpoint to S3
   */
  readonly vpc?: IVpc;

  /**
   * Subnets of the given VPC; Redshift Serverless requires three Availability Zones.
   *
   * @default - its isolated subnets, else its private ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Capacity in Redshift Processing Units at which the workgroup works: 4, a multiple of 8 up to 512 or, in some
   * Regions only, a multiple of 32 up to 1024.
   *
   * @default 8
   */
  readonly baseCapacity?: number;

  /**
   * The most that the workgroup may scale to, in Redshift Processing Units: 4, or a multiple of 8; it limits the cost of an
   * hour.
   *
   * @default - Redshift's own limit
   */
  readonly maxCapacity?: number;

  /**
   * Key of the data and of the administrator's secret.
   *
   * @default - keys that AWS owns
   */
  readonly encryptionKey?: IKey;

  /**
   * What happens to the data when the warehouse is removed from its stack. `SNAPSHOT` keeps a final snapshot.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A Redshift Serverless workgroup with one database, which all other constructs load into.
 *
 * It scales to nothing when idle, is reached only from its VPC and through the Redshift Data API, encrypts what it holds and refuses
 * connections without TLS. Secrets Manager creates and rotates its administrator's password. User, connection and activity
 * logs go to CloudWatch. At deployment a set-up function creates the database roles `cdp_reader` and `cdp_writer`
 * and the schemas that constructs use.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import { RedshiftWarehouse } from 'cdk-customer-data-platform';
 *
 * declare const stack: Stack;
 *
 * const warehouse = new RedshiftWarehouse(stack, 'Warehouse', { databaseName: 'customers', maxCapacity: 32 });
 * warehouse.metricComputeSeconds().createAlarm(stack, 'WarehouseIsBusy', { threshold: 10_000, evaluationPeriods: 3 });
 */
export class RedshiftWarehouse extends ServerlessWorkgroupBase implements IConnectable {
  /** Imports a Redshift Serverless workgroup. */
  public static fromServerlessWorkgroup(scope: Construct, id: string, attributes: ServerlessWorkgroupAttributes): IRedshiftWarehouse {
    requireArguments('RedshiftWarehouse.fromServerlessWorkgroup', { scope, id }, { scope: CONSTRUCT, id: NAME });
    requireKind(`attributes of '${id}'`, attributes, WORKGROUP_ATTRIBUTES, scope);
    return new ImportedWorkgroup(scope, id, attributes);
  }

  /** Imports a provisioned Redshift cluster. */
  public static fromProvisionedCluster(scope: Construct, id: string, attributes: ProvisionedClusterAttributes): IRedshiftWarehouse {
    requireArguments('RedshiftWarehouse.fromProvisionedCluster', { scope, id }, { scope: CONSTRUCT, id: NAME });
    requireKind(`attributes of '${id}'`, attributes, CLUSTER_ATTRIBUTES, scope);
    const { clusterIdentifier, databaseUser, secret } = attributes;
    if (!databaseUser === !secret) {
      throw new ConfigurationError(
        `cluster ${clusterIdentifier} has ${secret ? 'both' : 'neither'} databaseUser ${secret ? 'and' : 'nor'} secret; give one of them, statements run as that user`,
        scope,
      );
    }
    return new ImportedCluster(scope, id, attributes);
  }

  public readonly databaseName: string;
  public readonly workgroupName: string;
  public readonly copyRole: IRole;

  /** Name of the namespace, which holds the data. */
  public readonly namespaceName: string;

  /** Name and password of the administrator. */
  public readonly adminSecret: ISecret;

  /** The workgroup's VPC. */
  public readonly vpc: IVpc;

  /** Who may connect to the workgroup over the network; the Redshift Data API needs no rule. */
  public readonly connections: Connections;

  public readonly workgroupArn: string;

  constructor(scope: Construct, id: string, props: RedshiftWarehouseProps = {}) {
    super(scope, id);
    requireProps(this, props, WAREHOUSE_KINDS);
    checkName(this, props.workgroupName);
    checkDatabaseName(this, props.databaseName);
    checkCapacity(this, props);

    const name = props.workgroupName ?? Names.uniqueResourceName(this, { maxLength: 64, separator: '-' }).toLowerCase();
    this.databaseName = props.databaseName ?? 'dev';

    this.copyRole = new Role(this, 'CopyRole', {
      description: `COPY and UNLOAD of ${this.node.path}`,
      assumedBy: new CompositePrincipal(new ServicePrincipal('redshift.amazonaws.com'), new ServicePrincipal('redshift-serverless.amazonaws.com')),
    });

    const namespace = this.newNamespace(name, props);
    this.namespaceName = namespace.ref;
    // CloudFormation does not return the secret that it lets Redshift make; its name follows from the namespace and the user.
    this.adminSecret = Secret.fromSecretNameV2(this, 'AdminSecret', `redshift!${name}-${ADMIN_USER}`);

    this.vpc = props.vpc ?? isolatedNetwork(new Construct(this, 'Network'));
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: this.vpc,
      description: `Redshift workgroup of ${this.node.path}`,
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(PORT) });

    const workgroup = this.newWorkgroup(name, securityGroup, props);
    this.workgroupName = workgroup.ref;
    this.workgroupArn = workgroup.attrWorkgroupWorkgroupArn;

    new DatabaseSetup(this, 'Setup', {
      workgroupName: this.workgroupName,
      databaseName: this.databaseName,
      warehouseArn: this.workgroupArn,
      adminSecret: this.adminSecret,
      secretKey: props.encryptionKey,
      statements: () => this._setupStatements(),
    });
  }

  /** Billed compute time of the workgroup in RPU-seconds: the sum over five minutes. */
  public metricComputeSeconds(options?: MetricOptions): Metric {
    return this.metric('ComputeSeconds', metricOptions('metricComputeSeconds', options, { statistic: Stats.SUM }));
  }

  /** Capacity that the workgroup used, in RPUs: the maximum in five minutes. */
  public metricComputeCapacity(options?: MetricOptions): Metric {
    return this.metric('ComputeCapacity', metricOptions('metricComputeCapacity', options, { statistic: Stats.MAXIMUM }));
  }

  /** Storage of the namespace in megabytes: the maximum in five minutes. */
  public metricDataStorage(options?: MetricOptions): Metric {
    return this.metric('DataStorage', metricOptions('metricDataStorage', options, {
      statistic: Stats.MAXIMUM, dimensionsMap: { Namespace: this.namespaceName },
    }));
  }

  private newNamespace(name: string, { encryptionKey, removalPolicy = RemovalPolicy.RETAIN }: RedshiftWarehouseProps): CfnNamespace {
    const snapshot = removalPolicy === RemovalPolicy.SNAPSHOT;
    const namespace = new CfnNamespace(this, 'Namespace', {
      namespaceName: name,
      dbName: this.databaseName,
      adminUsername: ADMIN_USER,
      manageAdminPassword: true,
      adminPasswordSecretKmsKeyId: encryptionKey?.keyArn,
      kmsKeyId: encryptionKey?.keyArn,
      iamRoles: [this.copyRole.roleArn],
      logExports: ['userlog', 'connectionlog', 'useractivitylog'],
      finalSnapshotName: snapshot ? `${name.slice(0, 58)}-final` : undefined,
    });
    // CloudFormation knows no snapshot policy for namespaces; Redshift takes the last snapshot itself.
    namespace.applyRemovalPolicy(snapshot ? RemovalPolicy.DESTROY : removalPolicy);
    return namespace;
  }

  private newWorkgroup(name: string, securityGroup: ISecurityGroup, props: RedshiftWarehouseProps): CfnWorkgroup {
    return new CfnWorkgroup(this, 'Workgroup', {
      workgroupName: name,
      namespaceName: this.namespaceName,
      baseCapacity: props.baseCapacity ?? CAPACITY_STEP,
      maxCapacity: props.maxCapacity,
      subnetIds: this.subnetIds(props),
      securityGroupIds: [securityGroup.securityGroupId],
      port: PORT,
      publiclyAccessible: false,
      enhancedVpcRouting: true,
      configParameters: [
        { parameterKey: 'require_ssl', parameterValue: 'true' },
        // Without it the activity log stays empty.
        { parameterKey: 'enable_user_activity_logging', parameterValue: 'true' },
      ],
    });
  }

  private subnetIds({ vpc, vpcSubnets }: RedshiftWarehouseProps): string[] {
    const selected = this.vpc.selectSubnets(vpcSubnets ?? {
      subnetType: this.vpc.isolatedSubnets.length > 0 ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS,
    });
    const zones = new Set(selected.availabilityZones).size;
    if (vpc && !Token.isUnresolved(selected.subnetIds) && zones < 3) {
      Annotations.of(this).addWarningV2('cdk-customer-data-platform:warehouse.zones',
        `the workgroup's subnets are in ${zones} Availability Zones; Redshift Serverless wants three. Give vpcSubnets or a VPC that has them`);
    }
    return selected.subnetIds;
  }
}

function checkName(scope: Construct, name: string | undefined): void {
  if (name !== undefined && !Token.isUnresolved(name) && !/^[a-z0-9-]{3,64}$/.test(name)) {
    throw new ConfigurationError(`workgroupName is ${JSON.stringify(name)}; allowed are 3 to 64 lower-case letters, digits and hyphens`, scope);
  }
}

/** CloudFormation template reference, `AWS::RedshiftServerless::Namespace`, `DbName`. */
function checkDatabaseName(scope: Construct, name: string | undefined): void {
  if (name !== undefined && !Token.isUnresolved(name) && !/^[a-zA-Z][a-zA-Z_0-9+.@-]{0,126}$/.test(name)) {
    throw new ConfigurationError(
      `databaseName is ${JSON.stringify(name)}; allowed are a letter and up to 126 letters, digits and '_', '+', '.', '@', '-' after it`, scope);
  }
}

function checkCapacity(scope: Construct, { baseCapacity, maxCapacity }: RedshiftWarehouseProps): void {
  const base = baseCapacity ?? CAPACITY_STEP;
  if (!Token.isUnresolved(base) && !(isCapacity(base, base > LARGE_BASE ? LARGE_BASE_STEP : CAPACITY_STEP) && base <= LARGEST_BASE)) {
    throw new ConfigurationError(
      `baseCapacity is ${base}; allowed are ${SMALLEST_CAPACITY}, multiples of ${CAPACITY_STEP} up to ${LARGE_BASE}`
      + ` and, in some Regions, multiples of ${LARGE_BASE_STEP} up to ${LARGEST_BASE} RPU`, scope);
  }
  if (maxCapacity === undefined || Token.isUnresolved(maxCapacity)) {
    return;
  }
  if (!isCapacity(maxCapacity, CAPACITY_STEP)) {
    throw new ConfigurationError(`maxCapacity is ${maxCapacity}; allowed are ${SMALLEST_CAPACITY} and multiples of ${CAPACITY_STEP} RPU`, scope);
  }
  if (!Token.isUnresolved(base) && maxCapacity < base) {
    throw new ConfigurationError(`maxCapacity is ${maxCapacity}, below baseCapacity, which is ${base}; raise it to at least that`, scope);
  }
}

function isCapacity(capacity: number, step: number): boolean {
  return capacity === SMALLEST_CAPACITY || (capacity > 0 && capacity % step === 0);
}
