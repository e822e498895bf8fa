"""What has to change in the warehouse for a converted schema: only what loses nothing.

New tables, new columns and longer VARCHARs become statements. Everything else is reported: Redshift has no statement
for it, or somebody would miss what it takes away. (Redshift's manual, "ALTER TABLE".)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from customer_data.columns.growth import may_grow
from customer_data.columns.names import RESCUE_SUFFIX
from customer_data.columns.types import MAX_VARCHAR_BYTES, ColumnType, holds, is_number, varchar
from customer_data.oracle_schema.names import OPERATION_COLUMN, SEQUENCE_COLUMN
from customer_data.oracle_schema.redshift_sql import (
    comment_on_column,
    comments,
    create_schema,
    create_table,
    of_view,
    qualified,
    remark,
    schemas,
)
from customer_data.oracle_schema.remedies import MAKE_ANEW, other_column, other_table, reload
from customer_data.oracle_schema.targets import Conversion, TargetColumn, TargetTable, TargetView
from customer_data.warehouse import sql
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.schema_tables import StoredTable

Stored = Mapping[tuple[str, str], StoredTable]
"""What there is, by schema and name."""


@dataclass
class Differences:
    """`statements` run one by one, each in a transaction of its own: Redshift widens a column in no other. `reported`
    is for people: what is not changed, and why."""

    statements: list[str] = field(default_factory=list)
    reported: list[str] = field(default_factory=list)

    def script(self) -> str:
        statements = "".join(f"{statement};\n" for statement in self.statements)
        nothing = "" if self.statements else remark("Nothing is to be changed.")
        return "".join(map(remark, self.reported)) + nothing + statements


def as_stored(conversion: Conversion) -> dict[tuple[str, str], StoredTable]:
    """What the warehouse has once the conversion's statements were run."""
    tables = {
        (table.name.schema, table.name.name): StoredTable(
            {column.name: column.type for column in table.columns},
            frozenset((*table.primary_key, *(name for foreign in table.foreign_keys for name in foreign.columns))),
            frozenset(table.primary_key),
            frozenset(column.name for column in table.columns if column.not_null),
        )
        for table in conversion.tables
    }
    # Of a view's columns only the names matter.
    views = {
        (view.name.schema, view.name.name): StoredTable(dict.fromkeys(view.columns, varchar(MAX_VARCHAR_BYTES)))
        for view in conversion.views
    }
    return tables | views


def differences(
    conversion: Conversion,
    stored: Stored,
    previous: Conversion | None = None,
    *,
    existing_schemas: frozenset[str] = frozenset(),
) -> Differences:
    """From what is `stored`, and from the `previous` conversion, which knows what the source no longer has."""
    found = Differences()
    there = {schema for schema, _ in stored} | existing_schemas
    found.statements += [create_schema(name) for name in schemas(conversion) if name not in there]
    for table in conversion.tables:
        old = stored.get((table.name.schema, table.name.name))
        if old is None:
            found.statements += [create_table(table), *comments(table)]
        else:
            _of_table(table, old, _viewed(table, conversion, stored), found)
    for view in conversion.views:
        old_view = stored.get((view.name.schema, view.name.name))
        if old_view is None:
            found.statements += of_view(view)
        else:
            _of_view(view, tuple(old_view.columns), previous, found)
    _dropped(conversion, previous, stored, found)
    return found


def _viewed(table: TargetTable, conversion: Conversion, stored: Stored) -> frozenset[str]:
    """Columns of the table that a view which is there has."""
    queries = [
        view.query
        for view in conversion.views
        if (view.name.schema, view.name.name) in stored and f"{qualified(table.name)} AS" in view.query
    ]
    names = [column.name for column in table.columns]
    return frozenset(name for name in names if any(f".{identifier(name)}" in query for query in queries))


def _of_view(view: TargetView, columns: tuple[str, ...], previous: Conversion | None, found: Differences) -> None:
    """Redshift replaces a view by one with the same columns only; `columns` are those that are there."""
    before = next((one for one in previous.views if one.name == view.name), None) if previous else None
    if columns != view.columns:
        found.reported.append(
            f"{view.name} has the columns {', '.join(columns)}, and the view {view.source} now has"
            f" {', '.join(view.columns)}: Redshift replaces no view by one with other columns; DROP VIEW"
            f" {qualified(view.name)}, then {MAKE_ANEW}"
        )
    elif before is not None and before != view:
        found.statements += of_view(view)


