"""The Redshift type of each of Oracle's, and what a value may lose on the way.

Oracle's names and aliases: Oracle SQL Language Reference, "Data Types" (the table "ANSI Data Types Converted to Oracle
Data Types"). Redshift's limits: Amazon Redshift Database Developer Guide, "Data types".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    MAX_PRECISION,
    MAX_SCALE,
    MAX_VARBYTE_BYTES,
    MAX_VARCHAR_BYTES,
    TIMESTAMP,
    TIMESTAMPTZ,
    ColumnType,
    numeric,
    varchar,
)
from customer_data.oracle_schema.model import OracleType

_BYTES_A_CHARACTER = 4  # of UTF-8, at most
#: Decimals of a NUMBER without a precision, to which DMS rounds (`numberDatatypeScale` of the source endpoint).
NUMBER_SCALE = 10
_BINARY_DIGITS_OF_DOUBLE = 53
_LEAST_SCALE, _MOST_SCALE = -84, 127  # of a NUMBER; drivers say -127 where there is none
_SECOND_DIGITS = 6
_SMALLINT, _INTEGER, _REAL, _SUPER = map(ColumnType, ("smallint", "integer", "real", "super"))


class Effort(StrEnum):
    """How much a person has to do: minutes, hours, or days."""

    SIMPLE = "simple"
    MEDIUM = "medium"
    COMPLEX = "complex"


@dataclass(frozen=True)
class TargetType:
    """`type` is None where Redshift has none for the values: then `notes` say why, and `effort` what it takes. Beside
    a type, `notes` say which values would not arrive as they are."""

    type: ColumnType | None
    notes: tuple[str, ...] = ()
    effort: Effort | None = None


def convert_type(source: OracleType, number_scale: int = NUMBER_SCALE) -> TargetType:
    """Never raises: what is no type of Oracle's own has no type in Redshift."""
    if source.owner is not None and source.owner.upper() not in _OWNERS_OF_BUILT_IN:
        return _skipped(
            f"{source.owner}.{source.name} is a type that somebody made, and Redshift has no such types: give its"
            " attributes columns of their own in a view in Oracle",
            Effort.COMPLEX,
        )
    name = _ALIASES.get(source.name.upper(), source.name.upper())
    rule = _RULES.get(name)
    if rule is _number:
        return _number(source, number_scale)
    if rule is not None:
        return rule(source)
    if name in _WITHOUT_TARGET:
        return _skipped(*_WITHOUT_TARGET[name])
    return _skipped(f"{source.name} is a type that Redshift does not have", Effort.COMPLEX)


def in_oracle(source: OracleType) -> str:
    """The type as Oracle spells it."""
    name = source.name
    if source.length is not None:
        return f"{name}({source.length}{' CHAR' if source.char_semantics and not name.startswith('N') else ''})"
    if source.precision is None and source.scale is None:
        return name if source.owner is None or name in _RULES else f"{source.owner}.{name}"
    if name.startswith("TIMESTAMP"):
        return name.replace("TIMESTAMP", f"TIMESTAMP({source.precision})", 1)
    if name.startswith("INTERVAL"):
        return name
    digits = "*" if source.precision is None else str(source.precision)
    return f"{name}({digits})" if source.scale is None else f"{name}({digits},{source.scale})"


def with_article(name: str) -> str:
    """`a CLOB`, `an NCLOB`: as the name of the type is said."""
    return f"{'an' if re.match('[AEIO]|N(CHAR|CLOB|VARCHAR)|X', name) else 'a'} {name}"


def is_lob(source: OracleType) -> bool:
    """Whether DMS brings an empty value of the type as NULL, or may."""
    return _ALIASES.get(source.name.upper(), source.name.upper()) in (
        "CLOB",
        "NCLOB",
        "BLOB",
        "LONG",
        "LONG RAW",
        "XMLTYPE",
    )


def _skipped(reason: str, effort: Effort) -> TargetType:
    return TargetType(None, (reason,), effort)


# Numbers


def _number(source: OracleType, number_scale: int = NUMBER_SCALE) -> TargetType:
    precision = source.precision or None
    scale = source.scale if source.scale is not None and _LEAST_SCALE <= source.scale <= _MOST_SCALE else None
    if precision is None and scale is None:
        return TargetType(
            numeric(MAX_PRECISION, number_scale),
            (
                f"NUMBER without a precision holds any number: DMS rounds it to {number_scale} decimals (numberScale of"
                " the replication), which no type in Redshift brings back, and"
                f" {MAX_PRECISION - number_scale} digits before the point fit; if the values are all whole, give the"
                " column another type in a schemaFile",
            ),
        )
    if precision is None:
        return _any_precision(scale or 0)
    return _digits(precision, scale or 0)


