"""Columns whose type the user named: it is a promise, to whoever reads the table, that no file changes."""

from __future__ import annotations

from dataclasses import replace

from customer_data.columns.types import ColumnType, TableSchema, is_at_least
from customer_data.errors import SettingsError, some_of
from customer_data.loading.settings import LoaderSettings


def with_named_types(table: TableSchema | None, settings: LoaderSettings) -> TableSchema | None:
    """The table, its columns with a named type neither widenable nor growable. Raises SettingsError where one is of
    another type than the named one or a wider one of its kind."""
    if table is None:
        return None
    named = settings.named_types
    wrong = [
        f"{column.name} is {column.type.sql} there and {named[column.name].sql} in columnTypes"
        for column in table.columns
        if column.name in named and not is_at_least(column.type, named[column.name])
    ]
    if wrong:
        raise SettingsError(
            f"the table {settings.table} has columns of other types than columnTypes names: {some_of(wrong)}; allowed"
            " is the named type or a wider one of its kind: write the table's type in columnTypes, leave the column out"
            " of it, or change the table (make a VARCHAR longer by ALTER TABLE ... ALTER COLUMN ... TYPE; for another"
            " type add a column, fill it from this one, drop this one and rename the new one)"
        )
    return TableSchema(
        tuple(
            replace(column, widenable=False, growable=False) if column.name in named else column
            for column in table.columns
        )
    )


def types_in_table(table: TableSchema | None, settings: LoaderSettings) -> dict[str, ColumnType]:
    """The types of the columns with a named type: the table's where it has the column."""
    stored = {column.name: column.type for column in (table.columns if table else ())}
    return {column: stored.get(column, type) for column, type in settings.named_types.items()}
