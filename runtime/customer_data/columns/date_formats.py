"""Redshift's datetime format strings (`DD/MM/YYYY`), as far as `CsvFormat.date_formats` takes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.types import ColumnType
from customer_data.errors import SettingsError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TOKENS = {  # Redshift manual, "Datetime format strings": the part that a token names, and how it is written
    "YYYY": ("year", "[0-9]{4}"),
    "MON": ("month_name", f"(?i:{'|'.join(_MONTHS)})"),
    "MM": ("month", "[0-9]{2}"),
    "DD": ("day", "[0-9]{2}"),
    "HH24": ("hour", "(?:[01][0-9]|2[0-3])"),
    "HH12": ("hour_12", "(?:0[1-9]|1[0-2])"),
    "HH": ("hour_12", "(?:0[1-9]|1[0-2])"),
    "MI": ("minute", "[0-5][0-9]"),
    "SS": ("second", "[0-5][0-9]"),
    "AM": ("half", "(?i:am|pm)"),
    "PM": ("half", "(?i:am|pm)"),
}
_SHORT = {  # where no digit follows, a leading zero may be left out, as TO_DATE allows
    "month": "[0-9]{1,2}",
    "day": "[0-9]{1,2}",
    "hour": "(?:[01]?[0-9]|2[0-3])",
    "hour_12": "(?:0?[1-9]|1[0-2])",
}
_TOKEN_PATTERN = re.compile("|".join(sorted(_TOKENS, key=len, reverse=True)), re.IGNORECASE)


@dataclass(frozen=True)
class _DateFormat:
    pattern: str
    parts: frozenset[str]


def format_type(format: str) -> ColumnType:
    """The type of the values that a format describes: DATE, or TIMESTAMP when it has a time. Raises SettingsError."""
    return ColumnType("timestamp" if "minute" in _parse(format).parts else "date", format=format)


def as_iso(formats: Sequence[str], values: pa.StringArray) -> pa.StringArray:
    """The values, those in one of the formats as ISO 8601."""
    for format in formats:
        values = pc.coalesce(to_iso(format, values), values)
    return values


def to_iso(format: str, values: pa.StringArray) -> pa.StringArray:
    """The values as ISO 8601, NULL where a value is not written in the format. That the day exists is not checked."""
    parsed = _parse(format)
    found = pc.extract_regex(values, parsed.pattern)
    part = {name: pc.struct_field(found, name) for name in parsed.parts}
    if "month_name" in part:
        number = pc.add(pc.index_in(pc.ascii_lower(part["month_name"]), pa.array(_MONTHS)), 1)
        part["month"] = number.cast(pa.string())
    date = pc.binary_join_element_wise(part["year"], _two_digits(part["month"]), _two_digits(part["day"]), "-")
    if "minute" not in part:
        return date
    seconds = part.get("second", pc.if_else(pc.is_valid(date), "00", None))
    time = pc.binary_join_element_wise(_two_digits(_hour(part)), part["minute"], seconds, ":")
    return pc.binary_join_element_wise(date, time, " ")


def _hour(part: dict[str, pa.StringArray]) -> pa.StringArray:
    if "hour" in part:
        return part["hour"]
    noon = pc.if_else(pc.equal(pc.ascii_lower(part["half"]), "pm"), 12, 0)
    twelve_is_zero = pc.if_else(pc.is_in(part["hour_12"], pa.array(["12"])), "0", part["hour_12"])
    return pc.add(twelve_is_zero.cast(pa.int64()), noon).cast(pa.string())


def _two_digits(values: pa.StringArray) -> pa.StringArray:
    return pc.ascii_lpad(values, 2, "0")


@cache
def _parse(format: str) -> _DateFormat:
    pattern, parts, at = "", [], 0
    while at < len(format):
        token = _TOKEN_PATTERN.match(format, at)
        if token is None:
            if format[at].isalnum():
                raise SettingsError(
                    f"date format {format!r}: {format[at:]!r} is not a token that this loader reads;"
                    f" allowed are {', '.join(_TOKENS)} with separators between them"
                )
            pattern += re.escape(format[at])
            at += 1
            continue
        at = token.end()
        name, shape = _TOKENS[token.group().upper()]
        followed_by_digit = _TOKEN_PATTERN.match(format, at) is not None
        pattern += f"(?P<{name}>{shape if followed_by_digit else _SHORT.get(name, shape)})"
        parts.append(name)
    _refuse_incomplete(format, parts)
    return _DateFormat(f"^{pattern}$", frozenset(parts))


def _refuse_incomplete(format: str, parts: list[str]) -> None:
    given = {"month" if part == "month_name" else part for part in parts}
    time = given & {"hour", "hour_12", "half", "minute", "second"}
    complete = {"year", "month", "day"} <= given and len(set(parts)) == len(parts) and len(given) == len(parts)
    if time:
        hour = ("hour" in given and not given & {"hour_12", "half"}) or {"hour_12", "half"} <= given
        complete = complete and "minute" in given and hour and not ({"hour", "hour_12"} <= given)
    if not complete:
        raise SettingsError(
            f"date format {format!r} does not say one date: it needs YYYY, MM (or MON) and DD once each, and for a"
            " time HH24 (or HH12 with AM) and MI"
        )
