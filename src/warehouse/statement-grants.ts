import { ArnFormat, Stack, Tags } from 'aws-cdk-lib';
import { Grant, IGrantable, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { ConfigurationError } from '../errors';
import { DATABASE_ROLES } from './database-roles';
import { RedshiftConnection } from './redshift-connection';
import { WarehouseAccess } from './warehouse-access';

/** Redshift Serverless gives a role's database user the database roles that this tag names, colons between (Management Guide, "Federating database roles"). */
const DATABASE_ROLES_TAG = 'RedshiftDbRoles';

/** The access that each role was granted, by warehouse. */
const granted = new WeakMap<Role, Map<IConstruct, WarehouseAccess>>();

/** Lets a grantee submit statements to a workgroup or cluster, and follow its own. */
export function grantStatements(grantee: IGrantable, warehouseArn: string): Grant {
  const submit = Grant.addToPrincipal({
    grantee,
    actions: ['redshift-data:ExecuteStatement', 'redshift-data:BatchExecuteStatement'],
    resourceArns: [warehouseArn],
  });
  const follow = new PolicyStatement({
    actions: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
    // A statement has no ARN; the condition admits the caller's own alone (Management Guide, "Authorizing access to the Data API").
    resources: ['*'],
    conditions: { StringEquals: { 'redshift-data:statement-owner-iam-userid': '${aws:userid}' } },
  });
  grantee.grantPrincipal.addToPrincipalPolicy(follow);
  return submit;
}

/**
 * Tags the grantee's role with the database role of the access. A role has one such tag for all warehouses, so that it
 * cannot have more access to one of them than to another.
 */
export function tagWithDatabaseRole(grantee: IGrantable, access: WarehouseAccess, warehouse: IConstruct): void {
  const role = grantee.grantPrincipal;
  if (!Role.isRole(role)) {
    throw new ConfigurationError(
      `statements can be run only by a role that the app makes, because its tag ${DATABASE_ROLES_TAG} says what it may do in the database; `
      + `got ${describe(grantee)}. Give a Role, or a construct that has one, instead of an imported role`, warehouse);
  }
  // cdp_writer may do all that cdp_reader may.
  const accesses = granted.get(role) ?? new Map<IConstruct, WarehouseAccess>();
  const greater = accesses.get(warehouse) === WarehouseAccess.WRITE ? WarehouseAccess.WRITE : access;
  const other = [...accesses].find(([where, had]) => where !== warehouse && had !== greater);
  if (other) {
    throw new ConfigurationError(
      `the role ${role.node.path} is given ${greater} here and has ${other[1]} on ${other[0].node.path}, but its tag ${DATABASE_ROLES_TAG}`
      + ' gives it the same database role on all warehouses; use one role for each warehouse, or the same access on both', warehouse);
  }
  granted.set(role, accesses.set(warehouse, greater));
  Tags.of(role).add(DATABASE_ROLES_TAG, DATABASE_ROLES[greater]);
}

/** Lets a grantee get the credentials that its statements run with on a provisioned cluster. */
export function grantClusterCredentials(grantee: IGrantable, connection: RedshiftConnection, scope: IConstruct): void {
  if (connection.secret) {
    connection.secret.grantRead(grantee);
    return;
  }
  const stack = Stack.of(scope);
  const arn = (resource: string, name: string) => stack.formatArn({
    service: 'redshift', resource, resourceName: `${connection.clusterIdentifier}/${name}`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  Grant.addToPrincipal({
    grantee,
    actions: ['redshift:GetClusterCredentials'],
    resourceArns: [arn('dbuser', connection.databaseUser!), arn('dbname', connection.databaseName)],
  });
}

function describe(grantee: IGrantable): string {
  const principal: object = grantee.grantPrincipal;
  return 'node' in principal ? (principal as unknown as IConstruct).node.path : principal.constructor.name;
}
