"""Types on their way: Oracle's, as DMS reads them, and what becomes of them in a Parquet file.

After the DMS User Guide: "Source data types for Oracle" and "Using Amazon S3 as a target", "Target data types for S3
Parquet".
"""

from __future__ import annotations

import decimal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

# Types of PostgreSQL by their numbers (its source, "pg_type.dat").
BOOLEAN, BYTEA, BIGINT, SMALLINT, INTEGER, TEXT = 16, 17, 20, 21, 23, 25
REAL, DOUBLE, CHAR, VARCHAR, DATE, TIMESTAMP, TIMESTAMPTZ, NUMERIC = 700, 701, 1042, 1043, 1082, 1114, 1184, 1700

_WIDE = decimal.Context(prec=200, rounding=decimal.ROUND_HALF_UP)
_UNSCALED_PRECISION = 38


@dataclass(frozen=True)
class SourceSettings:
    """What the source endpoint says of types."""

    number_scale: int = 10
    """Of a NUMBER without precision; -1 is a double, -2 a text."""
    trims_char: bool = True
    lob_kilobytes: int | None = 32
    """None: whatever they are long."""
    fails_on_truncation: bool = False


@dataclass(frozen=True)
class SourceType:
    """A column's type: what it is in a Parquet file, and how its text becomes a value of that."""

    arrow: pa.DataType
    value: Callable[[str], Any]
    is_lob: bool = False


class LobTruncatedError(ValueError):
    """A large object is longer than LobMaxSize, and the endpoint says that the task fails then."""


def source_type(oid: int, modifier: int, domain: str | None, settings: SourceSettings) -> SourceType:
    """`domain` names one of Oracle's types that PostgreSQL lacks, whose base type is `oid`."""
    if domain == "raw":
        return SourceType(pa.binary(), _bytes)
    if oid == NUMERIC:
        return _number(modifier, settings)
    fixed = _FIXED.get(oid)
    if fixed:
        return fixed
    if oid == CHAR:
        return SourceType(pa.string(), _trimmed if settings.trims_char else str)
    if oid == VARCHAR:
        return SourceType(pa.string(), str)
    if oid == BYTEA:
        return SourceType(pa.binary(), lambda text: _limited(_bytes(text), settings), is_lob=True)
    if oid == TEXT or domain is not None:
        return SourceType(pa.string(), lambda text: _text_object(text, settings), is_lob=True)
    return SourceType(pa.string(), str)


def _number(modifier: int, settings: SourceSettings) -> SourceType:
    if modifier < 4:
        if settings.number_scale == -2:
            return SourceType(pa.string(), str)
        if settings.number_scale == -1:
            return SourceType(pa.float64(), float)
        return _decimal(_UNSCALED_PRECISION, settings.number_scale)
    precision = (modifier - 4 >> 16) & 0xFFFF
    scale = ((modifier - 4 & 0x7FF) ^ 0x400) - 0x400
    if scale < 0:
        return SourceType(pa.float64(), float)
    if scale == 0:
        for digits, integer in ((2, pa.int8()), (4, pa.int16()), (9, pa.int32())):
            if precision <= digits:
                return SourceType(integer, int)
    return _decimal(max(precision, scale), scale)


def _decimal(precision: int, scale: int) -> SourceType:
    step = Decimal(1).scaleb(-scale)
    return SourceType(pa.decimal128(precision, scale), lambda text: Decimal(text).quantize(step, context=_WIDE))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("\\x"))


def _trimmed(text: str) -> str:
    return text.rstrip(" ")


def _text_object(text: str, settings: SourceSettings) -> str | None:
    """An empty one arrives as NULL."""
    return _limited(text.encode(), settings).decode(errors="ignore") or None


def _limited(value: bytes, settings: SourceSettings) -> bytes:
    longest = settings.lob_kilobytes
    if longest is None or len(value) <= longest * 1024:
        return value
    if settings.fails_on_truncation:
        raise LobTruncatedError(f"LOB data of {len(value)} bytes would be truncated to LobMaxSize ({longest} KB)")
    return value[: longest * 1024]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _zoned(text: str) -> str:
    """With its zone, which is UTC here: PostgreSQL keeps none."""
    return f"{datetime.fromisoformat(text).replace(tzinfo=None).isoformat(' ', 'microseconds')} +00:00"


_FIXED = {
    BOOLEAN: SourceType(pa.int8(), lambda text: int(text == "t" or text == "true")),
    SMALLINT: SourceType(pa.int32(), int),
    INTEGER: _decimal(10, 0),
    BIGINT: _decimal(19, 0),
    REAL: SourceType(pa.float32(), float),
    DOUBLE: SourceType(pa.float64(), float),
    DATE: SourceType(pa.timestamp("us"), _time),
    TIMESTAMP: SourceType(pa.timestamp("us"), _time),
    TIMESTAMPTZ: SourceType(pa.string(), _zoned),
}
