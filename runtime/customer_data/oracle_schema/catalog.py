"""Oracle's catalog: rows of its ALL_* views as a schema, whether they come from a database or from CSV exports.

Oracle Database Reference, "Static Data Dictionary Views".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from customer_data.errors import SettingsError
from customer_data.oracle_schema.model import (
    Logged,
    OracleColumn,
    OracleConstraint,
    OracleSchema,
    OracleTable,
    OracleType,
    OracleView,
    OtherObject,
    Unread,
)
from customer_data.oracle_schema.supplemental_logging import logged

Row = Mapping[str, str | None]
"""Values by the names of their columns in upper case, as text; what is empty is None."""

Catalog = Mapping[str, Sequence[Row]]
"""Rows by the name of their view."""


@dataclass(frozen=True)
class CatalogView:
    """A view of the catalog and the columns that are read of it. LONG columns stand last, and where the view lacks one
    of `may_lack` (an older Oracle has fewer) it is left out. `owner` is the column with the owner, if it has one."""

    name: str
    columns: tuple[str, ...]
    may_lack: tuple[str, ...] = ()
    owner: str | None = "OWNER"


#: What is logged of the whole database (DMS needs the right to read it, too), and of a pluggable one.
_LOGGING_VIEWS = (
    CatalogView("V$DATABASE", ("SUPPLEMENTAL_LOG_DATA_ALL", "SUPPLEMENTAL_LOG_DATA_PK"), owner=None),
    CatalogView("DBA_SUPPLEMENTAL_LOGGING", ("ALL_COLUMN", "PRIMARY_KEY"), owner=None),
)
#: The columns of tables and views: the first of these that is there. ALL_TAB_COLUMNS lacks hidden ones.
COLUMN_VIEWS = (
    CatalogView(
        "ALL_TAB_COLS",
        (
            *("OWNER", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "DATA_TYPE_OWNER", "DATA_LENGTH", "DATA_PRECISION"),
            *("DATA_SCALE", "NULLABLE", "COLUMN_ID", "CHAR_LENGTH", "CHAR_USED"),
        ),
        ("HIDDEN_COLUMN", "VIRTUAL_COLUMN", "IDENTITY_COLUMN", "USER_GENERATED", "DATA_DEFAULT"),
    ),
    CatalogView(
        "ALL_TAB_COLUMNS",
        (
            *("OWNER", "TABLE_NAME", "COLUMN_NAME", "DATA_TYPE", "DATA_TYPE_OWNER", "DATA_LENGTH", "DATA_PRECISION"),
            *("DATA_SCALE", "NULLABLE", "COLUMN_ID", "CHAR_LENGTH", "CHAR_USED"),
        ),
        ("IDENTITY_COLUMN", "DATA_DEFAULT"),
    ),
)
REQUIRED_VIEWS = (
    CatalogView(
        "ALL_CONSTRAINTS",
        ("OWNER", "CONSTRAINT_NAME", "CONSTRAINT_TYPE", "TABLE_NAME", "R_OWNER", "R_CONSTRAINT_NAME", "STATUS"),
        ("VALIDATED", "GENERATED", "SEARCH_CONDITION"),
    ),
    CatalogView("ALL_CONS_COLUMNS", ("OWNER", "CONSTRAINT_NAME", "TABLE_NAME", "COLUMN_NAME", "POSITION")),
)
OPTIONAL_VIEWS = (
    CatalogView(
        "ALL_TABLES", ("OWNER", "TABLE_NAME"), ("NUM_ROWS", "TEMPORARY", "NESTED", "IOT_TYPE", "IOT_NAME", "EXTERNAL")
    ),
    CatalogView("ALL_OBJECT_TABLES", ("OWNER", "TABLE_NAME"), ("TEMPORARY", "NESTED", "NUM_ROWS")),
    CatalogView("ALL_EXTERNAL_TABLES", ("OWNER", "TABLE_NAME")),
    CatalogView("ALL_TAB_COMMENTS", ("OWNER", "TABLE_NAME", "TABLE_TYPE", "COMMENTS")),
    CatalogView("ALL_COL_COMMENTS", ("OWNER", "TABLE_NAME", "COLUMN_NAME", "COMMENTS")),
    CatalogView("ALL_PART_TABLES", ("OWNER", "TABLE_NAME", "PARTITIONING_TYPE")),
    CatalogView("ALL_PART_KEY_COLUMNS", ("OWNER", "NAME", "OBJECT_TYPE", "COLUMN_NAME", "COLUMN_POSITION")),
    CatalogView("ALL_VIEWS", ("OWNER", "VIEW_NAME"), ("TEXT",)),
    CatalogView("ALL_MVIEWS", ("OWNER", "MVIEW_NAME"), ("BUILD_MODE", "QUERY")),
    CatalogView("ALL_TAB_IDENTITY_COLS", ("OWNER", "TABLE_NAME", "COLUMN_NAME")),
    CatalogView("ALL_TRIGGERS", ("OWNER", "TRIGGER_NAME", "TABLE_OWNER", "TABLE_NAME")),
    CatalogView("ALL_SEQUENCES", ("SEQUENCE_OWNER", "SEQUENCE_NAME"), owner="SEQUENCE_OWNER"),
    CatalogView("ALL_OBJECTS", ("OWNER", "OBJECT_NAME", "OBJECT_TYPE")),
    CatalogView("ALL_LOG_GROUPS", ("OWNER", "TABLE_NAME", "LOG_GROUP_TYPE")),
    *_LOGGING_VIEWS,
)
VIEWS = (*COLUMN_VIEWS, *REQUIRED_VIEWS, *OPTIONAL_VIEWS)

_Key = tuple[str, str]
_TYPE_SIZES = re.compile(r"\s*\(\s*(\d+)\s*\)")
_RECYCLE_BIN = "BIN$"
_OF_TABLES = ("TABLE", "VIEW", "MATERIALIZED VIEW", "LOB", "CONSTRAINT", "EDITION", "TRIGGER", "SEQUENCE")
_NUMBERS = ("NUMBER", "FLOAT", "DECIMAL", "INTEGER")
_MOST = 10**30  # more rows than any table has


def read_schema(catalog: Catalog) -> OracleSchema:
    """Raises SettingsError that names the views which are missing."""
    _require(catalog)
    return _Reader(catalog).read()


def _require(catalog: Catalog) -> None:
    missing = [view.name for view in REQUIRED_VIEWS if view.name not in catalog]
    if not any(view.name in catalog for view in COLUMN_VIEWS):
        missing.insert(0, " or ".join(view.name for view in COLUMN_VIEWS))
    if missing:
        raise SettingsError(
            f"the catalog lacks {', '.join(missing)}, without which columns and keys are not known; add"
            f" {'it' if len(missing) == 1 else 'them'}. Beside these are read, where they are there:"
            f" {', '.join(view.name for view in OPTIONAL_VIEWS)}. A CSV file has the name of its view, such as"
            " all_tab_cols.csv; --print-export-script prints a script for SQL*Plus that writes them"
        )


class _Reader:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._columns = next(catalog[view.name] for view in COLUMN_VIEWS if view.name in catalog)
        self._tables = {_key(row): row for row in self._rows("ALL_TABLES")}
        self._object_tables = {_key(row): row for row in self._rows("ALL_OBJECT_TABLES")}
        self._external = {_key(row) for row in self._rows("ALL_EXTERNAL_TABLES")}
        self._view_texts = {_key(row, "VIEW_NAME"): row for row in self._rows("ALL_VIEWS")}
        self._mviews = {_key(row, "MVIEW_NAME"): row for row in self._rows("ALL_MVIEWS")}
        self._comments = {_key(row): row for row in self._rows("ALL_TAB_COMMENTS")}
        self._column_comments = _grouped(self._rows("ALL_COL_COMMENTS"))
        self._log_groups = _grouped(self._rows("ALL_LOG_GROUPS"))
        self._identities = {(*_key(row), row.get("COLUMN_NAME")) for row in self._rows("ALL_TAB_IDENTITY_COLS")}

    def read(self) -> OracleSchema:
        by_table = _grouped(self._columns)
        views = set(self._view_texts) | {key for key, row in self._comments.items() if row.get("TABLE_TYPE") == "VIEW"}
        computed = {key for key, row in self._mviews.items() if row.get("BUILD_MODE") != "PREBUILT"}
        left_out = {key: kind for key in (*by_table, *self._tables) if (kind := self._left_out(key))}
        known = {*self._tables, *self._object_tables} if "ALL_TABLES" in self._catalog else set(by_table)
        keys = [key for key in by_table if key in known - views - computed and key not in left_out]
        constraints = self._constraints()
        partitions = self._partitions()
        tables = tuple(self._table(key, by_table[key], constraints.get(key, ()), partitions.get(key)) for key in keys)
        without_columns = [key for key in self._tables if key not in by_table and key not in left_out]
        return OracleSchema(
            tables,
            tuple(self._views(views | set(self._mviews), by_table)),
            tuple(self._others(left_out)),
            tuple(
                Unread(None, f"{owner}.{name}", "the catalog has the table, and none of its columns")
                for owner, name in without_columns
            ),
        )

    def _rows(self, view: str) -> Sequence[Row]:
        return self._catalog.get(view, ())

    def _left_out(self, key: _Key) -> str | None:
        """The kind of a table that is none of the user's."""
        if key[1].startswith(_RECYCLE_BIN):
            return "DROPPED TABLE"
        row = self._tables.get(key, {})
        if (row.get("IOT_TYPE") or "IOT") != "IOT" or key[1].startswith("SYS_IOT_OVER_"):
            return "IOT OVERFLOW"
        return "MATERIALIZED VIEW LOG" if key[1].startswith(("MLOG$_", "RUPD$_")) else None

    # Tables

    def _table(
        self, key: _Key, rows: Sequence[Row], constraints: Sequence[OracleConstraint], partition: tuple[str, ...] | None
    ) -> OracleTable:
        about = self._tables.get(key) or self._object_tables.get(key, {})
        comments = {row.get("COLUMN_NAME"): row.get("COMMENTS") for row in self._column_comments.get(key, ())}
        return OracleTable(
            *key,
            columns=tuple(self._column(row, comments) for row in sorted(rows, key=_place)),
            constraints=tuple(constraints),
            comment=self._comments.get(key, {}).get("COMMENTS"),
            partitioning=partition[0] if partition else None,
            partitioned_by=partition[1:] if partition else (),
            rows=_number(about, "NUM_ROWS"),
            kind=self._kind(key, about),
            logged=self._logged(key),
        )

    def _logged(self, key: _Key) -> Logged:
        groups = [row.get("LOG_GROUP_TYPE") for row in self._log_groups.get(key, ())]
        of_database = [row for view in _LOGGING_VIEWS for row in self._rows(view.name)]
        return logged(groups if "ALL_LOG_GROUPS" in self._catalog else None, of_database)

    def _kind(self, key: _Key, about: Row) -> Literal["table", "temporary", "external", "nested", "object"]:
        if about.get("TEMPORARY") == "Y":
            return "temporary"
        if about.get("NESTED") == "YES":
            return "nested"
        if key in self._external or about.get("EXTERNAL") == "YES":
            return "external"
        return "object" if key in self._object_tables else "table"

    def _column(self, row: Row, comments: Mapping[str | None, str | None]) -> OracleColumn:
        name = _name(row, "COLUMN_NAME")
        is_virtual = row.get("VIRTUAL_COLUMN") == "YES"
        default = _stripped(row.get("DATA_DEFAULT"))
        identity = row.get("IDENTITY_COLUMN") == "YES" or (*_key(row), name) in self._identities
        return OracleColumn(
            name,
            type_of(row),
            nullable=row.get("NULLABLE") != "N",
            # Only a virtual column's expression stands where others have their default.
            default=None if is_virtual or identity else default,
            expression=(default or "?") if is_virtual else None,
            is_identity=identity,
            is_hidden=row.get("HIDDEN_COLUMN") == "YES",
            comment=comments.get(name),
        )

    # Constraints

    def _constraints(self) -> dict[_Key, list[OracleConstraint]]:
        columns: dict[_Key, list[Row]] = {}
        for row in self._rows("ALL_CONS_COLUMNS"):
            columns.setdefault(_key(row, "CONSTRAINT_NAME"), []).append(row)
        rows = self._rows("ALL_CONSTRAINTS")
        table_of = {_key(row, "CONSTRAINT_NAME"): _key(row) for row in rows}
        found: dict[_Key, list[OracleConstraint]] = {}
        for row in rows:
            made = _constraint(row, columns, table_of)
            if made:
                found.setdefault(_key(row), []).append(made)
        return found

    def _partitions(self) -> dict[_Key, tuple[str, ...]]:
        """The kind of partitions, and the columns, of each partitioned table."""
        kinds = {_key(row): row.get("PARTITIONING_TYPE") or "RANGE" for row in self._rows("ALL_PART_TABLES")}
        rows = [
            row for row in self._rows("ALL_PART_KEY_COLUMNS") if (row.get("OBJECT_TYPE") or "TABLE").strip() == "TABLE"
        ]
        rows.sort(key=lambda row: _number(row, "COLUMN_POSITION") or 0)
        columns: dict[_Key, list[str]] = {}
        for row in rows:
            columns.setdefault(_key(row, "NAME"), []).append(row.get("COLUMN_NAME") or "")
        # Without ALL_PART_TABLES it may be HASH, of which no order follows.
        return {key: (kinds.get(key, "HASH"), *columns.get(key, ())) for key in {*kinds, *columns}}

    # Views and the rest

    def _views(self, keys: Iterable[_Key], columns: Mapping[_Key, Sequence[Row]]) -> Iterable[OracleView]:
        for key in sorted(keys):
            if key[1].startswith(_RECYCLE_BIN):
                continue
            mview = self._mviews.get(key)
            text = mview.get("QUERY") if mview else self._view_texts.get(key, {}).get("TEXT")
            names = [row.get("COLUMN_NAME") or "" for row in sorted(columns.get(key, ()), key=_place)]
            yield OracleView(
                *key,
                text=text or "",
                columns=tuple(names),
                is_materialized=mview is not None,
                comment=self._comments.get(key, {}).get("COMMENTS"),
            )

    def _others(self, left_out: Mapping[_Key, str]) -> Iterable[OtherObject]:
        for (owner, name), kind in left_out.items():
            yield OtherObject(kind, owner, name)
        for row in self._rows("ALL_TRIGGERS"):
            owner, name = _key(row, "TRIGGER_NAME")
            if not name.startswith(_RECYCLE_BIN):
                yield OtherObject("TRIGGER", owner, name, row.get("TABLE_NAME"))
        for row in self._rows("ALL_SEQUENCES"):
            yield OtherObject("SEQUENCE", row.get("SEQUENCE_OWNER") or "", row.get("SEQUENCE_NAME") or "")
        with_view = {"TRIGGER": "ALL_TRIGGERS", "SEQUENCE": "ALL_SEQUENCES"}
        for row in self._rows("ALL_OBJECTS"):
            owner, name = _key(row, "OBJECT_NAME")
            kind = row.get("OBJECT_TYPE") or ""
            told = kind in _OF_TABLES and with_view.get(kind, "ALL_OBJECTS") in self._catalog
            if not (told or "PARTITION" in kind or name.startswith(_RECYCLE_BIN)):
                yield OtherObject(kind, owner, name)


