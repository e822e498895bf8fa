"""Table mappings: which tables are replicated, and which columns are added (DMS User Guide, "Table mapping").

Names are compared as they are written: Oracle's are in upper case.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.dms.errors import NotRunHereError, ReplicationError

CHANGE_SEQUENCE = "$AR_H_CHANGE_SEQ"


@dataclass(frozen=True)
class Locator:
    schema: str
    table: str

    def matches(self, schema: str, table: str) -> bool:
        return bool(_pattern(self.schema).fullmatch(schema) and _pattern(self.table).fullmatch(table))


@dataclass(frozen=True)
class BeforeImages:
    """Columns with what an update overwrote."""

    locator: Locator
    prefix: str
    suffix: str
    keys_only: bool
    without_large_objects: bool


@dataclass(frozen=True)
class TableMappings:
    included: tuple[Locator, ...]
    excluded: tuple[Locator, ...]
    added: tuple[tuple[Locator, str], ...]
    """Columns that hold the change sequence."""
    before_images: tuple[BeforeImages, ...]

    def selects(self, schema: str, table: str) -> bool:
        return any(each.matches(schema, table) for each in self.included) and not any(
            each.matches(schema, table) for each in self.excluded
        )

    def sequence_columns(self, schema: str, table: str) -> list[str]:
        return [name for locator, name in self.added if locator.matches(schema, table)]

    def before_images_of(self, schema: str, table: str) -> BeforeImages | None:
        return next((each for each in self.before_images if each.locator.matches(schema, table)), None)


def parse_mappings(text: str) -> TableMappings:
    """Raises ReplicationError for what DMS refuses, NotRunHereError for what only DMS does."""
    try:
        rules: Sequence[Mapping[str, Any]] = json.loads(text)["rules"]
    except (ValueError, KeyError, TypeError) as error:
        raise ReplicationError("Invalid table mappings: a JSON object with a list of rules is expected") from error
    identifiers = [rule.get("rule-id") for rule in rules]
    if len(set(identifiers)) != len(identifiers):
        raise ReplicationError("Invalid table mappings: each rule-id must be unique")
    selections = [rule for rule in rules if rule.get("rule-type") == "selection"]
    transformations = [rule for rule in rules if rule.get("rule-type") == "transformation"]
    for rule in rules:
        if rule.get("rule-type") not in ("selection", "transformation"):
            raise NotRunHereError(f"the rule-type {rule.get('rule-type')!r}")
        if rule.get("filters"):
            raise NotRunHereError("a rule's filters")
    by_action = {action: tuple(map(_locator, _of(selections, *action))) for action in (_INCLUDE, _EXCLUDE)}
    for rule in selections:
        if rule.get("rule-action") not in (*_INCLUDE, *_EXCLUDE):
            raise ReplicationError(f"Invalid table mappings: the rule-action {rule.get('rule-action')!r} is not known")
    for rule in transformations:
        if rule.get("rule-action") not in ("add-column", "add-before-image-columns"):
            raise NotRunHereError(f"the transformation {rule.get('rule-action')!r}")
    return TableMappings(
        by_action[_INCLUDE],
        by_action[_EXCLUDE],
        tuple((_locator(rule), _added(rule)) for rule in _of(transformations, "add-column")),
        tuple(_before_images(rule) for rule in _of(transformations, "add-before-image-columns")),
    )


_INCLUDE = ("include", "explicit")
_EXCLUDE = ("exclude",)


def _of(rules: Sequence[Mapping[str, Any]], *actions: str) -> list[Mapping[str, Any]]:
    return [rule for rule in rules if rule.get("rule-action") in actions]


def _locator(rule: Mapping[str, Any]) -> Locator:
    locator = rule.get("object-locator", {})
    try:
        return Locator(locator["schema-name"], locator["table-name"])
    except KeyError as error:
        raise ReplicationError(f"Invalid table mappings: an object-locator lacks {error}") from error


def _added(rule: Mapping[str, Any]) -> str:
    if rule.get("expression") != CHANGE_SEQUENCE:
        raise NotRunHereError(f"add-column with the expression {rule.get('expression')!r}")
    return str(rule["value"])


def _before_images(rule: Mapping[str, Any]) -> BeforeImages:
    definition = rule.get("before-image-def", {})
    if not definition.get("column-prefix") and not definition.get("column-suffix"):
        raise ReplicationError("Invalid table mappings: a before-image-def needs a column-prefix or a column-suffix")
    kept = definition.get("column-filter", "pk-only")
    return BeforeImages(
        _locator(rule),
        definition.get("column-prefix", ""),
        definition.get("column-suffix", ""),
        keys_only=kept == "pk-only",
        without_large_objects=kept == "non-lob",
    )


@functools.lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    """`%` is any text, `_` one character, `[_]` the character itself."""
    parts = re.findall(r"\[.\]|.", text, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile(
        "".join(wild.get(part) or re.escape(part[1] if len(part) == 3 else part) for part in parts), re.DOTALL
    )
