import { Size } from 'aws-cdk-lib';
import { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { REPLICATION_CAPACITY } from './capacity-kind';
import type { OracleSource } from './oracle-source';
import { ReplicationFileFormat } from './replication-file-format';
import { ReplicationMode } from './replication-mode';
import { OracleToRedshiftReplicationProps } from './replication-props';
import { BUCKET, DURATION, KEEP_OR_DELETE, ROLE, SUBNETS } from '../common/aws-kinds';
import { BOOLEAN, like, listOf, NAME, NUMBER, oneOf, optional, PropKinds, TEXT } from '../common/kinds';
import { CAPACITY, PIPELINE_KINDS } from '../dispatch/pipeline-kinds';
import { SchemaContract } from '../warehouse';
import { WAREHOUSE } from '../warehouse/warehouse-kinds';

const VPC = like<IVpc>('a VPC', 'pass a Vpc, or an imported one such as Vpc.fromLookup makes', 'vpcId', 'selectSubnets');
const SECURITY_GROUP = like<ISecurityGroup>('a security group', 'pass a SecurityGroup, or an imported one', 'securityGroupId', 'addEgressRule');

export const REPLICATION_KINDS: PropKinds<OracleToRedshiftReplicationProps> = {
  ...PIPELINE_KINDS,
  warehouse: WAREHOUSE,
  vpc: VPC,
  source: like<OracleSource>('an OracleSource', 'write OracleSource.fromSecret(secret, ...)', 'secret', 'serviceName', '_attributes'),
  tables: listOf(TEXT),
  excludeTables: optional(listOf(TEXT)),
  targetSchema: optional(TEXT),
  mode: optional(oneOf('ReplicationMode', ReplicationMode)),
  capacity: optional(REPLICATION_CAPACITY),
  fileFormat: optional(oneOf('ReplicationFileFormat', ReplicationFileFormat)),
  mergeInterval: optional(DURATION),
  mergeCapacity: optional(CAPACITY),
  tablesSideBySide: optional(NUMBER),
  schemaContract: optional(oneOf('SchemaContract', SchemaContract)),
  schemaFile: optional(NAME),
  oracleDriverJar: optional(NAME),
  maxLobSize: optional(like<Size>('a Size', 'write for example Size.kibibytes(64)', 'toKibibytes', 'isUnresolved')),
  maxLag: optional(DURATION),
  checkInterval: optional(DURATION),
  vpcSubnets: optional(SUBNETS),
  securityGroups: optional(listOf(SECURITY_GROUP)),
  vpcEndpoints: optional(BOOLEAN),
  createServiceRoles: optional(BOOLEAN),
  replicationLogs: optional(BOOLEAN),
  stagingBucket: optional(BUCKET),
  schemaRole: optional(ROLE),
  pipelineName: optional(TEXT),
  removalPolicy: optional(KEEP_OR_DELETE),
  autoDeleteObjects: optional(BOOLEAN),
};
