"""The resource types that the local cloud deploys, and what each of them does here."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local.process.context import CloudContext


class Kind(Enum):
    """How far a resource type goes on this machine."""

    EXECUTED = "executed"
    """It does here what it does in AWS."""

    API_ONLY = "API only"
    """It is created and can be read, and does nothing."""

    RECORD_ONLY = "record only"
    """A placeholder: only its name and attributes exist."""


@dataclass
class Deployed:
    """A resource of a stack: `physical_id` is what Ref gives, `attributes` what Fn::GetAtt gives."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Declaration:
    """A resource as its template declares it, with every function resolved. `name` is the physical name to use."""

    name: str
    logical_id: str
    stack_id: str
    type: str
    properties: dict[str, Any]


class ResourceType(ABC):
    """How to deploy one type of resource. Subclasses are instantiated once for each type that they are for."""

    name_property: ClassVar[str | None] = None
    longest_name: ClassVar[int] = 64
    create_only: ClassVar[tuple[str, ...]] = ()
    """With another value of one of these CloudFormation makes a new resource, before the old one goes."""

    def __init__(self, context: CloudContext) -> None:
        self.context = context

    @abstractmethod
    def create(self, declared: Declaration) -> Deployed:
        """Makes the resource."""

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """By default a changed resource is replaced; what holds data is changed in place by its own `update`.

        When the new one cannot be made, the old one is made again, as CloudFormation rolls an update back.
        """
        self.delete(deployed, before)
        try:
            return self.create(declared)
        except Exception:
            again = self.create(before)
            deployed.physical_id, deployed.attributes = again.physical_id, again.attributes
            raise

    def is_replaced(self, properties: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
        return any(properties.get(name) != before.get(name) for name in self.create_only)

    @contextlib.contextmanager
    def whole_or_removed(self, deployed: Deployed, declared: Declaration) -> Iterator[Deployed]:
        """The steps that complete a new resource: when one of them fails, nothing of it stays behind."""
        try:
            yield deployed
        except Exception:
            with contextlib.suppress(ClientError):
                self.delete(deployed, declared)
            raise

    @abstractmethod
    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        """Removes it."""


@dataclass(frozen=True)
class Registration:
    kind: Kind
    handler: type[ResourceType] | None
    """None where moto's own implementation is complete enough."""


RESOURCE_TYPES: dict[str, Registration] = {}


def resource_type(name: str, kind: Kind) -> Any:
    """Class decorator: registers a `ResourceType` for the CloudFormation type `name`."""

    def register(handler: type[ResourceType]) -> type[ResourceType]:
        RESOURCE_TYPES[name] = Registration(kind, handler)
        return handler

    return register


def moto_types(kind: Kind, *names: str) -> None:
    """Registers types that moto deploys well enough by itself."""
    for name in names:
        RESOURCE_TYPES[name] = Registration(kind, None)