def _any_precision(scale: int) -> TargetType:
    converted = _digits(MAX_PRECISION, scale)
    note = f"NUMBER(*,{scale}) has {MAX_PRECISION} digits in Oracle"
    if scale == 0:
        note += "; BIGINT would be half as large, where 18 digits are enough"
    elif scale > 0:
        before = MAX_PRECISION - min(scale, MAX_SCALE)
        note += f"; {before} of them stand before the point here, where Oracle also takes more with fewer decimals"
    return TargetType(converted.type, (note, *converted.notes))


def _digits(precision: int, scale: int) -> TargetType:
    if scale < 0:
        return _rounded(precision, -scale)
    if scale == 0:
        return TargetType(_whole(precision))
    if scale > MAX_SCALE:
        return TargetType(
            numeric(MAX_PRECISION, MAX_SCALE),
            (f"Redshift keeps {MAX_SCALE} of {scale} decimals: a value with more is not merged, its file fails",),
        )
    # NUMBER(3,5) holds up to 0.00999: a scale that is greater than the precision are zeros after the point.
    return TargetType(numeric(max(precision, scale), scale))


def _whole(precision: int) -> ColumnType:
    widths = ((4, _SMALLINT), (9, _INTEGER), (18, BIGINT))
    return next((type for digits, type in widths if precision <= digits), numeric(precision, 0))


def _rounded(precision: int, zeros: int) -> TargetType:
    """NUMBER(5,-2) holds 9999900: two digits more than its precision."""
    if precision + zeros <= MAX_PRECISION:
        return TargetType(numeric(precision + zeros, 0))
    return TargetType(
        numeric(MAX_PRECISION, 0),
        (f"values with more than {MAX_PRECISION} of the {precision + zeros} possible digits do not fit in Redshift",),
    )


def _float(source: OracleType) -> TargetType:
    """FLOAT(p) is decimal in Oracle and has p binary digits, 126 where nothing else is said."""
    digits = {"REAL": 63}.get(source.name.upper(), source.precision or 126)
    if digits <= _BINARY_DIGITS_OF_DOUBLE:
        return TargetType(DOUBLE)
    return TargetType(
        DOUBLE, (f"{in_oracle(source)} has up to 38 digits in Oracle, of which Redshift's DOUBLE PRECISION keeps 15",)
    )


# Text


def _text(source: OracleType) -> TargetType:
    return _of_length(source, 1, characters=source.char_semantics)


def _national_text(source: OracleType) -> TargetType:
    return _of_length(source, 1, characters=True)


def _of_length(source: OracleType, default: int, *, characters: bool) -> TargetType:
    """Redshift counts bytes of UTF-8. CHAR becomes VARCHAR too: Redshift's CHAR takes single-byte characters only, and
    nothing that Oracle says of a column promises them."""
    if source.length is None and "VAR" in source.name.upper():
        return TargetType(
            varchar(MAX_VARCHAR_BYTES), (f"the length of the {source.name} is not known: the longest was taken",)
        )
    length = source.length or default
    wanted = length * _BYTES_A_CHARACTER if characters else length
    if wanted <= MAX_VARCHAR_BYTES:
        return TargetType(varchar(max(wanted, 1)))
    return TargetType(
        varchar(MAX_VARCHAR_BYTES),
        (f"{length:,} characters can have {wanted:,} bytes in UTF-8, of which Redshift takes {MAX_VARCHAR_BYTES:,}",),
    )


def _long_text(source: OracleType) -> TargetType:
    most = (
        f"no VARCHAR holds more than {MAX_VARCHAR_BYTES:,} bytes, so that with a greater maxLobSize its file is not"
        " merged: shorten it in Oracle, or leave the table out"
    )
    return TargetType(varchar(MAX_VARCHAR_BYTES), (f"{_too_long_for_dms(source)}; {most}",))


def _too_long_for_dms(source: OracleType) -> str:
    """The construct sets failTasksOnLobTruncation: nothing is cut."""
    return f"{with_article(source.name)} longer than maxLobSize (64 KiB by default) stops the whole replication"


# Times


def _timestamp(source: OracleType) -> TargetType:
    return TargetType(TIMESTAMP, _lost_digits(source))


def _zoned(source: OracleType) -> TargetType:
    zone = () if "LOCAL" in source.name.upper() else ("the instant is kept, in UTC; the name of its time zone is not",)
    return TargetType(TIMESTAMPTZ, (*zone, *_lost_digits(source)))


def _lost_digits(source: OracleType) -> tuple[str, ...]:
    digits = source.precision
    if digits is None or digits <= _SECOND_DIGITS:
        return ()
    return (f"Redshift keeps {_SECOND_DIGITS} digits of a second: the others of {digits} are lost",)


