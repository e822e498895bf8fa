"""DMS: endpoints, replications and what they stand on. Nothing here starts a replication, as in AWS.

What is made anew is what CloudFormation's registry says (`createOnlyProperties`).
"""

from __future__ import annotations

import json
from typing import Any

from local.cloudformation.api_resource import ApiResource, Calls, tag_list
from local.cloudformation.registry import Declaration, Deployed, Kind, resource_type


class DmsResource(ApiResource):
    """A resource whose physical id is an ARN, and whose values may be texts where the API takes numbers."""

    answer: str
    identifier: str
    arn: str
    modification: str | None = None

    def create(self, declared: Declaration) -> Deployed:
        made = self.make(declared, Tags=tag_list(declared.properties))[self.answer]
        return self._deployed(made)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """In place; a right of CloudFormation's that it has not here: to stop what runs."""
        assert self.modification
        more = {self.arn: deployed.physical_id}
        return self._deployed(self.call(self.modification, declared, **more)[self.answer])

    def call(self, method: str, declared: Declaration, **more: Any) -> dict[str, Any]:
        client = self.client
        shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
        properties = {**declared.properties, **self.renamed(declared)}
        given = {name: typed(properties[name], shape.members[name]) for name in shape.members if name in properties}
        given.pop("Tags", None)
        if self.identifier in shape.members:
            given[self.identifier] = declared.name
        given |= {name: value for name, value in more.items() if name in shape.members}
        answer: dict[str, Any] = getattr(client, method)(**given)
        return answer

    def renamed(self, declared: Declaration) -> dict[str, Any]:
        """Properties whose names the API has otherwise."""
        return {}

    def attributes(self, made: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _deployed(self, made: dict[str, Any]) -> Deployed:
        return Deployed(made[self.arn], self.attributes(made))


def typed(value: Any, shape: Any) -> Any:
    """A value as the API takes it: templates hold numbers and booleans as texts, too."""
    if shape.type_name == "structure":
        return {name: typed(each, shape.members[name]) for name, each in value.items() if name in shape.members}
    if shape.type_name == "list":
        return [typed(each, shape.member) for each in value]
    if shape.type_name in ("integer", "long"):
        return int(value)
    if shape.type_name == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    return str(value)


@resource_type("AWS::DMS::Endpoint", Kind.EXECUTED)
class Endpoint(DmsResource):
    name_property = "EndpointIdentifier"
    longest_name = 255
    calls = Calls("dms", "create_endpoint", "delete_endpoint", "EndpointArn")
    answer, identifier, arn = "Endpoint", "EndpointIdentifier", "EndpointArn"
    create_only = ("KmsKeyId", "ResourceIdentifier")
    modification = "modify_endpoint"

    def renamed(self, declared: Declaration) -> dict[str, Any]:
        return {"ExactSettings": True}


@resource_type("AWS::DMS::ReplicationConfig", Kind.EXECUTED)
class ReplicationConfig(DmsResource):
    name_property = "ReplicationConfigIdentifier"
    longest_name = 255
    calls = Calls("dms", "create_replication_config", "delete_replication_config", "ReplicationConfigArn")
    answer, identifier, arn = "ReplicationConfig", "ReplicationConfigIdentifier", "ReplicationConfigArn"
    create_only = ("ResourceIdentifier",)
    modification = "modify_replication_config"

    def renamed(self, declared: Declaration) -> dict[str, Any]:
        """Settings are objects in a template, and JSON in a call."""
        names = ("TableMappings", "ReplicationSettings", "SupplementalSettings")
        return {name: as_json(declared.properties[name]) for name in names if name in declared.properties}

    def attributes(self, made: dict[str, Any]) -> dict[str, Any]:
        return {"ReplicationConfigArn": made["ReplicationConfigArn"]}


@resource_type("AWS::DMS::ReplicationTask", Kind.EXECUTED)
class ReplicationTask(DmsResource):
    name_property = "ReplicationTaskIdentifier"
    longest_name = 255
    calls = Calls("dms", "create_replication_task", "delete_replication_task", "ReplicationTaskArn")
    answer, identifier, arn = "ReplicationTask", "ReplicationTaskIdentifier", "ReplicationTaskArn"
    create_only = ("ResourceIdentifier", "SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn")
    modification = "modify_replication_task"


@resource_type("AWS::DMS::ReplicationInstance", Kind.API_ONLY)
class ReplicationInstance(DmsResource):
    """Exists; tasks run in the local cloud's own process."""

    name_property = "ReplicationInstanceIdentifier"
    longest_name = 63
    calls = Calls("dms", "create_replication_instance", "delete_replication_instance", "ReplicationInstanceArn")
    answer, identifier, arn = "ReplicationInstance", "ReplicationInstanceIdentifier", "ReplicationInstanceArn"
    create_only = (
        "KmsKeyId",
        "ResourceIdentifier",
        "DnsNameServers",
        "ReplicationSubnetGroupIdentifier",
        "PubliclyAccessible",
    )

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """Class, storage and network can change in place; none has an effect here."""
        return deployed


@resource_type("AWS::DMS::ReplicationSubnetGroup", Kind.API_ONLY)
class ReplicationSubnetGroup(DmsResource):
    name_property = "ReplicationSubnetGroupIdentifier"
    longest_name = 255
    calls = Calls(
        "dms", "create_replication_subnet_group", "delete_replication_subnet_group", "ReplicationSubnetGroupIdentifier"
    )
    answer, identifier, arn = "ReplicationSubnetGroup", "ReplicationSubnetGroupIdentifier", ""
    create_only = ("ReplicationSubnetGroupIdentifier",)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """Subnets can change in place; they have no effect here."""
        return deployed

    def _deployed(self, made: dict[str, Any]) -> Deployed:
        return Deployed(made[self.identifier])


def as_json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
