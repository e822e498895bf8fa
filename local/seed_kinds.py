"""What a seed file may hold: kinds of resources, their fields, and what each is in a template."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.process.context import ACCOUNT

_CHOSEN_ID_TAG = "_custom_id_"
"""moto's own tag for an id that a service otherwise makes up."""

_KEY_IS_THE_ACCOUNTS = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
_DEFAULT_ADMINISTRATOR = "awsuser"

Values = Mapping[str, Any]
Resource = tuple[str, dict[str, Any]]
"""A resource of the stack: its type and properties."""


@dataclass(frozen=True)
class Field:
    """What a field of a resource may hold: in words, and as a test."""

    allowed: str
    holds: Callable[[Any], bool]
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of resource: what it may be called, its fields, and what it is in a template."""

    names: Field
    fields: Mapping[str, Field]
    resources: Callable[[str, Values], Iterator[Resource]]
    target: str | None = None
    """How the Data API names it, if it is a warehouse."""


def logical_id(resource_type: str, name: str) -> str:
    """The same for the same name, whatever else a file holds."""
    return resource_type.split("::")[-1] + hashlib.sha256(name.encode()).hexdigest()[:8].upper()


def administrator_secret(name: str, values: Values) -> str:
    """The name of the secret that Redshift makes for a warehouse's administrator."""
    namespace = values.get("namespace", name)
    return f"redshift!{namespace.lower()}-{_administrator(values)}"


def _administrator(values: Values) -> str:
    return str(values.get("administrator", _DEFAULT_ADMINISTRATOR))


def _bucket(name: str, values: Values) -> Iterator[Resource]:
    properties: dict[str, Any] = {"BucketName": name}
    if values.get("versioned"):
        properties["VersioningConfiguration"] = {"Status": "Enabled"}
    if values.get("eventBridge"):
        properties["NotificationConfiguration"] = {"EventBridgeConfiguration": {}}
    yield "AWS::S3::Bucket", properties
    yield from _policy("AWS::S3::BucketPolicy", "Bucket", _ref("AWS::S3::Bucket", name), values)


def _topic(name: str, values: Values) -> Iterator[Resource]:
    yield "AWS::SNS::Topic", {"TopicName": name}
    yield from _policy("AWS::SNS::TopicPolicy", "Topics", [_ref("AWS::SNS::Topic", name)], values)


def _queue(name: str, values: Values) -> Iterator[Resource]:
    yield "AWS::SQS::Queue", {"QueueName": name}
    yield from _policy("AWS::SQS::QueuePolicy", "Queues", [_ref("AWS::SQS::Queue", name)], values)


def _key(name: str, values: Values) -> Iterator[Resource]:
    document = _document([_KEY_IS_THE_ACCOUNTS, *values.get("policy", [])])
    yield "AWS::KMS::Key", {"KeyPolicy": document, "Tags": _tags({_CHOSEN_ID_TAG: name})}
    if alias := values.get("alias"):
        yield "AWS::KMS::Alias", {"AliasName": alias, "TargetKeyId": _ref("AWS::KMS::Key", name)}


def _secret(name: str, values: Values) -> Iterator[Resource]:
    value = values["value"]
    properties: dict[str, Any] = {"Name": name, "SecretString": value if isinstance(value, str) else json.dumps(value)}
    if suffix := values.get("suffix"):
        properties["Tags"] = _tags({_CHOSEN_ID_TAG: suffix})
    yield "AWS::SecretsManager::Secret", properties


