import { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { RedshiftWarehouseProps } from './redshift-warehouse';
import { ProvisionedClusterAttributes, ServerlessWorkgroupAttributes } from './redshift-warehouse-attributes';
import { IRedshiftWarehouse } from './redshift-warehouse-ref';
import { WarehouseAccess } from './warehouse-access';
import { KEY, REMOVAL_POLICY, ROLE, SECRET, SUBNETS } from '../common/aws-kinds';
import { like, NAME, NUMBER, oneOf, optional, PropKinds, struct, TEXT } from '../common/kinds';

export const ACCESS = oneOf('WarehouseAccess', WarehouseAccess);
export const WAREHOUSE = like<IRedshiftWarehouse>(
  'a warehouse', 'pass a RedshiftWarehouse, or one that RedshiftWarehouse.fromServerlessWorkgroup or fromProvisionedCluster imports',
  'connection', 'copyRole', 'addSchema', 'grantRunStatements',
);

export const WAREHOUSE_KINDS: PropKinds<RedshiftWarehouseProps> = {
  databaseName: optional(TEXT),
  workgroupName: optional(TEXT),
  vpc: optional(like<IVpc>('a VPC', 'pass a Vpc, or an imported one such as Vpc.fromLookup makes', 'vpcId', 'selectSubnets')),
  vpcSubnets: optional(SUBNETS),
  baseCapacity: optional(NUMBER),
  maxCapacity: optional(NUMBER),
  encryptionKey: optional(KEY),
  removalPolicy: optional(REMOVAL_POLICY),
};

const IMPORTED = { databaseName: NAME, copyRole: ROLE, adminSecret: optional(SECRET) };

export const WORKGROUP_ATTRIBUTES = struct<ServerlessWorkgroupAttributes>({ workgroupName: NAME, workgroupId: optional(NAME), ...IMPORTED });
export const CLUSTER_ATTRIBUTES = struct<ProvisionedClusterAttributes>({
  clusterIdentifier: NAME, databaseUser: optional(NAME), secret: optional(SECRET), ...IMPORTED,
});
