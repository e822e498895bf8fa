"""Texts as values of a Redshift type, read by Arrow kernels over whole batches.

Stricter than the casts of Arrow or of Redshift on purpose: `007`, `+49 30`, `0x1A` and ` 5` are text, because a
number would not give back what the file says. Programs write one number in several ways, and each of them is it:
`4`, `4.0`, `4.` and `+4`. NULL always fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.date_formats import to_iso
from customer_data.columns.number_formats import NumberFormat
from customer_data.columns.types import FALSE_WORDS, TRUE_WORDS, ColumnType
from customer_data.nulls import only


class Read(NamedTuple):
    """Values, NULL where a text is none of the type. `unfit` marks these texts, `converted` those that the type itself
    spells otherwise (`4.0`, a time of another zone); None where there are none, the common case."""

    values: pa.Array
    unfit: pa.BooleanArray | None = None
    converted: pa.BooleanArray | None = None


INTEGER_LIMITS = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}
NUMBER = r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)"
LONGEST_FLOAT_TEXT = 32
EXPONENT = r"[eE][+-]?[0-9]{1,3}"
_WITH_EXPONENT = re.compile(NUMBER + EXPONENT)
_EXACT = Context(prec=LONGEST_FLOAT_TEXT)
_FLOAT_RANGE = {  # digits that survive, smallest normal and greatest finite magnitude (IEEE 754)
    "real": (6, 1.1754944e-38, 3.4028234e38),
    "double precision": (15, 2.2250738585072014e-308, 1.7976931348623157e308),
}
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MINUTES = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_TIME = rf"{_MINUTES}(?::[0-5][0-9](?:\.[0-9]{{1,6}}0{{0,3}})?)?"
_ZONE = r"(?:Z|UTC|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)"
_DATE_TIME_SHAPES = {
    "date": rf"{_DATE}(?:[ T]00:00(?::00(?:\.0{{1,9}})?)?)?",
    "timestamp": rf"{_DATE}(?:[ T]{_TIME})?",
    "timestamptz": rf"{_DATE}[ T]{_TIME} ?{_ZONE}",
}
_ARROW_DATE_TIMES = {"date": pa.date32(), "timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC")}


def arrow_type(type: ColumnType | None) -> pa.DataType:
    """What `read_values` gives: integers as int64, REAL as double."""
    if type is None or type.name not in _READERS or type.name in ("char", "varchar"):
        return pa.string()
    if type.name == "numeric":
        return pa.decimal128(type.precision or 18, type.scale or 0)
    others = {"boolean": pa.bool_(), "real": pa.float64(), "double precision": pa.float64(), **_ARROW_DATE_TIMES}
    return others.get(type.name, pa.int64())


def read_values(type: ColumnType, texts: pa.StringArray) -> Read:
    read = _READERS.get(type.name)
    if read is None:  # a type that this loader never writes to
        nothing = pa.nulls(len(texts), pa.string())
        return Read(nothing, _unfit(texts, nothing))
    if isinstance(type.format, NumberFormat):
        plain = type.format.to_plain(texts)
        values = read(type, plain).values
        return Read(values, _unfit(texts, values), _converted(values, pc.equal(plain, texts)))
    return read(type, texts)


def misfits(type: ColumnType, texts: pa.StringArray) -> pa.BooleanArray | None:
    """Marks the texts that are no values of the type; None when all of them are."""
    return read_values(type, texts).unfit


def matches_all(pattern: str, values: pa.StringArray) -> bool:
    """Whether every value that is not NULL is the pattern (RE2) from its first to its last character."""
    return bool(pc.all(matches(pattern, values)).as_py() is not False)


def matches(pattern: str, values: pa.StringArray) -> pa.BooleanArray:
    return pc.match_substring_regex(values, f"^(?:{pattern})$")


def longest(values: pa.StringArray) -> int:
    """Bytes of the longest value."""
    return pc.max(pc.binary_length(values)).as_py() or 0


def _unfit(texts: pa.StringArray, values: pa.Array) -> pa.BooleanArray | None:
    if values.null_count == texts.null_count:
        return None
    return pc.and_(pc.is_valid(texts), pc.is_null(values))


def _converted(values: pa.Array, as_is: pa.BooleanArray) -> pa.BooleanArray | None:
    """The values that are there and not `as_is`, a mark that may be NULL for those that are not there."""
    marks = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(as_is, False)))
    return marks if pc.any(marks).as_py() else None


# Numbers


def _integer(type: ColumnType, texts: pa.StringArray) -> Read:
    numbers, converted = plain_integers(texts), None
    if numbers is None:
        numbers = whole_numbers(texts)
        converted = _converted(numbers, pc.equal(numbers.cast(pa.string()), texts))
    if type.name != "bigint":
        limit = INTEGER_LIMITS[type.name]
        numbers = only(pc.and_(pc.greater_equal(numbers, -limit), pc.less(numbers, limit)), numbers)
    return Read(numbers, _unfit(texts, numbers), converted)


def plain_integers(texts: pa.StringArray) -> pa.Int64Array | None:
    """64-bit integers in their usual spelling; None when a value is anything else.

    The round trip through int64 is the check: Arrow's cast alone would take `0x1A` and `007`.
    """
    try:
        numbers = texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    return None if pc.all(pc.equal(numbers.cast(pa.string()), texts)).as_py() is False else numbers


def whole_numbers(texts: pa.StringArray) -> pa.Int64Array:
    """64-bit integers in any spelling of a number without a fraction, NULL for the others."""
    shaped = only(matches(r"[+-]?(?:0|[1-9][0-9]{0,18})(?:\.0*)?", texts), texts)
    exact = pc.replace_substring_regex(shaped, r"^\+|\..*$", "").cast(pa.decimal128(38, 0))
    least, greatest = pa.array([str(-(2**63)), str(2**63 - 1)]).cast(pa.decimal128(38, 0))
    in_range = pc.and_(pc.greater_equal(exact, least), pc.less_equal(exact, greatest))
    return only(in_range, exact).cast(pa.int64())


def _numeric(type: ColumnType, texts: pa.StringArray) -> Read:
    precision, scale = type.precision or 18, type.scale or 0
    before_point = precision - scale
    target = pa.decimal128(precision, scale)
    integer = rf"(?:0|[1-9][0-9]{{0,{before_point - 1}}})" if before_point else "0"
    plain = rf"-?{integer}(?:\.[0-9]{{1,{scale}}})?" if scale else f"-?{integer}"
    if matches_all(plain, texts):
        return Read(texts.cast(target))
    # Zeros after the last decimal place say nothing that is lost.
    fraction = rf"\.[0-9]{{1,{scale}}}0*" if scale else r"\.0+"
    shaped = only(matches(rf"[+-]?(?:{integer}(?:{fraction}|\.)?|{fraction})", texts), texts)
    values = plain_decimals(shaped).cast(target)
    unfit = _unfit(texts, values)
    if unfit is not None and pc.any(pc.and_(unfit, matches(NUMBER + EXPONENT, texts))).as_py():
        values = pc.coalesce(values, pa.array([_decimal(text, type) for text in texts.to_pylist()], target))
        unfit = _unfit(texts, values)
    as_is = matches(rf"-?{integer}(?:\.[0-9]+)?", texts)
    return Read(values, unfit, _converted(values, as_is))


def plain_decimals(numbers: pa.StringArray) -> pa.StringArray:
    """Numbers as Arrow's cast to a decimal wants them: no plus, a digit before the point, no zeros at the end."""
    numbers = pc.replace_substring_regex(numbers, r"^\+", "")
    numbers = pc.replace_substring_regex(numbers, r"^(-?)\.", r"\10.")
    has_point = pc.greater_equal(pc.find_substring(numbers, "."), 0)
    return pc.if_else(has_point, pc.utf8_rtrim(pc.utf8_rtrim(numbers, "0"), "."), numbers)


