import { Fn, Tags } from 'aws-cdk-lib';
import { CfnVPC, GatewayVpcEndpointAwsService, IVpc, PrivateSubnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

const CIDR = '10.0.0.0/16';

/** Redshift Serverless wants three Availability Zones (Management Guide, "Considerations when using Amazon Redshift Serverless"). */
const ZONES = 3;

/**
 * Subnets of 1,024 addresses: with enhanced VPC routing a workgroup needs some for its size, 133 in each subnet at 512 RPU
 * (ibid., "Free IP address requirements"), and so more than a /24 has at 1024.
 */
const HOST_BITS = 10;

/**
 * A VPC with isolated subnets in three zones and a gateway endpoint to S3, which costs nothing and is all that COPY needs.
 *
 * The zones are the first three of the account. The deployment fails at the third subnet where there are two (`us-west-1`), and at
 * the workgroup where Redshift Serverless does not support the id of one (ibid., "Availability Zone IDs"): a `vpc` has to be given.
 *
 * Made of its parts, because `Vpc` asks for the zones of the account when the app is synthesized, or takes two without asking.
 */
export function isolatedNetwork(scope: Construct): IVpc {
  const vpc = new CfnVPC(scope, 'Resource', { cidrBlock: CIDR, enableDnsHostnames: true, enableDnsSupport: true });
  Tags.of(vpc).add('Name', scope.node.path);
  const blocks = Fn.cidr(CIDR, ZONES, String(HOST_BITS));
  const subnets = Array.from({ length: ZONES }, (_, index) => new PrivateSubnet(scope, `Subnet${index + 1}`, {
    vpcId: vpc.attrVpcId,
    availabilityZone: Fn.select(index, Fn.getAzs()),
    cidrBlock: Fn.select(index, blocks),
  }));
  const network = Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: vpc.attrVpcId,
    vpcCidrBlock: CIDR,
    availabilityZones: subnets.map((subnet) => subnet.availabilityZone),
    isolatedSubnetIds: subnets.map((subnet) => subnet.subnetId),
    isolatedSubnetRouteTableIds: subnets.map((subnet) => subnet.routeTable.routeTableId),
  });
  network.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
  return network;
}
