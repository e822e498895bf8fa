"""The type of a new column, inferred over all of its values, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.formats import Formats
from customer_data.columns.number_formats import DecimalCommas, NumberFormat
from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    DOUBLE_DIGITS,
    TIMESTAMP,
    TIMESTAMPTZ,
    ColumnType,
    new_numeric,
    varchar_with_headroom,
)
from customer_data.columns.values import (
    EXPONENT,
    NUMBER,
    digits_around_point,
    longest,
    matches,
    matches_all,
    misfits,
    read_values,
)

PHONE = r"\+[0-9]{7,}"


@dataclass(frozen=True)
class DecidingValue:
    """The value that a column has its type by, and the line of its record."""

    line: int
    text: str


_AS_PROGRAMS_DO = Formats()


class TypeInference:
    """Narrows the candidates until one is left; a column that none describes is text.

    Formats that the user named come first: `20240131` is a date to who says `YYYYMMDD`. A key's numbers are whole
    ones: `1.1` and `1.10` are one number and, as what tells records apart, two.

    `why` is the value with which the type became what it is: the first one, unless a later one did not fit the type
    before. Of text it says why it is no other type, not why it is as long. None where the lines are not known. Text may
    look like numbers with decimal commas.
    """

    def __init__(self, formats: Formats = _AS_PROGRAMS_DO, *, is_key: bool = False) -> None:
        self.max_bytes = 0
        self.why: DecidingValue | None = None
        self._seen = False
        self._commas = DecimalCommas(formats.numbers)
        if is_key:
            self._commas.rule_out()  # a decimal is text in a key, however it is written
        self._candidates: list[_Candidate] = [
            *(_Widening(format) for format in formats.dates),
            _Words(),
            _Number(formats.numbers, whole_only=is_key),
            _Dates(DATE, TIMESTAMP),
            _Widening(TIMESTAMPTZ),
        ]

    def add(self, values: pa.StringArray, lines: Sequence[int] | npt.NDArray[np.int64] | None = None) -> None:
        """`lines` has that of each value, NULL ones too."""
        if values.null_count == len(values):
            return
        self.max_bytes = max(self.max_bytes, longest(values))
        type_before = self.type
        if not self._seen:
            self._seen = True
            first = values.drop_null().slice(0, 1)  # rules out most candidates without a look at a whole batch
            self._candidates = _narrowed(self._candidates, first)
            if lines is not None:
                self.why = DecidingValue(int(lines[pc.index(values.is_valid(), True).as_py()]), first[0].as_py())
        before = [] if lines is None else list(map(copy, self._candidates))
        self._candidates = _narrowed(self._candidates, values)
        if self.type and self.type.name == "varchar":
            if type_before and type_before.name not in ("bigint", "varchar"):
                self._commas.rule_out()
            self._commas.add(values)
        if lines is not None and _outcome(before) != _outcome(self._candidates):
            row = _deciding_row(before, values, _outcome(self._candidates))
            self.why = DecidingValue(int(lines[row]), values[row].as_py())

    @property
    def has_decimal_commas(self) -> bool:
        return bool(self._commas)

    @property
    def type(self) -> ColumnType | None:
        """None as long as there was no value."""
        if not self._seen:
            return None
        type, _ = _outcome(self._candidates)
        return type or varchar_with_headroom(self.max_bytes)


def _narrowed(candidates: list[_Candidate], values: pa.StringArray) -> list[_Candidate]:
    return [candidate for candidate in candidates if candidate.accepts(values)]


def _outcome(candidates: list[_Candidate]) -> tuple[ColumnType | None, bool]:
    """The type, None for text, and whether a value may still make it another than text."""
    types = (candidate.type for candidate in candidates)
    return next((type for type in types if type is not None), None), bool(candidates)


def _deciding_row(candidates: list[_Candidate], values: pa.StringArray, outcome: tuple[ColumnType | None, bool]) -> int:
    """The first row with which the candidates come to the outcome, found by halves."""
    start, end = 0, len(values)
    while end - start > 1:
        middle = (start + end) // 2
        half = values.take(pa.array(np.arange(start, middle)))  # Arrow 17's if_else reads beyond a slice of text
        narrowed = list(map(copy, candidates))
        if half.null_count < len(half):
            narrowed = _narrowed(narrowed, half)
        if _outcome(narrowed) == outcome:
            end = middle
        else:
            candidates, start = narrowed, middle
    return start


class _Candidate(Protocol):
    @property
    def type(self) -> ColumnType | None: ...

    def accepts(self, values: pa.StringArray) -> bool: ...


class _Widening:
    """Types of which each holds all texts of the one before it."""

    def __init__(self, *types: ColumnType) -> None:
        self._types = types

    @property
    def type(self) -> ColumnType:
        return self._types[0]

    def accepts(self, values: pa.StringArray) -> bool:
        while self._types:
            if misfits(self._types[0], values) is None:
                return True
            self._types = self._types[1:]
        return False


class _Dates(_Widening):
    """Midnight fits a DATE, but a column in which it is written out has times: the next file's are others."""

    def accepts(self, values: pa.StringArray) -> bool:
        if self._types and self._types[0] == DATE and longest(values) > len("2024-01-31"):
            self._types = self._types[1:]
        return super().accepts(values)