def _interval(source: OracleType) -> TargetType:
    return TargetType(varchar(64), (f"{source.name} arrives as text, as Oracle writes it",))


# Bytes


def _raw(source: OracleType) -> TargetType:
    return TargetType(ColumnType("varbyte", length=source.length or MAX_VARBYTE_BYTES))


def _long_bytes(source: OracleType) -> TargetType:
    most = (
        f"raise it if there are any; a file with one of more than {MAX_VARBYTE_BYTES:,} bytes is not merged, unless a"
        " schemaFile makes it longer"
    )
    return TargetType(ColumnType("varbyte", length=MAX_VARBYTE_BYTES), (f"{_too_long_for_dms(source)}; {most}",))


def _always(type: ColumnType) -> Callable[[OracleType], TargetType]:
    return lambda source: TargetType(type)


_OWNERS_OF_BUILT_IN = frozenset(("SYS", "PUBLIC", "XDB", "MDSYS"))

_ALIASES = {
    **dict.fromkeys(("NUMERIC", "DECIMAL", "DEC"), "DECIMAL"),
    **dict.fromkeys(("INTEGER", "INT", "SMALLINT"), "INTEGER"),
    **dict.fromkeys(("DOUBLE PRECISION", "REAL"), "FLOAT"),
    **dict.fromkeys(("VARCHAR", "CHARACTER VARYING", "CHAR VARYING"), "VARCHAR2"),
    "CHARACTER": "CHAR",
    **dict.fromkeys(("NATIONAL CHARACTER VARYING", "NATIONAL CHAR VARYING", "NCHAR VARYING"), "NVARCHAR2"),
    **dict.fromkeys(("NATIONAL CHARACTER", "NATIONAL CHAR"), "NCHAR"),
    "LONG VARCHAR": "LONG",
    "CHARACTER LARGE OBJECT": "CLOB",
    "CHAR LARGE OBJECT": "CLOB",
    "NATIONAL CHARACTER LARGE OBJECT": "NCLOB",
    "NCHAR LARGE OBJECT": "NCLOB",
    "BINARY LARGE OBJECT": "BLOB",
    "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP",
    "BOOL": "BOOLEAN",
    "SYS.XMLTYPE": "XMLTYPE",
    "MDSYS.SDO_GEOMETRY": "SDO_GEOMETRY",
}


def _decimal(source: OracleType) -> TargetType:
    """DECIMAL is NUMBER(38,0), unlike a bare NUMBER."""
    if source.precision is None:
        return _any_precision(source.scale or 0)
    return _number(source)


_RULES: dict[str, Callable[[OracleType], TargetType]] = {
    "NUMBER": _number,
    "DECIMAL": _decimal,
    "INTEGER": lambda source: _any_precision(0),
    "FLOAT": _float,
    "BINARY_FLOAT": _always(_REAL),
    "BINARY_DOUBLE": _always(DOUBLE),
    "BOOLEAN": _always(BOOLEAN),
    "VARCHAR2": _text,
    "CHAR": _text,
    "NVARCHAR2": _national_text,
    "NCHAR": _national_text,
    "CLOB": _long_text,
    "NCLOB": _long_text,
    "LONG": _long_text,
    "XMLTYPE": _long_text,
    "DATE": _always(TIMESTAMP),
    "TIMESTAMP": _timestamp,
    "TIMESTAMP WITH TIME ZONE": _zoned,
    "TIMESTAMP WITH LOCAL TIME ZONE": _zoned,
    "INTERVAL YEAR TO MONTH": _interval,
    "INTERVAL DAY TO SECOND": _interval,
    "RAW": _raw,
    "BLOB": _long_bytes,
    "LONG RAW": _long_bytes,
    "JSON": lambda source: TargetType(_SUPER),
}

_ROWID = (
    "a ROWID says where Oracle stores a row, which nothing outside can use, and DMS does not bring it",
    Effort.SIMPLE,
)
_ANY = ("a value of any type has no column in Redshift: convert it in a view in Oracle", Effort.COMPLEX)
_WITHOUT_TARGET: dict[str, tuple[str, Effort]] = {
    "ROWID": _ROWID,
    "UROWID": _ROWID,
    "BFILE": (
        "a BFILE names a file beside the database: copy the files to S3, and their names to a column",
        Effort.MEDIUM,
    ),
    "SDO_GEOMETRY": (
        "DMS does not bring SDO_GEOMETRY to S3: export it as text (SDO_UTIL.TO_WKTGEOMETRY), which Redshift's"
        " ST_GeomFromText reads",
        Effort.COMPLEX,
    ),
    "VECTOR": ("Redshift has no type for vectors, and DMS does not bring them", Effort.COMPLEX),
    "ANYDATA": _ANY,
    "ANYTYPE": _ANY,
    "ANYDATASET": _ANY,
}
