"""Glue jobs, their security configurations and connections."""

from __future__ import annotations

from typing import Any

from moto.glue.models import glue_backends

from local.cloudformation.api_resource import ApiResource, Calls, chosen, tags_as_map
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type
from local.process.context import ACCOUNT, REGION

_INTEGERS = ("MaxRetries", "NumberOfWorkers", "Timeout")


@resource_type("AWS::Glue::Job", Kind.EXECUTED)
class Job(ApiResource):
    name_property = "Name"
    longest_name = 255
    calls = Calls("glue", "create_job", "delete_job", "JobName")

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        if int(properties.get("MaxRetries") or 0):
            raise ValueError("MaxRetries is not run here: a job's retries must be 0")
        numbers: dict[str, Any] = {name: int(value) for name, value in chosen(properties, *_INTEGERS).items()}
        if limits := properties.get("ExecutionProperty"):
            numbers["ExecutionProperty"] = {name: int(value) for name, value in limits.items()}
        # Glue's own types take tags as a map, where most types take a list.
        tags = properties.get("Tags", {})
        self.make(declared, Tags=tags_as_map(properties) if isinstance(tags, list) else tags, **numbers)
        return Deployed(declared.name)


@resource_type("AWS::Glue::SecurityConfiguration", Kind.API_ONLY)
class SecurityConfiguration(ApiResource):
    """What is encrypted and with which key; nothing is encrypted on this machine."""

    name_property = "Name"
    longest_name = 255
    calls = Calls("glue", "create_security_configuration", "delete_security_configuration")

    def create(self, declared: Declaration) -> Deployed:
        configuration = dict(declared.properties["EncryptionConfiguration"])
        if "S3Encryptions" in configuration:
            configuration["S3Encryption"] = configuration.pop("S3Encryptions")
        self.make(declared, EncryptionConfiguration=configuration)
        return Deployed(declared.name)


@resource_type("AWS::Glue::Connection", Kind.API_ONLY)
class Connection(ResourceType):
    """Says in which subnet a job runs; no network rule applies on this machine."""

    name_property = "Name"
    longest_name = 255

    def create(self, declared: Declaration) -> Deployed:
        given = {"Name": declared.name, "ConnectionProperties": {}, **declared.properties["ConnectionInput"]}
        self.context.client("glue").create_connection(ConnectionInput=given)
        return Deployed(given["Name"])

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        """moto's API cannot."""
        del glue_backends[ACCOUNT][REGION].connections[deployed.physical_id]
