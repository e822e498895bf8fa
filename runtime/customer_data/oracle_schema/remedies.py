"""What a person runs where neither Redshift nor the merge changes what a table has."""

from __future__ import annotations

import json
import shlex

from customer_data.columns.types import ColumnType
from customer_data.oracle_schema.names import SUFFIXES_OF_TABLES
from customer_data.oracle_schema.redshift_sql import qualified
from customer_data.oracle_schema.targets import TargetColumn, TargetTable
from customer_data.warehouse.casts import cast_expression
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.table_name import TableName

MAKE_ANEW = "run create_redshift_schema.sql, or the schema job again, which makes it anew"
_MOST_CHARACTERS = 31  # of a name that gets an ending: 127 bytes are allowed, of at most four each


def other_column(table: TargetTable, column: TargetColumn, stored: ColumnType) -> str:
    """A new column takes the values of the stored one, and its name. It may be NULL: Redshift adds a column that may
    not only with a DEFAULT. (Redshift's manual, "ALTER TABLE".)"""
    name, old, new = qualified(table.name), identifier(column.name), identifier(_with_ending(column.name, "__new"))
    return (
        f"ALTER TABLE {name} ADD COLUMN {new} {column.type.sql}; UPDATE {name} SET {new} ="
        f" {cast_expression(old, stored, column.type)}; ALTER TABLE {name} DROP COLUMN {old}; ALTER TABLE {name} RENAME"
        f" COLUMN {new} TO {old};"
    )


def other_table(table: TargetTable) -> str:
    """The tombstones go too: they have the types of the key."""
    before = identifier(_with_ending(table.name.name, "__before"))
    tombstones = TableName(table.name.schema, table.name.name + SUFFIXES_OF_TABLES[1])
    return (
        f"run ALTER TABLE {qualified(table.name)} RENAME TO {before}; DROP TABLE IF EXISTS {qualified(tombstones)};"
        f" then {MAKE_ANEW}; then {reload(table)}. Views and rights stay with {before}"
    )


def reload(table: TargetTable) -> str:
    """AWS CLI reference, "dms reload-replication-tables", "dms reload-tables"."""
    owner, _, name = table.source.partition(".")
    tables = shlex.quote(json.dumps([{"SchemaName": owner, "TableName": name}], ensure_ascii=False))
    return (
        "load the table again: aws dms reload-replication-tables --replication-config-arn <replication>"
        f" --tables-to-reload {tables} (on an instance: reload-tables --replication-task-arn)"
    )


def _with_ending(name: str, ending: str) -> str:
    return f"{name[:_MOST_CHARACTERS] if len(name.encode()) > 100 else name}{ending}"
