"""Puts our resource types in the place of moto's: moto keeps the stacks, resolves functions and orders resources.

An unknown type refuses the deployment, naming the type; a failing resource names itself.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.utils import random_suffix
from moto.core.common_models import CloudFormationModel

from local.cloudformation import (  # noqa: F401  each registers its types
    analytics,
    functions,
    identity,
    messaging,
    network,
    observability,
    replication,
    secrets,
    state_machines,
    storage,
    warehouse,
)
from local.cloudformation.custom_resources import CustomResource
from local.cloudformation.registry import RESOURCE_TYPES, Declaration, Deployed, Kind, ResourceType
from local.process.context import HOW_TO_SEED, CloudContext

CUSTOM_TYPES = ("Custom::", "AWS::CloudFormation::CustomResource")
_NEVER_DEPLOYED = "AWS::CDK::Metadata"

_MISSING = re.compile(r"NoSuch|Not ?Found|NonExistent|DoesNotExist|does ?n[o']t exist|cannot be found", re.IGNORECASE)


def kind_of(resource_type: str) -> Kind | None:
    """What a resource type does here; None for one that cannot be deployed."""
    if resource_type.startswith(CUSTOM_TYPES):
        return Kind.EXECUTED
    registration = RESOURCE_TYPES.get(resource_type)
    return registration.kind if registration else None


def resource_table() -> str:
    """What each resource type does here, as the table in local/README.md."""
    rows = [f"| `{name}` | {RESOURCE_TYPES[name].kind.value} |" for name in sorted(RESOURCE_TYPES)]
    return "\n".join(["| Resource type | Here |", "|---|---|", *rows, "| `Custom::*` | executed |"])


def refuse_unknown_types(template: dict[str, Any]) -> None:
    unknown = {
        f"{resource['Type']} ({logical_id})"
        for logical_id, resource in template.get("Resources", {}).items()
        if resource["Type"] != _NEVER_DEPLOYED and kind_of(resource["Type"]) is None
    }
    if unknown:
        raise ValidationError(
            message=f"The local cloud cannot deploy {', '.join(sorted(unknown))}; add the type to local/cloudformation"
        )


def install(context: CloudContext) -> None:
    own = {name: r.handler(context) for name, r in RESOURCE_TYPES.items() if r.handler}
    custom = CustomResource(context)
    adapters: dict[str, type[CloudFormationModel]] = {}
    moto_class, moto_name_property = parsing.resource_class_from_type, parsing.resource_name_property_from_type

    def resource_class(resource_type: str) -> type[CloudFormationModel]:
        handler = custom if resource_type.startswith(CUSTOM_TYPES) else own.get(resource_type)
        if handler is None:
            return moto_class(resource_type)
        if resource_type not in adapters:
            adapters[resource_type] = _adapter(context, handler)
        return adapters[resource_type]

    def name_property(resource_type: str) -> str | None:
        return own[resource_type].name_property if resource_type in own else moto_name_property(resource_type)

    def generate_name(resource_type: str, stack_name: str, logical_id: str) -> str:
        longest = own[resource_type].longest_name if resource_type in own else 64
        return physical_name(stack_name, logical_id, longest, lower=resource_type == "AWS::S3::Bucket")

    parsing.resource_class_from_type = resource_class
    parsing.resource_name_property_from_type = name_property
    parsing.generate_resource_name = generate_name
    _complete_functions()
    _check_templates()
    _delete_dependents_first()
    _leave_no_failed_stacks(context)


def physical_name(stack_name: str, logical_id: str, longest: int, *, lower: bool = False) -> str:
    """`<stack>-<logical id>-<random>`, each part shortened as CloudFormation shortens them."""
    suffix = random_suffix()
    room = longest - len(suffix) - 2
    logical = logical_id[: max(room // 2, room - len(stack_name))]
    name = f"{stack_name[: room - len(logical)]}-{logical}-{suffix}"
    return name.lower() if lower else name


def cidr_blocks(block: str, count: int, host_bits: int) -> list[str]:
    """Fn::Cidr: the first `count` blocks inside `block`, each with `host_bits` bits for its addresses."""
    whole = ip_network(block)
    subnets = whole.subnets(new_prefix=whole.max_prefixlen - host_bits)
    return [str(subnet) for subnet in itertools.islice(subnets, count)]


def _complete_functions() -> None:
    """Fn::Cidr, and AWS::NoValue in lists, which moto does not know."""
    clean = parsing.clean_json

    def complete(value: Any, resources: parsing.ResourceMap) -> Any:
        if isinstance(value, dict) and "Fn::Cidr" in value:
            block, count, host_bits = (complete(argument, resources) for argument in value["Fn::Cidr"])
            return cidr_blocks(block, int(count), int(host_bits))
        if isinstance(value, list):
            value = [item for item in value if item != {"Ref": "AWS::NoValue"}]
        return clean(value, resources)

    parsing.clean_json = complete  # type: ignore[assignment]


def _check_templates() -> None:
    """Refuses before anything is created, and drops what the CDK adds for its own statistics."""
    parse = Stack.parse_template

    def parse_and_check(template: str) -> dict[str, Any]:
        parsed = json.loads(template) if template.lstrip().startswith("{") else parse(template)
        refuse_unknown_types(parsed)
        resources = parsed["Resources"]
        parsed["Resources"] = {name: r for name, r in resources.items() if r["Type"] != _NEVER_DEPLOYED}
        return parsed

    Stack.parse_template = staticmethod(parse_and_check)  # type: ignore[method-assign]


def _delete_dependents_first() -> None:
    """A resource is made after those that it needs, so the last one made goes first; in moto chance decides.

    And what is gone is forgotten, so that a template that has it once more makes it once more.
    """
    difference, delete_one = parsing.ResourceMap.build_resource_diff, parsing.ResourceMap._delete_resource

    def ordered_difference(
        self: parsing.ResourceMap, template: dict[str, Any], *args: Any, **options: Any
    ) -> dict[str, Any]:
        found = difference(self, template, *args, **options)
        modified = {*found["Modify"], *_names_with_other_values(self._resource_json_map, template["Resources"])}
        made = [name for name in self._parsed_resources if name in modified]
        found["Modify"] = made + [name for name in found["Modify"] if name not in made]
        found["Remove"] = [name for name in reversed(list(self._parsed_resources)) if name in found["Remove"]]
        return found

    def delete_and_forget(self: parsing.ResourceMap, resource: Any, declared: dict[str, Any]) -> None:
        delete_one(self, resource, declared)
        for name in [name for name, parsed in self._parsed_resources.items() if parsed is resource]:
            del self._parsed_resources[name]

    def delete(self: parsing.ResourceMap) -> None:
        for name, resource in reversed(list(self._parsed_resources.items())):
            declared = self._resource_json_map.get(name)
            if declared and declared.get("DeletionPolicy") != "Retain":
                self._delete_resource(resource, declared)

    parsing.ResourceMap.build_resource_diff = ordered_difference  # type: ignore[method-assign, assignment]
    parsing.ResourceMap._delete_resource = delete_and_forget  # type: ignore[method-assign, assignment]
    parsing.ResourceMap.delete = delete  # type: ignore[method-assign]


def _names_with_other_values(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """Resources that refer to one that is made anew, of which the template says nothing new."""
    both = [name for name in new if name in old]
    anew: set[str] = set()
    while more := {name for name in both if name not in anew and _is_made_anew(old[name], new[name], anew)}:
        anew |= more
    return {name for name in both if anew & set(_references(new[name]))}


def _is_made_anew(old: dict[str, Any], new: dict[str, Any], anew: set[str]) -> bool:
    registered = RESOURCE_TYPES.get(new["Type"])
    create_only = registered.handler.create_only if registered and registered.handler else ()
    before, after = old.get("Properties", {}), new.get("Properties", {})
    return any(before.get(name) != after.get(name) or anew & set(_references(after.get(name))) for name in create_only)


def _references(value: Any) -> Iterator[str]:
    """Logical ids that it refers to."""
    if isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if attribute := value.get("Fn::GetAtt"):
            yield attribute[0] if isinstance(attribute, list) else attribute.split(".")[0]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _references(each)


def _leave_no_failed_stacks(context: CloudContext) -> None:
    """A stack whose creation failed does not stay behind half made; one whose update failed can be updated again."""
    create, update = CloudFormationBackend.create_stack, CloudFormationBackend.update_stack

    def create_or_remove(self: CloudFormationBackend, name: str, *args: Any, **options: Any) -> Stack:
        existing = set(self.stacks)
        try:
            stack = create(self, name, *args, **options)
            stack.outputs  # noqa: B018  moto looks at them when they are asked for; an error belongs to the deployment
            return stack
        except Exception:
            for stack_id in set(self.stacks) - existing:
                failed = self.stacks.pop(stack_id)
                for resource in reversed(list(failed.resource_map._parsed_resources.values())):
                    if isinstance(resource, _Adapter):
                        resource.remove_quietly()
            context.activity.say("cloudformation", f"{name}: creation failed, what it had made was removed")
            raise

    def update_or_keep_template(self: CloudFormationBackend, name: str, *args: Any, **options: Any) -> Stack:
        before = self.get_stack(name)
        template, parsed, resources = before.template, before.template_dict, before.resource_map
        known = resources._template, resources._resource_json_map
        try:
            stack = update(self, name, *args, **options)
            stack.outputs  # noqa: B018
            _Adapter.remove_replaced()
            return stack
        except Exception:
            _Adapter.replaced.clear()
            before.template, before.template_dict = template, parsed
            resources._template, resources._resource_json_map = known
            raise

    CloudFormationBackend.create_stack = create_or_remove  # type: ignore[method-assign]
    CloudFormationBackend.update_stack = update_or_keep_template  # type: ignore[method-assign]


class _Adapter(CloudFormationModel):
    """A deployed resource as moto's stacks expect it. Each type has a subclass with its handler."""

    context: CloudContext
    handler: ResourceType
    replaced: ClassVar[list[_Adapter]] = []
    """What goes when the update has succeeded, as others still use it."""

    def __init__(self, declared: Declaration, deployed: Deployed) -> None:
        self.declared = declared
        self.deployed = deployed

    @property
    def physical_resource_id(self) -> str:
        return self.deployed.physical_id

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute_name: str) -> Any:
        if attribute_name not in self.deployed.attributes:
            known = ", ".join(self.deployed.attributes) or "none"
            raise ValidationError(
                message=f"{self.declared.logical_id} ({self.declared.type}) has no attribute {attribute_name!r} here; "
                f"it has: {known}"
            )
        return self.deployed.attributes[attribute_name]

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **known: Any
    ) -> _Adapter:
        properties = cloudformation_json["Properties"]
        declared = Declaration(resource_name, known["LogicalId"], known["StackId"], known["ResourceType"], properties)
        deployed = cls._attempt(declared, lambda: cls.handler.create(declared))
        cls.context.activity.say("cloudformation", f"created {declared.type} {declared.logical_id}")
        return cls(declared, deployed)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: _Adapter,
        new_resource_name: str,
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> _Adapter:
        before = original_resource.declared
        properties = cloudformation_json["Properties"]
        if properties == before.properties:
            return original_resource
        explicit = cls.handler.name_property in properties
        replaced = cls.handler.is_replaced(properties, before.properties)
        name = new_resource_name if explicit or replaced else before.name
        declared = Declaration(name, before.logical_id, before.stack_id, before.type, properties)
        if replaced:
            made = cls._attempt(declared, lambda: cls.handler.create(declared))
            cls.context.activity.say("cloudformation", f"made {declared.type} {declared.logical_id} anew")
            _Adapter.replaced.append(original_resource)
            return cls(declared, made)
        deployed = cls._attempt(declared, lambda: cls.handler.update(original_resource.deployed, declared, before))
        cls.context.activity.say("cloudformation", f"updated {declared.type} {declared.logical_id}")
        return cls(declared, deployed)

    def delete(self, account_id: str, region_name: str) -> None:
        self._attempt(self.declared, lambda: self.handler.delete(self.deployed, self.declared))
        self.context.activity.say("cloudformation", f"deleted {self.declared.type} {self.declared.logical_id}")

    @staticmethod
    def remove_replaced() -> None:
        for resource in reversed(_Adapter.replaced):
            resource.remove_quietly()
        _Adapter.replaced.clear()

    def remove_quietly(self) -> None:
        try:
            self.handler.delete(self.deployed, self.declared)
        except Exception as error:
            self.context.activity.say("cloudformation", f"left behind {self.declared.logical_id}: {error}")

    @classmethod
    def _attempt(cls, declared: Declaration, work: Any) -> Any:
        try:
            return work()
        except ValidationError:
            raise
        except Exception as error:
            reason = error.response["Error"]["Message"] if isinstance(error, ClientError) else str(error)
            what = f"{declared.logical_id} ({declared.type}) failed: {reason or type(error).__name__}"
            if _MISSING.search(str(error)):
                what = f"{what.rstrip('.')}. {HOW_TO_SEED}"
            cls.context.activity.fail("cloudformation", what)
            raise ValidationError(message=what) from error


def _adapter(context: CloudContext, handler: ResourceType) -> type[CloudFormationModel]:
    return type(f"Deployed{type(handler).__name__}", (_Adapter,), {"context": context, "handler": handler})
