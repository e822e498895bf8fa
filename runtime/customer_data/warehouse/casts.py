"""Staged values as values of a column of the table, in SQL."""

from __future__ import annotations

from customer_data.columns.types import ColumnType


def cast_expression(quoted_column: str, staged: ColumnType, target: ColumnType) -> str:
    """SQL that turns a staged value into the type of the table's column, short as a wide table has many in one
    statement. `quoted_column` is a quoted, if need be qualified, column.

    Text stays as it is: an explicit cast to VARCHAR(n) would cut silently, where an INSERT refuses. A TIMESTAMPTZ is
    staged as its time in UTC. What is staged as text for another type is a column without a single value; a BOOLEAN's
    has an expression because Redshift has no cast from VARCHAR to it.
    """
    if staged == target or target.name in ("varchar", "char"):
        return quoted_column
    if staged.name == "varchar":
        return f"NULL::{target.sql}" if target.name == "boolean" else f"{quoted_column}::{target.sql}"
    if target.name == "timestamptz":
        return f"({quoted_column} AT TIME ZONE 'UTC')"
    return f"{quoted_column}::{target.sql}"
