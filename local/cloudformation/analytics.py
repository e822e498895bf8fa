"""Glue jobs and their security configurations."""

from __future__ import annotations

from typing import Any

from local.cloudformation.registry import (
    Declaration,
    Deployed,
    Kind,
    ResourceType,
    chosen,
    resource_type,
    tags_as_map,
)

_JOB = (
    "Connections",
    "DefaultArguments",
    "Description",
    "ExecutionClass",
    "ExecutionProperty",
    "GlueVersion",
    "MaxCapacity",
    "MaxRetries",
    "NonOverridableArguments",
    "NumberOfWorkers",
    "Role",
    "SecurityConfiguration",
    "Timeout",
    "WorkerType",
)
_INTEGERS = ("MaxRetries", "NumberOfWorkers", "Timeout")


@resource_type("AWS::Glue::Job", Kind.EXECUTED)
class Job(ResourceType):
    name_property = "Name"
    longest_name = 255

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        if int(properties.get("MaxRetries") or 0):
            raise ValueError("MaxRetries is not run here: a job's retries must be 0")
        request: dict[str, Any] = chosen(properties, *_JOB)
        request |= {name: int(value) for name, value in chosen(properties, *_INTEGERS).items()}
        if limits := request.get("ExecutionProperty"):
            request["ExecutionProperty"] = {name: int(value) for name, value in limits.items()}
        command = chosen(properties["Command"], "Name", "PythonVersion", "Runtime", "ScriptLocation")
        self.context.client("glue").create_job(Name=declared.name, Command=command, Tags=_tags(properties), **request)
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("glue").delete_job(JobName=deployed.physical_id)


@resource_type("AWS::Glue::SecurityConfiguration", Kind.API_ONLY)
class SecurityConfiguration(ResourceType):
    """What is encrypted and with which key; nothing is encrypted on this machine."""

    name_property = "Name"
    longest_name = 255

    def create(self, declared: Declaration) -> Deployed:
        configuration = dict(declared.properties["EncryptionConfiguration"])
        if "S3Encryptions" in configuration:
            configuration["S3Encryption"] = configuration.pop("S3Encryptions")
        self.context.client("glue").create_security_configuration(
            Name=declared.name, EncryptionConfiguration=configuration
        )
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("glue").delete_security_configuration(Name=deployed.physical_id)


def _tags(properties: dict[str, Any]) -> dict[str, str]:
    """Glue's own types take tags as a map, where most types take a list."""
    tags = properties.get("Tags", {})
    return tags_as_map(properties) if isinstance(tags, list) else tags
