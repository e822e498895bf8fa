"""Which resource a request is about: the ARNs that policies name, for each service that the platform calls.

After the Service Authorization Reference, "Resource types defined by ...". A request that no rule knows is about `*`,
which only a policy for `*` allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from moto.kms.models import kms_backends

from local.identity.arns import find_secret_arn, workgroup_arn
from local.process.context import ACCOUNT, REGION, arn

Parameters = Mapping[str, Any]


def resources_of(service: str, action: str, parameters: Parameters, path: str) -> Sequence[str]:
    rule = _RULES.get(service)
    return (rule(action, parameters, path) if rule else None) or ["*"]


def _queue(action: str, parameters: Parameters, path: str) -> list[str] | None:
    name = str(parameters.get("QueueUrl") or "").rsplit("/", 1)[-1] or parameters.get("QueueName")
    return [arn("sqs", name)] if name else None


def _topic(action: str, parameters: Parameters, path: str) -> list[str] | None:
    found = parameters.get("TopicArn") or parameters.get("TargetArn") or parameters.get("ResourceArn")
    return [str(found)] if found else None


def _glue(action: str, parameters: Parameters, path: str) -> list[str] | None:
    name = parameters.get("JobName") or (parameters.get("Name") if "Job" in action else None)
    return [arn("glue", f"job/{name}")] if name else None


def _function(action: str, parameters: Parameters, path: str) -> list[str] | None:
    _, found, rest = unquote(path).partition("/functions/")
    name = rest.split("/")[0]
    if not found or not name:
        return None
    return [name if name.startswith("arn:") else arn("lambda", f"function:{name}")]


def _secret(action: str, parameters: Parameters, path: str) -> list[str] | None:
    asked = parameters.get("SecretId") or parameters.get("Name")
    return [secret_arn(asked)] if asked else None


def secret_arn(name_or_arn: str) -> str:
    """The ARN that policies are matched with; for a secret that does not exist, the one that it would start with."""
    named = name_or_arn if name_or_arn.startswith("arn:") else arn("secretsmanager", f"secret:{name_or_arn}")
    return find_secret_arn(name_or_arn) or named


def _data_api(action: str, parameters: Parameters, path: str) -> list[str] | None:
    if parameters.get("WorkgroupName"):
        return [workgroup_arn(str(parameters["WorkgroupName"]))]
    if parameters.get("ClusterIdentifier"):
        return [arn("redshift", f"cluster:{parameters['ClusterIdentifier']}")]
    return None


def _state_machine(action: str, parameters: Parameters, path: str) -> list[str] | None:
    found = parameters.get("stateMachineArn") or parameters.get("executionArn")
    return [str(found)] if found else None


def _log_group(action: str, parameters: Parameters, path: str) -> list[str] | None:
    group = parameters.get("logGroupName")
    if not group:
        return None
    stream = parameters.get("logStreamName")
    base = arn("logs", f"log-group:{group}")
    return [f"{base}:log-stream:{stream}"] if stream else [base, f"{base}:*"]


def _events(action: str, parameters: Parameters, path: str) -> list[str] | None:
    if action == "PutEvents":
        buses = {entry.get("EventBusName") or "default" for entry in parameters.get("Entries", [])}
        bus = next(iter(buses), "default")
        return [bus if bus.startswith("arn:") else arn("events", f"event-bus/{bus}")]
    name = parameters.get("Rule") or parameters.get("Name")
    return [arn("events", f"rule/{name}")] if name else None


def _key(action: str, parameters: Parameters, path: str) -> list[str] | None:
    asked = parameters.get("KeyId")
    if not asked:
        return None
    backend = kms_backends[ACCOUNT][REGION]
    key_id = backend.get_key_id_from_alias(asked) if "alias/" in asked else backend.get_key_id(asked)
    key = backend.keys.get(key_id or "")
    return [key.arn if key else asked]


def _parameter(action: str, parameters: Parameters, path: str) -> list[str] | None:
    name = parameters.get("Name")
    return [arn("ssm", f"parameter/{str(name).lstrip('/')}")] if name else None


_DMS_ARNS = (
    "ReplicationConfigArn",
    "ReplicationTaskArn",
    "EndpointArn",
    "ReplicationInstanceArn",
    "SourceEndpointArn",
    "TargetEndpointArn",
    "ResourceArn",
)


def _dms(action: str, parameters: Parameters, path: str) -> list[str] | None:
    """Lists of replications, tasks and endpoints are about `*`, whatever filter they have; a test is of two things."""
    named = [str(parameters[name]) for name in _DMS_ARNS if parameters.get(name)]
    return named if action == "TestConnection" else named[:1]


_RULES: dict[str, Callable[[str, Parameters, str], Sequence[str] | None]] = {
    "dms": _dms,
    "sqs": _queue,
    "sns": _topic,
    "glue": _glue,
    "lambda": _function,
    "secretsmanager": _secret,
    "redshift-data": _data_api,
    "states": _state_machine,
    "logs": _log_group,
    "events": _events,
    "kms": _key,
    "ssm": _parameter,
}
