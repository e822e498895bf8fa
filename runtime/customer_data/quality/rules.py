"""What a data quality rule is, however it was written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Record = Mapping[str, Any]
"""A record as a Python rule sees it: column to None, str, bool, int, float, Decimal, date or datetime."""

RecordCheck = Callable[[Record], "dict[str, Any] | None"]


class Severity(StrEnum):
    """What becomes of a record that breaks the rule: ERROR keeps it out, WARNING lets it pass and reports it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """What all rules have.

    `max_fail_ratio` (0 to 1, None: no limit of its own) fails the whole file when more of the records that were
    checked break the rule. `filter` is a Spark SQL condition: only records for which it is true are checked.
    """

    name: str
    description: str
    error_type: str
    severity: Severity = Severity.ERROR
    max_fail_ratio: float | None = None
    filter: str | None = None


@dataclass(frozen=True)
class SqlRule(Rule):
    """`query` is Spark SQL that selects only the bad rows of the view `temp_data`."""

    query: str = ""


@dataclass(frozen=True)
class PythonRule(Rule):
    """`check` gives None for a good record, else a dict that describes what is wrong with it."""

    check: RecordCheck = lambda record: None