def digits_around_point(numbers: pa.StringArray) -> tuple[pa.Int32Array, pa.Int32Array]:
    """How many digits each number, which has no exponent, has before and after the point."""
    digits = pc.utf8_ltrim(numbers, "+-")
    length = pc.binary_length(digits)
    point = pc.find_substring(digits, ".")
    has_point = pc.greater_equal(point, 0)
    after_point = pc.if_else(has_point, pc.subtract(pc.subtract(length, point), 1), 0)
    return pc.if_else(has_point, point, length), after_point


def with_exponent(text: str | None) -> Decimal | None:
    """The number that an exponent writes (`4.5e-05`), exactly; None for other texts and for longer ones than a program
    writes."""
    if text is None or len(text) > LONGEST_FLOAT_TEXT or not _WITH_EXPONENT.fullmatch(text):
        return None
    return Decimal(text).normalize(_EXACT)


def _decimal(text: str | None, type: ColumnType) -> Decimal | None:
    """The number that an exponent writes, where the type holds it exactly."""
    number = with_exponent(text)
    if number is None:
        return None
    places = -int(number.as_tuple().exponent)
    before_point = number.adjusted() + 1
    return (
        number if places <= (type.scale or 0) and before_point <= (type.precision or 18) - (type.scale or 0) else None
    )


def _float(type: ColumnType, texts: pa.StringArray) -> Read:
    """A number is held where the shortest text of the nearest value says it again, as programs write their own."""
    digits, least, greatest = _FLOAT_RANGE[type.name]
    if longest(texts) <= digits and matches_all(NUMBER, texts):
        return Read(_parsed(texts))
    shaped = pc.and_(
        matches(rf"{NUMBER}(?:{EXPONENT})?", texts), pc.less_equal(pc.binary_length(texts), LONGEST_FLOAT_TEXT)
    )
    numbers = only(shaped, texts)
    parsed = _parsed(numbers)
    significant = significant_digits(numbers)
    survives = pc.less_equal(significant, digits)
    if type.name == "double precision":
        survives = pc.or_(survives, _comes_back(numbers, parsed, but=survives))
    magnitude = pc.abs(parsed)
    in_range = pc.and_(pc.greater_equal(magnitude, least), pc.less_equal(magnitude, greatest))
    values = only(pc.and_(survives, pc.or_(in_range, pc.equal(significant, 0))), parsed)
    return Read(values, _unfit(texts, values))


