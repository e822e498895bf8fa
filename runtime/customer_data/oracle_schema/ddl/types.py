"""A column's type.

Oracle SQL Language Reference, "Data Types".
"""

from __future__ import annotations

from customer_data.oracle_schema.ddl.cursor import Cursor
from customer_data.oracle_schema.model import OracleType

#: Names of several words, the longest first.
_OF_SEVERAL_WORDS = sorted(
    (
        ("LONG", "RAW"),
        ("LONG", "VARCHAR"),
        ("DOUBLE", "PRECISION"),
        ("CHARACTER", "VARYING"),
        ("CHAR", "VARYING"),
        ("NCHAR", "VARYING"),
        ("NATIONAL", "CHARACTER"),
        ("NATIONAL", "CHAR"),
        ("NATIONAL", "CHARACTER", "VARYING"),
        ("NATIONAL", "CHAR", "VARYING"),
        ("CHARACTER", "LARGE", "OBJECT"),
        ("CHAR", "LARGE", "OBJECT"),
        ("BINARY", "LARGE", "OBJECT"),
        ("NCHAR", "LARGE", "OBJECT"),
        ("NATIONAL", "CHARACTER", "LARGE", "OBJECT"),
    ),
    key=len,
    reverse=True,
)
_NUMBERS = frozenset(("NUMBER", "NUMERIC", "DECIMAL", "DEC", "FLOAT"))
_TEXTS = frozenset(
    (
        *("CHAR", "CHARACTER", "VARCHAR", "VARCHAR2", "NCHAR", "NVARCHAR2", "CHARACTER VARYING", "CHAR VARYING"),
        *("NCHAR VARYING", "NATIONAL CHARACTER", "NATIONAL CHAR", "NATIONAL CHARACTER VARYING"),
        "NATIONAL CHAR VARYING",
    )
)
_BUILT_IN = frozenset(
    (
        *_NUMBERS,
        *_TEXTS,
        *("INTEGER", "INT", "SMALLINT", "REAL", "BINARY_FLOAT", "BINARY_DOUBLE", "BOOLEAN", "BOOL", "DATE", "RAW"),
        *("LONG", "CLOB", "NCLOB", "BLOB", "BFILE", "ROWID", "UROWID", "JSON", "XMLTYPE", "SDO_GEOMETRY", "VECTOR"),
        *("ANYDATA", "ANYTYPE", "ANYDATASET"),
    )
)


def read_type(cursor: Cursor, owner: str) -> OracleType:
    """`owner` is that of a type that somebody made, where the text names none. Raises NotRead."""
    if cursor.word() == "TIMESTAMP":
        return _timestamp(cursor)
    if cursor.word() == "INTERVAL" and cursor.word(1) in ("YEAR", "DAY"):
        return _interval(cursor)
    if cursor.take("REF"):
        return OracleType("REF", owner=cursor.qualified(owner)[0])
    for words in _OF_SEVERAL_WORDS:
        if cursor.take(*words):
            return _sized(cursor, " ".join(words))
    is_quoted = cursor.peek().kind == "quoted"
    names = cursor.names()
    if len(names) > 1:
        return OracleType(names[-1], owner=names[0])
    name = names[0]
    if cursor.is_group() or (name in _BUILT_IN and not is_quoted):
        return _sized(cursor, name)
    return OracleType(name, owner=None if name in _BUILT_IN else owner)


def _timestamp(cursor: Cursor) -> OracleType:
    cursor.expect("TIMESTAMP")
    precision = _digits(cursor)
    zones = (("WITH", "LOCAL", "TIME", "ZONE"), ("WITH", "TIME", "ZONE"), ("WITHOUT", "TIME", "ZONE"))
    zone = next((words for words in zones if cursor.take(*words)), ())
    return OracleType(" ".join(("TIMESTAMP", *(zone if "WITHOUT" not in zone else ()))), precision=precision)


def _interval(cursor: Cursor) -> OracleType:
    """Its precision is that of the catalog: the last one written."""
    cursor.expect("INTERVAL")
    first = cursor.take_one("YEAR", "DAY")
    precision = _digits(cursor)
    cursor.expect("TO")
    last = cursor.take_one("MONTH", "SECOND")
    if not last:
        raise cursor.not_read("MONTH or SECOND")
    of_last = _digits(cursor)
    return OracleType(f"INTERVAL {first} TO {last}", precision=precision if of_last is None else of_last)


def _sized(cursor: Cursor, name: str) -> OracleType:
    if not cursor.is_group():
        return OracleType(name, char_semantics=name.startswith("N") and name in _TEXTS)
    sizes = cursor.group()
    if name in _NUMBERS:
        precision = None if sizes.take_symbol("*") else _integer(sizes)
        scale = _integer(sizes) if sizes.take_symbol(",") else None
        return OracleType(name, precision=precision, scale=scale)
    if name in _TEXTS:
        length = _integer(sizes)
        return OracleType(name, length=length, char_semantics=sizes.take("CHAR") or name.startswith("N"))
    if name in ("RAW", "UROWID"):
        return OracleType(name, length=_integer(sizes))
    return OracleType(name)  # VECTOR(1024, FLOAT32), and what nobody knows


def _digits(cursor: Cursor) -> int | None:
    return _integer(cursor.group()) if cursor.is_group() else None


def _integer(cursor: Cursor) -> int:
    is_negative = cursor.take_symbol("-")
    text = cursor.peek().text
    # Nobody's size has more digits, and Python refuses to read thousands of them.
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise cursor.not_read("a size")
    cursor.next()
    return -int(text) if is_negative else int(text)
