"""The network: made and readable, through moto; no packet ever asks it."""

from __future__ import annotations

from typing import Any

from local.cloudformation.api_resource import chosen
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, moto_types, resource_type

moto_types(
    Kind.API_ONLY,
    "AWS::EC2::EIP",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
)


@resource_type("AWS::EC2::SecurityGroupEgress", Kind.API_ONLY)
class SecurityGroupEgress(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        answer = self._call("authorize_security_group_egress", declared.properties)
        return Deployed(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._call("revoke_security_group_egress", declared.properties)

    def _call(self, method: str, properties: dict[str, Any]) -> Any:
        permission: dict[str, Any] = chosen(properties, "IpProtocol")
        for port in ("FromPort", "ToPort"):
            if port in properties:
                permission[port] = int(properties[port])
        if "DestinationSecurityGroupId" in properties:
            permission["UserIdGroupPairs"] = [{"GroupId": properties["DestinationSecurityGroupId"]}]
        if "CidrIp" in properties:
            permission["IpRanges"] = [{"CidrIp": properties["CidrIp"]}]
        if "DestinationPrefixListId" in properties:
            permission["PrefixListIds"] = [{"PrefixListId": properties["DestinationPrefixListId"]}]
        return getattr(self.context.client("ec2"), method)(GroupId=properties["GroupId"], IpPermissions=[permission])
