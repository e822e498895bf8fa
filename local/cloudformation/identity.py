"""IAM roles and policies."""

from __future__ import annotations

import json
from typing import Any

from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type, tag_list


@resource_type("AWS::IAM::Role", Kind.EXECUTED)
class Role(ResourceType):
    name_property = "RoleName"

    def create(self, declared: Declaration) -> Deployed:
        iam, properties = self.context.client("iam"), declared.properties
        role = iam.create_role(
            RoleName=declared.name,
            Path=properties.get("Path", "/"),
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            Description=properties.get("Description", ""),
            Tags=tag_list(properties),
        )["Role"]
        self._grant(declared)
        return Deployed(declared.name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        iam, name = self.context.client("iam"), deployed.physical_id
        document = json.dumps(declared.properties["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        if old_tags := tag_list(before.properties):
            iam.untag_role(RoleName=name, TagKeys=[tag["Key"] for tag in old_tags])
        if tags := tag_list(declared.properties):
            iam.tag_role(RoleName=name, Tags=tags)
        self._revoke(before)
        self._grant(declared)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._revoke(declared)
        self.context.client("iam").delete_role(RoleName=deployed.physical_id)

    def _grant(self, declared: Declaration) -> None:
        iam = self.context.client("iam")
        for arn in declared.properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=declared.name, PolicyArn=arn)
        for policy in declared.properties.get("Policies", []):
            iam.put_role_policy(
                RoleName=declared.name,
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )

    def _revoke(self, declared: Declaration) -> None:
        iam = self.context.client("iam")
        for arn in declared.properties.get("ManagedPolicyArns", []):
            iam.detach_role_policy(RoleName=declared.name, PolicyArn=arn)
        for policy in declared.properties.get("Policies", []):
            iam.delete_role_policy(RoleName=declared.name, PolicyName=policy["PolicyName"])


@resource_type("AWS::IAM::Policy", Kind.EXECUTED)
class InlinePolicy(ResourceType):
    name_property = "PolicyName"
    longest_name = 128

    def create(self, declared: Declaration) -> Deployed:
        for role in declared.properties.get("Roles", []):
            self.context.client("iam").put_role_policy(
                RoleName=role,
                PolicyName=declared.name,
                PolicyDocument=json.dumps(declared.properties["PolicyDocument"]),
            )
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        for role in declared.properties.get("Roles", []):
            self.context.client("iam").delete_role_policy(RoleName=role, PolicyName=deployed.physical_id)


@resource_type("AWS::IAM::ManagedPolicy", Kind.EXECUTED)
class ManagedPolicy(ResourceType):
    name_property = "ManagedPolicyName"
    longest_name = 128

    def create(self, declared: Declaration) -> Deployed:
        iam = self.context.client("iam")
        arn: Any = iam.create_policy(
            PolicyName=declared.name, PolicyDocument=json.dumps(declared.properties["PolicyDocument"])
        )["Policy"]["Arn"]
        for role in declared.properties.get("Roles", []):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return Deployed(arn, {"PolicyArn": arn})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        iam = self.context.client("iam")
        for role in declared.properties.get("Roles", []):
            iam.detach_role_policy(RoleName=role, PolicyArn=deployed.physical_id)
        iam.delete_policy(PolicyArn=deployed.physical_id)
