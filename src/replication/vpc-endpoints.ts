import { Lazy, Stack } from 'aws-cdk-lib';
import {
  CfnSecurityGroupIngress, CfnVPCEndpoint, GatewayVpcEndpoint, GatewayVpcEndpointAwsService, InterfaceVpcEndpoint, InterfaceVpcEndpointAwsService,
  ISecurityGroup, ISubnet, IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** A way to a service over TLS, and who takes it. */
interface InterfaceUse {
  readonly id: string;
  readonly service: InterfaceVpcEndpointAwsService;
  readonly users: ISecurityGroup[];
}

/** Endpoints that replications of an app have made, by VPC and service. */
const endpointsOfVpc = new WeakMap<IVpc, Map<string, Construct>>();

/** Route tables of the subnets from which an endpoint of S3 is used. */
const routeTablesOf = new WeakMap<Construct, Set<string>>();

/** Props of `VpcEndpoints`. */
export interface VpcEndpointsProps {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  readonly interfaces: InterfaceUse[];
}

/**
 * Lets a replication use endpoints of its VPC: one for each service, which all replications of the app share.
 *
 * They are made in the network's stack, not with the replication that needs them first: that one may be removed, and the others still need them.
 */
export class VpcEndpoints extends Construct {
  /** What has to be there before anything is reached through them. */
  public readonly endpoints: Construct[];

  constructor(scope: Construct, id: string, private readonly props: VpcEndpointsProps) {
    super(scope, id);
    this.endpoints = [this.s3(), ...props.interfaces.map((use) => this.interface(use))].filter((endpoint) => endpoint !== undefined);
  }

  private s3(): Construct | undefined {
    const { vpc, subnets } = this.props;
    const endpoint = this.shared('.s3', (place) => {
      const made = new GatewayVpcEndpoint(place, 'S3', { vpc, service: GatewayVpcEndpointAwsService.S3, subnets: [{ subnets }] });
      const routeTables = new Set<string>();
      routeTablesOf.set(made, routeTables);
      (made.node.defaultChild as CfnVPCEndpoint).routeTableIds = Lazy.list({ produce: () => [...routeTables] });
      return made;
    });
    subnets.forEach(({ routeTable }) => endpoint && routeTablesOf.get(endpoint)?.add(routeTable.routeTableId));
    return endpoint;
  }

  private interface({ id, service, users }: InterfaceUse): Construct | undefined {
    const { vpc, subnets } = this.props;
    const endpoint = this.shared(`.${service.shortName}`, (place) => new InterfaceVpcEndpoint(place, id, { vpc, service, subnets: { subnets }, open: false }));
    if (endpoint instanceof InterfaceVpcEndpoint) {
      users.forEach((user, index) => new CfnSecurityGroupIngress(this, `${id}-${index}`, {
        description: `${this.node.path} to ${service.shortName}`.slice(-255),
        groupId: endpoint.connections.securityGroups[0].securityGroupId,
        sourceSecurityGroupId: user.securityGroupId,
        ipProtocol: 'tcp',
        fromPort: service.port,
        toPort: service.port,
      }));
    }
    return endpoint;
  }

  /** One for each VPC: a second one with the same name would be refused. Those that the app makes in another way count too. */
  private shared(service: string, make: (place: Construct) => Construct): Construct | undefined {
    const { vpc } = this.props;
    const made = endpointsOfVpc.get(vpc) ?? new Map<string, Construct>();
    endpointsOfVpc.set(vpc, made);
    if (!made.has(service) && hasEndpoint(vpc, service)) {
      return undefined;
    }
    const endpoint = made.get(service) ?? make(placeOf(this.stackOfEndpoints(), vpc));
    made.set(service, endpoint);
    return endpoint;
  }

  /** Subnets of another stack than the network's know the network: there the endpoints would make the two depend on each other. */
  private stackOfEndpoints(): Stack {
    const stack = Stack.of(this.props.vpc);
    return this.props.subnets.every((subnet) => Stack.of(subnet) === stack) ? stack : Stack.of(this);
  }
}

/** Where a stack has the endpoints of a VPC. */
function placeOf(stack: Stack, vpc: IVpc): Construct {
  const id = `ReplicationVpcEndpoints-${vpc.node.addr.slice(-8)}`;
  return stack.node.tryFindChild(id) as Construct | undefined ?? new Construct(stack, id);
}

/** Whether the VPC's own construct has an endpoint to a service. */
function hasEndpoint(vpc: IVpc, service: string): boolean {
  return vpc.node.findAll()
    .filter((construct) => CfnVPCEndpoint.isCfnVPCEndpoint(construct))
    .some((endpoint) => JSON.stringify(Stack.of(vpc).resolve(endpoint.serviceName)).includes(service));
}
