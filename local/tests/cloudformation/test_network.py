"""The network that a replication stands in: made, readable, and gone with its stack."""

from __future__ import annotations

from typing import Any

from local.cloud import LocalCloud
from local.tests.assembly import outputs, ref
from local.tests.conftest import Deploy


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def template() -> dict[str, Any]:
    service = {"Fn::Sub": "com.amazonaws.${AWS::Region}.secretsmanager"}
    return {
        "Resources": {
            "Vpc": resource("EC2::VPC", CidrBlock="10.7.0.0/16", EnableDnsSupport=True, EnableDnsHostnames=True),
            "A": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.7.0.0/24", AvailabilityZone="us-east-1a"),
            "B": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.7.1.0/24", AvailabilityZone="us-east-1b"),
            "Table": resource("EC2::RouteTable", VpcId=ref("Vpc")),
            "InA": resource("EC2::SubnetRouteTableAssociation", RouteTableId=ref("Table"), SubnetId=ref("A")),
            "Gateway": resource("EC2::InternetGateway"),
            "Attached": resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Gateway")),
            "Address": resource("EC2::EIP", Domain="vpc"),
            "Nat": resource(
                "EC2::NatGateway", SubnetId=ref("B"), AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]}
            ),
            "Out": resource(
                "EC2::Route", RouteTableId=ref("Table"), DestinationCidrBlock="0.0.0.0/0", NatGatewayId=ref("Nat")
            ),
            "Group": resource(
                "EC2::SecurityGroup",
                GroupDescription="replication",
                VpcId=ref("Vpc"),
                SecurityGroupEgress=[
                    {
                        "IpProtocol": "tcp",
                        "FromPort": 443,
                        "ToPort": 443,
                        "CidrIp": "10.7.0.0/16",
                        "Description": "https",
                    }
                ],
            ),
            "Oracle": resource(
                "EC2::SecurityGroupEgress",
                GroupId={"Fn::GetAtt": ["Group", "GroupId"]},
                IpProtocol="tcp",
                FromPort=1521,
                ToPort="1521",
                CidrIp="192.0.2.10/32",
            ),
            "Itself": resource(
                "EC2::SecurityGroupIngress",
                GroupId={"Fn::GetAtt": ["Group", "GroupId"]},
                IpProtocol="tcp",
                FromPort=0,
                ToPort=65535,
                SourceSecurityGroupId={"Fn::GetAtt": ["Group", "GroupId"]},
            ),
            "Secrets": resource(
                "EC2::VPCEndpoint",
                VpcId=ref("Vpc"),
                ServiceName=service,
                VpcEndpointType="Interface",
                SubnetIds=[ref("A"), ref("B")],
                SecurityGroupIds=[{"Fn::GetAtt": ["Group", "GroupId"]}],
                PrivateDnsEnabled=True,
            ),
            "Objects": resource(
                "EC2::VPCEndpoint",
                VpcId=ref("Vpc"),
                ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"},
                VpcEndpointType="Gateway",
                RouteTableIds=[ref("Table")],
            ),
            "Subnets": resource(
                "DMS::ReplicationSubnetGroup",
                ReplicationSubnetGroupDescription="replication",
                SubnetIds=[ref("A"), ref("B")],
            ),
            "Connection": resource(
                "Glue::Connection",
                CatalogId=ref("AWS::AccountId"),
                ConnectionInput={
                    "ConnectionType": "NETWORK",
                    "PhysicalConnectionRequirements": {
                        "SubnetId": ref("A"),
                        "SecurityGroupIdList": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                        "AvailabilityZone": "us-east-1a",
                    },
                },
            ),
        },
        "Outputs": outputs(
            Stack=ref("AWS::StackName"),
            Vpc=ref("Vpc"),
            Group={"Fn::GetAtt": ["Group", "GroupId"]},
            Subnets=ref("Subnets"),
            Connection=ref("Connection"),
        ),
    }


def test_a_network_is_made_and_can_be_read(cloud: LocalCloud, deploy: Deploy) -> None:
    made = deploy(template())
    ec2 = cloud.client("ec2")
    [group] = ec2.describe_security_groups(GroupIds=[made["Group"]])["SecurityGroups"]
    assert 1521 in {rule.get("FromPort") for rule in group["IpPermissionsEgress"]}
    filters = [{"Name": "vpc-id", "Values": [made["Vpc"]]}]
    services = {each["ServiceName"] for each in ec2.describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]}
    assert services == {"com.amazonaws.us-east-1.s3", "com.amazonaws.us-east-1.secretsmanager"}
    connection = cloud.client("glue").get_connection(Name=made["Connection"])["Connection"]
    assert connection["PhysicalConnectionRequirements"]["AvailabilityZone"] == "us-east-1a"
    found = cloud.client("dms").describe_replication_subnet_groups(
        Filters=[{"Name": "replication-subnet-group-id", "Values": [made["Subnets"]]}]
    )
    assert len(found["ReplicationSubnetGroups"]) == 1
    cloud.client("cloudformation").delete_stack(StackName=made["Stack"])
    connections = cloud.client("glue").get_connections()["ConnectionList"]
    assert made["Connection"] not in [each["Name"] for each in connections]
    groups = cloud.client("dms").describe_replication_subnet_groups()["ReplicationSubnetGroups"]
    assert made["Subnets"] not in [each["ReplicationSubnetGroupIdentifier"] for each in groups]