def _constraint(
    row: Row, columns: Mapping[_Key, Sequence[Row]], table_of: Mapping[_Key, _Key]
) -> OracleConstraint | None:
    kind = row.get("CONSTRAINT_TYPE")
    if kind not in ("P", "U", "R", "C"):
        return None  # of views (V, O), and supplemental logging (S)
    own = _key(row, "CONSTRAINT_NAME")
    referenced = (row.get("R_OWNER") or "", row.get("R_CONSTRAINT_NAME") or "")
    return OracleConstraint(
        kind,  # type: ignore[arg-type]
        _in_order(columns.get(own, ())),
        name=own[1],
        condition=_stripped(row.get("SEARCH_CONDITION")),
        references=table_of.get(referenced, (referenced[0], f"(constraint {referenced[1]})")) if kind == "R" else None,
        referenced_columns=_in_order(columns.get(referenced, ())) if kind == "R" else (),
        is_enabled=row.get("STATUS") != "DISABLED" and row.get("VALIDATED") != "NOT VALIDATED",
    )


def _in_order(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.get("COLUMN_NAME") or "" for row in sorted(rows, key=lambda row: _number(row, "POSITION") or 0))


def type_of(row: Row) -> OracleType:
    """The type that a row of ALL_TAB_COLUMNS describes: `TIMESTAMP(6) WITH TIME ZONE` has its size in the name."""
    written = (row.get("DATA_TYPE") or "").strip()
    owner = row.get("DATA_TYPE_OWNER")
    if owner is not None:
        return OracleType(written, owner=owner)
    name = " ".join(_TYPE_SIZES.sub("", written).upper().split())
    sizes = [int(size) for size in _TYPE_SIZES.findall(written)]
    if name.startswith(("TIMESTAMP", "INTERVAL")):
        precision = sizes[-1] if sizes else _number(row, "DATA_SCALE")
        return OracleType(name, precision=precision)
    if name in _NUMBERS:
        return OracleType(
            name,
            precision=_number(row, "DATA_PRECISION"),
            scale=None if name == "FLOAT" else _number(row, "DATA_SCALE"),
        )
    characters = _number(row, "CHAR_LENGTH")
    if name in ("NVARCHAR2", "NCHAR"):
        # DATA_LENGTH counts the bytes of the national character set, two a character.
        length = characters or (_number(row, "DATA_LENGTH") or 0) // 2 or None
        return OracleType(name, length=length, char_semantics=True)
    if name in ("VARCHAR2", "VARCHAR", "CHAR"):
        if row.get("CHAR_USED") == "C" and characters:
            return OracleType(name, length=characters, char_semantics=True)
        return OracleType(name, length=_number(row, "DATA_LENGTH"))
    if name == "RAW":
        return OracleType(name, length=_number(row, "DATA_LENGTH"))
    return OracleType(name)


