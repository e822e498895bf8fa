"""Decides, without touching anything, what staged columns do to the table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from customer_data.columns.names import rescue_name
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import (
    MAX_COLUMNS,
    MAX_VARCHAR_BYTES,
    ColumnType,
    TableSchema,
    holds,
    unify,
    varchar_with_headroom,
)
from customer_data.errors import FileFault

#: ADD COLUMN statements that fit in the batch beside the others (40 at most); the excess goes in batches before it.
MAX_NEW_COLUMNS_IN_BATCH = 25


@dataclass(frozen=True)
class NewColumn:
    name: str
    type: ColumnType


@dataclass(frozen=True)
class Widening:
    """A VARCHAR that has to hold longer values: `length` bytes from now on."""

    column: str
    length: int


@dataclass(frozen=True)
class Growth:
    """A column that gets another type, in which it has all that it has now."""

    column: str
    stored: ColumnType
    type: ColumnType


@dataclass(frozen=True)
class StagedTarget:
    """A column that is written: the number of its staged column (from 1), the type of that, and the table's type."""

    name: str
    number: int
    staged: ColumnType
    type: ColumnType


@dataclass(frozen=True)
class LoadPlan:
    """What one group of files does to the table.

    `table` is the catalog that the plan was made against, None when there is no table. `staged_types` are those
    of the staged columns, `written` the columns that the table gets, `kept` the table's columns that the
    files lack. `waiting` are new columns without a single value, which have no type yet.
    """

    table: TableSchema | None
    staged_types: tuple[ColumnType, ...]
    written: tuple[StagedTarget, ...]
    key: tuple[StagedTarget, ...]
    sequence: StagedTarget | None
    kept: tuple[str, ...]
    new_columns: tuple[NewColumn, ...]
    widenings: tuple[Widening, ...]
    growths: tuple[Growth, ...]
    waiting: tuple[str, ...]

    @property
    def creates_table(self) -> bool:
        return self.table is None

    @property
    def key_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.key)


def fits(
    columns: Collection[StagedColumn], discarded: Collection[str], table: TableSchema | None, *, may_evolve: bool
) -> bool:
    """Whether the checks made while staging are those that the table as it is now asks for. `discarded` are columns
    that were left out because the table lacked them, `may_evolve` says that the table may be changed."""
    if table is None:
        return all(column.is_new for column in columns)
    if any(table.column(name) for name in discarded):
        return False
    read_as = {column.name: column for column in columns}
    return all(
        _fits(column, table, may_evolve)
        and not (column.rescue_for and column.rescued and _is_of_another_type(read_as[column.rescue_for], table))
        for column in columns
    )


def make_plan(
    files: Sequence[Sequence[StagedColumn]],
    table: TableSchema | None,
    *,
    key: Sequence[str],
    sequence: str | None = None,
) -> LoadPlan:
    """Plans one group of files, given the columns of each: they fit the table (see `fits`) and are the same in all. The
    table becomes what it would be if the files were loaded one after another.

    Rows are matched by the columns of `key`. Of two rows the one with the greater `sequence` counts, without one the
    later one.
    """
    of_files = list(zip(*files, strict=True))
    columns = list(map(_over_all, of_files))
    written, widenings, growths, waiting = [], [], [], []
    new_columns: list[tuple[int, NewColumn]] = []
    for number, (column, of_file) in enumerate(zip(columns, of_files, strict=True), start=1):
        existing = table.column(column.name) if table else None
        if existing:
            written.append(StagedTarget(column.name, number, column.staged_type, existing.type))
            if existing.type.name == "varchar" and column.max_bytes > (existing.type.length or 0):
                widenings.append(Widening(column.name, _widened(existing.type, of_file).length or 0))
            if column.type and column.grown_from == existing.type:
                growths.append(Growth(column.name, existing.type, column.type))
        elif column.type is None:
            if column.rescue_for is None:
                waiting.append(column.name)
        else:
            written.append(StagedTarget(column.name, number, column.staged_type, column.type))
            first = next(place for place, each in enumerate(of_file) if each.type is not None)
            new_columns.append((first, NewColumn(column.name, column.type)))
    by_name = {column.name: column for column in written}
    # A stored rescue value is outdated when the files bring its original: NULL, unless they bring both.
    replaced = {name for column in columns for name in (column.name, rescue_name(column.name))}
    return LoadPlan(
        table=table,
        staged_types=tuple(column.staged_type for column in columns),
        written=tuple(written),
        key=tuple(by_name[name.lower()] for name in key if name.lower() in by_name),
        sequence=by_name.get((sequence or "").lower()),
        kept=tuple(column.name for column in (table.columns if table else ()) if column.name not in replaced),
        new_columns=tuple(column for _, column in sorted(new_columns, key=lambda new: new[0])),
        widenings=tuple(widenings),
        growths=tuple(growths),
        waiting=tuple(waiting),
    )


def check_plan(plan: LoadPlan, named: Collection[str] = ()) -> None:
    """Raises FileFault when the table would have more columns than Redshift allows, or a sequence column of text that
    is none of those whose type the user `named`."""
    total = len(plan.table.columns if plan.table else ()) + len(plan.new_columns)
    if total > MAX_COLUMNS:
        raise FileFault(
            "too_many_columns",
            f"the table would have {total} columns with the {len(plan.new_columns)} new ones of this file; a Redshift"
            f" table has at most {MAX_COLUMNS}: drop columns of the table, take columns out of the file, or use"
            " SchemaContract.DISCARD",
        )
    if (
        plan.sequence
        and plan.sequence.type.name == "varchar"
        and plan.sequence.name in [column.name for column in plan.new_columns]
        and plan.sequence.name not in named
    ):
        raise FileFault(
            "sequence_is_text",
            f"the sequence column {plan.sequence.name!r} holds neither numbers nor dates, and as text '9' is newer than"
            " '10': name the format in CsvFormat.dateFormats, correct the values, or, if they do sort as text, name"
            " VARCHAR for the column in columnTypes",
            column=plan.sequence.name,
        )


def _over_all(columns: tuple[StagedColumn, ...]) -> StagedColumn:
    """One column of several files: the type and length that hold the values of all of them."""
    types = [column.type for column in columns if column.type is not None]
    type = reduce(unify, types) if types else None
    return replace(
        columns[0],
        type=_widened(types[0], columns) if type and type.name == "varchar" else type,
        max_bytes=max(column.max_bytes for column in columns),
    )


def _widened(stored: ColumnType, columns: Sequence[StagedColumn]) -> ColumnType:
    """The VARCHAR after the files: each that has a longer value widens what those before it have left."""
    for column in columns:
        if column.max_bytes > (stored.length or 0):
            stored = varchar_with_headroom(column.max_bytes)
    return stored


def _is_of_another_type(column: StagedColumn, table: TableSchema) -> bool:
    """Whether the table's column has got another type since, which may hold what the file's had to rescue."""
    target = table.column(column.name)
    return target is not None and target.type not in (column.type, column.grown_from)


def _fits(column: StagedColumn, table: TableSchema, may_evolve: bool) -> bool:
    target = table.column(column.name)
    if target is None:
        return column.is_new and may_evolve
    if column.type is None:
        return True
    if column.grown_from == target.type:
        return target.growable and may_evolve
    is_text = column.staged_type.name == "varchar"
    if is_text != (target.type.name in ("varchar", "char")):
        return column.rescue_for is not None
    if target.type.name == "varchar":
        widenable = target.widenable and may_evolve and column.max_bytes <= MAX_VARCHAR_BYTES
        return column.max_bytes <= (target.type.length or 0) or widenable
    return holds(target.type, column.type)