def _role(name: str, values: Values) -> Iterator[Resource]:
    services = {"Service": values["services"]}
    trust = _document([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": services}])
    policies = [{"PolicyName": "seeded", "PolicyDocument": _document(values["policy"])}] if "policy" in values else []
    tags = _tags(values.get("tags", {}))
    yield (
        "AWS::IAM::Role",
        {"RoleName": name, "AssumeRolePolicyDocument": trust, "Policies": policies, "Tags": tags},
    )


def _workgroup(name: str, values: Values) -> Iterator[Resource]:
    yield (
        "AWS::RedshiftServerless::Namespace",
        {
            "NamespaceName": values.get("namespace", name),
            "DbName": values["database"],
            "AdminUsername": _administrator(values),
            "ManageAdminPassword": True,
        },
    )
    namespace = _ref("AWS::RedshiftServerless::Namespace", name)
    chosen = _tags({_CHOSEN_ID_TAG: values["id"]})
    yield (
        "AWS::RedshiftServerless::Workgroup",
        {"WorkgroupName": name, "NamespaceName": namespace, "Tags": chosen},
    )


def _cluster(name: str, values: Values) -> Iterator[Resource]:
    yield (
        "AWS::Redshift::Cluster",
        {
            "ClusterIdentifier": name,
            "DBName": values["database"],
            "MasterUsername": _administrator(values),
            "ManageMasterPassword": True,
        },
    )


def _policy(resource_type: str, property_name: str, of: Any, values: Values) -> Iterator[Resource]:
    if statements := values.get("policy"):
        yield resource_type, {property_name: of, "PolicyDocument": _document(statements)}


def _ref(resource_type: str, name: str) -> dict[str, str]:
    return {"Ref": logical_id(resource_type, name)}


def _document(statements: list[Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _tags(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": name, "Value": value} for name, value in values.items()]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(map(_is_text, value))


def _is_content(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and set(value) == {"file"} and _is_text(value["file"]))


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and _is_content(value)


def _are(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test of all values of an object."""
    return lambda value: isinstance(value, dict) and all(map(holds, value.values()))


def _matches(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value))


_TEXT = Field("text", _is_text)
_REQUIRED_TEXT = Field("text", _is_text, required=True)
_FLAG = Field("true or false", lambda value: isinstance(value, bool))
_SQL = Field("a list of SQL statements, each a text", _is_list_of_texts)
_POLICY = Field(
    'a list of IAM statements, each an object such as {"Effect": "Allow", "Action": ..., "Resource": ...}',
    lambda value: isinstance(value, list) and all(isinstance(each, dict) and "Effect" in each for each in value),
)


def _named(allowed: str, pattern: str) -> Field:
    return Field(f"a name of {allowed}", _matches(pattern))


# S3 user guide, "General purpose bucket naming rules"; IAM, SNS, SQS, Redshift and Secrets Manager API references.
_BUCKET_NAME = _named(
    "3 to 63 lower-case letters, digits, '-' and '.', a letter or digit first and last",
    r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
)
_ROLE_NAME = _named("1 to 64 letters, digits and '_+=,.@-'", r"[\w+=,.@-]{1,64}")
_WAREHOUSE_NAME = _named("3 to 63 lower-case letters, digits and '-'", r"[a-z0-9-]{3,63}")
_TOPIC_NAME = _named(
    "1 to 256 letters, digits, '-' and '_', with .fifo at the end of a FIFO topic", r"[\w-]{1,251}(\.fifo)?"
)
_QUEUE_NAME = _named(
    "1 to 80 letters, digits, '-' and '_', with .fifo at the end of a FIFO queue", r"[\w-]{1,75}(\.fifo)?"
)
_KEY_ID = _named("1 to 128 letters, digits and '-', its key id", r"[\w-]{1,128}")
_SERVICE_NAME = _named("1 to 63 letters, digits, '_' and '.', its service name", r"[\w.]{1,63}")
_SECRET_NAME = _named("1 to 512 letters, digits and '/_+=.@!-'", r"[\w/+=.@!-]{1,512}")

KINDS: dict[str, Kind] = {
    "buckets": Kind(
        _BUCKET_NAME,
        {
            "versioned": _FLAG,
            "eventBridge": _FLAG,
            "objects": Field(
                'an object of texts by their keys, or of {"file": PATH}, relative to the seed file', _are(_is_content)
            ),
            "policy": _POLICY,
        },
        _bucket,
    ),
    "roles": Kind(
        _ROLE_NAME,
        {
            "services": Field(
                'a list of the services that may assume it, such as ["redshift.amazonaws.com"]',
                _is_list_of_texts,
                required=True,
            ),
            "policy": _POLICY,
            "tags": Field("an object of texts", _are(_is_text)),
        },
        _role,
    ),
    "workgroups": Kind(
        _WAREHOUSE_NAME,
        {
            "id": _REQUIRED_TEXT,
            "database": _REQUIRED_TEXT,
            "namespace": _TEXT,
            "administrator": _TEXT,
            "sql": _SQL,
        },
        _workgroup,
        target="WorkgroupName",
    ),
    "clusters": Kind(
        _WAREHOUSE_NAME,
        {"database": _REQUIRED_TEXT, "administrator": _TEXT, "sql": _SQL},
        _cluster,
        target="ClusterIdentifier",
    ),
    "oracles": Kind(
        _SERVICE_NAME,
        {
            "secret": Field("the name of the secret for its login", _is_text, required=True),
            "user": _TEXT,
            "script": Field('{"file": PATH}, SQL relative to the seed file', _is_file),
            "sql": _SQL,
        },
        lambda name, values: iter(()),
    ),
    "topics": Kind(_TOPIC_NAME, {"policy": _POLICY}, _topic),
    "queues": Kind(_QUEUE_NAME, {"policy": _POLICY}, _queue),
    "keys": Kind(
        _KEY_ID, {"alias": Field('a text that starts with "alias/"', _matches("alias/.+")), "policy": _POLICY}, _key
    ),
    "secrets": Kind(
        _SECRET_NAME,
        {
            "value": Field("text or an object", lambda value: isinstance(value, str | dict), required=True),
            "suffix": Field("the six letters and digits at the end of its ARN", _matches("[A-Za-z0-9]{6}")),
        },
        _secret,
    ),
}
