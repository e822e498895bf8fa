"""Staged text as values of a type, in SQL."""

from __future__ import annotations

from customer_data.columns.types import ColumnType
from customer_data.warehouse.quoting import literal

_TRUE_LETTERS = "tTyY1"  # the first of each of `TRUE_WORDS`, which no word for false has


def cast_expression(quoted_column: str, type: ColumnType) -> str:
    """SQL that turns staged text into the type, short as a wide table has many in one statement. `quoted_column` is
    a quoted, if need be qualified, column.

    Text stays as it is: an explicit cast to VARCHAR(n) would cut silently, where an INSERT refuses. BOOLEAN has an
    expression because Redshift has no cast from VARCHAR to it: what was checked to be one of its words is told by the
    first letter.
    """
    if type.name in ("varchar", "char"):
        return quoted_column
    if type.name == "boolean":
        return f"(STRPOS({literal(_TRUE_LETTERS)}, LEFT({quoted_column}, 1)) > 0)"
    if type.format is not None:
        # No time without minutes: see date_formats. TO_TIMESTAMP gives a TIMESTAMPTZ in the session's zone; the cast
        # back takes the same zone off again.
        function = "TO_TIMESTAMP" if "MI" in type.format.upper() else "TO_DATE"
        parsed = f"{function}({quoted_column}, {literal(type.format)})"
        return parsed if type.name == "date" else f"{parsed}::{type.sql}"
    return f"{quoted_column}::{type.sql}"
