"""What a deployment of `OracleToRedshiftReplication` gives DMS and its jobs, read from the template of an app."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_data.oracle_schema.settings import SchemaJobSettings
from customer_data.replication.settings import MergeSettings
from local.assembly import read_assembly, synthesize
from local.dms.engine import Job

APP = Path(__file__).parent / "data" / "replication_app"
_PARAMETERS = {"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws"}


@dataclass(frozen=True)
class Deployed:
    """One replication: what DMS is to do, and the `--settings` of its jobs."""

    job: Job
    merge: MergeSettings
    schema: SchemaJobSettings


def synthesized(directory: Path) -> dict[str, Deployed]:
    """The replications of the app, by the format of their files."""
    [stack] = read_assembly(synthesize(APP, directory, lambda _line: None))
    resources = json.loads(stack.template.read_text())["Resources"]
    buckets = {name for name, resource in resources.items() if resource["Type"] == "AWS::S3::Bucket"}
    by_type: dict[str, dict[str, Any]] = {}
    for name, resource in resources.items():
        by_type.setdefault(resource["Type"], {})[name] = _resolved(resource.get("Properties", {}), buckets)
    endpoints = by_type["AWS::DMS::Endpoint"]
    texts = [job["DefaultArguments"]["--settings"] for job in by_type["AWS::Glue::Job"].values()]
    merges = [MergeSettings.from_json(text) for text in texts if "source" not in json.loads(text)]
    schemas = [SchemaJobSettings.from_json(text) for text in texts if "source" in json.loads(text)]
    found = {}
    for config in by_type["AWS::DMS::ReplicationConfig"].values():
        source, target = (endpoints[config[f"{side}EndpointArn"]] for side in ("Source", "Target"))
        job = Job(
            config["ReplicationType"],
            _text(config["TableMappings"]),
            _text(config["ReplicationSettings"]),
            {"EndpointIdentifier": "source", **source},
            {"EndpointIdentifier": "target", **target},
        )
        folder = target["S3Settings"]["BucketFolder"]
        [merge] = [each for each in merges if each.prefix == f"{folder}/"]
        [schema] = [each for each in schemas if each.pipeline == merge.pipeline]
        found[str(merge.format)] = Deployed(job, merge, schema)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _resolved(value: Any, buckets: Collection[str]) -> Any:
    """References become the names of what they refer to; those of buckets are in lower case, as S3 has it."""
    if isinstance(value, list):
        return [_resolved(each, buckets) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": str(name)}:
            return name.lower() if name in buckets else _PARAMETERS.get(name, name)
        case {"Fn::GetAtt": [name, "Arn"]}:
            return f"arn:aws:iam::123456789012:role/{name}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"{name}.{attribute}"
        case {"Fn::Join": [str(between), [*parts]]}:
            return between.join(_resolved(part, buckets) for part in parts)
        case {"Fn::Sub": str(text)}:
            return text
    return {name: _resolved(each, buckets) for name, each in value.items()}