def _key(row: Row, name: str = "TABLE_NAME") -> _Key:
    return _name(row, "OWNER"), _name(row, name)


def _name(row: Row, column: str) -> str:
    """Raises SettingsError where there is none: nothing in Oracle is without a name."""
    if found := row.get(column):
        return found
    said = ", ".join(
        f"{name} {value[:40]}" for name, value in row.items() if value and name.endswith(("OWNER", "_NAME"))
    )
    raise SettingsError(f"a row of the catalog has no {column} ({said or 'nor any other name'}); export the view again")


def _grouped(rows: Iterable[Row]) -> dict[_Key, list[Row]]:
    found: dict[_Key, list[Row]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(row)
    return found


def _place(row: Row) -> tuple[bool, int]:
    """Hidden columns have no place, and stand last."""
    place = _number(row, "COLUMN_ID")
    return place is None, place or 0


def _number(row: Row, column: str) -> int | None:
    """Spark reads Oracle's NUMBER as a decimal with ten zeros, and a spreadsheet writes 22.0. Raises SettingsError."""
    value = row.get(column)
    if value is None:
        return None
    try:
        number = Decimal(value.strip())
        if abs(number) < _MOST:
            return int(number)
    except InvalidOperation:
        pass  # no number, and one that cannot be compared
    of = ".".join(filter(None, (row.get("OWNER"), row.get("TABLE_NAME"), row.get("COLUMN_NAME"))))
    raise SettingsError(
        f"the catalog's {column} of {of} is {value[:40]!r}, but a whole number is needed; export it again, as Oracle"
        " writes it"
    )


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None
