"""Values of DMS's files as of the types of COPY and of the table's columns, in SQL."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from customer_data.columns.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    MAX_PRECISION,
    MAX_SCALE,
    MAX_VARBYTE_BYTES,
    MAX_VARCHAR_BYTES,
    TIMESTAMP,
    ColumnType,
    holds,
    is_number,
    is_text,
    numeric,
    varchar,
)

SMALLINT, INTEGER, BIGINT, REAL = map(ColumnType, ("smallint", "integer", "bigint", "real"))

#: An offset or a zone's name behind a time; without one DMS writes UTC.
_HAS_ZONE = "':[0-9.]+ *([+-][0-9:]+|[A-Za-z/_]+)$'"

#: Words that Redshift itself reads as BOOLEAN. (Redshift manual, "Boolean type".)
_TRUE, _FALSE = "'true', 't', 'yes', 'y', '1'", "'false', 'f', 'no', 'n', '0'"

#: Bytes of a text that is a number, a time or a word.
_SHORT_TEXT = 64


def staged_type(values: pa.DataType, target: ColumnType | None) -> ColumnType | None:
    """The type that COPY reads them as; None for what it reads as nothing. A text is as long as the target holds: COPY
    refuses a longer one, where a cast would cut it."""
    types = pa.types
    if types.is_string(values) or types.is_large_string(values):
        return _staged_text(target)
    if types.is_decimal128(values) and values.precision <= MAX_PRECISION and 0 <= values.scale <= values.precision:
        return numeric(values.precision, min(values.scale, MAX_SCALE))
    if types.is_binary(values) or types.is_large_binary(values) or types.is_fixed_size_binary(values):
        return ColumnType("varbyte", length=MAX_VARBYTE_BYTES)
    if types.is_timestamp(values):
        return TIMESTAMP
    return {
        pa.int8(): SMALLINT,
        pa.int16(): SMALLINT,
        pa.int32(): INTEGER,
        pa.int64(): BIGINT,
        pa.float32(): REAL,
        pa.float64(): DOUBLE,
        pa.bool_(): BOOLEAN,
        pa.date32(): DATE,
    }.get(values)


def _staged_text(target: ColumnType | None) -> ColumnType:
    if target is None:
        return varchar(MAX_VARCHAR_BYTES)
    if is_text(target):
        return varchar(target.length or MAX_VARCHAR_BYTES)
    if target.name == "varbyte":
        return varchar(min(2 * (target.length or MAX_VARBYTE_BYTES), MAX_VARCHAR_BYTES))
    return varchar(_SHORT_TEXT)


class Cast(NamedTuple):
    """A value as of the target's type, and a condition that holds where it would be another value; None: nowhere."""

    sql: str
    changes: str | None = None


def cast(column: str, staged: ColumnType, target: ColumnType) -> Cast | None:
    """None where values of the one type are none of the other."""
    if staged == target or (is_text(staged) and target.name == "varchar"):
        return Cast(column)
    plain = f"{column}::{target.sql}"
    if is_text(staged):
        return _from_text(column, plain, target)
    if is_text(target):
        return None if staged.name == "varbyte" else Cast(f"CAST({column} AS VARCHAR({_SHORT_TEXT}))")
    if is_number(staged) and is_number(target):
        return _number(column, plain, staged, target)
    if target == BOOLEAN and is_number(staged):
        return Cast(f"({column} <> 0)", f"{column} NOT IN (0, 1)")
    if staged == TIMESTAMP and target.name == "timestamptz":
        return Cast(f"({column} AT TIME ZONE 'UTC')")
    if staged == TIMESTAMP and target == DATE:
        return Cast(plain, f"{plain} <> {column}")
    if (staged, target) == (DATE, TIMESTAMP):
        return Cast(plain)
    return Cast(column) if staged.name == target.name == "varbyte" else None


def _from_text(column: str, plain: str, target: ColumnType) -> Cast:
    if target.name == "char":
        return Cast(column)
    if target == BOOLEAN:  # Redshift has no cast from VARCHAR to it
        is_word = f"LOWER({column}) IN ({_TRUE}, {_FALSE})"
        return Cast(f"(LOWER({column}) IN ({_TRUE}))", f"NOT ({is_word})")
    if target.name == "varbyte":
        return Cast(f"FROM_HEX({column})")
    if target.name == "numeric":  # a cast rounds what has more places
        return Cast(plain, f"{column} ~ '[.][0-9]{{{target.scale or 0}}}[0-9]*[1-9]'")
    if target.name == "timestamptz":  # the session may have another time zone
        utc = f"{column}::TIMESTAMP AT TIME ZONE 'UTC'"
        return Cast(f"CASE WHEN {column} ~ {_HAS_ZONE} THEN {plain} ELSE {utc} END")
    return Cast(plain)


def _number(column: str, plain: str, staged: ColumnType, target: ColumnType) -> Cast:
    if holds(target, staged) or (target.name, staged.name) == ("double precision", "real"):
        return Cast(plain)
    if target.name in ("double precision", "real"):
        return Cast(plain, f"{plain}::{staged.sql} <> {column}")
    return Cast(plain, f"{plain} <> {column}")
