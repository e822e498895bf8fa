"""IAM roles and policies."""

from __future__ import annotations

import contextlib
import json

from local.cloudformation.api_resource import ApiResource, Calls, tag_list
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type


@resource_type("AWS::IAM::Role", Kind.EXECUTED)
class Role(ApiResource):
    name_property = "RoleName"
    calls = Calls("iam", "create_role", "delete_role", "RoleName")

    def create(self, declared: Declaration) -> Deployed:
        document = json.dumps(declared.properties["AssumeRolePolicyDocument"])
        role = self.make(declared, AssumeRolePolicyDocument=document, Tags=tag_list(declared.properties))["Role"]
        with self.whole_or_removed(
            Deployed(declared.name, {"Arn": role["Arn"], "RoleId": role["RoleId"]}), declared
        ) as deployed:
            self._grant(declared)
        return deployed

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        name, document = deployed.physical_id, json.dumps(declared.properties["AssumeRolePolicyDocument"])
        self.client.update_assume_role_policy(RoleName=name, PolicyDocument=document)
        if old_tags := tag_list(before.properties):
            self.client.untag_role(RoleName=name, TagKeys=[tag["Key"] for tag in old_tags])
        if tags := tag_list(declared.properties):
            self.client.tag_role(RoleName=name, Tags=tags)
        self._revoke(before)
        self._grant(declared)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._revoke(declared)
        super().delete(deployed, declared)

    def _grant(self, declared: Declaration) -> None:
        for arn in declared.properties.get("ManagedPolicyArns", []):
            self.client.attach_role_policy(RoleName=declared.name, PolicyArn=arn)
        for policy in declared.properties.get("Policies", []):
            self.client.put_role_policy(
                RoleName=declared.name,
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )

    def _revoke(self, declared: Declaration) -> None:
        for arn in declared.properties.get("ManagedPolicyArns", []):
            with contextlib.suppress(self.client.exceptions.NoSuchEntityException):
                self.client.detach_role_policy(RoleName=declared.name, PolicyArn=arn)
        for policy in declared.properties.get("Policies", []):
            with contextlib.suppress(self.client.exceptions.NoSuchEntityException):
                self.client.delete_role_policy(RoleName=declared.name, PolicyName=policy["PolicyName"])


@resource_type("AWS::IAM::Policy", Kind.EXECUTED)
class InlinePolicy(ResourceType):
    name_property = "PolicyName"
    longest_name = 128

    def create(self, declared: Declaration) -> Deployed:
        document = json.dumps(declared.properties["PolicyDocument"])
        with self.whole_or_removed(Deployed(declared.name), declared) as deployed:
            for role in declared.properties.get("Roles", []):
                self.context.client("iam").put_role_policy(
                    RoleName=role, PolicyName=declared.name, PolicyDocument=document
                )
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        iam = self.context.client("iam")
        for role in declared.properties.get("Roles", []):
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_role_policy(RoleName=role, PolicyName=deployed.physical_id)


@resource_type("AWS::IAM::ManagedPolicy", Kind.EXECUTED)
class ManagedPolicy(ApiResource):
    name_property = "ManagedPolicyName"
    longest_name = 128
    calls = Calls("iam", "create_policy", "delete_policy", "PolicyArn")

    def create(self, declared: Declaration) -> Deployed:
        document = json.dumps(declared.properties["PolicyDocument"])
        policy = self.make(declared, PolicyName=declared.name, PolicyDocument=document)["Policy"]["Arn"]
        with self.whole_or_removed(Deployed(policy, {"PolicyArn": policy}), declared) as deployed:
            for role in declared.properties.get("Roles", []):
                self.client.attach_role_policy(RoleName=role, PolicyArn=policy)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        for role in declared.properties.get("Roles", []):
            with contextlib.suppress(self.client.exceptions.NoSuchEntityException):
                self.client.detach_role_policy(RoleName=role, PolicyArn=deployed.physical_id)
        super().delete(deployed, declared)
