"""The Oracle databases that an app replicates from, as the source endpoints in its templates name them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.assembly import read_assembly

_OF_SECRET = re.compile(r":secret:(.+)$")


def oracle_endpoints(assembly: Path) -> Iterator[tuple[str, str]]:
    """Service name and name of the secret, for each endpoint whose secret the app imports by its name."""
    for stack in read_assembly(assembly):
        template = json.loads(stack.template.read_text(encoding="utf-8"))
        for resource in template.get("Resources", {}).values():
            properties = resource.get("Properties", {})
            if resource["Type"] != "AWS::DMS::Endpoint" or str(properties.get("EngineName")).lower() != "oracle":
                continue
            secret = secret_name((properties.get("OracleSettings") or {}).get("SecretsManagerSecretId"))
            if secret and isinstance(properties.get("DatabaseName"), str):
                yield properties["DatabaseName"], secret


def secret_name(value: Any) -> str | None:
    """The name in a name or an ARN; None for a secret that the template itself makes."""
    if isinstance(value, dict) and "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        value = separator.join(part if isinstance(part, str) else "*" for part in parts)
    if not isinstance(value, str):
        return None
    found = _OF_SECRET.search(value)
    if found:
        return found[1] if "*" not in found[1] else None
    return None if value.startswith("arn:") or "*" in value else value
