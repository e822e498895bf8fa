"""Resources that an app imports, and that are somebody else's in AWS: a file describes them, a stack holds them.

The file is JSON: for each kind of resource an object of resources by their names, with the fields that `seed_kinds`
lists (local/README.md, "Imported resources"). They become the stack `Seeded`, so that each does what it does when an
app itself deploys it; a file that has changed updates the stack.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.assembly import DeploymentError, Say, read_object
from local.deploy import MakeClient, deploy_stack, stack_exists
from local.seed_kinds import KINDS, Field, administrator_secret, logical_id

STACK = "Seeded"


@dataclass(frozen=True)
class Oracle:
    """A database that plays Oracle: its service name, the secret of its user, and SQL that fills it."""

    service: str
    secret: str
    user: str | None
    sql: tuple[str, ...]


@dataclass
class Seed:
    """A seed file as it is deployed."""

    template: dict[str, Any] = field(default_factory=lambda: {"Resources": {}})
    objects: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Bucket, key and content of each."""
    oracles: list[Oracle] = field(default_factory=list)
    statements: list[tuple[Mapping[str, str], str]] = field(default_factory=list)
    """SQL, and the warehouse that it is for as the Data API names it."""


def read_seed(file: Path) -> Seed:
    """Raises DeploymentError naming the field, its value and what is allowed when the file holds anything else."""
    seed = Seed()
    for kind_name, resources in read_object(file).items():
        kind = _known(file, kind_name, kind_name, KINDS)
        _check(isinstance(resources, dict), file, kind_name, resources, "an object of resources, by their names")
        for name, values in resources.items():
            _check(kind.names.holds(name), file, f"a name in {kind_name}", name, kind.names.allowed)
            _check_fields(file, f"{kind_name}.{name}", values, kind.fields)
            for resource_type, properties in kind.resources(name, values):
                declared = {"Type": resource_type, "Properties": properties}
                seed.template["Resources"][logical_id(resource_type, name)] = declared
            for key, content in values.get("objects", {}).items():
                seed.objects.append((name, key, _content(file, f"{kind_name}.{name}.objects.{key}", content)))
            if kind_name == "oracles":
                seed.oracles.append(Oracle(name, values["secret"], values.get("user"), _oracle_sql(file, name, values)))
                continue
            for statement in values.get("sql", []):
                database = {"Database": values["database"], "SecretArn": administrator_secret(name, values)}
                seed.statements.append(({str(kind.target): name, **database}, statement))
    return seed


def plant(seed: Seed, client: MakeClient, say: Say) -> None:
    """Deploys what a seed file describes. Its SQL runs when the stack is made, not again when it changes.

    Raises DeploymentError when a resource cannot be made or a statement fails; a new stack is then gone again.
    """
    is_new = not stack_exists(client, STACK)
    if seed.template["Resources"]:
        deploy_stack(client, STACK, json.dumps(seed.template), say)
    try:
        for target, statement in seed.statements if is_new else []:
            _run(client("redshift-data"), target, statement)
    except DeploymentError:
        client("cloudformation").delete_stack(StackName=STACK)
        raise
    for bucket, key, body in seed.objects:
        client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def _run(data_api: Any, target: Mapping[str, str], sql: str) -> None:
    statement = data_api.execute_statement(**target, Sql=sql)["Id"]
    while (described := data_api.describe_statement(Id=statement))["Status"] not in ("FINISHED", "FAILED", "ABORTED"):
        time.sleep(0.05)
    if described["Status"] != "FINISHED":
        raise DeploymentError(f"the seed's SQL {sql!r} failed: {described.get('Error')}")


def _check_fields(file: Path, where: str, values: Any, fields: Mapping[str, Field]) -> None:
    _check(isinstance(values, dict), file, where, values, f"an object with {', '.join(fields)}")
    for name, value in values.items():
        expected = _known(file, f"{where}.{name}", name, fields)
        _check(expected.holds(value), file, f"{where}.{name}", value, expected.allowed)
    for name, expected in fields.items():
        if expected.required and name not in values:
            raise DeploymentError(f"{file}: {where} has no {name}; give it {expected.allowed}")


def _known(file: Path, where: str, name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise DeploymentError(f"{file}: {where} is not known here; allowed in its place: {', '.join(known)}")
    return known[name]


def _check(holds: bool, file: Path, where: str, value: Any, allowed: str) -> None:
    if not holds:
        raise DeploymentError(f"{file}: {where} is {json.dumps(value)}; allowed: {allowed}")


def _oracle_sql(file: Path, name: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    scripts = [_content(file, f"oracles.{name}.script", values["script"]).decode()] if "script" in values else []
    return (*scripts, *values.get("sql", ()))


def _content(file: Path, where: str, content: Any) -> bytes:
    if isinstance(content, str):
        return content.encode()
    source = file.parent / content["file"]
    try:
        return source.read_bytes()
    except OSError as error:
        raise DeploymentError(f"{file}: {where}: {source} cannot be read: {error.strerror}") from error
