"""Redshift Serverless: a namespace has a real administrator secret; statements run on the stand-in."""

from __future__ import annotations

import json

from local import warehouses
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type
from local.cloudformation.secrets import generated_password
from local.context import ACCOUNT, REGION

PORT = 5439


@resource_type("AWS::RedshiftServerless::Namespace", Kind.EXECUTED)
class Namespace(ResourceType):
    name_property = "NamespaceName"

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        username = properties.get("AdminUsername", "admin")
        secret_arn = None
        if properties.get("ManageAdminPassword"):
            value = json.dumps({"username": username, "password": generated_password()})
            secret_arn = self.context.client("secretsmanager").create_secret(
                Name=f"redshift!{declared.name.lower()}-{username}", SecretString=value
            )["ARN"]
        name = declared.name.lower()
        namespace = warehouses.Namespace(name, properties.get("DbName", "dev"), username, secret_arn)
        warehouses.namespaces[name] = namespace
        if warehouses.running:
            warehouses.urls[name] = warehouses.running.create_database(namespace.database)
        attributes = {
            "Namespace.AdminUsername": username,
            "Namespace.DbName": namespace.database,
            "Namespace.NamespaceArn": namespace.arn,
            "Namespace.NamespaceId": namespace.id,
            "Namespace.NamespaceName": name,
        }
        if secret_arn:
            attributes["Namespace.AdminPasswordSecretArn"] = secret_arn
        return Deployed(name, attributes)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """What can change without a new namespace (roles, log exports) has no effect here."""
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        namespace = warehouses.namespaces.pop(deployed.physical_id)
        if namespace.admin_secret_arn:
            self.context.client("secretsmanager").delete_secret(
                SecretId=namespace.admin_secret_arn, ForceDeleteWithoutRecovery=True
            )


@resource_type("AWS::RedshiftServerless::Workgroup", Kind.EXECUTED)
class Workgroup(ResourceType):
    name_property = "WorkgroupName"

    def create(self, declared: Declaration) -> Deployed:
        name = declared.name.lower()
        workgroup = warehouses.Workgroup(name, declared.properties.get("NamespaceName", ""))
        warehouses.workgroups[name] = workgroup
        attributes = {
            "Workgroup.Endpoint.Address": f"{name}.{ACCOUNT}.{REGION}.redshift-serverless.amazonaws.com",
            "Workgroup.Endpoint.Port": PORT,
            "Workgroup.WorkgroupArn": workgroup.arn,
            "Workgroup.WorkgroupId": workgroup.id,
            "Workgroup.WorkgroupName": name,
        }
        return Deployed(name, attributes)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """Capacity and network can change in place; neither has an effect here."""
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        del warehouses.workgroups[deployed.physical_id]
