"""Types as people write them in settings. `src/csv/column-type.ts` has the same rules."""

from __future__ import annotations

import re
from collections.abc import Mapping

from customer_data.columns.types import (
    MAX_CHAR_BYTES,
    MAX_PRECISION,
    MAX_SCALE,
    MAX_VARCHAR_BYTES,
    ColumnType,
    numeric,
    usual_name,
)
from customer_data.errors import SettingsError

_NUMBERS = r"\( ?(max|[0-9]{1,5}) ?(?:, ?([0-9]{1,5}) ?)?\)"
_TYPE = re.compile(rf"([a-z][a-z0-9 ]*?) ?(?:{_NUMBERS})?", re.IGNORECASE | re.ASCII)
_PLAIN = ("smallint", "integer", "bigint", "real", "double precision", "boolean", "date", "timestamp", "timestamptz")
_MOST_BYTES = {"char": MAX_CHAR_BYTES, "varchar": MAX_VARCHAR_BYTES}
_ALLOWED = (
    f"{', '.join(_PLAIN).upper()}, NUMERIC(p,s) with p from 1 to {MAX_PRECISION} and s up to p and {MAX_SCALE},"
    f" CHAR(n) with n from 1 to {MAX_CHAR_BYTES}, VARCHAR(n) with n from 1 to {MAX_VARCHAR_BYTES}"
)


def parse_type(text: str) -> ColumnType:
    """`NUMERIC(12,2)`, `varchar(64)`, `int8`. Raises ValueError for what is no type that values are written to."""
    parsed = _TYPE.fullmatch(" ".join(text.split()))
    written, first, second = (part and part.lower() for part in parsed.groups()) if parsed else ("", None, None)
    type = _type(written or "", first, second)
    if type is None:
        raise ValueError(f"{text!r} is no type that a column can have; allowed: {_ALLOWED}")
    return type


def named_types(texts: Mapping[str, str]) -> dict[str, ColumnType]:
    """The types of `columnTypes` by their columns. Raises SettingsError."""
    types = {}
    for column, text in texts.items():
        try:
            types[column] = parse_type(text)
        except ValueError as error:
            raise SettingsError(f"columnTypes[{column!r}]: {error}; correct it in columnTypes") from error
    return types


def _type(written: str, first: str | None, second: str | None) -> ColumnType | None:
    name = usual_name(written)
    if name == "numeric" and first != "max":
        precision, scale = int(first or 18), int(second or 0)
        is_one = 1 <= precision <= MAX_PRECISION and scale <= min(precision, MAX_SCALE)
        return numeric(precision, scale) if is_one else None
    if name in _MOST_BYTES and second is None:
        return _text(written, name, first)
    return ColumnType(name) if name in _PLAIN and first is None else None


def _text(written: str, name: str, length: str | None) -> ColumnType | None:
    # Redshift manual, "Character types": what is meant without a length; TEXT and BPCHAR never have one.
    if length is None:
        return ColumnType(name, length=1 if name == "char" and written != "bpchar" else 256)
    bytes = _MOST_BYTES[name] if length == "max" else int(length)
    is_one = 1 <= bytes <= _MOST_BYTES[name] and written not in ("text", "bpchar")
    return ColumnType(name, length=bytes) if is_one else None
