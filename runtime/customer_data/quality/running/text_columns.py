"""Columns that are text because of a few of their values: SQL compares all of them by the alphabet.

What most values are is counted only for the text columns that SQL uses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.date_formats import format_type
from customer_data.columns.inference import PHONE, DecidingValue
from customer_data.columns.number_formats import NumberFormat, number_format
from customer_data.columns.types import TIMESTAMP, TIMESTAMPTZ, ColumnType, is_text
from customer_data.columns.values import EXPONENT, matches, misfits
from customer_data.csv.format import CsvFormat
from customer_data.quality.report.masking import kind_of_text
from customer_data.quality.rules.rule import Rule, SqlRule
from customer_data.quality.rules.rule_set import LINE, quoted
from customer_data.quality.running.queries import columns_used
from customer_data.quality.running.spark_errors import failed_cast

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_Marks = Callable[[pa.StringArray], pa.BooleanArray]


@dataclass(frozen=True)
class _Kind:
    """`marks` says which texts are of the kind, `shows` which of these are of no other: `12E12` may be an id."""

    one: str
    many: str
    marks: _Marks
    shows: _Marks = pc.is_valid


def _of_type(type: ColumnType) -> _Marks:
    def marks(texts: pa.StringArray) -> pa.BooleanArray:
        alike = matches("(?s:[0-9]{4}-.*)" if type.format is None else "(?s:.*[0-9].*)", texts)
        if pc.any(alike).as_py() is not True:  # as in most columns of text: no need to read dates
            return alike
        unfit = misfits(type, texts)
        return pc.is_valid(texts) if unfit is None else pc.and_not(pc.is_valid(texts), unfit)

    return marks


def _kinds(csv: CsvFormat) -> list[_Kind]:
    numbers = number_format(csv) or NumberFormat()
    dates = ((format, _of_type(format_type(format))) for format in csv.date_formats)
    return [
        *(_Kind(f"a date as {format}", f"dates as {format}", marks) for format, marks in dates),
        _Kind("a date", "dates", _of_type(TIMESTAMP)),
        _Kind("a time with a zone", "times with a zone", _of_type(TIMESTAMPTZ)),
        _Kind(
            "a number",
            "numbers",
            lambda texts: pc.is_valid(numbers.to_plain(texts)),
            lambda texts: pc.invert(matches(rf"{PHONE}|[^.]*{EXPONENT}", texts)),
        ),
        _Kind("true or false", "true or false", lambda texts: matches("(?i:true|false)", texts)),
    ]


def _kind_of(text: str, csv: CsvFormat) -> str:
    """What a text is, for messages that must not show it: `a number`, `text of letters`."""
    kinds = (kind.one for kind in _kinds(csv) if kind.marks(pa.array([text]))[0].as_py())
    return next(kinds, None) or kind_of_text(text)


class _Count(NamedTuple):
    """How many values of a column are of a kind, and the first that is not. Column and kind are places."""

    column: int
    kind: int
    values: int
    fits: int
    shown: bool
    line: int | None = None
    what: str | None = None

    def __add__(self, later: _Count) -> _Count:  # type: ignore[override]
        first = later if self.line is None else self
        return self._replace(
            values=self.values + later.values,
            fits=self.fits + later.fits,
            shown=self.shown or later.shown,
            line=first.line,
            what=first.what,
        )


_COUNT_TYPES = {
    "column": ("INT", pa.int32()),
    "kind": ("INT", pa.int32()),
    "values": ("BIGINT", pa.int64()),
    "fits": ("BIGINT", pa.int64()),
    "shown": ("BOOLEAN", pa.bool_()),
    "line": ("BIGINT", pa.int64()),
    "what": ("STRING", pa.string()),
}


@dataclass(frozen=True)
class CountKinds:
    """Records (their line, texts of columns) -> the `_Count` of each column and kind; plain data."""

    SCHEMA = ", ".join(f"{name} {type}" for name, (type, _) in _COUNT_TYPES.items())

    csv: CsvFormat

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = _summed(count for batch in batches for count in self._of_batch(batch))
        if counts:
            schema = pa.schema([(name, type) for name, (_, type) in _COUNT_TYPES.items()])
            yield pa.RecordBatch.from_pylist([count._asdict() for count in counts], schema)

    def _of_batch(self, batch: pa.RecordBatch) -> Iterator[_Count]:
        for column, texts in enumerate(batch.columns[1:]):
            for place, kind in enumerate(_kinds(self.csv)):
                marks = pc.fill_null(kind.marks(texts), False)
                fits = pc.sum(marks).as_py() or 0
                shown = fits > 0 and pc.any(pc.and_(marks, kind.shows(texts))).as_py() is True
                count = _Count(column, place, len(texts) - texts.null_count, fits, shown)
                row = pc.index(pc.and_not(pc.is_valid(texts), marks), True).as_py()
                if row >= 0:
                    what = _kind_of(texts[row].as_py(), self.csv)
                    count = count._replace(line=batch.column(0)[row].as_py(), what=what)
                yield count


def _summed(counts: Iterable[_Count]) -> list[_Count]:
    sums: dict[tuple[int, int], _Count] = {}
    for count in counts:
        of = (count.column, count.kind)
        sums[of] = sums[of] + count if of in sums else count
    return list(sums.values())


@dataclass(frozen=True)
class TextColumns:
    """Those of the view `rows`; `why` has the values that their type was inferred by."""

    rows: DataFrame
    types: Mapping[str, ColumnType | None]
    why: Mapping[str, DecidingValue]
    csv: CsvFormat
    _used: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set), init=False)

    def look_at(self, rule: Rule, selected: DataFrame) -> None:
        """Keeps which columns the rule uses to select rows; a generated one compares texts, and means to."""
        if not (isinstance(rule, SqlRule) and rule.columns):
            types = ((name, self.types.get(name)) for name in columns_used(selected))
            self._used[rule.name].update(name for name, type in types if type and is_text(type))

    def notes(self) -> dict[str, tuple[str, ...]]:
        """By rule, what it should be known by: `signup is text here because of line 17 (text of letters); of 3 values
        2 are dates`."""
        inferred = {name for names in self._used.values() for name in names if name in self.why}
        if not inferred:
            return {}
        counts = self._counted(sorted(inferred))
        notes = {name: note for name in inferred if (note := self._note(name, counts[name]))}
        of_rules = {
            rule: tuple(notes[name] for name in self.types if name in names & notes.keys())
            for rule, names in self._used.items()
        }
        return {rule: said for rule, said in of_rules.items() if said}

    def failed_cast(self, rule: Rule, error: BaseException) -> str | None:
        """What is said of a text that the rule takes for another type; None where the error is not about that."""
        failed = failed_cast(error)
        if failed is None:
            return None
        from pyspark.sql import functions as sql

        columns = [name for name in self.types if name in self._used[rule.name]]
        lines = [sql.min(sql.when(sql.col(quoted(name)) == failed.text, sql.col(quoted(LINE)))) for name in columns]
        found = zip(columns, self.rows.agg(*lines).collect()[0] if lines else (), strict=True)
        places = (f"{name} on line {line}" for name, line in found if line is not None)
        where = next(places, "a text that the rule computes")
        return (
            f"{failed.name} {where} is {_kind_of(failed.text, self.csv)}, which cannot be cast to {failed.type};"
            " correct the value, or use try_cast in the rule"
        )

    def _counted(self, columns: Sequence[str]) -> dict[str, list[_Count]]:
        # PySpark's mapInArrow takes no name with a point.
        named = (f"{quoted(name)} AS c{place}" for place, name in enumerate(columns))
        count = CountKinds(self.csv)
        rows = self.rows.selectExpr(quoted(LINE), *named).mapInArrow(count, count.SCHEMA).collect()  # type: ignore[arg-type]
        counts: dict[str, list[_Count]] = {name: [] for name in columns}
        for of_kind in _summed(sorted((_Count(*row) for row in rows), key=lambda count: count.line or 0)):
            counts[columns[of_kind.column]].append(of_kind)
        return counts

    def _note(self, column: str, counts: Sequence[_Count]) -> str | None:
        """None where no half of the values is of one kind."""
        most = max((count for count in counts if count.shown), key=lambda count: count.fits, default=None)
        if most is None or 2 * most.fits < most.values:
            return None
        kind, why = _kinds(self.csv)[most.kind], self.why[column]
        line, what = (most.line, most.what) if most.line else (why.line, _kind_of(why.text, self.csv))
        fits = f"1 is {kind.one}" if most.fits == 1 else f"{most.fits:,} are {kind.many}"
        return f"{column} is text here because of line {line} ({what}); of {most.values:,} values {fits}"
