"""Objects that hold no rows: their kinds and names, as Oracle's catalog has them."""

from __future__ import annotations

from customer_data.oracle_schema.ddl.columns import read_column
from customer_data.oracle_schema.ddl.cursor import Cursor, NotRead
from customer_data.oracle_schema.model import OracleColumn, OtherObject

#: Kinds by the words after CREATE, the longest first.
_KINDS = sorted(
    (
        *("ANALYTIC VIEW", "ATTRIBUTE DIMENSION", "CLUSTER", "CONTEXT", "DATABASE LINK", "DIMENSION", "DIRECTORY"),
        *("DOMAIN", "EDITION", "FUNCTION", "HIERARCHY", "INDEX", "INDEXTYPE", "JAVA CLASS", "JAVA RESOURCE"),
        *("JAVA SOURCE", "JSON RELATIONAL DUALITY VIEW", "LIBRARY", "MATERIALIZED VIEW LOG", "MATERIALIZED ZONEMAP"),
        *("MINING MODEL", "OPERATOR", "OUTLINE", "PACKAGE", "PACKAGE BODY", "PROCEDURE", "PROPERTY GRAPH"),
        *("SEQUENCE", "SYNONYM", "TRIGGER", "TYPE", "TYPE BODY"),
    ),
    key=lambda kind: -len(kind),
)
_BEFORE_KIND = (
    *("PUBLIC", "UNIQUE", "BITMAP", "MULTIVALUE", "SHARED", "AND", "RESOLVE", "COMPILE", "FORCE", "NOFORCE"),
    *("EDITIONABLE", "NONEDITIONABLE", "GLOBAL", "USECASE", "VECTOR"),
)
_METHODS = (
    *("MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "ORDER", "OVERRIDING", "FINAL", "NOT", "INSTANTIABLE", "PRAGMA"),
)


def read_other(cursor: Cursor, owner: str) -> OtherObject | None:
    """From behind CREATE; None for what is no kind of object."""
    is_public = False
    while word := cursor.take_one(*_BEFORE_KIND):
        is_public = is_public or word == "PUBLIC"
    kind = next((kind for kind in _KINDS if cursor.take(*kind.split())), None)
    if kind is None:
        return None
    if kind.startswith("JAVA"):
        return OtherObject(kind, owner, _java_name(cursor))
    if kind == "MATERIALIZED VIEW LOG":
        cursor.expect("ON")
        of_table, table = cursor.qualified(owner)
        return OtherObject(kind, of_table, f"MLOG$_{table[:20]}", table)
    cursor.take("IF", "NOT", "EXISTS")
    if kind == "DATABASE LINK":
        return OtherObject(kind, "PUBLIC" if is_public else owner, ".".join(cursor.names()))
    if kind == "INDEX":
        return _index(cursor, owner)
    name = cursor.qualified("PUBLIC" if is_public else owner)
    return OtherObject(kind, *name, on=_table_of_trigger(cursor) if kind == "TRIGGER" else None)


def _index(cursor: Cursor, owner: str) -> OtherObject:
    """An index without an owner is taken for its table's."""
    names = cursor.names()
    cursor.expect("ON")
    is_of_cluster = cursor.take("CLUSTER")
    of_table, table = cursor.qualified(owner)
    of_index = names[-2] if len(names) > 1 else of_table
    return OtherObject("INDEX", of_index, names[-1], None if is_of_cluster else table)


def _table_of_trigger(cursor: Cursor) -> str | None:
    """None for one of a schema or the database."""
    while not cursor.is_ended and not cursor.take("ON"):
        if cursor.word() in ("DECLARE", "BEGIN", "CALL"):
            return None
        cursor.skip_one()
    if cursor.take("NESTED", "TABLE"):
        cursor.names()
        cursor.take("OF")
    if cursor.is_ended or cursor.word() in ("SCHEMA", "DATABASE", "PLUGGABLE"):
        return None
    names = cursor.names()
    return None if names[-1] == "SCHEMA" else names[-1]  # ON owner.SCHEMA


def _java_name(cursor: Cursor) -> str:
    return ".".join(cursor.names()) if cursor.take("NAMED") else "?"


def read_attributes(cursor: Cursor, owner: str) -> tuple[OracleColumn, ...] | None:
    """The attributes of an object type, from behind its name; None where it has others beside these, or is no object
    type."""
    while cursor.take_one("FORCE", "OID") or cursor.peek().kind == "string":
        if cursor.peek().kind == "string":
            cursor.next()
    if not ((cursor.take("AS") or cursor.take("IS")) and cursor.take("OBJECT") and cursor.is_group()):
        return None
    try:
        return tuple(read_column(item, owner).new() for item in cursor.group().items() if item.word() not in _METHODS)
    except NotRead:
        return None
