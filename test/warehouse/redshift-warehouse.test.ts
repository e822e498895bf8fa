import { App, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Peer, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { newStack, only } from './helpers';
import { RedshiftWarehouse, RedshiftWarehouseProps } from '../../src';

const NAMESPACE = 'AWS::RedshiftServerless::Namespace';
const WORKGROUP = 'AWS::RedshiftServerless::Workgroup';

function newWarehouse(props?: RedshiftWarehouseProps, stack = newStack()): RedshiftWarehouse {
  return new RedshiftWarehouse(stack, 'Warehouse', props);
}

function templateOf(props?: RedshiftWarehouseProps): Template {
  return Template.fromStack(Stack.of(newWarehouse(props)));
}

test.each([
  ['without an environment', undefined],
  ['with an environment', { account: '123456789012', region: 'eu-west-1' }],
])('%s needs no look-up and has no warnings', (_, env) => {
  const app = new App();
  const stack = newStack(env, app);
  newWarehouse({}, stack);

  const assembly = app.synth();

  expect(assembly.manifest.missing ?? []).toEqual([]);
  Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
});

describe('workgroup', () => {
  test('starts at 8 RPU, is private, and takes connections with TLS only', () => {
    templateOf().hasResourceProperties(WORKGROUP, {
      BaseCapacity: 8,
      MaxCapacity: Match.absent(),
      PubliclyAccessible: false,
      EnhancedVpcRouting: true,
      ConfigParameters: [
        { ParameterKey: 'require_ssl', ParameterValue: 'true' },
        { ParameterKey: 'enable_user_activity_logging', ParameterValue: 'true' },
      ],
    });
  });

  test.each([[4, 64], [512, 520], [544, 544], [1024, 2048]])('has the capacity that is asked for, from %d to %d RPU', (baseCapacity, maxCapacity) => {
    templateOf({ baseCapacity, maxCapacity }).hasResourceProperties(WORKGROUP, { BaseCapacity: baseCapacity, MaxCapacity: maxCapacity });
  });

  test.each([0, -8, 5, 12, 8.5, 520, 1056])('refuses a base capacity of %p', (baseCapacity) => {
    expect(() => newWarehouse({ baseCapacity })).toThrow(
      `baseCapacity is ${baseCapacity}; allowed are 4, multiples of 8 up to 512 and, in some Regions, multiples of 32 up to 1024 RPU`);
  });

  test.each([0, -8, 5, 12, 8.5])('refuses a maximum of %p', (maxCapacity) => {
    expect(() => newWarehouse({ maxCapacity })).toThrow(`maxCapacity is ${maxCapacity}; allowed are 4 and multiples of 8 RPU`);
  });

  test('refuses a maximum below the base', () => {
    expect(() => newWarehouse({ baseCapacity: 32, maxCapacity: 16 })).toThrow('maxCapacity is 16, below baseCapacity, which is 32');
  });

  test.each(['ab', 'Customers', 'a_b', 'a'.repeat(65)])('refuses the name %p', (workgroupName) => {
    expect(() => newWarehouse({ workgroupName })).toThrow(`workgroupName is "${workgroupName}"; allowed are 3 to 64 lower-case letters`);
  });

  test('and its namespace have the name that is given', () => {
    const template = templateOf({ workgroupName: 'customers-dev' });
    template.hasResourceProperties(WORKGROUP, { WorkgroupName: 'customers-dev' });
    template.hasResourceProperties(NAMESPACE, { NamespaceName: 'customers-dev' });
  });
});

describe('namespace', () => {
  test('keeps its data, writes audit logs, and its password is managed', () => {
    const template = templateOf({ databaseName: 'customers' });
    template.hasResource(NAMESPACE, {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        DbName: 'customers',
        AdminUsername: 'admin',
        ManageAdminPassword: true,
        AdminUserPassword: Match.absent(),
        LogExports: ['userlog', 'connectionlog', 'useractivitylog'],
        IamRoles: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^WarehouseCopyRole'), 'Arn'] }],
      },
    });
  });

  test.each(['', '1 bad name', 'a b', '_a', 'é', 'a'.repeat(128)])('refuses the database name %p', (databaseName) => {
    expect(() => newWarehouse({ databaseName })).toThrow(`[Warehouse/Warehouse] databaseName is "${databaseName}"; allowed are a letter`);
  });

  test.each(['a', 'A1_+.@-', 'a'.repeat(127), Lazy.string({ produce: () => '1 known later' })])('takes the database name %p', (databaseName) => {
    expect(() => newWarehouse({ databaseName })).not.toThrow();
  });

  test('is deleted, or leaves a snapshot, where that is asked for', () => {
    templateOf({ removalPolicy: RemovalPolicy.DESTROY })
      .hasResource(NAMESPACE, { DeletionPolicy: 'Delete', Properties: { FinalSnapshotName: Match.absent() } });
    templateOf({ workgroupName: 'customers', removalPolicy: RemovalPolicy.SNAPSHOT })
      .hasResource(NAMESPACE, { DeletionPolicy: 'Delete', Properties: { FinalSnapshotName: 'customers-final' } });
  });

  test('and the secret are encrypted with a key that is given, which the set-up may use', () => {
    const stack = newStack();
    const key = new Key(stack, 'Key');
    newWarehouse({ encryptionKey: key }, stack);

    const arn = stack.resolve(key.keyArn);
    const template = Template.fromStack(stack);
    template.hasResourceProperties(NAMESPACE, { KmsKeyId: arn, AdminPasswordSecretKmsKeyId: arn });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: { Statement: Match.arrayWith([{ Action: 'kms:Decrypt', Effect: 'Allow', Resource: arn }]) },
      Roles: [{ Ref: Match.stringLikeRegexp('^WarehouseSetupRole') }],
    });
  });

  test('has the secret that Redshift names after it', () => {
    const warehouse = newWarehouse({ workgroupName: 'customers' });
    expect(warehouse.adminSecret.secretName).toBe('redshift!customers-admin');
  });
});

