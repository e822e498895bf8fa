"""Which texts are values of a Redshift type without loss, checked by Arrow kernels over whole batches.

Stricter than the casts of Arrow or of Redshift on purpose: `007`, `+49 30`, `0x1A` and ` 5` are text, because a
number would not give back what the file says. NULL always fits.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.date_formats import to_iso
from customer_data.columns.types import DOUBLE, DOUBLE_DIGITS, FALSE_WORDS, REAL_DIGITS, TRUE_WORDS, ColumnType

INTEGER_LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
_LONGEST_FLOAT_TEXT = 32
_FLOAT_RANGE = {  # digits that survive, smallest normal and greatest finite magnitude (IEEE 754)
    "real": (REAL_DIGITS, 1.1754944e-38, 3.4028234e38),
    "double precision": (DOUBLE_DIGITS, 2.2250738585072014e-308, 1.7976931348623157e308),
}
NUMBER = r"-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|\.[0-9]+)"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_ZONE = r"(?:Z|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"
_DATE_TIME_SHAPES = {
    "date": _DATE,
    "timestamp": f"{_DATE}(?:[ T]{_TIME})?",
    "timestamptz": f"{_DATE}[ T]{_TIME}{_ZONE}",
}


def misfits(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    """Marks the values that the type cannot hold as written; None when all of them fit, the common case."""
    check = _CHECKS.get(type.name)
    if check is None:  # a type that this loader never writes to
        return _none_if_all_fit(values, pc.is_null(values))
    return check(type, values)


def misfits_of_existing(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    """`misfits` for a column that the table has. A DOUBLE PRECISION of the table also takes the numbers of more digits
    that it gives back, as programs write them (`0.30000000000000004`); a new column of such numbers is NUMERIC."""
    return _float(type, values, by_value=True) if type == DOUBLE else misfits(type, values)


def matches_all(pattern: str, values: pa.StringArray) -> bool:
    """Whether every value that is not NULL is the pattern (RE2) from its first to its last character."""
    return bool(pc.all(_matches(pattern, values)).as_py() is not False)


def longest(values: pa.StringArray) -> int:
    """Bytes of the longest value."""
    return pc.max(pc.binary_length(values)).as_py() or 0


def _matches(pattern: str, values: pa.StringArray) -> pa.BooleanArray:
    return pc.match_substring_regex(values, f"^(?:{pattern})$")


def _none_if_all_fit(values: pa.StringArray, fits: pa.BooleanArray) -> pa.BooleanArray | None:
    misfit = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(fits, False)))
    return misfit if pc.any(misfit).as_py() else None


def _integer(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    limit = INTEGER_LIMITS[type.name]
    extremes = integer_extremes(values)
    if extremes is not None and -limit <= extremes[0] and extremes[1] < limit:
        return None
    shaped = _matches("-?(?:0|[1-9][0-9]{0,18})", values)
    exact = pc.if_else(shaped, values, None).cast(pa.decimal128(38, 0))
    bounds = pa.array([-limit, limit - 1]).cast(pa.decimal128(38, 0)) if limit < 2**63 else _bigint_bounds()
    return _none_if_all_fit(values, pc.and_(pc.greater_equal(exact, bounds[0]), pc.less_equal(exact, bounds[1])))


def _bigint_bounds() -> pa.Array:
    return pa.array([str(-(2**63)), str(2**63 - 1)]).cast(pa.decimal128(38, 0))


def integer_extremes(values: pa.StringArray) -> tuple[int, int] | None:
    """The least and the greatest of 64-bit integers in their usual spelling; None when a value is anything else.

    The round trip through int64 is the check: Arrow's cast alone would take `0x1A` and `007`.
    """
    try:
        numbers = values.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    if pc.all(pc.equal(numbers.cast(pa.string()), values)).as_py() is False:
        return None
    extremes = pc.min_max(numbers).as_py()
    return (extremes["min"] or 0, extremes["max"] or 0)


def _numeric(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    precision, scale = type.precision or 18, type.scale or 0
    before_point = precision - scale
    integer = f"(?:0|[1-9][0-9]{{0,{before_point - 1}}})" if before_point else "0"
    # Zeros after the last decimal place say nothing that is lost.
    fraction = rf"\.[0-9]{{1,{scale}}}0*" if scale else r"\.0+"
    return _none_if_all_fit(values, _matches(f"-?(?:{integer}(?:{fraction})?|{fraction})", values))


def _float(type: ColumnType, values: pa.StringArray, *, by_value: bool = False) -> pa.BooleanArray | None:
    digits, least, greatest = _FLOAT_RANGE[type.name]
    if longest(values) <= digits and matches_all(NUMBER, values):
        return None
    shaped = pc.and_(
        _matches(rf"{NUMBER}(?:[eE][+-]?[0-9]{{1,3}})?", values),
        pc.less_equal(pc.binary_length(values), _LONGEST_FLOAT_TEXT),
    )
    numbers = pc.if_else(shaped, values, None)
    parsed = numbers.cast(pa.float64())
    significant = significant_digits(numbers)
    survives = pc.less_equal(significant, digits)
    if by_value:
        survives = pc.or_(survives, _comes_back(numbers, parsed, but=survives))
    magnitude = pc.abs(parsed)
    in_range = pc.and_(pc.greater_equal(magnitude, least), pc.less_equal(magnitude, greatest))
    return _none_if_all_fit(values, pc.and_(survives, pc.or_(in_range, pc.equal(significant, 0))))


def _comes_back(numbers: pa.StringArray, parsed: pa.DoubleArray, but: pa.BooleanArray) -> pa.BooleanArray:
    """Whether the shortest text of the nearest double is the same number, `but` for those that need no look.

    The nearest is what a cast of text gives: PostgreSQL's does (strtod), and Redshift's manual says of 17 digits that
    data is restored exactly from them ("extra_float_digits"), without a word on how its cast rounds.
    """
    same = pc.or_(pc.equal(parsed.cast(pa.string()), numbers), but)
    # Arrow writes the shortest text in one way, the file perhaps in another: 1E16, 0.50000000000000000.
    unclear = pc.invert(pc.fill_null(same, True))
    looked_at = [Decimal(repr(float(text))) == Decimal(text) for text in numbers.filter(unclear).to_pylist()]
    return pc.replace_with_mask(same, unclear, pa.array(looked_at, pa.bool_()))


def significant_digits(numbers: pa.StringArray) -> pa.Int32Array:
    """Digits from the first that is not zero, the exponent left out; 0 for zero."""
    mantissa = pc.replace_substring_regex(numbers, "[eE].*$", "")
    return pc.binary_length(pc.utf8_ltrim(pc.replace_substring(mantissa, ".", ""), "-0"))


def _boolean(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    return _none_if_all_fit(values, pc.is_in(pc.ascii_lower(values), pa.array(TRUE_WORDS + FALSE_WORDS)))


def _date_time(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    written = values
    if type.format is not None:
        values = to_iso(type.format, values)
        if values.null_count == written.null_count and _all_iso(type.name, values):
            return None
    elif _all_iso(type.name, values):
        return None
    shaped = _matches(_DATE_TIME_SHAPES[type.name], values)
    dates = pc.utf8_slice_codeunits(pc.if_else(shaped, values, None), 0, 10)
    # strptime rolls 2024-02-30 over to March: only a real date comes back as it was.
    rolled = pc.strftime(pc.strptime(dates, format="%Y-%m-%d", unit="s", error_is_null=True), format="%Y-%m-%d")
    real = pc.and_(pc.equal(rolled, dates), pc.invert(pc.starts_with(dates, "0000")))
    return _none_if_all_fit(written, real)


def _all_iso(name: str, values: pa.StringArray) -> bool:
    """The quick answer for whole batches; False sends them to the check of each value."""
    targets = {"date": pa.date32(), "timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC")}
    try:
        values.cast(targets[name])
    except pa.ArrowInvalid:
        return False
    in_common_era = pc.any(pc.starts_with(values, "0000")).as_py() is not True
    return in_common_era and (name == "date" or matches_all(_DATE_TIME_SHAPES[name], values))


def _varchar(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    length = type.length or 0
    return None if longest(values) <= length else pc.fill_null(pc.greater(pc.binary_length(values), length), False)


def _char(type: ColumnType, values: pa.StringArray) -> pa.BooleanArray | None:
    # Redshift manual, "Character types": CHAR holds single-byte characters only, and does not keep blanks at the end.
    short = pc.less_equal(pc.binary_length(values), type.length or 0)
    kept = pc.and_(pc.string_is_ascii(values), pc.invert(pc.ends_with(values, " ")))
    return _none_if_all_fit(values, pc.and_(short, kept))


_CHECKS: dict[str, Callable[[ColumnType, pa.StringArray], pa.BooleanArray | None]] = {
    "smallint": _integer,
    "integer": _integer,
    "bigint": _integer,
    "numeric": _numeric,
    "real": _float,
    "double precision": _float,
    "boolean": _boolean,
    "date": _date_time,
    "timestamp": _date_time,
    "timestamptz": _date_time,
    "char": _char,
    "varchar": _varchar,
}
