import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnEndpoint, CfnReplicationConfig, CfnReplicationInstance, CfnReplicationSubnetGroup, CfnReplicationTask } from 'aws-cdk-lib/aws-dms';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { oracleSettings, s3Settings } from './endpoint-settings';
import { OracleSource } from './oracle-source';
import { ReplicationCapacity } from './replication-capacity';
import { ReplicationFileFormat } from './replication-file-format';
import { dmsArn, nameInMode, replicationBase, replicationIdentifier } from './replication-id';
import { ReplicationMode } from './replication-mode';
import { ReplicationNetwork } from './replication-network';
import { ReplicationTarget } from './replication-target';
import { grantOnObjects } from '../dispatch/bucket-grants';

/** Props of `DmsReplication`. */
export interface DmsReplicationProps {
  readonly pipelineName: string;
  readonly source: OracleSource;
  readonly network: ReplicationNetwork;
  readonly bucket: IBucket;
  /** Where files are written; ends with '/'. */
  readonly prefix: string;
  readonly format: ReplicationFileFormat;
  readonly mode: ReplicationMode;
  readonly capacity: ReplicationCapacity;
  readonly mappings: object;
  readonly settings: object;
  /** Encrypts what DMS stores; without it DMS has its own key. */
  readonly encryptionKey?: IKey;
}

/** What ARNs call the kinds. */
const RESOURCES = { serverless: 'replication-config', task: 'task' } as const;

/**
 * The part of a replication that is DMS's: endpoints, their roles, and a DMS Serverless configuration or an instance with a task.
 *
 * Names are its own, so that ARNs are known before anything is made, and what stops the replication can come first.
 */
export class DmsReplication extends Construct {
  /** What starts and stops it has to know. */
  public readonly target: ReplicationTarget;
  /** ARNs of what it may have been before, of another kind or mode, under another key, or in another network. */
  public readonly earlierArns: Record<ReplicationTarget['kind'], string>;
  /** ARNs under which its events are reported. */
  public readonly eventSources: string[];
  /** ARNs of the instance and of both endpoints, where DMS does not test by itself whether it reaches these. */
  public readonly tested: string[];
  /** What DMS assumes to read the secret. */
  public readonly secretRole: Role;
  /** What DMS assumes to write files. */
  public readonly bucketRole: Role;
  /** All that must not change while it runs. */
  public readonly resources: CfnResource[];

  constructor(scope: Construct, id: string, private readonly props: DmsReplicationProps) {
    super(scope, id);
    const { pipelineName, source, network, bucket, prefix, mode, capacity, encryptionKey } = props;
    const base = replicationBase(this);
    const identifier = replicationIdentifier(base, { vpc: network.vpc, encryptionKey });

    this.secretRole = this.newSecretRole(source);
    this.bucketRole = this.newBucketRole(bucket, prefix);
    const oracle = new CfnEndpoint(this, 'Source', {
      endpointType: 'source',
      engineName: 'oracle',
      databaseName: source.serviceName,
      oracleSettings: oracleSettings(source, this.secretRole),
      extraConnectionAttributes: source._attributes,
      kmsKeyId: encryptionKey?.keyArn,
    });
    const files = new CfnEndpoint(this, 'Target', {
      endpointType: 'target',
      engineName: 's3',
      s3Settings: s3Settings({ bucket, prefix, role: this.bucketRole, format: props.format }),
      kmsKeyId: encryptionKey?.keyArn,
    });
    // DMS tries the roles when it makes the endpoints.
    oracle.node.addDependency(this.secretRole);
    files.node.addDependency(this.bucketRole);
    const subnets = new CfnReplicationSubnetGroup(this, 'SubnetGroup', {
      replicationSubnetGroupDescription: `Subnets of ${pipelineName}`,
      replicationSubnetGroupIdentifier: identifier,
      subnetIds: network.subnets.map(({ subnetId }) => subnetId),
    });

    const made = capacity._choice.kind === 'serverless'
      ? this.newServerless(identifier, oracle, files, subnets)
      : this.newTask(identifier, oracle, files, subnets);
    made.forEach((resource) => resource.node.addDependency(subnets));
    this.resources = [oracle, files, subnets, ...made];
    const kind = capacity._choice.kind === 'serverless' ? 'serverless' : 'task';
    this.tested = kind === 'task' ? [made[0], oracle, files].map(({ ref }) => ref) : [];
    const name = nameInMode(identifier, mode);
    this.target = { kind, identifier: name, arn: dmsArn(this, RESOURCES[kind], name), mode };
    this.earlierArns = { serverless: dmsArn(this, RESOURCES.serverless, `${base}-*`), task: dmsArn(this, RESOURCES.task, `${base}-*`) };
    this.eventSources = [this.target.arn, ...(this.target.kind === 'task' ? [dmsArn(this, 'rep', identifier)] : [])];
  }