describe('network', () => {
  test('has isolated subnets in three zones, with addresses for 1024 RPU, a way to S3, and none to the internet', () => {
    const template = templateOf();
    const zones = Object.values(template.findResources('AWS::EC2::Subnet')).map((subnet) => subnet.Properties.AvailabilityZone);
    expect(zones).toEqual([0, 1, 2].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })));
    expect(only(Stack.of(newWarehouse()), WORKGROUP).Properties.SubnetIds).toHaveLength(3);
    template.allResourcesProperties('AWS::EC2::Subnet', { CidrBlock: { 'Fn::Select': [Match.anyValue(), { 'Fn::Cidr': ['10.0.0.0/16', 3, '10'] }] } });
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.s3']] },
      RouteTableIds: Match.arrayEquals([1, 2, 3].map((index) => ({ Ref: Match.stringLikeRegexp(`^WarehouseNetworkSubnet${index}RouteTable`) }))),
    });
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::Route', 0);
  });

  test('lets nobody in until a rule says so', () => {
    const warehouse = newWarehouse();
    Template.fromStack(Stack.of(newWarehouse())).hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });

    warehouse.connections.allowDefaultPortFrom(Peer.ipv4('10.1.0.0/16'));

    Template.fromStack(Stack.of(warehouse)).hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.1.0.0/16', FromPort: 5439, ToPort: 5439 })],
    });
  });

  test('is the one that is given; fewer than three zones are warned of', () => {
    const stack = newStack();
    newWarehouse({ vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) }, stack);

    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPC', 1);
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      SubnetIds: [1, 2].map((index) => ({ Ref: Match.stringLikeRegexp(`^VpcPrivateSubnet${index}`) })),
    });
    Annotations.fromStack(stack).hasWarning('/Warehouse/Warehouse', Match.stringLikeRegexp('in 2 Availability Zones'));
  });

  test('with three zones is not warned of', () => {
    const stack = newStack();
    const vpc = Vpc.fromVpcAttributes(stack, 'Given', {
      vpcId: 'vpc-01234567',
      availabilityZones: ['a', 'b', 'c'],
      isolatedSubnetIds: ['subnet-0000000a', 'subnet-0000000b', 'subnet-0000000c'],
    });
    newWarehouse({ vpc }, stack);
    expect(only(stack, WORKGROUP).Properties.SubnetIds).toEqual(['subnet-0000000a', 'subnet-0000000b', 'subnet-0000000c']);
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('Availability Zones'));
  });
});

test('the copy role is assumed by Redshift alone and may do nothing by itself', () => {
  const stack = Stack.of(newWarehouse());
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    Description: 'COPY and UNLOAD of Warehouse/Warehouse',
    AssumeRolePolicyDocument: {
      Statement: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'].map((service) => ({
        Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service },
      })),
    },
    ManagedPolicyArns: Match.absent(),
    Policies: Match.absent(),
  });
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(JSON.stringify(policies.map((policy) => policy.Properties.Roles))).not.toContain('CopyRole');
});

describe('metrics', () => {
  test('are those of the workgroup', () => {
    const warehouse = newWarehouse({ databaseName: 'customers' });
    const workgroup = { Workgroup: warehouse.workgroupName };
    expect(warehouse.metricComputeSeconds()).toMatchObject({
      namespace: 'AWS/Redshift-Serverless', metricName: 'ComputeSeconds', statistic: 'Sum', dimensions: workgroup,
    });
    expect(warehouse.metricComputeCapacity()).toMatchObject({ metricName: 'ComputeCapacity', statistic: 'Maximum', dimensions: workgroup });
    expect(warehouse.metricDatabaseConnections()).toMatchObject({
      metricName: 'DatabaseConnections', statistic: 'Maximum', dimensions: { DatabaseName: 'customers', ...workgroup },
    });
    expect(warehouse.metricDataStorage()).toMatchObject({ metricName: 'DataStorage', dimensions: { Namespace: warehouse.namespaceName } });
  });

  test('take options', () => {
    expect(newWarehouse().metric('QueriesRunning', { statistic: 'Minimum', label: 'running' }))
      .toMatchObject({ metricName: 'QueriesRunning', statistic: 'Minimum', label: 'running' });
  });
});
