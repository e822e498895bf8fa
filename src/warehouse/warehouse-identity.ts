import { Annotations, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IRedshiftWarehouse } from './redshift-warehouse-ref';
import { ConfigurationError } from '../errors';

/** What two constructs that stand for one database have in common: its names where the app knows them, else where they come from. */
export function warehouseIdentity({ connection, stack, env }: IRedshiftWarehouse): string {
  const { workgroupName, clusterIdentifier, databaseName } = connection;
  const names = [workgroupName, clusterIdentifier, databaseName].map((name) => name ?? '');
  const where = [env.account, env.region].map((each) => Token.isUnresolved(each) ? '' : each);
  return names.some((name) => Token.isUnresolved(name))
    ? `${stack.node.path} ${JSON.stringify(Stack.of(stack).resolve(names))}`
    : [...where, ...names].join(' ');
}

/**
 * Throws ConfigurationError for a fault of two constructs in one warehouse. Warns where only the deployment knows whether two warehouses of
 * one identity are one: those of stacks without account and Region, such as the stages of an app, may be deployed apart.
 */
export function refuseInOneWarehouse(owner: Construct, warehouses: IRedshiftWarehouse[], id: string, fault: string): void {
  const [one, other] = warehouses;
  if (one.stack === other.stack || ![one.env.account, one.env.region].some((each) => Token.isUnresolved(each))) {
    throw new ConfigurationError(fault, owner);
  }
  Annotations.of(owner).addWarningV2(
    `cdk-customer-data-platform:${id}`, `if both stacks are deployed to one account and Region: ${fault}; give the stacks an env that says where they are deployed`,
  );
}
