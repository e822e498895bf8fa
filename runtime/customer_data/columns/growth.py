"""What type a column of the table would have to be for values that it cannot hold."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.number_formats import NumberFormat
from customer_data.columns.types import (
    BIGINT,
    DATE,
    DOUBLE,
    MAX_PRECISION,
    MAX_SCALE,
    TIMESTAMP,
    ColumnType,
    new_numeric,
    numeric,
    numeric_digits,
)
from customer_data.columns.values import EXPONENT, NUMBER, matches, misfits, plain_decimals, read_values, with_exponent


def may_grow(type: ColumnType) -> bool:
    """Whole numbers, decimals and dates can become a wider type that has each of their values exactly."""
    return type == DATE or numeric_digits(type) is not None


class Beyond:
    """Values of a file that do not fit the type of their column: those that a wider `type` would hold, and `others`."""

    def __init__(self, stored: ColumnType, numbers: NumberFormat | None = None) -> None:
        self._format = numbers
        self.others = False
        self._stored = stored
        self._seen = False
        self._whole = True
        self._fits_double = True
        self._before_point, self._after_point = 0, (numeric_digits(stored) or (0, 0))[1]

    def add(self, texts: pa.StringArray) -> None:
        """Texts that do not fit; none of them is NULL."""
        if self._stored == DATE:
            times = read_values(TIMESTAMP, texts)[0].drop_null()
            self._note(len(times), len(texts))
            return
        given = len(texts)
        if self._format:
            texts = self._format.to_plain(texts).drop_null()
        plain = texts.filter(matches(NUMBER, texts))
        written = texts.filter(matches(NUMBER + EXPONENT, texts)).to_pylist()
        exact = {text: number for text in written if (number := with_exponent(text)) is not None}
        numbers = pa.concat_arrays([plain, pa.array(exact, pa.string())])
        self._note(len(plain) + sum(text in exact for text in written), given)
        if not len(numbers):
            return
        self._whole = self._whole and misfits(BIGINT, numbers) is None
        self._fits_double = self._fits_double and misfits(DOUBLE, numbers) is None
        self._measure(plain_decimals(plain))
        for number in exact.values():
            self._measure_exactly(number)

    @property
    def type(self) -> ColumnType | None:
        """The narrowest type that holds them and whatever is stored; None where there is none, or nothing to hold."""
        if not self._seen:
            return None
        if self._stored == DATE:
            return TIMESTAMP
        if self._whole and self._stored.name in ("smallint", "integer"):
            return BIGINT
        before_point = max(self._before_point, (numeric_digits(self._stored) or (0, 0))[0])
        if exact := new_numeric(before_point, self._after_point):
            return exact
        # Most columns hold less than their type would: where one does not, its growth fails, and changes nothing.
        if self._before_point + self._after_point <= MAX_PRECISION and self._after_point <= MAX_SCALE:
            return numeric(MAX_PRECISION, self._after_point)
        return DOUBLE if self._fits_double else None

    def _note(self, held: int, given: int) -> None:
        self._seen = self._seen or held > 0
        self.others = self.others or held < given

    def _measure(self, numbers: pa.StringArray) -> None:
        if not len(numbers):
            return
        digits = pc.utf8_ltrim(numbers, "-")
        length = pc.binary_length(digits)
        point = pc.find_substring(digits, ".")
        has_point = pc.greater_equal(point, 0)
        before = pc.if_else(has_point, point, length)
        after = pc.if_else(has_point, pc.subtract(pc.subtract(length, point), 1), 0)
        self._before_point = max(self._before_point, pc.max(before).as_py())
        self._after_point = max(self._after_point, pc.max(after).as_py())

    def _measure_exactly(self, number: Decimal) -> None:
        exponent = int(number.as_tuple().exponent)
        self._before_point = max(self._before_point, number.adjusted() + 1)
        self._after_point = max(self._after_point, -exponent)
