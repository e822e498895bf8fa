"""Deploys a synthesized CDK app: publishes its assets and creates or updates its stacks, in dependency order."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.assembly import Asset, DeploymentError, Say, read_assembly

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = "99"

_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

MakeClient = Callable[[str], Any]


def deploy(
    assembly: Path, client: MakeClient, say: Say, secrets: Mapping[str, Any] | None = None
) -> dict[str, dict[str, str]]:
    """Deploys every stack; returns their outputs by stack. `secrets` are made first where they do not exist."""
    stacks = read_assembly(assembly)
    _create_secrets(client, secrets or {}, say)
    client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)
    outputs: dict[str, dict[str, str]] = {}
    for stack in stacks:
        for asset in stack.assets:
            if asset.source != stack.template:
                _publish(client, asset, say)
        outputs[stack.name] = deploy_stack(client, stack.name, stack.template.read_text(encoding="utf-8"), say)
    return outputs


def unique_outputs(by_stack: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """The outputs whose name only one stack has, by that name."""
    count = Counter(name for outputs in by_stack.values() for name in outputs)
    return {name: value for outputs in by_stack.values() for name, value in outputs.items() if count[name] == 1}


def check_secrets(secrets: Mapping[str, Any]) -> None:
    """Raises DeploymentError for a value that is no secret's."""
    for name, value in secrets.items():
        if not isinstance(value, str | dict):
            raise DeploymentError(f"the secret {name!r} is {json.dumps(value)}; allowed: text, or an object")


def _create_secrets(client: MakeClient, secrets: Mapping[str, Any], say: Say) -> None:
    manager = client("secretsmanager")
    for name, value in secrets.items():
        text = value if isinstance(value, str) else json.dumps(value)
        try:
            manager.create_secret(Name=name, SecretString=text)
            say(f"secret {name} created")
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=name, SecretString=text)


def _publish(client: MakeClient, asset: Asset, say: Say) -> None:
    """Uploads an asset unless it is there: its key is the hash of its content."""
    s3 = client("s3")
    if not _exists(s3, asset.bucket):
        s3.create_bucket(Bucket=asset.bucket)
    if _exists(s3, asset.bucket, asset.key):
        return
    say(f"asset {asset.source.name}")
    body = _zipped(asset.source) if asset.packaging == "zip" else asset.source.read_bytes()
    s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)


def deploy_stack(client: MakeClient, name: str, template: str, say: Say) -> dict[str, str]:
    """Creates or updates one stack; returns its outputs. Raises DeploymentError with CloudFormation's reason."""
    cloudformation = client("cloudformation")
    exists = stack_exists(client, name)
    count = len(json.loads(template)["Resources"])
    say(f"stack {name}: {'updating' if exists else 'creating'} {count} resources")
    request = {
        "StackName": name,
        "TemplateBody": template,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        if "No updates are to be performed" not in reason:
            raise DeploymentError(f"stack {name}: {reason}") from error
    described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    if not described["StackStatus"].endswith("_COMPLETE"):
        raise DeploymentError(f"stack {name} is {described['StackStatus']}")
    say(f"stack {name}: {described['StackStatus']}")
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


def stack_exists(client: MakeClient, name: str) -> bool:
    pages = client("cloudformation").get_paginator("describe_stacks").paginate()
    return any(stack["StackName"] == name for page in pages for stack in page["Stacks"])


def _exists(s3: Any, bucket: str, key: str | None = None) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key) if key else s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def _zipped(directory: Path) -> bytes:
    """The same bytes for the same files: sorted, and without times."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(directory.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), _EARLIEST_ZIP_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = (path.stat().st_mode & 0o777) << 16
                file.writestr(entry, path.read_bytes())
    return archive.getvalue()
