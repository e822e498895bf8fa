"""Writes small cloud assemblies by hand: what `cdk synth` leaves in `cdk.out`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ASSET_BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
RESOLVED_ASSET_BUCKET = "cdk-hnb659fds-assets-123456789012-us-east-1"

Template = dict[str, Any]


def write_assembly(directory: Path, stacks: Mapping[str, Template], files: Mapping[str, str] | None = None) -> Path:
    """`files` are assets, by the name under which `asset_key` finds them."""
    directory.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    previous: str | None = None
    for name, template in stacks.items():
        (directory / f"{name}.template.json").write_text(json.dumps(template))
        assets: dict[str, Any] = {}
        for file, text in (files or {}).items():
            (directory / f"asset.{file}").write_text(text)
            destination = {"bucketName": ASSET_BUCKET, "objectKey": asset_key(file, text)}
            assets[file] = {
                "source": {"path": f"asset.{file}", "packaging": "file"},
                "destinations": {"here": destination},
            }
        (directory / f"{name}.assets.json").write_text(json.dumps({"files": assets, "dockerImages": {}}))
        artifacts[f"{name}.assets"] = {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}}
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.template.json", "stackName": name},
            "dependencies": [f"{name}.assets", *([previous] if previous else [])],
        }
        previous = name
    (directory / "manifest.json").write_text(json.dumps({"version": "48.0.0", "artifacts": artifacts}))
    return directory


def asset_key(file: str, text: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()}{Path(file).suffix}"


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    assume = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    trust = {"Version": "2012-10-17", "Statement": [assume]}
    policies = [{"PolicyName": "rights", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust, "Policies": policies if statements else []},
    }


def allow(actions: str | list[str], resource: Any, condition: dict[str, Any] | None = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def function(
    code: str, role_name: str, timeout: int = 10, runtime: str = "nodejs22.x", **environment: Any
) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": code},
            "Handler": "index.handler",
            "Runtime": runtime,
            "Role": arn_of(role_name),
            "Timeout": timeout,
            "MemorySize": 256,
            "Environment": {"Variables": environment},
        },
    }


def job(script: str, text: str, role_name: str, *, concurrent: int = 1, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Glue::Job",
        "Properties": {
            "Role": arn_of(role_name),
            "GlueVersion": "5.1",
            "WorkerType": "G.1X",
            "NumberOfWorkers": 2,
            "ExecutionProperty": {"MaxConcurrentRuns": concurrent},
            "Command": {
                "Name": "glueetl",
                "PythonVersion": "3",
                "ScriptLocation": f"s3://{RESOLVED_ASSET_BUCKET}/{asset_key(script, text)}",
            },
            **properties,
        },
    }


def arn_of(logical_id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def ref(logical_id: str) -> dict[str, Any]:
    return {"Ref": logical_id}


def under(logical_id: str, path: str = "/*") -> dict[str, Any]:
    """The ARN of a bucket followed by a path."""
    return {"Fn::Join": ["", [arn_of(logical_id), path]]}


def outputs(**values: Any) -> dict[str, Any]:
    return {name: {"Value": value} for name, value in values.items()}
