"""What a check of a file found, for people and for programs. `report_page` makes a page of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypedDict

from customer_data.quality.report.columns import ColumnReport
from customer_data.quality.rules.rule import Severity

FORMAT = 1
"""Of the JSON; it changes only when a field is renamed, removed or gets another meaning."""


class Verdict(StrEnum):
    """What became of the file: PASSED as a whole, ROWS_REJECTED without some rows, REFUSED as a whole."""

    PASSED = "passed"
    ROWS_REJECTED = "rows_rejected"
    REFUSED = "refused"


@dataclass(frozen=True)
class Sample:
    """One of the records that broke a rule. `line` is that of the file, `values` go from header to masked text."""

    line: int
    values: Mapping[str, str | None]


@dataclass(frozen=True)
class RuleReport:
    """What one rule found.

    `failure` says why the rule could not run, or why it fails the file as a whole; `notes` say how it sees the file.
    They go into the report as they are: no value of a record may be in them. `rows_checked` are the rows that the
    rule's filter let through (None: all that were read), and `columns` those that the rule is about, as far as that is
    known; samples show them first.
    """

    name: str
    description: str
    error_type: str
    severity: Severity
    rows_broken: int
    max_fail_ratio: float | None = None
    failure: str | None = None
    notes: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    rows_checked: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def found_something(self) -> bool:
        return self.rows_broken > 0 or self.failure is not None


@dataclass(frozen=True)
class QualityReport:
    """What all rules found in one version of a file.

    `reason` says why the file was refused. `rows_warned` are rows that passed and broke a rule of the severity WARNING.
    `columns` are the file's headers in their order, `column_types` what they were read as.
    `links` go from a label ("Rejected rows") to an s3:// URL.
    """

    pipeline: str
    run_id: str
    at: datetime
    load_id: str
    bucket: str
    key: str
    version_id: str | None
    verdict: Verdict
    reason: str | None
    rows_read: int
    rows_rejected: int
    rows_warned: int
    seconds: float
    rules: tuple[RuleReport, ...]
    columns: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    column_types: tuple[ColumnReport, ...] = ()

    @property
    def rows_passed(self) -> int:
        return 0 if self.verdict is Verdict.REFUSED else self.rows_read - self.rows_rejected

    def ratio(self, rule: RuleReport) -> float:
        """The share of the rows that the rule checked and that broke it, from 0 to 1; of no rows, 0."""
        checked = self.rows_read if rule.rows_checked is None else rule.rows_checked
        return rule.rows_broken / checked if checked else 0.0

    def over_limit(self, rule: RuleReport) -> bool:
        return rule.max_fail_ratio is not None and self.ratio(rule) > rule.max_fail_ratio


class TopReason(TypedDict):
    rule: str
    description: str
    rows: int
    severity: str


def summary(report: QualityReport) -> str:
    """The verdict in a sentence or two, such as "19,412 of 20,000 rows passed. 588 were rejected."."""
    read, passed, rejected = report.rows_read, report.rows_passed, report.rows_rejected
    if report.verdict is Verdict.REFUSED:
        return "The file was refused. Nothing passed."
    if read == 0:
        return "The file has no rows. There was nothing to check."
    if rejected == 0:
        return "The only row passed." if read == 1 else f"All {read:,} rows passed."
    if passed == 0:
        return "The only row was rejected." if read == 1 else f"None of {read:,} rows passed. All were rejected."
    return f"{passed:,} of {read:,} rows passed. {rejected:,} {'was' if rejected == 1 else 'were'} rejected."


def top_reasons(report: QualityReport, most: int = 5) -> list[TopReason]:
    """The rules that found most, for a message: errors before warnings, then by rows, then by name.

    It holds names, descriptions and counts, and nothing of a record.
    """
    found = [rule for rule in report.rules if rule.found_something]
    found.sort(key=lambda rule: (rule.severity is not Severity.ERROR, -rule.rows_broken, rule.name))
    return [
        {
            "rule": rule.name,
            "description": rule.description,
            "rows": rule.rows_broken,
            "severity": rule.severity.value,
        }
        for rule in found[:most]
    ]


def to_json(report: QualityReport) -> str:
    """The report as JSON, the same for the same report. Null is what is unknown or does not apply.

    - `format`: 1, see FORMAT
    - `pipeline`, `run_id`, `load_id`; `at`: ISO 8601 in UTC, by the second; `seconds`: how long the check took
    - `source`: `bucket`, `key`, `version` of the file that was checked
    - `verdict`: passed, rows_rejected or refused; `summary`: in words; `reason`: why the file was refused
    - `rows`: `read`, `passed`, `rejected`, `warned`, each a count
    - `columns`: the headers in the order of the file
    - `column_types`: of each column `name`, `type`, `stored` (the type that the table had it in), `line` and `shape`
      (the masked value that decided the type), `converted` and `rescued` (counts), `hint` (a setting
      that its values ask for)
    - `rules`, in the order in which they were given: `name`, `description`, `error_type`, `severity` (error, warning),
      `rows_broken`, `rows_checked`, `ratio` and `max_fail_ratio` (0 to 1), `failure`, `notes` (such as which of
      the rule's columns are text because of a few values), `columns`, and `samples`: `line`, `values` (header to
      masked text)
    - `links`: label to s3:// URL
    """
    document = {
        "format": FORMAT,
        "pipeline": report.pipeline,
        "run_id": report.run_id,
        "load_id": report.load_id,
        "at": iso(report.at),
        "seconds": report.seconds,
        "source": {"bucket": report.bucket, "key": report.key, "version": report.version_id},
        "verdict": report.verdict,
        "summary": summary(report),
        "reason": report.reason,
        "rows": {
            "read": report.rows_read,
            "passed": report.rows_passed,
            "rejected": report.rows_rejected,
            "warned": report.rows_warned,
        },
        "columns": report.columns,
        "column_types": [asdict(column) for column in report.column_types],
        "rules": [_rule(report, rule) for rule in report.rules],
        "links": dict(report.links),
    }
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text.encode(errors="replace").decode()  # half a surrogate pair cannot be written as UTF-8


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, by the second. A time without a zone is taken as UTC."""
    known = at if at.tzinfo else at.replace(tzinfo=UTC)
    return known.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _rule(report: QualityReport, rule: RuleReport) -> dict[str, object]:
    return {
        "name": rule.name,
        "description": rule.description,
        "error_type": rule.error_type,
        "severity": rule.severity,
        "rows_broken": rule.rows_broken,
        "rows_checked": report.rows_read if rule.rows_checked is None else rule.rows_checked,
        "ratio": report.ratio(rule),
        "max_fail_ratio": rule.max_fail_ratio,
        "failure": rule.failure,
        "notes": rule.notes,
        "columns": rule.columns,
        "samples": [{"line": sample.line, "values": dict(sample.values)} for sample in rule.samples],
    }
