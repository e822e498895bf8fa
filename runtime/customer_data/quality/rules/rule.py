"""What a data quality rule is, however it was written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from customer_data.errors import some_of

Record = Mapping[str, Any]
"""A record as a Python rule sees it: column to None, str, bool, int, float, Decimal, date or datetime."""

RecordCheck = Callable[[Record], "dict[str, Any] | None"]


class Severity(StrEnum):
    """What becomes of a record that breaks the rule: ERROR rejects it, WARNING lets it pass and reports it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """What all rules have.

    `max_fail_ratio` (0 to 1, None: no limit of its own) refuses the whole file when more of the records that were
    checked break the rule. `filter` is a Spark SQL condition: only records for which it is true are checked. `place` is
    where the rule is written, `quality_rules.py:12`, if in a file.
    """

    name: str
    description: str
    error_type: str
    severity: Severity = Severity.ERROR
    max_fail_ratio: float | None = None
    filter: str | None = None
    place: str | None = None

    @property
    def is_warning(self) -> bool:
        return self.severity is Severity.WARNING

    @property
    def label(self) -> str:
        """The rule as messages about it name it."""
        return f"{self.place}: {self.name}" if self.place else self.name


@dataclass(frozen=True)
class SqlRule(Rule):
    """`query` is Spark SQL that selects only the bad rows of the view `temp_data`. `columns` are those that a generated
    query is about; a user's query names its own."""

    query: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKeyRule(SqlRule):
    """The column's values, as text, must be among those of `reference_column` of a CSV in S3. The query sees these as
    the view `reference` with the one column `value`."""

    bucket: str = ""
    key: str = ""
    reference_column: str = ""


@dataclass(frozen=True)
class PythonRule(Rule):
    """`check` gives None for a good record, else a dict that describes what is wrong with it."""

    check: RecordCheck = lambda record: None


def missing_columns(missing: Sequence[str], present: Sequence[str]) -> str:
    """Why a rule about columns that a file does not have does not run on it."""
    return (
        f"the file has no column {some_of(list(map(repr, missing)))}; it has {some_of(present)};"
        " add it to the file, or correct the rule"
    )
