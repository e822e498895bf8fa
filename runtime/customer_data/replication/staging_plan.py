"""Lines the columns of files up with those of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import MAX_VARCHAR_BYTES, ColumnType, TableSchema, varchar
from customer_data.errors import FileFault
from customer_data.oracle_schema.names import OPERATION_COLUMN, SEQUENCE_COLUMN, colliding, target_name
from customer_data.records.parquet_parts import StagedPart
from customer_data.replication.casts import cast, staged_type
from customer_data.replication.dms_files import CHANGE_SEQUENCE, COMMIT_TIME, OPERATION
from customer_data.replication.merge_sql import Column, KeyColumn, Staging
from customer_data.replication.reading import FileColumn, before_image, place_of
from customer_data.warehouse.plan import NewColumn
from customer_data.warehouse.quoting import identifier
from customer_data.warehouse.schema_contract import SchemaContract
from customer_data.warehouse.table_name import TableName


@dataclass(frozen=True)
class LinedUp:
    """Where in the files everything is, counted from 0. `data` are the columns of the source by their names in the
    table, `key` the columns of the key with the value before a change of each."""

    columns: tuple[FileColumn, ...]
    operation: int
    sequence: int
    commit: int
    data: Mapping[str, int]
    key: tuple[tuple[str, int, int | None], ...]


def line_up(columns: Sequence[FileColumn], key: Sequence[str], table: TableName) -> LinedUp:
    """Raises FileFault."""
    operation, sequence, commit = (place_of(columns, name) or 0 for name in (OPERATION, CHANGE_SEQUENCE, COMMIT_TIME))
    others = {operation, sequence, commit}
    by_name = {target_name(column.header): place for place, column in enumerate(columns) if place not in others}
    before = {}
    for name in key:
        if name not in by_name:
            found = ", ".join(repr(columns[place].header) for place in list(by_name.values())[:20])
            raise FileFault(
                "missing_key_column",
                f"no column of the file becomes {name!r}, which is in the PRIMARY KEY of {table}; found: {found};"
                " correct the key of the table, or the replication's mapping",
                column=name,
            )
        before[name] = before_image(columns, columns[by_name[name]].header)
    images = {place for place in before.values() if place is not None}
    sources = [column.header for place, column in enumerate(columns) if place not in others | images]
    if same := colliding(sources):
        name, headers = next(iter(same.items()))
        raise FileFault(
            "duplicate_column",
            f"the columns {' and '.join(map(repr, headers))} both become {name!r} in {table}; rename one at the source,"
            " or leave one out of the replication",
            column=headers[0],
        )
    data = {name: place for name, place in by_name.items() if place not in images}
    return LinedUp(
        tuple(columns), operation, sequence, commit, data, tuple((name, data[name], before[name]) for name in key)
    )


def check_types(lined_up: LinedUp, table: TableSchema) -> None:
    """Raises FileFault for a column of a type that COPY, or the table's column, does not take."""
    for name, place in lined_up.data.items():
        stored = table.column(name)
        staged = _staged_type(lined_up.columns[place], stored.type if stored else None)
        if stored and cast("c1", staged, stored.type) is None:
            raise _no_value(lined_up.columns[place], staged, stored.type)


def new_headers(lined_up: LinedUp, table: TableSchema, contract: SchemaContract, name: TableName) -> dict[str, str]:
    """The columns that the table lacks and gets, by their headers. Raises FileFault where it may get none."""
    new = {
        lined_up.columns[place].header: column for column, place in lined_up.data.items() if not table.column(column)
    }
    new = {header: column for header, column in new.items() if column not in (SEQUENCE_COLUMN, OPERATION_COLUMN)}
    if new and contract is SchemaContract.FREEZE:
        raise FileFault(
            "new_column",
            f"{name} has no column for {', '.join(map(repr, new))}, and SchemaContract.FREEZE lets it get none; add the"
            " column to the table, or use SchemaContract.EVOLVE",
            column=next(iter(new)),
        )
    return {} if contract is SchemaContract.DISCARD else new


