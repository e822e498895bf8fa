"""Redshift: a namespace or cluster has a real administrator secret; statements run on the stand-in."""

from __future__ import annotations

import json
import uuid

from local.cloudformation.api_resource import chosen_id
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type
from local.cloudformation.secrets import generated_password
from local.identity.arns import clusters, workgroup_arns
from local.process.context import ACCOUNT, REGION, CloudContext, arn
from local.redshift import warehouses

PORT = 5439


@resource_type("AWS::RedshiftServerless::Namespace", Kind.EXECUTED)
class Namespace(ResourceType):
    name_property = "NamespaceName"

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        username = properties.get("AdminUsername", "admin")
        name = declared.name.lower()
        secret_arn = None
        if properties.get("ManageAdminPassword"):
            secret_arn = _administrator_secret(self.context, name, username)
        namespace = warehouses.Namespace(name, properties.get("DbName", "dev"), secret_arn)
        warehouses.namespaces[name] = namespace
        if warehouses.running:
            warehouses.urls[name] = warehouses.running.create_database(namespace.database, username)
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
        identifier = chosen_id(declared.properties) or str(uuid.uuid4())
        workgroup_arns[name] = arn("redshift-serverless", f"workgroup/{identifier}")
        attributes = {
            "Workgroup.Endpoint.Address": f"{name}.{ACCOUNT}.{REGION}.redshift-serverless.amazonaws.com",
            "Workgroup.Endpoint.Port": PORT,
            "Workgroup.WorkgroupArn": workgroup_arns[name],
            "Workgroup.WorkgroupId": identifier,
            "Workgroup.WorkgroupName": name,
        }
        return Deployed(name, attributes)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """Capacity and network can change in place; neither has an effect here."""
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        del workgroup_arns[deployed.physical_id]


@resource_type("AWS::Redshift::Cluster", Kind.EXECUTED)
class Cluster(ResourceType):
    name_property = "ClusterIdentifier"

    def create(self, declared: Declaration) -> Deployed:
        properties, name = declared.properties, declared.name.lower()
        username = properties["MasterUsername"]
        clusters.add(name)
        if warehouses.running:
            warehouses.urls[name] = warehouses.running.create_database(properties["DBName"], username)
        attributes = {
            "ClusterNamespaceArn": arn("redshift", f"namespace:{uuid.uuid4()}"),
            "Endpoint.Address": f"{name}.{ACCOUNT}.{REGION}.redshift.amazonaws.com",
            "Endpoint.Port": PORT,
        }
        if properties.get("ManageMasterPassword"):
            attributes["MasterPasswordSecretArn"] = _administrator_secret(self.context, name, username)
        return Deployed(name, attributes)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """Nodes and roles can change in place; neither has an effect here."""
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        clusters.discard(deployed.physical_id)
        if secret_arn := deployed.attributes.get("MasterPasswordSecretArn"):
            self.context.client("secretsmanager").delete_secret(SecretId=secret_arn, ForceDeleteWithoutRecovery=True)


def _administrator_secret(context: CloudContext, warehouse: str, username: str) -> str:
    """The secret that Redshift makes and names by itself; returns its ARN."""
    value = json.dumps({"username": username, "password": generated_password()})
    made = context.client("secretsmanager").create_secret(Name=f"redshift!{warehouse}-{username}", SecretString=value)
    return str(made["ARN"])