  /** What the template says of them, without their logical ids and dependencies. */
  public resolvedDefinition(): unknown {
    return this.resources.map((resource) => {
      const { Resources: resources } = Stack.of(this).resolve(resource._toCloudFormation());
      return Object.values<{ Properties?: unknown }>(resources).map(({ Properties }) => Properties);
    });
  }

  private newServerless(identifier: string, oracle: CfnEndpoint, files: CfnEndpoint, subnets: CfnReplicationSubnetGroup): CfnReplicationConfig[] {
    const { capacity, network, mode, mappings, settings, encryptionKey } = this.props;
    const choice = capacity._choice as Extract<typeof capacity._choice, { kind: 'serverless' }>;
    const name = nameInMode(identifier, mode);
    return [new CfnReplicationConfig(this, `Configuration-${mode}`, {
      replicationConfigIdentifier: name,
      resourceIdentifier: name,
      replicationType: mode,
      sourceEndpointArn: oracle.ref,
      targetEndpointArn: files.ref,
      tableMappings: mappings,
      replicationSettings: settings,
      computeConfig: {
        minCapacityUnits: choice.min,
        maxCapacityUnits: choice.max,
        multiAz: choice.multiAz,
        replicationSubnetGroupId: subnets.ref,
        vpcSecurityGroupIds: network.securityGroups.map(({ securityGroupId }) => securityGroupId),
        kmsKeyId: encryptionKey?.keyArn,
      },
    })];
  }

  private newTask(identifier: string, oracle: CfnEndpoint, files: CfnEndpoint, subnets: CfnReplicationSubnetGroup): CfnResource[] {
    const { capacity, network, mode, mappings, settings, encryptionKey } = this.props;
    const choice = capacity._choice as Extract<typeof capacity._choice, { kind: 'instance' }>;
    const instance = new CfnReplicationInstance(this, 'Instance', {
      replicationInstanceIdentifier: identifier,
      resourceIdentifier: identifier,
      replicationInstanceClass: choice.instanceClass,
      allocatedStorage: choice.allocatedStorage,
      engineVersion: choice.engineVersion,
      multiAz: choice.multiAz,
      publiclyAccessible: false,
      autoMinorVersionUpgrade: true,
      replicationSubnetGroupIdentifier: subnets.ref,
      vpcSecurityGroupIds: network.securityGroups.map(({ securityGroupId }) => securityGroupId),
      kmsKeyId: encryptionKey?.keyArn,
    });
    const stack = Stack.of(this);
    const name = nameInMode(identifier, mode);
    const task = new CfnReplicationTask(this, `Task-${mode}`, {
      replicationTaskIdentifier: name,
      resourceIdentifier: name,
      migrationType: mode,
      replicationInstanceArn: instance.ref,
      sourceEndpointArn: oracle.ref,
      targetEndpointArn: files.ref,
      tableMappings: stack.toJsonString(mappings),
      replicationTaskSettings: stack.toJsonString(settings),
    });
    return [instance, task];
  }

  /** DMS reads secrets as a service of its Region (DMS user guide, "Using secrets to access database endpoints"). */
  private newSecretRole(source: OracleSource): Role {
    const role = new Role(this, 'SecretRole', {
      assumedBy: new ServicePrincipal(`dms.${Stack.of(this).region}.amazonaws.com`),
      description: `DMS reads the secret of the source of ${this.props.pipelineName}`,
    });
    source.secret.grantRead(role);
    return role;
  }

  /** DMS writes, tags and deletes its own files, and lists the bucket to test the connection (DMS user guide, "Using Amazon S3 as a target"). */
  private newBucketRole(bucket: IBucket, prefix: string): Role {
    const role = new Role(this, 'BucketRole', {
      assumedBy: new ServicePrincipal('dms.amazonaws.com'),
      description: `DMS writes the files of ${this.props.pipelineName}`,
    });
    grantOnObjects(role, bucket, prefix, ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload']);
    // Without a prefix: the test of a connection lists the bucket itself.
    role.addToPolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
    bucket.encryptionKey?.grantEncryptDecrypt(role);
    return role;
  }
}