def staging(
    lined_up: LinedUp,
    table: TableSchema,
    new: Mapping[str, NewColumn],
    suffix: str,
    parts: Sequence[StagedPart],
    *,
    csv: bool | None,
    positioned: bool,
    padded: bool,
) -> Staging:
    """How COPY reads the files and what becomes of their values. Raises FileFault for values of a type that its column
    does not take."""
    staged = identifier(f"__staged_{suffix}")
    targets = {column.name: column.type for column in table.columns} | {each.name: each.type for each in new.values()}
    wanted: dict[int, ColumnType] = {place: targets[name] for name, place in lined_up.data.items() if name in targets}
    wanted |= {before: targets[name] for name, _, before in lined_up.key if before is not None}
    wanted |= {lined_up.operation: varchar(64), lined_up.sequence: varchar(128), lined_up.commit: varchar(64)}
    types = [_staged_type(column, wanted.get(place)) for place, column in enumerate(lined_up.columns)]

    def value(place: int, target: ColumnType, of: str = "") -> Column:
        found = cast(f"{of}c{place + 1}", types[place], target)
        if found is None:
            raise _no_value(lined_up.columns[place], types[place], target)
        return Column("", found.sql, found.changes)

    def key_value(place: int, target: ColumnType) -> str:
        found = value(place, target, f"{staged}.").value
        return f"CAST({found} AS {target.sql})" if target.name == "char" else found

    columns = []
    for name, place in lined_up.data.items():
        if name in targets:
            found = value(place, targets[name])
            columns.append(Column(name, found.value, found.changes))
    key = tuple(
        KeyColumn(
            name,
            targets[name],
            key_value(place, targets[name]),
            None if before is None else key_value(before, targets[name]),
            " OR ".join(filter(None, (value(at, targets[name]).changes for at in (place, before) if at is not None)))
            or None,
        )
        for name, place, before in lined_up.key
    )
    sequence = f"c{lined_up.sequence + 1}"
    if types[lined_up.sequence].name != "varchar":
        sequence = f"CAST({sequence} AS VARCHAR({types[lined_up.sequence].precision or 40}))"
    return Staging(
        suffix=suffix,
        types=tuple(types),
        parts=tuple(parts),
        csv=csv,
        positioned=positioned,
        padded=padded,
        operation=f"c{lined_up.operation + 1}",
        sequence=sequence,
        key=key,
        columns=tuple(columns),
        key_columns=tuple(f"c{place + 1}" for _, place, _ in lined_up.key),
    )


def for_plan(lined_up: LinedUp, table: TableSchema, surveyed: Sequence[StagedColumn]) -> list[StagedColumn]:
    """The columns as the loader's plan takes them: the surveyed ones, and the others as fitting what the table has."""
    found = {column.name: column for column in surveyed}
    columns = []
    for name, place in lined_up.data.items():
        stored = table.column(name)
        if name in found:
            columns.append(found[name])
        elif stored:
            columns.append(StagedColumn(name, lined_up.columns[place].header, stored.type, 0, is_new=False))
    return columns


def in_common(groups: Sequence[Sequence[StagedColumn]]) -> list[list[StagedColumn]]:
    """As if each group had the columns of all, and those grew in each: one that it lacks has no values in it."""
    by_name: dict[str, list[StagedColumn]] = {}
    for group in groups:
        for column in group:
            by_name.setdefault(column.name, []).append(column)
    grown_from = {
        name: next((each.grown_from for each in found if each.grown_from), None) for name, found in by_name.items()
    }
    filled = []
    for group in groups:
        own = {column.name: column for column in group}
        columns = [own.get(name) or _without_values(found[0]) for name, found in by_name.items()]
        filled.append([replace(column, grown_from=grown_from[column.name]) for column in columns])
    return filled


def _without_values(column: StagedColumn) -> StagedColumn:
    return replace(column, type=None if column.is_new else column.grown_from or column.type, max_bytes=0)


def _staged_type(column: FileColumn, target: ColumnType | None) -> ColumnType:
    found = staged_type(column.type, target)
    if found is None:
        raise FileFault(
            "unsupported_type",
            f"the column {column.header!r} of the file is of the type {column.type}, which COPY reads into no column;"
            " leave it out of the replication",
            column=column.header,
        )
    return found if target or found.name != "varchar" else varchar(MAX_VARCHAR_BYTES)


def _no_value(column: FileColumn, staged: ColumnType, target: ColumnType) -> FileFault:
    return FileFault(
        "type_mismatch",
        f"the column {column.header!r} of the file holds {staged.sql}, of which the table's {target.sql} takes none;"
        " give the column of the table the type of the source's, or leave it out of the replication",
        column=column.header,
    )
