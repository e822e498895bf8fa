"""A CDK app as `cdk synth` leaves it, a cloud assembly: made by the app's own command, and read."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.process.context import ACCOUNT, REGION

_PLACEHOLDERS = {"${AWS::AccountId}": ACCOUNT, "${AWS::Region}": REGION, "${AWS::Partition}": "aws"}

Say = Callable[[str], None]


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
    """A JSON object. Raises DeploymentError when there is no such file, or it holds anything else."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DeploymentError(f"{file} does not exist") from error
    except OSError as error:
        raise DeploymentError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise DeploymentError(f"{file} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise DeploymentError(f"{file} holds no JSON object")
    return content


def read_assembly(directory: Path) -> list[Stack]:
    """All stacks of a `cdk.out`, those of its stages too, each after the stacks that it depends on.

    Raises DeploymentError for what cannot be deployed here.
    """
    try:
        stacks = _read_stacks(directory)
    except (AttributeError, KeyError, TypeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise DeploymentError(
            f"{directory} is not what `cdk synth` writes ({what}): synthesize the app again"
        ) from error
    count = Counter(stack.name for stack in stacks)
    if twice := [name for name in count if count[name] > 1]:
        raise DeploymentError(
            f"{directory} has more than one stack named {twice[0]}; this cloud has one account and one region:"
            " give each stack a name of its own"
        )
    return stacks


def _read_stacks(directory: Path) -> list[Stack]:
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
            stacks.extend(_read_stacks(directory / properties["directoryName"]))
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
    if not directory.is_dir():
        raise DeploymentError(f"{directory} {'is no directory' if directory.exists() else 'does not exist'}")
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
        raise DeploymentError(
            f"{directory} could not be synthesized: {command!r} ended with exit code {ran.returncode}"
            f"{'' if ran.returncode else f' and wrote no {output.name}'}; it said:\n{ran.stdout}{ran.stderr}".rstrip()
        )
    return output


def _resolved(text: str) -> str:
    for placeholder, value in _PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text
