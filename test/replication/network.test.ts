import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GatewayVpcEndpointAwsService, Port, PrivateSubnet, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { newReplication, newSource } from './helpers';
import { OracleSourceOptions } from '../../src';
import { joined, newStack, resources } from '../csv-loading/helpers';

function templateOfSource(options: OracleSourceOptions): Template {
  const stack = newStack();
  newReplication({ source: newSource(stack, options) }, stack);
  return Template.fromStack(stack);
}

/** What a security group lets out, as `to:port`. */
function letOut(template: Template, idStart: string): string[] {
  return resources(template, 'AWS::EC2::SecurityGroup', idStart)[0].Properties.SecurityGroupEgress.map(({ CidrIp, FromPort }: any) => `${CidrIp}:${FromPort}`);
}

/** Services that a template has endpoints for. */
function endpointsOf(template: Template): string[] {
  return resources(template, 'AWS::EC2::VPCEndpoint').map(({ Properties }) => joined(Properties.ServiceName).split('.').at(-1)!.replace('}', '')).sort();
}

describe('what is let out', () => {
  test.each(['ReplicationNetworkSecurityGroup', 'ReplicationNetworkSchemaJobSecurityGroup'])('of %s is the database and TLS', (group) => {
    expect(letOut(templateOfSource({ host: '10.0.0.12', port: 1522 }), group)).toEqual(['10.0.0.12/32:1522', '0.0.0.0/0:443']);
    // A name may have any address.
    expect(letOut(templateOfSource({ host: 'db.example.com' }), group)).toEqual(['0.0.0.0/0:1521', '0.0.0.0/0:443']);
    expect(letOut(templateOfSource({}), group)).toEqual(['0.0.0.0/0:1521', '0.0.0.0/0:443']);
  });

  test('lets the workers of the schema job talk to each other, as Glue asks', () => {
    const template = templateOfSource({});
    const self = { 'Fn::GetAtt': [expect.stringMatching('SchemaJobSecurityGroup'), 'GroupId'] };
    expect(resources(template, 'AWS::EC2::SecurityGroupIngress', 'ReplicationNetworkSchemaJob')[0].Properties).toMatchObject({
      GroupId: self, SourceSecurityGroupId: self, FromPort: 0, ToPort: 65535, IpProtocol: 'tcp',
    });
  });
});

test('a database of the app can let both in', () => {
  const stack = newStack();
  const replication = newReplication({}, stack);
  const database = new SecurityGroup(stack, 'Database', { vpc: Vpc.fromVpcAttributes(stack, 'Other', { vpcId: 'vpc-1', availabilityZones: ['a'] }) });
  database.connections.allowFrom(replication, Port.tcp(1521));
  expect(resources(Template.fromStack(stack), 'AWS::EC2::SecurityGroupIngress', 'Database')).toHaveLength(2);
});

