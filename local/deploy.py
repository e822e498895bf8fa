"""Deploys a synthesized CDK app: publishes its assets and creates or updates its stacks, in dependency order."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.process.context import ACCOUNT, REGION

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = "99"

_PLACEHOLDERS = {"${AWS::AccountId}": ACCOUNT, "${AWS::Region}": REGION, "${AWS::Partition}": "aws"}
_EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Say = Callable[[str], None]
MakeClient = Callable[[str], Any]


class DeploymentError(RuntimeError):
    """The app could not be synthesized, one of its stacks could not be deployed, or a file for that is no use."""


@dataclass(frozen=True)
class Asset:
    source: Path
    packaging: str
    bucket: str
    key: str


@dataclass(frozen=True)
class Stack:
    name: str
    template: Path
    assets: tuple[Asset, ...]


def read_object(file: Path) -> dict[str, Any]:
    """A JSON object. Raises DeploymentError when the file holds anything else, OSError when there is none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DeploymentError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise DeploymentError(f"{file} holds no JSON object")
    return content


def read_assembly(directory: Path) -> list[Stack]:
    """All stacks of a `cdk.out`, those of its stages too, each after the stacks that it depends on."""
    manifest = read_object(directory / "manifest.json")
    if missing := manifest.get("missing"):
        needed = ", ".join(item["key"] for item in missing)
        raise DeploymentError(f"{directory} needs context look-ups that only an AWS account can answer: {needed}")
    artifacts: dict[str, Any] = manifest.get("artifacts", {})
    stacks: list[Stack] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name not in artifacts:
            return
        seen.add(name)
        artifact = artifacts[name]
        for dependency in artifact.get("dependencies", []):
            visit(dependency)
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            stacks.extend(read_assembly(directory / properties["directoryName"]))
        elif artifact["type"] == "aws:cloudformation:stack":
            assets = [
                asset
                for dependency in artifact.get("dependencies", [])
                if artifacts[dependency]["type"] == "cdk:asset-manifest"
                for asset in _read_assets(directory / artifacts[dependency]["properties"]["file"])
            ]
            template = directory / properties["templateFile"]
            stacks.append(Stack(properties.get("stackName", name), template, tuple(assets)))

    for name in artifacts:
        visit(name)
    return stacks


def _read_assets(file: Path) -> Iterator[Asset]:
    manifest = read_object(file)
    if manifest.get("dockerImages"):
        raise DeploymentError(f"{file.name} has container images, which are not run here")
    for asset in manifest.get("files", {}).values():
        source = asset["source"]
        if "path" not in source:
            raise DeploymentError(f"{file.name} has an asset that is made by a command: {source}")
        for destination in asset["destinations"].values():
            yield Asset(
                source=file.parent / source["path"],
                packaging=source.get("packaging", "file"),
                bucket=_resolved(destination["bucketName"]),
                key=_resolved(destination["objectKey"]),
            )


def synthesize(directory: Path, output: Path, say: Say, context: Mapping[str, Any] | None = None) -> Path:
    """The `cdk.out` of an app: `directory` itself when it is one, else made by the command in its `cdk.json`.

    `context` is what `cdk synth -c` would give.
    """
    if (directory / "manifest.json").exists():
        return directory
    configuration_file = directory / "cdk.json"
    if not configuration_file.exists():
        raise DeploymentError(f"{directory} holds neither a cdk.json nor a synthesized app (manifest.json)")
    configuration = read_object(configuration_file)
    command = configuration.get("app")
    if not isinstance(command, str):
        raise DeploymentError(f'{configuration_file} has no "app", the command that synthesizes the app')
    say(f"synthesizing {directory}: {command}")
    environment = os.environ | {
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**configuration.get("context", {}), **(context or {})}),
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }
    ran = subprocess.run(
        command, shell=True, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0 or not (output / "manifest.json").exists():
        raise DeploymentError(f"synthesizing {directory} failed:\n{ran.stdout}{ran.stderr}")
    return output


def deploy(assembly: Path, client: MakeClient, say: Say, secrets: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Deploys every stack; returns all outputs by name. `secrets` are made first where they do not exist."""
    _create_secrets(client, secrets or {}, say)
    client("ssm").put_parameter(Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True)
    outputs: dict[str, str] = {}
    for stack in read_assembly(assembly):
        for asset in stack.assets:
            if asset.source != stack.template:
                _publish(client, asset, say)
        outputs |= _deploy_stack(client, stack, say)
    return outputs


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


def _deploy_stack(client: MakeClient, stack: Stack, say: Say) -> dict[str, str]:
    """Creates or updates one stack. Raises DeploymentError with CloudFormation's reason."""
    cloudformation = client("cloudformation")
    template = stack.template.read_text(encoding="utf-8")
    exists = any(
        summary["StackName"] == stack.name and not summary["StackStatus"].startswith("DELETE")
        for summary in cloudformation.list_stacks()["StackSummaries"]
    )
    count = len(json.loads(template)["Resources"])
    say(f"stack {stack.name}: {'updating' if exists else 'creating'} {count} resources")
    request = {
        "StackName": stack.name,
        "TemplateBody": template,
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        (cloudformation.update_stack if exists else cloudformation.create_stack)(**request)
    except ClientError as error:
        reason = error.response["Error"]["Message"]
        if "No updates are to be performed" not in reason:
            raise DeploymentError(f"stack {stack.name}: {reason}") from error
    described = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
    if not described["StackStatus"].endswith("_COMPLETE"):
        raise DeploymentError(f"stack {stack.name} is {described['StackStatus']}")
    say(f"stack {stack.name}: {described['StackStatus']}")
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}


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


def _resolved(text: str) -> str:
    for placeholder, value in _PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text
