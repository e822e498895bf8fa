import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { IRedshiftWarehouse, OracleSource, OracleSourceOptions, OracleToRedshiftReplication, OracleToRedshiftReplicationProps } from '../../src';
import { newStack, newWarehouse } from '../csv-loading/helpers';

/** A network that is there already, and so adds nothing to the template. */
export function knownVpc(stack: Stack, id = 'Vpc'): IVpc {
  return Vpc.fromVpcAttributes(stack, id, {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-a', 'subnet-b'],
    privateSubnetRouteTableIds: ['rtb-a', 'rtb-b'],
  });
}

/** The database of a secret that is there already. */
export function newSource(stack: Stack, options: OracleSourceOptions = {}): OracleSource {
  const id = 'OracleSecret';
  const secret = stack.node.tryFindChild(id) as Secret | undefined ?? Secret.fromSecretNameV2(stack, id, 'crm/oracle');
  return OracleSource.fromSecret(secret, { serviceName: 'ORCLPDB1', ...options });
}

/** A replication of `CRM.%` in a stack of its own or the one given. */
export function newReplication(props: Partial<OracleToRedshiftReplicationProps> = {}, stack: Stack = newStack(), id = 'Replication'): OracleToRedshiftReplication {
  const warehouse = props.warehouse ?? stack.node.tryFindChild('Warehouse') as unknown as IRedshiftWarehouse | undefined ?? newWarehouse(stack);
  const vpc = props.vpc ?? stack.node.tryFindChild('Vpc') as unknown as IVpc | undefined ?? knownVpc(stack);
  return new OracleToRedshiftReplication(stack, id, { warehouse, vpc, source: newSource(stack), tables: ['CRM.%'], pipelineName: 'crm', ...props });
}

/** The template of a replication with these props. */
export function templateWith(props: Partial<OracleToRedshiftReplicationProps> = {}): Template {
  return Template.fromStack(Stack.of(newReplication(props)));
}
