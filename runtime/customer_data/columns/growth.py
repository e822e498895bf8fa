"""What type a column of the table would have to be for values that it cannot hold."""

from __future__ import annotations

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
from customer_data.columns.values import (
    EXPONENT,
    NUMBER,
    digits_around_point,
    matches,
    misfits,
    plain_decimals,
    read_values,
    with_exponent,
)
from customer_data.nulls import only


def may_grow(type: ColumnType) -> bool:
    """Whole numbers, decimals and dates can become a wider type that has each of their values exactly."""
    return type == DATE or numeric_digits(type) is not None


class Beyond:
    """Values of a file that do not fit the type of their column: those that a wider `type` would hold, and `others`, as
    numbers that neither a NUMERIC nor a DOUBLE PRECISION holds: they keep no column from growing."""

    def __init__(self, stored: ColumnType, numbers: NumberFormat | None = None) -> None:
        self._format = numbers
        self.others = False
        self._stored = stored
        self._seen = False
        self._whole = True
        self._fits_double = True
        self._before_point, self._after_point = 0, (numeric_digits(stored) or (0, 0))[1]

    def add(self, texts: pa.StringArray) -> pa.BooleanArray:
        """Texts that do not fit; none of them is NULL. Marks those that a wider type holds."""
        if self._stored == DATE:
            held = pc.is_valid(read_values(TIMESTAMP, texts).values)
            self._note(held)
            return held
        plain = self._format.to_plain(texts) if self._format else texts
        numbers = only(matches(f"{NUMBER}(?:{EXPONENT})?", plain), plain)
        before_point, after_point = _digits(numbers)
        is_exact = pc.and_(
            pc.less_equal(pc.add(before_point, after_point), MAX_PRECISION), pc.less_equal(after_point, MAX_SCALE)
        )
        is_double = _are_doubles(numbers)
        held = pc.fill_null(pc.and_(pc.is_valid(numbers), pc.or_(is_exact, is_double)), False)
        self._note(held)
        if pc.any(held).as_py():
            self._whole = self._whole and misfits(BIGINT, numbers.filter(held)) is None
            self._fits_double = self._fits_double and pc.all(is_double.filter(held)).as_py()
            self._before_point = max(self._before_point, pc.max(before_point.filter(held)).as_py())
            self._after_point = max(self._after_point, pc.max(after_point.filter(held)).as_py())
        return held

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

    def _note(self, held: pa.BooleanArray) -> None:
        self._seen = self._seen or pc.any(held).as_py() is True
        self.others = self.others or pc.all(held).as_py() is False


def _are_doubles(numbers: pa.StringArray) -> pa.BooleanArray:
    unfit = misfits(DOUBLE, numbers)
    return pa.repeat(True, len(numbers)) if unfit is None else pc.invert(unfit)


def _digits(numbers: pa.StringArray) -> tuple[pa.Array, pa.Array]:
    """Of each number, those before and after the point that an exact type needs: too many for any where that reads no
    text as long."""
    has_exponent = pc.fill_null(matches(NUMBER + EXPONENT, numbers), False)
    before, after = digits_around_point(plain_decimals(numbers))
    of_exponents = [_digits_of_exponent(text) for text in numbers.filter(has_exponent).to_pylist()]
    return (
        pc.replace_with_mask(before, has_exponent, pa.array([digits for digits, _ in of_exponents], before.type)),
        pc.replace_with_mask(after, has_exponent, pa.array([digits for _, digits in of_exponents], after.type)),
    )


def _digits_of_exponent(text: str) -> tuple[int, int]:
    number = with_exponent(text)
    if number is None:
        return MAX_PRECISION + 1, 0
    return max(number.adjusted() + 1, 0), max(-int(number.as_tuple().exponent), 0)
