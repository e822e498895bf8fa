import { Token } from 'aws-cdk-lib';
import {
  Connections, InterfaceVpcEndpointAwsService, IPeer, ISecurityGroup, ISubnet, IVpc, Peer, Port, SecurityGroup, SubnetSelection, SubnetType,
} from 'aws-cdk-lib/aws-ec2';
import { Connection, ConnectionNetwork, ConnectionType, IConnection } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { OracleSource } from './oracle-source';
import { VpcEndpoints } from './vpc-endpoints';
import { ConfigurationError } from '../errors';

/** Props of `ReplicationNetwork`. */
export interface ReplicationNetworkProps {
  readonly pipelineName: string;
  readonly vpc: IVpc;
  readonly vpcSubnets?: SubnetSelection;
  readonly securityGroups?: ISecurityGroup[];
  readonly vpcEndpoints: boolean;
  readonly source: OracleSource;
}

/** Where DMS and the schema job are: subnets, what they let out, and their ways to the services. */
export class ReplicationNetwork extends Construct {
  public readonly vpc: IVpc;
  public readonly subnets: ISubnet[];
  /** Those of DMS. */
  public readonly securityGroups: ISecurityGroup[];
  /** Puts the schema job into one of the subnets. */
  public readonly glueConnection: IConnection;
  /** Both, for the database to let in. */
  public readonly connections: Connections;
  /** Ways to the services that both need. */
  public readonly endpoints: Construct[];
  /** That of the schema job. */
  public readonly jobSecurityGroup: ISecurityGroup;

  constructor(scope: Construct, id: string, props: ReplicationNetworkProps) {
    super(scope, id);
    const { vpc, source } = props;
    this.vpc = vpc;
    this.subnets = subnetsOf(this, vpc, props.vpcSubnets);

    this.securityGroups = props.securityGroups ?? [this.newSecurityGroup('SecurityGroup', `DMS for ${props.pipelineName}`, props)];
    const jobGroup = this.newSecurityGroup('SchemaJobSecurityGroup', `Schema job of ${props.pipelineName}`, props);
    // Workers of a job talk to each other (Glue developer guide, "Setting up Amazon VPC to connect to JDBC data stores").
    jobGroup.addIngressRule(jobGroup, Port.allTcp(), 'Workers of the job');
    jobGroup.addEgressRule(jobGroup, Port.allTcp(), 'Workers of the job');
    this.jobSecurityGroup = jobGroup;
    this.glueConnection = new Connection(this, 'GlueConnection', {
      type: ConnectionType.NETWORK,
      description: `Network of the schema job of ${props.pipelineName}`,
      network: ConnectionNetwork.subnet(this.subnets[0]),
      securityGroups: [jobGroup],
    });
    this.connections = new Connections({ securityGroups: [...this.securityGroups, jobGroup], defaultPort: Port.tcp(source._listenerPort) });
    this.endpoints = props.vpcEndpoints ? this.newEndpoints(vpc).endpoints : [];
  }

  /** Lets out what DMS and the schema job need: the database, and over TLS the services of AWS. */
  private newSecurityGroup(id: string, description: string, { vpc, source }: ReplicationNetworkProps): SecurityGroup {
    const group = new SecurityGroup(this, id, { vpc, description, allowAllOutbound: false });
    group.addEgressRule(peerOf(source.host), Port.tcp(source._listenerPort), 'Oracle');
    // S3 has addresses of its own, also through a gateway endpoint.
    group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'S3, Secrets Manager and Redshift Data API');
    return group;
  }

  /** Services that our own job calls, and DMS; its functions and the merge job are in no network. */
  private newEndpoints(vpc: IVpc): VpcEndpoints {
    const both = [...this.securityGroups, this.jobSecurityGroup];
    return new VpcEndpoints(this, 'Endpoints', {
      vpc,
      subnets: this.subnets,
      interfaces: [
        { id: 'SecretsManager', service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER, users: both },
        { id: 'RedshiftData', service: InterfaceVpcEndpointAwsService.REDSHIFT_DATA, users: [this.jobSecurityGroup] },
        // Where there is no other way out, what a run logs would be lost with why it failed. Elsewhere it would only cost.
        ...(isIsolated(vpc, this.subnets) ? [{ id: 'Logs', service: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS, users: [this.jobSecurityGroup] }] : []),
      ],
    });
  }
}

/** Whether nothing but endpoints leads out of the subnets, as far as the app knows. */
function isIsolated(vpc: IVpc, subnets: ISubnet[]): boolean {
  const isolated = vpc.isolatedSubnets.map(({ node }) => node.addr);
  return subnets.every(({ node }) => isolated.includes(node.addr));
}

/** The database by its address; any host where only its name is known, or nothing. */
function peerOf(host: string | undefined): IPeer {
  return host !== undefined && !Token.isUnresolved(host) && /^\d+(\.\d+){3}$/.test(host) ? Peer.ipv4(`${host}/32`) : Peer.anyIpv4();
}

/** Private subnets, else isolated ones, as the VPC has them. Throws ConfigurationError for those of one Availability Zone, which DMS refuses. */
function subnetsOf(scope: Construct, vpc: IVpc, selection: SubnetSelection | undefined): ISubnet[] {
  const choice = selection ?? { subnetType: vpc.privateSubnets.length > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED };
  if (!selection && vpc.privateSubnets.length + vpc.isolatedSubnets.length === 0) {
    throw new ConfigurationError(`vpc '${vpc.node.path}' has neither private nor isolated subnets, but one of these kinds is allowed; add such subnets, or choose others by vpcSubnets`, scope);
  }
  const { subnets } = vpc.selectSubnets(choice);
  const zones = subnets.map(({ availabilityZone }) => availabilityZone);
  if (subnets.length < 2 || (zones.every((zone) => !Token.isUnresolved(zone)) && new Set(zones).size < 2)) {
    throw new ConfigurationError(
      `vpc '${vpc.node.path}' offers ${subnets.length} subnet(s) in ${new Set(zones).size} Availability Zone(s), but DMS asks for two zones at least (DMS user guide, "Setting up a network`
      + ' for a replication instance"); add a subnet, or choose others by vpcSubnets',
      scope,
    );
  }
  return subnets;
}
