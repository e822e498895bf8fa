"""What most resource types share: one call of a service's API makes them, another deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from moto.utilities.id_generator import TAG_KEY_CUSTOM_ID

from local.cloudformation.registry import Declaration, Deployed, ResourceType


class Calls(NamedTuple):
    """How a service makes and deletes a resource: methods of its boto3 client."""

    service: str
    creation: str
    deletion: str
    id_parameter: str | None = None
    """What the deletion takes the physical id as; None where the name or the properties say what to delete."""


class ApiResource(ResourceType):
    """A resource that one call of its service's API makes and another deletes: a subclass says what is special.

    Each call gets the name and the properties that it takes under the same names, but not `Tags`, whose form differs
    from service to service.
    """

    calls: ClassVar[Calls]

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared)
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        parameter = self.calls.id_parameter
        self.call(self.calls.deletion, declared, **({parameter: deployed.physical_id} if parameter else {}))

    @property
    def client(self) -> Any:
        return self.context.client(self.calls.service)

    def make(self, declared: Declaration, **more: Any) -> dict[str, Any]:
        """The creating call, with `more` than the template gives; returns its answer."""
        return self.call(self.calls.creation, declared, **more)

    def call(self, method: str, declared: Declaration, **more: Any) -> dict[str, Any]:
        client = self.client
        operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
        taken = set(operation.input_shape.members) - {"Tags"}
        given = declared.properties | ({self.name_property: declared.name} if self.name_property else {})
        answer: dict[str, Any] = getattr(client, method)(**chosen(given, *taken) | more)
        return answer


def tags_as_map(properties: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags", [])}


def tag_list(properties: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in tags_as_map(properties).items()]


def chosen_id(properties: Mapping[str, Any]) -> str | None:
    """The id of a seeded resource that a service otherwise makes up, in moto's own tag for that."""
    return tags_as_map(properties).get(TAG_KEY_CUSTOM_ID)


def chosen(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The named properties that are set: CloudFormation and the API often share names."""
    return {name: properties[name] for name in names if name in properties}
