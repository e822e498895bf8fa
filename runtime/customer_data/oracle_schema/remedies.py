"""What a person runs where neither Redshift nor the merge changes what a table has."""

from __future__ import annotations

import json
import shlex

from customer_data.columns.names import with_ending
from customer_data.columns.types import ColumnType
from customer_data.oracle_schema.names import TOMBSTONES_SUFFIX
from customer_data.oracle_schema.targets import TargetColumn, TargetTable
from customer_data.warehouse import sql
from customer_data.warehouse.plan import Growth
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.table_name import TableName

MAKE_ANEW = "run create_redshift_schema.sql, or the schema job again, which makes it anew"


def other_column(table: TargetTable, column: TargetColumn, stored: ColumnType) -> str:
    """A new column takes the values of the stored one, and its name. It may be NULL: Redshift adds a column that may
    not only with a DEFAULT. (Redshift's manual, "ALTER TABLE".)"""
    return "; ".join(sql.growth_by_hand(table.name, Growth(column.name, stored, column.type))) + ";"


def make_way(table: TableName) -> tuple[str, str]:
    """The statements after which the table can be made anew, and what its rows are then in. The tombstones go too: they
    have the types of the key."""
    before = identifier(with_ending(table.name, "__before"))
    tombstones = TableName(table.schema, table.name + TOMBSTONES_SUFFIX)
    rename = f"ALTER TABLE {sql.table(table)} RENAME TO {before}"
    return f"{rename}; DROP TABLE IF EXISTS {sql.table(tombstones)};", before


def other_table(table: TargetTable) -> str:
    statements, before = make_way(table.name)
    return f"run {statements} then {MAKE_ANEW}; then {reload(table)}. Views and rights stay with {before}"


def reload(table: TargetTable) -> str:
    """AWS CLI reference, "dms reload-replication-tables", "dms reload-tables"."""
    owner, _, name = table.source.partition(".")
    tables = shlex.quote(json.dumps([{"SchemaName": owner, "TableName": name}], ensure_ascii=False))
    return (
        "load the table again: aws dms reload-replication-tables --replication-config-arn <replication>"
        f" --tables-to-reload {tables} (on an instance: reload-tables --replication-task-arn)"
    )
