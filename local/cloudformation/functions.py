"""Lambda functions, who may invoke them, and what invokes them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from local.cloudformation.api_resource import ApiResource, Calls, chosen, tags_as_map
from local.cloudformation.registry import Declaration, Deployed, Kind, moto_types, resource_type

moto_types(Kind.API_ONLY, "AWS::Lambda::Version")


@resource_type("AWS::Lambda::Function", Kind.EXECUTED)
class Function(ApiResource):
    name_property = "FunctionName"
    calls = Calls("lambda", "create_function", "delete_function", "FunctionName")

    def create(self, declared: Declaration) -> Deployed:
        made = self.make(declared, Code=_code(declared.properties), Tags=tags_as_map(declared.properties))
        return Deployed(declared.name, {"Arn": made["FunctionArn"]})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        name, environment = deployed.physical_id, declared.properties.get("Environment", {"Variables": {}})
        self.client.update_function_code(FunctionName=name, **_code(declared.properties))
        self.call("update_function_configuration", declared, FunctionName=name, Environment=environment)
        return deployed


@resource_type("AWS::Lambda::Permission", Kind.EXECUTED)
class Permission(ApiResource):
    longest_name = 100
    calls = Calls("lambda", "add_permission", "remove_permission", "StatementId")

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared, StatementId=declared.name)
        return Deployed(declared.name)


@resource_type("AWS::Lambda::EventSourceMapping", Kind.EXECUTED)
class EventSourceMapping(ApiResource):
    calls = Calls("lambda", "create_event_source_mapping", "delete_event_source_mapping", "UUID")

    def create(self, declared: Declaration) -> Deployed:
        uuid = self.make(declared)["UUID"]
        return Deployed(uuid, {"Id": uuid})


@resource_type("AWS::Lambda::EventInvokeConfig", Kind.API_ONLY)
class EventInvokeConfig(ApiResource):
    calls = Calls("lambda", "put_function_event_invoke_config", "delete_function_event_invoke_config")


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