describe('endpoints', () => {
  test('are made for what DMS and the schema job reach', () => {
    expect(endpointsOf(templateOfSource({}))).toEqual(['redshift-data', 's3', 'secretsmanager']);
  });

  test('are not made where the network has them', () => {
    const stack = newStack();
    newReplication({ vpcEndpoints: false }, stack);
    expect(endpointsOf(Template.fromStack(stack))).toEqual([]);
  });

  test('let in DMS and the schema job, each to what it needs', () => {
    const rules = resources(templateOfSource({}), 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) => Properties.FromPort === 443);
    const names = (group: any): string => joined(group).replace(/^\$\{Replication(Network|VpcEndpoints[0-9a-f]{8})|SecurityGroup.*/g, '');
    expect(rules.map(({ Properties }) => [names(Properties.GroupId), names(Properties.SourceSecurityGroupId)]).sort())
      .toEqual([['RedshiftData', 'SchemaJob'], ['SecretsManager', ''], ['SecretsManager', 'SchemaJob']]);
  });

  test('are one for each network and service, however many replications there are', () => {
    const stack = newStack();
    newReplication({}, stack, 'One');
    newReplication({ tables: ['SALES.%'], pipelineName: 'sales' }, stack, 'Two');
    const template = Template.fromStack(stack);
    expect(endpointsOf(template)).toEqual(['redshift-data', 's3', 'secretsmanager']);
    expect(resources(template, 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) => Properties.FromPort === 443)).toHaveLength(6);
  });

  /** What a stack with replications of these names has of endpoints, by logical id. */
  const endpointsWith = (...ids: string[]): Record<string, any> => {
    const stack = newStack();
    ids.forEach((id) => newReplication({ tables: [`${id}.%`], pipelineName: id.toLowerCase() }, stack, id));
    const { Resources } = Template.fromStack(stack).toJSON();
    return Object.fromEntries(Object.entries<any>(Resources).filter(([id, { Type }]) => Type === 'AWS::EC2::VPCEndpoint' || id.startsWith('ReplicationVpcEndpoints')));
  };

  test('stay as they are when the replication goes that needed them first', () => {
    const both = endpointsWith('ONE', 'TWO');
    expect(Object.values(both).filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint')).toHaveLength(3);
    expect(endpointsWith('TWO')).toEqual(both);
    expect(endpointsWith('ONE')).toEqual(both);
  });

  test('are there before the replication starts that uses them', () => {
    const template = templateOfSource({});
    const [start] = resources(template, 'Custom::ReplicationStart');
    expect(start.DependsOn).toEqual(expect.arrayContaining(Object.keys(template.findResources('AWS::EC2::VPCEndpoint'))));
  });

  test('are in the stack of the network, and stay as they are when the replication of another stack goes that needed them first', () => {
    const endpointsOfShared = (...ids: string[]): unknown => {
      const app = new App();
      const vpc = new Vpc(newStack(app, 'Shared'), 'Network');
      const stacks = ids.map((id) => newStack(app, id));
      stacks.forEach((stack) => newReplication({ vpc, tables: [`${stack.node.id}.%`] }, stack));
      stacks.forEach((stack) => {
        expect(endpointsOf(Template.fromStack(stack))).toEqual([]);
        // What uses them lets itself in, so that a stack needs that of the network alone.
        expect(stack.dependencies.map(({ node }) => node.id)).toEqual(['Shared']);
      });
      return Template.fromStack(Stack.of(vpc)).findResources('AWS::EC2::VPCEndpoint');
    };
    const both = endpointsOfShared('One', 'Two');
    expect(Object.keys(both as object)).toHaveLength(3);
    expect(endpointsOfShared('Two')).toEqual(both);
    expect(endpointsOfShared('One')).toEqual(both);
  });

  test('of subnets that a stack adds to the network of another one are in the stack of these', () => {
    const app = new App();
    const [shared, one] = ['Shared', 'One'].map((id) => newStack(app, id));
    const vpc = new Vpc(shared, 'Network');
    const subnets = ['a', 'b'].map((zone, index) => new PrivateSubnet(one, `Subnet${index}`, { vpcId: vpc.vpcId, availabilityZone: `eu-central-1${zone}`, cidrBlock: `10.0.20${index}.0/24` }));
    newReplication({ vpc, vpcSubnets: { subnets } }, one);
    expect(endpointsOf(Template.fromStack(one))).toEqual(['redshift-data', 's3', 'secretsmanager']);
    expect(shared.dependencies).toEqual([]);
  });

  test('to S3 are in the routes of all subnets that use them', () => {
    const stack = newStack(new App());
    const vpc = new Vpc(stack, 'Network', {
      maxAzs: 2,
      subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }, { name: 'One', subnetType: SubnetType.PRIVATE_ISOLATED }, { name: 'Two', subnetType: SubnetType.PRIVATE_ISOLATED }],
    });
    newReplication({ vpc, vpcSubnets: { subnetGroupName: 'One' } }, stack, 'First');
    newReplication({ vpc, vpcSubnets: { subnetGroupName: 'Two' }, tables: ['SALES.%'], pipelineName: 'sales' }, stack, 'Second');
    const [s3] = resources(Template.fromStack(stack), 'AWS::EC2::VPCEndpoint').filter(({ Properties }) => Properties.VpcEndpointType === 'Gateway');
    expect(s3.Properties.RouteTableIds.map(joined)).toEqual(['OneSubnet1', 'OneSubnet2', 'TwoSubnet1', 'TwoSubnet2'].map((name) => expect.stringMatching(`Network${name}RouteTable`)));
  });

  test.each<[string, SubnetType, string[]]>([
    ['without a way out have one to the logs', SubnetType.PRIVATE_ISOLATED, ['logs', 'redshift-data', 's3', 'secretsmanager']],
    ['with a way out pay for no more', SubnetType.PRIVATE_WITH_EGRESS, ['redshift-data', 's3', 'secretsmanager']],
  ])('of subnets %s', (_, subnetType, services) => {
    const stack = newStack(new App());
    const vpc = new Vpc(stack, 'Network', { maxAzs: 2, subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }, { name: 'Private', subnetType }] });
    newReplication({ vpc }, stack);
    const template = Template.fromStack(stack);
    expect(endpointsOf(template)).toEqual(services);
    const logs = resources(template, 'AWS::EC2::SecurityGroupIngress').filter(({ Properties }) => joined(Properties.GroupId).includes('Logs'));
    expect(logs.map(({ Properties }) => joined(Properties.SourceSecurityGroupId))).toEqual(services.includes('logs') ? [expect.stringMatching('SchemaJobSecurityGroup')] : []);
  });

  test('that a network of the app has already are not made again', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Network', { gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } } });
    newReplication({ vpc }, stack);
    expect(endpointsOf(Template.fromStack(stack))).toEqual(['redshift-data', 's3', 'secretsmanager']);
  });
});

describe('subnets', () => {
  const subnetsOf = (stack: Stack): string[] => resources(Template.fromStack(stack), 'AWS::DMS::ReplicationSubnetGroup')[0].Properties.SubnetIds.map(joined);

  test('are isolated ones where there are no others', () => {
    const stack = newStack(new App());
    const vpc = new Vpc(stack, 'Network', { maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED }] });
    newReplication({ vpc }, stack);
    expect(subnetsOf(stack)).toEqual([expect.stringMatching('IsolatedSubnet1'), expect.stringMatching('IsolatedSubnet2')]);
  });

  test('are those that are chosen', () => {
    const stack = newStack(new App());
    const vpc = new Vpc(stack, 'Network', { maxAzs: 2 });
    newReplication({ vpc, vpcSubnets: { subnetType: SubnetType.PUBLIC } }, stack);
    expect(subnetsOf(stack)).toEqual([expect.stringMatching('PublicSubnet1'), expect.stringMatching('PublicSubnet2')]);
  });

  test('that are public only are not taken by themselves', () => {
    const stack = newStack(new App());
    const vpc = new Vpc(stack, 'Network', { maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }] });
    expect(() => newReplication({ vpc }, stack)).toThrow('has neither private nor isolated subnets');
  });
});

