"""The part of a job's arguments that is about rules; `src/quality/` writes the same JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_data.errors import SettingsError


@dataclass(frozen=True)
class RulesFileLocation:
    """`name` is what people call the file, `url` where the construct put it (`s3://bucket/key`)."""

    name: str
    url: str


@dataclass(frozen=True)
class QualitySettings:
    """`rules` is the JSON list of the rules that are written in code. `max_fail_ratio` (0 to 1, None: no limit) is the
    greatest share of rejected records of a file of which the others pass. Reports go to
    the file's bucket. `unmasked_columns` are shown in reports as they are."""

    report_prefix: str
    rules: str = "[]"
    rules_files: tuple[RulesFileLocation, ...] = ()
    max_fail_ratio: float | None = None
    unmasked_columns: tuple[str, ...] = ()

    @staticmethod
    def from_dict(given: Mapping[str, Any]) -> QualitySettings:
        """Raises TypeError and KeyError for what this job does not understand."""
        values = dict(given)
        files = tuple(RulesFileLocation(**file) for file in values.pop("rules_files", ()))
        rules = values.pop("rules", [])
        if not isinstance(rules, list):
            raise SettingsError(f"quality.rules is {rules!r}, but a list of rules is needed")
        unmasked = tuple(values.pop("unmasked_columns", ()))
        return QualitySettings(rules=json.dumps(rules), rules_files=files, unmasked_columns=unmasked, **values)
