import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { GatewayVpcEndpointAwsService, Port, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
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
    expect(rules.map(({ Properties }) => [joined(Properties.GroupId), joined(Properties.SourceSecurityGroupId)].map((group) => group.replace(/^\$\{ReplicationNetwork|SecurityGroup.*/g, ''))).sort())
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

