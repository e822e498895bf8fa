"""Rules about a file as a whole: they refuse it, or warn, and reject no row of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.types import TIMESTAMP, TIMESTAMPTZ
from customer_data.columns.values import read_values
from customer_data.quality.rules.rule import Rule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RowCountRule(Rule):
    """The file has a number of records within the limits, which belong to the range; None is no limit."""

    minimum: int | None = None
    maximum: int | None = None

    def failure(self, rows: int) -> str | None:
        if (self.minimum is None or rows >= self.minimum) and (self.maximum is None or rows <= self.maximum):
            return None
        limits = [f"at least {self.minimum:,}"] if self.minimum is not None else []
        limits += [f"at most {self.maximum:,}"] if self.maximum is not None else []
        return f"the file has {rows:,} records, but {' and '.join(limits)} are allowed"


@dataclass(frozen=True)
class FreshnessRule(Rule):
    """The newest date or time (ISO 8601; what names no zone is in UTC) of the column is at most `max_age` old."""

    column: str = ""
    max_age: timedelta = timedelta(days=1)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def failure(self, newest: datetime | None) -> str | None:
        if newest is None:
            return f"{self.column} has no date or time, but one that is at most {self.max_age} old is needed"
        age = self.now() - newest
        if age <= self.max_age:
            return None
        return f"the newest {self.column} is {newest.isoformat()}, but at most {self.max_age} old is allowed"


class NewestTime:
    """The greatest date or time among texts, as `now` in UTC would be written; texts that are neither do not count."""

    def __init__(self) -> None:
        self.value: datetime | None = None

    def add(self, values: pa.StringArray) -> None:
        for type in (TIMESTAMP, TIMESTAMPTZ):
            greatest = pc.max(read_values(type, values)[0])
            if greatest.is_valid:
                aware = _moment(greatest.value)
                self.value = aware if self.value is None else max(self.value, aware)


def _moment(microseconds: int) -> datetime:
    """Since 1970 in UTC, in which a time may be outside of the years that Python has: then the nearest."""
    try:
        return _EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return (datetime.max if microseconds > 0 else datetime.min).replace(tzinfo=UTC)
