"""All tables of a schema, as the warehouse's catalog describes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from customer_data.columns.types import ColumnType, from_catalog
from customer_data.warehouse.data_api import DataApi, Value
from customer_data.warehouse.quoting import literal


@dataclass(frozen=True)
class StoredTable:
    """`columns` are types by name, in the table's order. Redshift does not change the type of the columns `fixed`:
    they have a default or a constraint. `key` is the PRIMARY KEY, in no order."""

    columns: dict[str, ColumnType]
    fixed: frozenset[str] = frozenset()
    key: frozenset[str] = frozenset()
    not_null: frozenset[str] = frozenset()


def schema_exists(warehouse: DataApi, name: str) -> bool:
    return bool(warehouse.query(f"SELECT nspname FROM pg_namespace WHERE LOWER(nspname) = {literal(name.lower())}"))


def stored_tables(warehouse: DataApi, schema: str) -> dict[str, StoredTable]:
    """Tables and views of the schema by name."""
    columns: dict[str, dict[str, ColumnType]] = {}
    fixed: dict[str, set[str]] = {}
    keys: dict[str, set[str]] = {}
    not_null: dict[str, set[str]] = {}
    for table, column, data_type, length, precision, scale, default, nullable in warehouse.query(_columns(schema)):
        type = from_catalog(str(data_type), _number(length), _number(precision), _number(scale))
        columns.setdefault(str(table), {})[str(column)] = type
        if default is not None:
            fixed.setdefault(str(table), set()).add(str(column))
        if nullable == "NO":
            not_null.setdefault(str(table), set()).add(str(column))
    for table, column, kind in warehouse.query(_constraints(schema)):
        fixed.setdefault(str(table), set()).add(str(column))
        if kind == "p":
            keys.setdefault(str(table), set()).add(str(column))
    return {
        table: StoredTable(
            types,
            frozenset(fixed.get(table, ())),
            frozenset(keys.get(table, ())),
            frozenset(not_null.get(table, ())),
        )
        for table, types in columns.items()
    }


def stored_in(warehouse: DataApi, schemas: Collection[str]) -> dict[tuple[str, str], StoredTable]:
    return {(schema, name): table for schema in schemas for name, table in stored_tables(warehouse, schema).items()}


def _columns(schema: str) -> str:
    return (
        "SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,"
        f" column_default, is_nullable FROM svv_columns WHERE LOWER(table_schema) = {literal(schema.lower())}"
        " ORDER BY table_name, ordinal_position"
    )


def _constraints(schema: str) -> str:
    return (
        "SELECT t.relname, a.attname, CAST(c.contype AS VARCHAR(1)) FROM pg_constraint AS c"
        " JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_namespace AS s ON s.oid = t.relnamespace"
        " JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)"
        f" WHERE LOWER(s.nspname) = {literal(schema.lower())}"
    )


def _number(value: Value) -> int | None:
    return None if value is None else int(value)
