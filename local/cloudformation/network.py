"""The network: made and readable, through moto; no packet ever asks it."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from local.cloudformation.api_resource import tag_list
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, moto_types, resource_type
from local.process.context import ACCOUNT, REGION

moto_types(
    Kind.API_ONLY,
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
)


@resource_type("AWS::EC2::RouteTable", Kind.API_ONLY)
class RouteTable(ResourceType):
    """moto's own stays behind, and with it its VPC."""

    def create(self, declared: Declaration) -> Deployed:
        tags = [{"ResourceType": "route-table", "Tags": tag_list(declared.properties)}]
        made = self.context.client("ec2").create_route_table(
            VpcId=declared.properties["VpcId"], **({"TagSpecifications": tags} if tags[0]["Tags"] else {})
        )
        table_id = made["RouteTable"]["RouteTableId"]
        return Deployed(table_id, {"RouteTableId": table_id})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        """With its associations, which have no deletion of their own."""
        ec2_backends[ACCOUNT][REGION].route_tables.pop(deployed.physical_id, None)


@resource_type("AWS::EC2::SecurityGroupEgress", Kind.API_ONLY)
class SecurityGroupEgress(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        answer = self.context.client("ec2").authorize_security_group_egress(**_rule(declared.properties))
        return Deployed(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("ec2").revoke_security_group_egress(**_rule(declared.properties))


def _rule(properties: dict[str, Any]) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(properties["IpProtocol"])}
    permission |= {name: int(properties[name]) for name in ("FromPort", "ToPort") if name in properties}
    if block := properties.get("CidrIp"):
        permission["IpRanges"] = [{"CidrIp": block}]
    if group := properties.get("DestinationSecurityGroupId"):
        permission["UserIdGroupPairs"] = [{"GroupId": group}]
    if prefixes := properties.get("DestinationPrefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": prefixes}]
    return {"GroupId": properties["GroupId"], "IpPermissions": [permission]}
