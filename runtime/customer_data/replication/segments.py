"""Makes files ready to be merged: what of the table has to change for them, how COPY reads them.

Files of one schema are a segment. An update keeps the stored values of columns that its file lacks, which it would not
if its file were read as if it had the columns of others.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import TableColumn, TableSchema, varchar
from customer_data.errors import FileFault, TransientWarehouseError, WarehouseError
from customer_data.oracle_schema.names import OPERATION_COLUMN, SEQUENCE_COLUMN
from customer_data.oracle_schema.remedies import make_way
from customer_data.records import staged_objects
from customer_data.records.parquet_parts import StagedPart
from customer_data.replication import merge_sql
from customer_data.replication.dms_files import Kind
from customer_data.replication.faults import FilesAtFault, look_at_each, require_changes, require_fitting
from customer_data.replication.merge_sql import Staging
from customer_data.replication.reading import FileColumn, Inspected
from customer_data.replication.rewriting import columns_of, rewrite
from customer_data.replication.settings import MergeSettings
from customer_data.replication.staging_plan import (
    LinedUp,
    check_types,
    for_plan,
    in_common,
    line_up,
    new_headers,
    staging,
)
from customer_data.replication.survey import survey
from customer_data.warehouse import table_changes
from customer_data.warehouse.catalog import read_table
from customer_data.warehouse.data_api import DataApi, retrying
from customer_data.warehouse.obstacles import beside_type, growth_by_hand
from customer_data.warehouse.plan import Growth, LoadPlan, NewColumn, check_plan, make_plan
from customer_data.warehouse.table_changes import values_stay
from customer_data.warehouse.table_name import TableName

log = logging.getLogger(__name__)

#: New columns for which a batch has room beside a load and changes.
_NEW_COLUMNS_IN_BATCH = 4


@dataclass(frozen=True)
class Segment:
    """Files that one COPY reads: of the full load, or changes that follow each other."""

    kind: Kind
    files: tuple[Inspected, ...]
    lined_up: LinedUp
    staging: Staging


@dataclass(frozen=True)
class Segments:
    """What is merged in one transaction, with the columns that it adds to the table."""

    segments: tuple[Segment, ...]
    new_columns: tuple[NewColumn, ...]
    every_column: tuple[str, ...]

    def lacking(self, segment: Segment) -> tuple[str, ...]:
        """The columns of the table for which the segment has no values, but the table may have."""
        before = self.segments[: self.segments.index(segment)]
        unwritten = {column.name for column in self.new_columns} - {
            column.name for each in before for column in each.staging.columns
        }
        written = {column.name for column in segment.staging.columns}
        return tuple(name for name in self.every_column if name not in written | unwritten)


@dataclass(frozen=True)
class _Group:
    kind: Kind
    files: tuple[Inspected, ...]


class Preparation:
    """Of one table in one run: what earlier attempts have learned is kept for the next."""

    def __init__(
        self, settings: MergeSettings, run_id: str, target: TableName, ledger: TableName, warehouse: DataApi, s3: Any
    ) -> None:
        self.added: list[str] = []
        self.widened: list[str] = []
        self.nullable: list[str] = []
        self.survey_all = False
        self.padded = False
        self._settings = settings
        self._run_id = run_id
        self._target = target
        self._ledger = ledger
        self._warehouse = warehouse
        self._s3 = s3
        self._positioned: set[Kind] = set()
        self._not_widenable: dict[str, str] = {}
        self._not_growing: dict[str, str] = {}
        self._rewritten: dict[tuple[str, ...], tuple[StagedPart, ...]] = {}

    def read_table(self) -> TableSchema | None:
        return read_table(
            self._warehouse,
            self._target,
            may_evolve=self._settings.schema_contract.may_evolve,
            may_grow=self._settings.grow_up_to_rows > 0,
            refused=self._not_widenable,
            not_growing=self._not_growing,
        )

    def by_position(self, kind: Kind) -> bool:
        """Whether changes were not told apart by their place yet, and are from now on."""
        is_news = kind not in self._positioned
        self._positioned.add(kind)
        return is_news

    def delete_rewritten(self) -> None:
        staged_objects.delete_parts([part for parts in self._rewritten.values() for part in parts], self._s3)

    def segments(
        self, load: Sequence[Inspected], changes: Sequence[Inspected], table: TableSchema, key: tuple[str, ...]
    ) -> Segments | None:
        """None where the table was changed, and has to be looked at anew. Raises FilesAtFault."""
        technical = [column for column in merge_sql.technical_columns(bool(key)) if not table.column(column.name)]
        groups = [*_of_one_schema(Kind.LOAD, load), *_of_one_schema(Kind.CHANGES, changes)]
        lined_up = self._line_up(groups, table, key)
        new: tuple[NewColumn, ...] = ()
        if groups:
            plan = self._plan(groups, lined_up, table, key)
            if self._changed(plan, groups[0].files[0]):
                return None
            new = plan.new_columns
        by_name = {column.name: column for column in new}
        names = [column.name for column in table.columns if column.name not in (SEQUENCE_COLUMN, OPERATION_COLUMN)]
        return Segments(
            tuple(self._segment(group, one, table, by_name) for group, one in zip(groups, lined_up, strict=True)),
            (*technical, *new),
            (*names, *by_name),
        )

    def look_for_fault(self, segment: Segment, table: TableSchema, *, values: bool) -> None:
        """Reads the files that the warehouse refused. Raises FilesAtFault for those that are no files of DMS, or, where
        it is about `values`, have one that the table does not take."""
        keys = [segment.lined_up.columns[place].header for _, place, _ in segment.lined_up.key]
        look_at_each(segment.files, lambda file: require_changes(file, keys, self._s3))
        if values:
            look_at_each(segment.files, lambda file: require_fitting(file, segment.lined_up, table, self._s3))

    def _line_up(self, groups: Sequence[_Group], table: TableSchema, key: tuple[str, ...]) -> list[LinedUp]:
        lined_up = []

        def look(file: Inspected) -> None:
            lined_up.append(line_up(columns_of(file), key, self._target))
            check_types(lined_up[-1], table)

        look_at_each([group.files[0] for group in groups], look)
        return lined_up

    def _plan(
        self, groups: Sequence[_Group], lined_up: Sequence[LinedUp], table: TableSchema, key: tuple[str, ...]
    ) -> LoadPlan:
        columns = []
        for group, one in zip(groups, lined_up, strict=True):
            try:
                columns.append(for_plan(one, table, self._survey(group.files, one, table)))
            except FileFault as fault:
                raise FilesAtFault.of(group.files[0], fault) from fault
        try:
            plan = make_plan(in_common(columns), table, key=key)
            check_plan(plan)
        except FileFault as fault:
            raise FilesAtFault.of(groups[0].files[0], fault) from fault
        return plan

    def _survey(self, files: Sequence[Inspected], lined_up: LinedUp, table: TableSchema) -> list[StagedColumn]:
        """Of the columns that are new, or of all once a value was refused."""
        new = new_headers(lined_up, table, self._settings.schema_contract, self._target)
        wanted: dict[str, TableColumn | None] = dict.fromkeys(new)
        headers = {lined_up.columns[place].header: name for name, place in lined_up.data.items()}
        if self.survey_all:
            wanted |= {header: column for header, name in headers.items() if (column := table.column(name))}
        if not wanted:
            return []
        log.info("%s: reading %d columns of %d files to see what they need", self._target, len(wanted), len(files))
        return survey(files, wanted, headers, self._s3)

    def _changed(self, plan: LoadPlan, file: Inspected) -> bool:
        """Whether the table has to be looked at anew: since it was changed here, or by somebody who was faster."""
        try:
            return self._prepare(plan, file)
        except TransientWarehouseError:
            raise
        except WarehouseError as error:
            if self.read_table() == plan.table:
                raise
            log.info("%s: planning again, another run was faster: %s", self._target, error)
            return True

    def _prepare(self, plan: LoadPlan, file: Inspected) -> bool:
        """Whether the table had to be changed before the merge."""
        columns = {column.name: column for column in plan.table.columns} if plan.table else {}
        for widening in plan.widenings:
            column = columns[widening.column]
            if not column.widenable:
                growth = Growth(widening.column, column.type, varchar(widening.length))
                raise FilesAtFault.of(file, self._does_not_fit(file, growth))
        for growth in plan.growths:
            if not columns[growth.column].growable:
                raise FilesAtFault.of(file, self._does_not_fit(file, growth))
        staying = table_changes.grow(
            plan,
            self._target,
            self._ledger,
            self._warehouse,
            self.widened.append,
            self.nullable.append,
            most_rows=self._settings.grow_up_to_rows,
            plain_numbers=True,
        )
        self._not_growing |= staying.for_good | staying.for_now
        self._not_widenable |= table_changes.widen(plan, self._target, self._warehouse, self.widened.append)
        added = table_changes.add_excess_columns(
            plan, self._target, self._ledger, self._warehouse, room=_NEW_COLUMNS_IN_BATCH
        )
        self.added += added
        return bool(plan.growths or plan.widenings or added)

    def _does_not_fit(self, file: Inspected, growth: Growth) -> FileFault:
        return FileFault(
            "does_not_fit",
            f"the column {growth.column!r} of {self._target} is {growth.stored.sql} and does not hold every value of"
            f" {file.file.url} and of the files with it. It does not become {growth.type.sql} by itself:"
            f" {self._why_it_stays(growth)}",
            column=growth.column,
        )

    def _why_it_stays(self, growth: Growth) -> str:
        """With what to do."""
        column, contract = growth.column, self._settings.schema_contract
        if not contract.may_evolve:
            reason = f"SchemaContract.{contract.name} lets no column change"
        else:
            reason = (self._not_growing | self._not_widenable).get(column, "the merge changes no type")
        in_the_way = retrying(lambda: beside_type(column, self._target, self._warehouse)).obstacles
        if any(obstacle.is_primary_key for obstacle in in_the_way):
            return f"{reason}. {self._table_anew()}"
        if reason == values_stay(growth):
            return f"{reason}; give it another type that does, and run the manifest again"
        again = ", make again what was dropped" if any(obstacle.removal for obstacle in in_the_way) else ""
        return (
            f"{reason}. Run as the table's owner: {growth_by_hand(growth, self._target, in_the_way)} Then run the"
            f" manifest again{again}"
        )

    def _table_anew(self) -> str:
        """The key is the tombstones' too, tables refer to it, and it is what rows are distributed and sorted by."""
        statements, kept = make_way(self._target)
        return (
            "Rows are found by the key, so that it gets another type with a new table: run as the table's owner:"
            f" {statements} then run the schema job, which makes the table with the types that the source has now (a"
            " schemaFile has to say them), and load the table again in DMS, which brings its rows. Views and rights"
            f" stay with {kept} until you make them again and drop it"
        )

    def _segment(self, group: _Group, lined_up: LinedUp, table: TableSchema, new: Mapping[str, NewColumn]) -> Segment:
        first = group.files[0]
        as_they_are = group.kind not in self._positioned and lined_up.columns == first.columns
        csv = first.file.gzip if as_they_are and first.file.format == "csv" else None
        parts = _as_parts(group.files) if as_they_are else self._rewrite(group.files, lined_up.columns)
        suffix = uuid.uuid4().hex[:12]
        staged = staging(lined_up, table, new, suffix, parts, csv=csv, positioned=not as_they_are, padded=self.padded)
        return Segment(group.kind, group.files, lined_up, staged)

    def _rewrite(self, files: Sequence[Inspected], columns: Sequence[FileColumn]) -> tuple[StagedPart, ...]:
        ids = tuple(file.file.source.load_id for file in files)
        if ids not in self._rewritten:
            log.info("%s: rewriting %d files with their positions", self._target, len(files))
            bucket = self._settings.staging.bucket
            prefix = f"{self._settings.staging.prefix}{self._run_id}/{uuid.uuid4().hex[:12]}/"
            try:
                self._rewritten[ids] = rewrite(files, columns, self._s3, bucket, prefix)
            except FileFault as fault:
                at_fault = next((file for file in files if file.file.url in fault.reason), files[0])
                raise FilesAtFault.of(at_fault, fault) from fault
        return self._rewritten[ids]


def _of_one_schema(kind: Kind, files: Sequence[Inspected]) -> list[_Group]:
    """Changes stay in their order: a later one must not come first, or what it lacks the earlier one would not bring.
    Rows of a load have one sequence."""
    given = [file for file in files if file.rows != 0]
    if kind is Kind.LOAD:
        by_shape: dict[object, list[Inspected]] = {}
        for file in given:
            by_shape.setdefault(file.shape, []).append(file)
        return [_Group(kind, tuple(group)) for group in by_shape.values()]
    return [_Group(kind, tuple(group)) for _, group in groupby(given, key=lambda file: file.shape)]


def _as_parts(files: Sequence[Inspected]) -> tuple[StagedPart, ...]:
    sources = [(file.file.source, file.rows or 0) for file in files]
    return tuple(StagedPart(source.bucket, source.key, source.size, rows) for source, rows in sources)
