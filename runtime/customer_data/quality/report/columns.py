"""What the columns of a file were read as, and why; no value of a record is in it, only the shape of one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.formats import Formats
from customer_data.columns.inference import DecidingValue, TypeInference
from customer_data.columns.types import ColumnType, as_written
from customer_data.columns.values import read_values
from customer_data.csv.batch import CsvBatch
from customer_data.csv.format import CsvFormat
from customer_data.quality.report.masking import mask

NO_VALUE = "without a value"
DECIMAL_COMMAS = (
    "looks like decimal commas: set CsvFormat.decimalSeparator to ','"
    " (and thousandsSeparator, where digits are grouped)"
)


@dataclass(frozen=True)
class ColumnReport:
    """A column and its `type` in SQL, None where it has no value yet.

    `line` and `shape` (the masked value) are of the value that decided the type: of a new column the one with which it
    became what it is, of one that was `stored` as another type the first that did not fit. They are None where the
    table says the type, and `line` where the lines of records are not known. `converted` values are written otherwise
    in the file, `rescued` ones wait in the rescue column. A `hint` says which setting the values ask for.
    """

    name: str
    type: str | None
    stored: str | None = None
    line: int | None = None
    shape: str | None = None
    converted: int = 0
    rescued: int = 0
    hint: str | None = None

    @property
    def is_notable(self) -> bool:
        """Whether there is more to say than the type that the table gives it."""
        return bool(self.shape or self.converted or self.rescued or self.hint)

    def summary(self) -> dict[str, Any]:
        """By name, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}

    def notes(self) -> Iterator[str]:
        """For people."""
        if self.stored:
            yield f"it was {self.stored}"
        if self.shape:
            yield f"because of {self.shape} on line {self.line}" if self.line else f"because of {self.shape}"
        if self.converted:
            yield f"{_values(self.converted)} converted"
        if self.rescued:
            yield f"{_values(self.rescued)} in its rescue column"
        if self.hint:
            yield self.hint


class ColumnTypes:
    """The types that the columns of a file would have in a new table; `named` are those that settings say. Where it
    `counts` them, also how many values would be converted, of a column whose type changes late those after that."""

    def __init__(
        self,
        names: Sequence[str],
        csv: CsvFormat,
        key: Collection[str],
        named: Mapping[str, ColumnType],
        *,
        counts: bool,
    ) -> None:
        formats = Formats.of(csv)
        self._columns = [
            _NewColumn(
                name,
                TypeInference(formats, is_key=name in key),
                as_written(named[name], formats.numbers) if name in named else None,
                counts,
            )
            for name in names
        ]

    def add(self, batch: CsvBatch) -> None:
        for column, values in zip(self._columns, batch.columns, strict=True):
            column.add(values, batch.lines)

    def reports(self, *, lines_known: bool) -> tuple[ColumnReport, ...]:
        return tuple(column.report(lines_known=lines_known) for column in self._columns)


class _NewColumn:
    def __init__(self, name: str, inference: TypeInference, named: ColumnType | None, counts: bool) -> None:
        self._counts = counts
        self._counted_as: ColumnType | None = None
        self._converted = 0
        self._name = name
        self._inference = inference
        self._named = named

    def add(self, values: pa.StringArray, lines: npt.NDArray[np.int64]) -> None:
        if self._named is None:
            self._inference.add(values, lines)
        if self._counts and (type := self._named or self._inference.type):
            if type != self._counted_as:
                self._counted_as, self._converted = type, 0
            converted = read_values(type, values).converted
            self._converted += 0 if converted is None else pc.sum(converted).as_py()

    def report(self, *, lines_known: bool) -> ColumnReport:
        inference, type = self._inference, self._named or self._inference.type
        line, shape = why(inference.why, lines_known=lines_known)
        return ColumnReport(
            self._name,
            type.sql if type else None,
            line=line,
            shape=shape,
            converted=self._converted,
            hint=DECIMAL_COMMAS if inference.has_decimal_commas else None,
        )


def why(value: DecidingValue | None, *, lines_known: bool) -> tuple[int | None, str | None]:
    """The line and the shape of the value that decided a type."""
    if value is None:
        return None, None
    return value.line if lines_known else None, mask(value.text)


def _values(count: int) -> str:
    return f"{count:,} value{'' if count == 1 else 's'}"