def _of_table(table: TargetTable, old: StoredTable, viewed: frozenset[str], found: Differences) -> None:
    for column in table.columns:
        stored = old.columns.get(column.name)
        if stored is None:
            _add(table, column, found)
        elif stored != column.type:
            _change(table, column, stored, old, column.name in viewed, found)
        if stored and column.name in old.not_null and not column.not_null:
            as_it_is = replace(column, type=stored)
            found.reported.append(
                f"{table.name}.{column.name} is NOT NULL in the warehouse and may be NULL in the source: files with"
                " NULL are not merged, and Redshift takes no NOT NULL away:"
                f" {_by_hand(table, as_it_is, old, stored, column.name in viewed)}"
            )
    known = {column.name for column in table.columns} | {SEQUENCE_COLUMN, OPERATION_COLUMN}
    gone = [name for name in old.columns if name not in known and not name.endswith(RESCUE_SUFFIX)]
    if gone:
        found.reported.append(
            f"{table.name}: the columns {', '.join(gone)} are not among the source's; they stay, and new rows have NULL"
        )
    if set(table.primary_key) != set(old.key):
        now = ", ".join(table.primary_key) or "none"
        found.reported.append(
            f"{table.name}: the primary key is {', '.join(sorted(old.key)) or 'none'} in the warehouse and {now} in the"
            f" source, by which changes find their rows: {other_table(table)}"
        )


def _add(table: TargetTable, column: TargetColumn, found: Differences) -> None:
    """NOT NULL needs a default in ALTER TABLE, which no column of ours has."""
    definition = f"{identifier(column.name)} {column.type.sql}"
    found.statements.append(f"ALTER TABLE {qualified(table.name)} ADD COLUMN {definition}")
    if column.comment:
        found.statements.append(comment_on_column(table.name, column))
    if column.not_null:
        found.reported.append(
            f"{table.name}.{column.name} is NOT NULL in the source; it is added without, since the rows that are there"
            f" have no value yet: {reload(table)}"
        )


def _change(
    table: TargetTable, column: TargetColumn, stored: ColumnType, old: StoredTable, is_viewed: bool, found: Differences
) -> None:
    name = f"{table.name}.{column.name}"
    if _same_kind_without_length(stored, column.type):
        return
    if stored.name == column.type.name == "varchar" and (stored.length or 0) < (column.type.length or 0):
        if column.name in old.fixed:
            found.reported.append(
                f"{name} is {stored.sql} and should be {column.type.sql}: Redshift widens no column with a key, a"
                f" foreign key or a default, and files with longer values are not merged: {other_table(table)}"
            )
        elif is_viewed:
            found.reported.append(
                f"{name} is {stored.sql} and should be {column.type.sql}: Redshift changes no column that a view has;"
                f" DROP the view, run {sql.widen_column(table.name, column.name, column.type.length or 0)}, then"
                f" {MAKE_ANEW}"
            )
        else:
            found.statements.append(sql.widen_column(table.name, column.name, column.type.length or 0))
    elif holds(stored, column.type):
        found.reported.append(f"{name} is {stored.sql}, which holds every {column.type.sql} of the source: it stays")
    elif _grows(table, column, stored, old, is_viewed):
        found.reported.append(
            f"{name} is {stored.sql} and would now be {column.type.sql}: the merge gives it a wider type by itself when"
            " a value needs one, unless its SchemaContract, the size of the table or rights on the column are in the"
            f" way; to do it now: {other_column(table, column, stored)}"
        )
    else:
        found.reported.append(
            f"{name} is {stored.sql} and would now be {column.type.sql}: neither Redshift nor the merge changes the"
            " type of such a column, and files with values that do not fit are not merged:"
            f" {_by_hand(table, column, old, stored, is_viewed)}"
        )


def _grows(table: TargetTable, column: TargetColumn, stored: ColumnType, old: StoredTable, is_viewed: bool) -> bool:
    """Whether nothing that is known here keeps the merge from it."""
    wider = is_number(column.type) or column.type.name == "timestamp"
    has_more = is_viewed or column.comment or column.name in old.fixed | _stored_by(table)
    return may_grow(stored) and wider and not has_more


def _stored_by(table: TargetTable) -> frozenset[str]:
    """Columns by which rows are distributed and sorted."""
    proposals = [proposal.columns for proposal in (table.distkey, table.sortkey) if proposal]
    return frozenset(name for columns in proposals for name in columns)


def _by_hand(table: TargetTable, column: TargetColumn, old: StoredTable, stored: ColumnType, is_viewed: bool) -> str:
    """Where Redshift does not drop the column, or the values do not become others, the rows come from Oracle again."""
    if column.name in old.fixed | _stored_by(table) or not holds(column.type, stored):
        return other_table(table)
    if is_viewed:
        return f"DROP the view, run {other_column(table, column, stored)} then {MAKE_ANEW}"
    return f"run {other_column(table, column, stored)}"


def _same_kind_without_length(one: ColumnType, other: ColumnType) -> bool:
    """The catalog says no length of a VARBYTE."""
    return one.name == other.name and one.name in ("varbyte", "super")


def _dropped(conversion: Conversion, previous: Conversion | None, stored: Stored, found: Differences) -> None:
    now = {table.name for table in conversion.tables} | {view.name for view in conversion.views}
    before: list[TargetTable | TargetView] = [*previous.tables, *previous.views] if previous else []
    for item in before:
        if item.name not in now and (item.name.schema, item.name.name) in stored:
            found.reported.append(
                f"{item.name}: {item.source} is no longer in the source; what is in the warehouse stays: DROP it if"
                " nobody needs it"
            )
