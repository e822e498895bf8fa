"""A converted schema: what Redshift is to have."""

from __future__ import annotations

from dataclasses import dataclass

from customer_data.columns.types import ColumnType
from customer_data.oracle_schema.assessed import Assessed
from customer_data.warehouse.table_name import TableName


@dataclass(frozen=True)
class TargetColumn:
    name: str
    type: ColumnType
    not_null: bool = False
    comment: str | None = None


@dataclass(frozen=True)
class ForeignKey:
    """`columns` and `referenced` in pairs."""

    columns: tuple[str, ...]
    table: TableName
    referenced: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """Columns of a DISTKEY or SORTKEY, and why."""

    columns: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class TargetTable:
    """`source` is Oracle's name, with its schema; `notes` are for people who read the SQL."""

    name: TableName
    source: str
    columns: tuple[TargetColumn, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    distkey: Proposal | None = None
    sortkey: Proposal | None = None
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> TargetColumn | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class TargetView:
    """`columns` are its names, `query` is Redshift's SQL."""

    name: TableName
    source: str
    columns: tuple[str, ...]
    query: str
    comment: str | None = None


@dataclass(frozen=True)
class Conversion:
    """Each of the `tables` refers to earlier ones only; `assessed` has every object of the source."""

    tables: tuple[TargetTable, ...]
    views: tuple[TargetView, ...]
    assessed: tuple[Assessed, ...]
