"""What values of a type look like, in words for messages: what `values` reads, and what to do otherwise."""

from __future__ import annotations

from customer_data.columns.number_formats import NumberFormat
from customer_data.columns.types import DOUBLE_DIGITS, FALSE_WORDS, REAL_DIGITS, TRUE_WORDS, ColumnType
from customer_data.columns.values import INTEGER_LIMITS

_KEPT_AS_TEXT = "a VARCHAR column takes any spelling"
_DATE_TIMES = {  # what the type takes, and the remedy for another spelling
    "date": (
        "dates such as 2024-01-31",
        "name other formats in CsvFormat.dateFormats, or make the column TIMESTAMP if it has to take times: add such a"
        " column, fill it from this one, drop this one and rename the new one",
    ),
    "timestamp": ("times such as 2024-01-31 12:30:00", "name other formats in CsvFormat.dateFormats"),
    "timestamptz": (
        "times with their zone, such as 2024-01-31 12:30:00+00:00",
        "add the zone, or load into a TIMESTAMP column (formats of CsvFormat.dateFormats have no zone)",
    ),
}


def allowed_values(type: ColumnType) -> str:
    """What the type takes and how to correct the rest: "dates such as 2024-01-31; name other formats in ..."."""
    if isinstance(type.format, str):
        return f"values written as {type.format}, as most of the file are; write all of them so"
    numbers = type.format or NumberFormat()
    if limit := INTEGER_LIMITS.get(type.name):
        no_separators = "" if numbers.thousands else " or ','"
        return f"whole numbers from {-limit:,} to {limit - 1:,} without leading zeros{no_separators}; {_KEPT_AS_TEXT}"
    if type.name in _DATE_TIMES:
        return "; ".join(_DATE_TIMES[type.name])
    if type.name == "numeric":
        scale = type.scale or 0
        return (
            f"numbers such as {numbers.example}, with {numbers.decimal!r} as the decimal point, up to"
            f" {(type.precision or 18) - scale} digits before it and {scale} after it; {_KEPT_AS_TEXT}"
        )
    if type.name in ("real", "double precision"):
        digits = REAL_DIGITS if type.name == "real" else DOUBLE_DIGITS
        return (
            f"numbers such as {numbers.example} or 1e6 of up to {digits} digits, with {numbers.decimal!r} as the"
            f" decimal point; {_KEPT_AS_TEXT}"
        )
    if type.name == "boolean":
        return f"{', '.join(TRUE_WORDS)} and {', '.join(FALSE_WORDS)}, in any case; {_KEPT_AS_TEXT}"
    if type.name == "char":
        return f"up to {type.length} ASCII characters that do not end in a blank; {_KEPT_AS_TEXT}"
    if type.name == "varchar":
        return f"text of up to {type.length:,} bytes in UTF-8; shorten it, or make the column longer"
    return "no values from a CSV; leave it empty, or have columnMapping give the header another column"