class _Words:
    """true and false only: 0 and 1, y and n are as often something else."""

    type = BOOLEAN

    def accepts(self, values: pa.StringArray) -> bool:
        words = pc.is_in(pc.ascii_lower(values), pa.array(["true", "false"]), skip_nulls=False)
        return bool(pc.all(pc.or_(words, pc.is_null(values))).as_py())


class _Number:
    """BIGINT, then NUMERIC, then DOUBLE PRECISION: the last only where exponents ask for it and nothing is lost.

    `12E12` and `47E5` are ids as often as numbers, and `+49301234567` a phone's: they are text, unless a value with a
    point or a plain number shows what the column holds.
    """

    def __init__(self, format: NumberFormat | None = None, *, whole_only: bool = False) -> None:
        self._format = format
        self._kind = "integer"
        self._whole_only = whole_only
        self._before_point = 0
        self._after_point = 0
        self._fits_double = True
        self._plain = False
        self._phones = False

    @property
    def type(self) -> ColumnType | None:
        if not self._plain and (self._phones or self._kind == "exponent"):
            return None
        if self._kind == "integer":
            return replace(BIGINT, format=self._format)
        type = new_numeric(self._before_point, self._after_point) if self._kind == "decimal" else DOUBLE
        return type and replace(type, format=self._format)

    def accepts(self, values: pa.StringArray) -> bool:
        if self._format:
            plain = self._format.to_plain(values)
            return plain.null_count == values.null_count and self._accepts(plain)
        return self._accepts(values)

    def _accepts(self, values: pa.StringArray) -> bool:
        if self._kind == "integer":
            numbers, unfit, _ = read_values(BIGINT, values)
            if unfit is None:
                extremes = pc.min_max(numbers).as_py()
                self._count(max(len(str(abs(number or 0))) for number in extremes.values()), 0)
                self._look_at(values)
                return True
            if self._whole_only:
                return False
            self._kind = "decimal"
        if self._kind == "decimal":
            if matches_all(NUMBER, values):
                self._measure(values)
                self._look_at(values)
                return True
            self._kind = "exponent"
        self._look_at(values)
        return self._fits_double

    def _look_at(self, values: pa.StringArray) -> None:
        if self._fits_double and (self._kind == "exponent" or longest(values) > DOUBLE_DIGITS):
            self._fits_double = misfits(DOUBLE, values) is None
        if not self._plain:
            signed = pc.starts_with(values, "+")
            exponents = matches(rf"[^.]*{EXPONENT}", values) if self._kind == "exponent" else False
            self._phones = self._phones or bool(pc.any(matches(PHONE, values)).as_py())
            self._plain = pc.any(pc.invert(pc.or_(signed, exponents))).as_py() is True

    def _measure(self, values: pa.StringArray) -> None:
        before_point, after_point = digits_around_point(values)
        self._count(pc.max(before_point).as_py(), pc.max(after_point).as_py())

    def _count(self, before_point: int, after_point: int) -> None:
        self._before_point = max(self._before_point, before_point)
        self._after_point = max(self._after_point, after_point)
