"""Rules about one value of a record, as Arrow kernels over whole batches of text, as a CSV has them.

NULL breaks NotNull and no other rule. A value that cannot be what a rule is about, such as a number, breaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.type_names import parse_type
from customer_data.columns.types import DATE, DOUBLE_DIGITS, TIMESTAMP, TIMESTAMPTZ, ColumnType, is_number
from customer_data.columns.values import misfits, read_values
from customer_data.nulls import only
from customer_data.quality.rules.rule import Rule

_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$"
# The WHATWG's pattern of a valid e-mail address (HTML standard, "E-mail state"), with a dot in the domain.
_EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@"
    r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+$"
)


class Check(Protocol):
    """What a row rule asks of a column's values. `requirement` ends the sentence "the value ..."."""

    @property
    def requirement(self) -> str: ...

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        """Marks the values that break the rule, with False or NULL for the others."""


@dataclass(frozen=True)
class NotNull:
    requirement = "must not be empty"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        return pc.is_null(values)


@dataclass(frozen=True)
class InSet:
    values: tuple[str, ...]

    @property
    def requirement(self) -> str:
        shown = ", ".join(map(repr, self.values[:20]))
        return f"must be one of {shown}" + (f" and {len(self.values) - 20} more" if len(self.values) > 20 else "")

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        return _unless(pc.is_in(values, pa.array(self.values, pa.string())), values)


@dataclass(frozen=True)
class Range:
    """A number within the limits, which belong to the range; None is no limit."""

    minimum: float | str | None = None
    maximum: float | str | None = None

    @property
    def requirement(self) -> str:
        return f"must be a number{_limits(self.minimum, self.maximum)}"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        shaped = pc.match_substring_regex(values, _NUMBER)
        rough = only(shaped, values).cast(pa.float64())
        inside = pc.is_valid(rough)
        if self.minimum is not None:
            inside = pc.and_(inside, pc.greater_equal(rough, float(self.minimum)))
        if self.maximum is not None:
            inside = pc.and_(inside, pc.less_equal(rough, float(self.maximum)))
        long = pc.and_(shaped, pc.greater(pc.binary_length(values), DOUBLE_DIGITS))
        if pc.any(long).as_py():  # rounded above, and a limit may be as long
            exact = pa.array([text is None or self._holds(Decimal(text)) for text in _only(values, long)])
            inside = pc.if_else(pc.fill_null(long, False), exact, inside)
        return _unless(inside, values)

    def _holds(self, number: Decimal) -> bool:
        return (self.minimum is None or number >= Decimal(str(self.minimum))) and (
            self.maximum is None or number <= Decimal(str(self.maximum))
        )


@dataclass(frozen=True)
class Matches:
    """The whole value is the pattern (RE2)."""

    pattern: str

    def __post_init__(self) -> None:
        pc.match_substring_regex(pa.array([""]), self.pattern)  # raises for what is no pattern by itself

    @property
    def requirement(self) -> str:
        return f"must match {self.pattern!r}"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        return _unless(pc.match_substring_regex(values, f"^(?:{self.pattern})$"), values)


@dataclass(frozen=True)
class Length:
    """Characters, not bytes; the limits belong to the range."""

    minimum: int | None = None
    maximum: int | None = None

    @property
    def requirement(self) -> str:
        return f"must have a number of characters{_limits(self.minimum, self.maximum)}"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        length = pc.utf8_length(values)
        inside = pc.is_valid(length)
        if self.minimum is not None:
            inside = pc.and_(inside, pc.greater_equal(length, self.minimum))
        if self.maximum is not None:
            inside = pc.and_(inside, pc.less_equal(length, self.maximum))
        return _unless(inside, values)


@dataclass(frozen=True)
class Email:
    requirement = "must be an e-mail address"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        return _unless(pc.match_substring_regex(values, _EMAIL), values)


@dataclass(frozen=True)
class NotInFuture:
    """A date, or a date and time (ISO 8601), that is not after now. What names no zone is in UTC."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    requirement = "must be a date that is not in the future"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        now = self.now().astimezone(UTC)
        naive = now.replace(tzinfo=None)
        not_past = values
        for type, target, limit in (
            (DATE, pa.date32(), now.date()),  # first what costs least: most columns need only one of them
            (TIMESTAMP, pa.timestamp("us"), naive),
            (TIMESTAMPTZ, pa.timestamp("us", "UTC"), now),
        ):
            if not_past.null_count == len(values):
                break
            past = pc.fill_null(pc.less_equal(read_values(type, not_past)[0], pa.scalar(limit, target)), False)
            not_past = only(pc.invert(past), not_past)
        return pc.is_valid(not_past)


@dataclass(frozen=True)
class OfType:
    """A value of a Redshift type, such as `NUMERIC(12,2)`: it holds the text without loss. Where the file's column has
    such a rule, SQL and Python rules see the column as of this type, with NULL for the values that are not."""

    type: str

    def __post_init__(self) -> None:
        parse_type(self.type)  # raises for what is no type

    @property
    def column_type(self) -> ColumnType:
        return parse_type(self.type)

    @property
    def requirement(self) -> str:
        return f"must be a value of {self.type.upper()}"

    def broken(self, values: pa.StringArray) -> pa.BooleanArray:
        found = misfits(self.column_type, values)
        return pa.array(np.zeros(len(values), dtype=bool)) if found is None else found


def reads_dates(check: Check) -> bool:
    """Whether the check takes values as ISO 8601 that are in a date format of `CsvFormat`."""
    if isinstance(check, OfType):
        return check.column_type.name in ("date", "timestamp", "timestamptz")
    return isinstance(check, NotInFuture)


def reads_numbers(check: Check) -> bool:
    """Whether the check takes numbers in their plain spelling that are written in the format of `CsvFormat`."""
    return is_number(check.column_type) if isinstance(check, OfType) else isinstance(check, Range)


@dataclass(frozen=True)
class RowRule(Rule):
    """A check of one column."""

    column: str = ""
    check: Check = NotNull()

    def why(self, value: str | None) -> str:
        """Why a value breaks the rule, for the rejected record."""
        shown = "it is empty" if value is None else f"it is {value[:_SHOWN_CHARACTERS]!r}"
        return f"{self._demand}; {shown}"

    @cached_property
    def _demand(self) -> str:
        return f"{self.column} {self.check.requirement}"


_SHOWN_CHARACTERS = 100

CHECKS: dict[str, type[Any]] = {
    "not_null": NotNull,
    "in_set": InSet,
    "range": Range,
    "matches": Matches,
    "length": Length,
    "email": Email,
    "not_in_future": NotInFuture,
    "of_type": OfType,
}


def _unless(good: pa.BooleanArray, values: pa.StringArray) -> pa.BooleanArray:
    return pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(good, False)))


def _only(values: pa.StringArray, marked: pa.BooleanArray) -> list[str | None]:
    texts: list[str | None] = only(marked, values).to_pylist()
    return texts


def _limits(minimum: object, maximum: object) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f" of at least {minimum}"
    return f" of at most {maximum}" if maximum is not None else ""
