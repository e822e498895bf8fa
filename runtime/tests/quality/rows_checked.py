"""Runs SQL and Python rules over the rows of one CSV as the jobs do, with S3 in a folder."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet
from folder_s3 import FolderS3

from customer_data.csv.format import CsvFormat
from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.quality.rules.rules_file import RulesSource
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.all_rows import AllRowRules, AllRows
from customer_data.quality.running.file_check import Checks
from customer_data.quality.running.line_findings import LineFindings
from customer_data.quality.running.row_parts import ColumnNaming

BUCKET = "bucket"


@dataclass
class Checked:
    """By the name of the rule: what it says of which line, or why it did not run; how many records its filter lets
    through."""

    said: dict[str, dict[int, tuple[str | None, str | None]]]
    failures: Mapping[str, str]
    checked: Mapping[str, int]
    found: LineFindings

    def lines(self, rule: str) -> list[int]:
        return sorted(self.said.get(rule, {}))


@dataclass
class Rows:
    """`check` is a run of its own each time."""

    folder: Path
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def s3(self) -> FolderS3:
        return FolderS3(self.folder)

    def rules(
        self,
        text: str = "",
        given: Sequence[Mapping[str, Any]] = (),
        key: tuple[str, ...] = (),
        format: CsvFormat | None = None,
    ) -> AllRowRules:
        sources = (RulesSource("quality_rules.py", text),) if text else ()
        settings = QualitySettings("reports/", rules=json.dumps(list(given)))
        checks = Checks(settings, "customers", f"jr_{next(self.numbers)}", datetime.now(UTC), sources=sources)
        staging = StagingLocation(BUCKET, "staging/")
        return AllRowRules(AllRows(checks, format or CsvFormat(), key, staging, partial(FolderS3, self.folder)))

    def put(self, content: bytes | str) -> SourceFile:
        number = next(self.numbers)
        body = content.encode() if isinstance(content, str) else content
        self.s3.put_object(Bucket=BUCKET, Key=f"in/{number}.csv", Body=body)
        return SourceFile(
            f"{number:064}", BUCKET, f"in/{number}.csv", None, "etag", len(body), None, "2024-01-01T00:00:00Z"
        )

    def check(
        self,
        content: bytes | str,
        text: str = "",
        given: Sequence[Mapping[str, Any]] = (),
        *,
        key: tuple[str, ...] = (),
        format: CsvFormat | None = None,
        mapping: Mapping[str, str] | None = None,
        existing: tuple[str, ...] = (),
        beside: Sequence[str] = (),
    ) -> Checked:
        """`existing` are the columns of a table, `beside` other files of the run."""
        rules = self.rules(text, given, key, format)
        found, *_ = rules.find(list(map(self.put, (content, *beside))), ColumnNaming(mapping or {}, existing))
        assert found is not None
        names = [rule.name for rule in rules._work.checks.rules.over_all_rows]
        said: dict[str, dict[int, tuple[str | None, str | None]]] = {}
        for part in found.parts:
            path = Path(self.folder, part.bucket, part.key)
            for entry in pyarrow.parquet.read_table(path).to_pylist():
                of_rule = said.setdefault(names[entry["rule"]], {})
                assert entry["line"] not in of_rule, "a rule speaks of a record once"
                of_rule[entry["line"]] = entry["code"], entry["reason"]
        return Checked(said, found.failures, found.checked, found)


def sql_rules(queries: Mapping[str, str | Mapping[str, Any]]) -> str:
    """The text of a rules file with these queries, or whole rules, by name."""
    rules = {
        name: {"error_type": name.upper(), "description": f"what {name} asks"}
        | ({"query": given} if isinstance(given, str) else dict(given))
        for name, given in queries.items()
    }
    return f"SQL_DATA_QUALITY_RULES = {rules!r}\n"
