"""Lambda functions, who may invoke them, and what invokes them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from local.cloudformation.registry import (
    Declaration,
    Deployed,
    Kind,
    ResourceType,
    chosen,
    moto_types,
    resource_type,
    tags_as_map,
)

moto_types(Kind.API_ONLY, "AWS::Lambda::Version")

_CONFIGURATION = ("Description", "Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout")
_MAPPING = (
    "BatchSize",
    "Enabled",
    "EventSourceArn",
    "FunctionName",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "ScalingConfig",
)


@resource_type("AWS::Lambda::Function", Kind.EXECUTED)
class Function(ResourceType):
    name_property = "FunctionName"

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        arn = self.context.client("lambda").create_function(
            FunctionName=declared.name,
            Code=_code(properties),
            Tags=tags_as_map(properties),
            **chosen(properties, *_CONFIGURATION, "Layers"),
        )["FunctionArn"]
        return Deployed(declared.name, {"Arn": arn})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        client, name = self.context.client("lambda"), deployed.physical_id
        client.update_function_code(FunctionName=name, **_code(declared.properties))
        configuration = {"Environment": {"Variables": {}}} | chosen(declared.properties, *_CONFIGURATION)
        client.update_function_configuration(FunctionName=name, **configuration)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("lambda").delete_function(FunctionName=deployed.physical_id)


@resource_type("AWS::Lambda::Permission", Kind.EXECUTED)
class Permission(ResourceType):
    longest_name = 100

    def create(self, declared: Declaration) -> Deployed:
        self.context.client("lambda").add_permission(
            StatementId=declared.name,
            **chosen(declared.properties, "Action", "FunctionName", "Principal", "SourceArn", "SourceAccount"),
        )
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("lambda").remove_permission(
            FunctionName=declared.properties["FunctionName"], StatementId=deployed.physical_id
        )


@resource_type("AWS::Lambda::EventSourceMapping", Kind.EXECUTED)
class EventSourceMapping(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        mapping = self.context.client("lambda").create_event_source_mapping(**chosen(declared.properties, *_MAPPING))
        return Deployed(mapping["UUID"], {"Id": mapping["UUID"]})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("lambda").delete_event_source_mapping(UUID=deployed.physical_id)


@resource_type("AWS::Lambda::EventInvokeConfig", Kind.API_ONLY)
class EventInvokeConfig(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        self.context.client("lambda").put_function_event_invoke_config(
            **chosen(
                declared.properties,
                "DestinationConfig",
                "FunctionName",
                "MaximumEventAgeInSeconds",
                "MaximumRetryAttempts",
            )
        )
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("lambda").delete_function_event_invoke_config(
            FunctionName=declared.properties["FunctionName"]
        )


def _code(properties: dict[str, Any]) -> dict[str, Any]:
    """A template's inline code becomes a zip with the one file that CloudFormation names for the runtime."""
    code = properties["Code"]
    if "ZipFile" not in code:
        return chosen(code, "S3Bucket", "S3Key", "S3ObjectVersion")
    ending = "js" if properties.get("Runtime", "").startswith("nodejs") else "py"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"index.{ending}", code["ZipFile"])
    return {"ZipFile": archive.getvalue()}
