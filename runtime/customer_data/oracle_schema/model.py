"""An Oracle schema as both of its readers, the catalog's and that of DDL text, describe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Logged = Literal["all", "key", "none", "unknown"]


@dataclass(frozen=True)
class OracleType:
    """`name` is Oracle's, in upper case, without sizes: NUMBER, VARCHAR2, TIMESTAMP WITH TIME ZONE, LONG RAW, ...

    `length` counts characters where the type has `char_semantics`, else bytes. `scale` may be negative, and greater
    than the precision; None is what the text or the catalog does not say: a NUMBER without both holds any number, one
    with a scale alone is NUMBER(*,s). The `precision` of a TIMESTAMP is its digits of a second, of a FLOAT binary
    digits. `owner` is that of a type that somebody made.
    """

    name: str
    length: int | None = None
    char_semantics: bool = False
    precision: int | None = None
    scale: int | None = None
    owner: str | None = None


@dataclass(frozen=True)
class OracleColumn:
    """`expression` is that of a virtual column, `default` the text of a default value."""

    name: str
    type: OracleType
    nullable: bool = True
    default: str | None = None
    expression: str | None = None
    is_identity: bool = False
    is_hidden: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class OracleConstraint:
    """`kind` as in ALL_CONSTRAINTS: P primary key, U unique, R foreign key, C check. Foreign keys have `references`."""

    kind: Literal["P", "U", "R", "C"]
    columns: tuple[str, ...]
    name: str | None = None
    condition: str | None = None
    references: tuple[str, str] | None = None
    referenced_columns: tuple[str, ...] = ()
    is_enabled: bool = True


@dataclass(frozen=True)
class OracleTable:
    """`partitioned_by` are the columns of the partition key, `partitioning` is RANGE, LIST, HASH, ... `rows` is what
    the optimizer's statistics say. `kind` is what makes it another table than most. `logged` are the columns of an
    updated row that the redo log has, beside those that were changed."""

    owner: str
    name: str
    columns: tuple[OracleColumn, ...]
    constraints: tuple[OracleConstraint, ...] = ()
    comment: str | None = None
    partitioning: str | None = None
    partitioned_by: tuple[str, ...] = ()
    rows: int | None = None
    kind: Literal["table", "temporary", "external", "nested", "object"] = "table"
    logged: Logged = "unknown"


@dataclass(frozen=True)
class OracleView:
    """`text` is its query. `columns` are those that its definition names, if it does."""

    owner: str
    name: str
    text: str
    columns: tuple[str, ...] = ()
    is_materialized: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class OtherObject:
    """What no table or view is: SEQUENCE, TRIGGER, PACKAGE, INDEX, SYNONYM, TYPE, ...; `on` is the table it serves."""

    kind: str
    owner: str
    name: str
    on: str | None = None


@dataclass(frozen=True)
class Unread:
    """A statement that nobody could read: the line on which it starts (None in a catalog), its beginning, and why."""

    line: int | None
    text: str
    reason: str


@dataclass(frozen=True)
class OracleSchema:
    tables: tuple[OracleTable, ...] = ()
    views: tuple[OracleView, ...] = ()
    others: tuple[OtherObject, ...] = ()
    unread: tuple[Unread, ...] = ()