def _parsed(numbers: pa.StringArray) -> pa.DoubleArray:
    return pc.replace_substring_regex(numbers, r"^\+", "").cast(pa.float64())


def _comes_back(numbers: pa.StringArray, parsed: pa.DoubleArray, but: pa.BooleanArray) -> pa.BooleanArray:
    """Whether the shortest text of the nearest double is the same number, `but` for those that need no look."""
    same = pc.or_(pc.equal(parsed.cast(pa.string()), numbers), but)
    # Arrow writes the shortest text in one way, the file perhaps in another: 1E16, 0.50000000000000000.
    unclear = pc.invert(pc.fill_null(same, True))
    looked_at = [Decimal(repr(float(text))) == Decimal(text) for text in numbers.filter(unclear).to_pylist()]
    return pc.replace_with_mask(same, unclear, pa.array(looked_at, pa.bool_()))


def significant_digits(numbers: pa.StringArray) -> pa.Int32Array:
    """Digits from the first that is not zero, the exponent left out; 0 for zero."""
    mantissa = pc.replace_substring_regex(numbers, "[eE].*$", "")
    return pc.binary_length(pc.utf8_ltrim(pc.replace_substring(mantissa, ".", ""), "+-0"))


# Words, dates and times, text


def _boolean(type: ColumnType, texts: pa.StringArray) -> Read:
    words = pc.ascii_lower(texts)
    true = pc.is_in(words, pa.array(TRUE_WORDS))
    values = only(pc.or_(true, pc.is_in(words, pa.array(FALSE_WORDS))), true)
    as_is = pc.is_in(words, pa.array(["true", "false"]))
    return Read(values, _unfit(texts, values), _converted(values, as_is))


def _date_time(type: ColumnType, texts: pa.StringArray) -> Read:
    iso = to_iso(type.format, texts) if isinstance(type.format, str) else texts
    target = _ARROW_DATE_TIMES[type.name]
    if iso.null_count == texts.null_count and (values := _all_iso(type.name, iso)) is not None:
        return Read(values, None, _converted_times(type, texts, values))
    shaped = only(matches(_DATE_TIME_SHAPES[type.name], iso), iso)
    dates = pc.utf8_slice_codeunits(shaped, 0, 10)
    # strptime rolls 2024-02-30 over to March: only a real date comes back as it was.
    rolled = pc.strftime(pc.strptime(dates, format="%Y-%m-%d", unit="s", error_is_null=True), format="%Y-%m-%d")
    real = pc.and_(pc.equal(rolled, dates), pc.invert(pc.starts_with(dates, "0000")))
    values = only(real, dates if type.name == "date" else _as_arrow_reads(shaped)).cast(target)
    return Read(values, _unfit(texts, values), _converted_times(type, texts, values))


def _converted_times(type: ColumnType, texts: pa.StringArray, values: pa.Array) -> pa.BooleanArray | None:
    """Those in another format or zone, and midnights for a DATE."""
    if type.format is not None:
        return _converted(values, pc.is_null(texts))
    if type.name == "timestamptz":
        return _converted(values, matches(r".*(?:Z|UTC|\+00(?::?00)?)", texts))
    return _converted(values, pc.equal(pc.binary_length(texts), 10)) if type.name == "date" else None


def _all_iso(name: str, texts: pa.StringArray) -> pa.Array | None:
    """The values of a whole batch in the spelling that Arrow knows; None sends it to the check of each value."""
    try:
        values = texts.cast(_ARROW_DATE_TIMES[name])
    except pa.ArrowInvalid:
        return None
    in_common_era = pc.any(pc.starts_with(texts, "0000")).as_py() is not True
    return values if in_common_era and (name == "date" or matches_all(_DATE_TIME_SHAPES[name], texts)) else None


def _as_arrow_reads(texts: pa.StringArray) -> pa.StringArray:
    """Arrow knows neither a blank before the zone, nor `UTC`, nor more places than microseconds have."""
    texts = pc.replace_substring_regex(texts, r"(\.[0-9]{6})0+", r"\1")
    texts = pc.replace_substring_regex(texts, r" ?(?:UTC|Z)$", "Z")
    return pc.replace_substring_regex(texts, r"([0-9]) ([+-][0-9:]+)$", r"\1\2")


def _varchar(type: ColumnType, texts: pa.StringArray) -> Read:
    length = type.length or 0
    if longest(texts) <= length:
        return Read(texts)
    values = only(pc.less_equal(pc.binary_length(texts), length), texts)
    return Read(values, _unfit(texts, values))


def _char(type: ColumnType, texts: pa.StringArray) -> Read:
    # Redshift manual, "Character types": CHAR holds single-byte characters only, and does not keep blanks at the end.
    short = pc.less_equal(pc.binary_length(texts), type.length or 0)
    values = only(pc.and_(short, pc.and_(pc.string_is_ascii(texts), pc.invert(pc.ends_with(texts, " ")))), texts)
    return Read(values, _unfit(texts, values))


_READERS: dict[str, Callable[[ColumnType, pa.StringArray], Read]] = {
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
