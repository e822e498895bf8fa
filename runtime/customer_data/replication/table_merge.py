"""Merges the files of one table: inspect, order, plan, merge in one transaction, report.

Every step may be repeated. Whatever a run leaves behind, the ledger has a row for a file if and only if its rows are in
the table. A file at fault holds up the files of its table that came with it, and no other table's.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import ClientError

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import TableColumn, TableSchema
from customer_data.errors import (
    FileFault,
    SourceChanged,
    SourceUnreadable,
    TransientWarehouseError,
    WarehouseError,
)
from customer_data.files.manifest import SourceFile
from customer_data.files.outcomes import Outcomes
from customer_data.files.source_object import get_write, why_unreadable
from customer_data.files.write_order import in_write_order
from customer_data.oracle_schema.names import OPERATION_COLUMN, SEQUENCE_COLUMN
from customer_data.records import staged_objects
from customer_data.records.parquet_parts import StagedPart
from customer_data.replication import merge_sql
from customer_data.replication.dms_files import CHANGE_SEQUENCE, OPERATION, DmsFile, Kind, SourceTable
from customer_data.replication.generations import Completion, Course, course
from customer_data.replication.merge_ledger import (
    State,
    changes_after,
    move_to_generation,
    read_state,
    unchanged_guard,
)
from customer_data.replication.merge_sql import Role, Staging, Statement, Target
from customer_data.replication.reading import FileColumn, Inspected, batches, inspect
from customer_data.replication.result import LEDGER_COLUMNS, FileResult, Status, TableResult
from customer_data.replication.rewriting import common_columns, rewrite
from customer_data.replication.settings import MergeSettings
from customer_data.replication.staging_plan import LinedUp, for_plan, line_up, new_headers, staging
from customer_data.replication.survey import survey
from customer_data.warehouse import ledger as ledger_sql
from customer_data.warehouse import sql, table_changes
from customer_data.warehouse.attempts import Attempts, refused_values
from customer_data.warehouse.catalog import exists, read_table
from customer_data.warehouse.data_api import MAX_STATEMENT_BYTES, MAX_STATEMENTS, DataApi, retrying
from customer_data.warehouse.ledger import Ledger
from customer_data.warehouse.plan import LoadPlan, NewColumn, check_plan, make_plan
from customer_data.warehouse.table_name import TableName

log = logging.getLogger(__name__)

#: For how long a deleted key is remembered.
TOMBSTONES_KEPT = timedelta(days=30)

#: New columns for which a batch has room beside a load and changes.
_NEW_COLUMNS_IN_BATCH = 4


class FilesAtFault(Exception):
    """Why the files of a batch are not merged, by load id."""

    def __init__(self, faults: Mapping[str, FileFault]) -> None:
        super().__init__("; ".join(fault.reason for fault in faults.values()))
        self.faults = faults


@dataclass(frozen=True)
class _Segment:
    """Files that are merged together: those of the full load, or the changes."""

    kind: Kind
    files: tuple[Inspected, ...]
    lined_up: LinedUp
    staging: Staging


@dataclass(frozen=True)
class _Batch:
    statements: tuple[Statement, ...]

    @property
    def on_data(self) -> list[str]:
        roles = (Role.COPY, Role.DATA, Role.INSERT, Role.DELETE)
        return merge_sql.statements_of(self.statements, *roles)

    def role(self, error: WarehouseError) -> Role:
        return next((each.role for each in self.statements if each.sql == error.sql), Role.OTHER)


class TableMerge:
    """One run over the files of one table. `result` has what it did so far, also when `merge` raises: WarehouseError
    and botocore's errors for what is no file's fault."""

    def __init__(
        self,
        settings: MergeSettings,
        run_id: str,
        table: SourceTable,
        *,
        warehouse: DataApi,
        s3: Any,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.result = TableResult(table)
        self._settings = settings
        self._run_id = run_id
        self._table_name = table
        self._target = settings.target(table)
        self._tombstones = TableName(self._target.schema, f"{self._target.name}__tombstones")
        self._warehouse = warehouse
        self._s3 = s3
        self._now = now
        self._attempts = Attempts(self._target, sleep)
        self._ledger = Ledger(warehouse, self._target, LEDGER_COLUMNS, replaced="failed")
        prefix = settings.outcomes_prefix
        self._outcomes = Outcomes(settings.staging.bucket, prefix, s3) if prefix else None
        self._files: dict[str, DmsFile] = {}
        self._inspected: dict[str, Inspected] = {}
        self._rewritten: dict[tuple[str, ...], tuple[StagedPart, ...]] = {}
        self._positioned: set[Kind] = set()
        self._survey_all = False
        self._incomplete = False
        self._not_widenable: set[str] = set()
        self._not_growing: set[str] = set()
        self._added: list[str] = []

    def merge(self, files: Sequence[DmsFile]) -> TableResult:
        """Merges the files; says of each what became of it."""
        started = time.monotonic()
        order = {file.load_id: number for number, file in enumerate(in_write_order(file.source for file in files))}
        pending = sorted({file.source.load_id: file for file in files}.values(), key=lambda f: order[f.source.load_id])
        self._files = {file.source.load_id: file for file in pending}
        try:
            self._merge(pending)
        except FilesAtFault as at_fault:
            self._fail(pending, at_fault.faults)
        finally:
            staged_objects.delete_parts([part for parts in self._rewritten.values() for part in parts], self._s3)
            self.result.seconds = time.monotonic() - started
        return self.result

    def _merge(self, files: list[DmsFile]) -> None:
        self._require_table(files)
        self._ledger.ensure()
        while not self._attempt(files):
            self._attempts.count(finished=False)

    def _attempt(self, files: list[DmsFile]) -> bool:
        """Whether it is done; else the next attempt knows more."""
        table = self._require_table(files)
        key = tuple(str(name) for (name,) in self._query(merge_sql.primary_key(self._target)))
        self.result.appends = not key
        unfinished = self._unfinished(files)
        if not unfinished:
            return True
        state = read_state(self._warehouse, self._ledger.name)
        if not state.files and table.column(SEQUENCE_COLUMN):
            [(last,)] = self._query(f"SELECT MAX({SEQUENCE_COLUMN}) FROM {sql.table(self._target)}")
            state = replace(state, last_sequence=str(last or ""))
        data, completions = self._look_at(unfinished)
        plan = course(data, completions, state.known)
        if self._incomplete and plan.completion:
            reason = "the full load has more or fewer rows than have come; it is completed when the others are merged"
            waiting = {plan.completion.file.source.load_id: reason}
            plan = replace(plan, completion=None, unfinished={**plan.unfinished, **waiting})
        again = self._merged_too_early(plan, key)
        self.result.generation = plan.generation
        try:
            return self._merge_course(plan, again, state, table, key)
        except TransientWarehouseError as error:
            log.info("%s: merging again: %s", self._target, error)
            self._attempts.back_off()
            return False

    def _merge_course(
        self,
        plan: Course,
        again: Sequence[Inspected],
        state: State,
        table: TableSchema,
        key: tuple[str, ...],
    ) -> bool:
        changes = tuple(sorted([*plan.changes, *again], key=lambda each: (each.file.name, each.file.source.load_id)))
        with ExitStack() as stack:
            segments, new_columns, kept = self._segments(plan, changes, table, key)
            if segments is None:
                return False
            if key:
                self._ensure_tombstones(segments)
            batch, results = self._batch(plan, again, segments, new_columns, kept, state, table, key, stack)
            for result in results:
                self._keep_outcome(result)
            try:
                log.info("%s: merging %d files", self._target, len(results))
                counts = self._warehouse.batch([each.sql for each in batch.statements])
            except TransientWarehouseError:
                raise
            except WarehouseError as error:
                return self._look_into(error, batch, segments)
        self._done(plan, results, batch, counts)
        return True

    # Which files, and what is in them

    def _require_table(self, files: Sequence[DmsFile]) -> TableSchema:
        contract = self._settings.schema_contract
        table = read_table(
            self._warehouse,
            self._target,
            may_evolve=contract.may_evolve,
            may_grow=self._settings.grow_up_to_rows > 0,
            refused=self._not_widenable,
            not_growing=self._not_growing,
        )
        if table is not None:
            return table
        fault = FileFault(
            "no_table",
            f"there is no table {self._target} for {self._table_name}: convert the schema again, or add the table to the"
            " schema file, apply it, and run the manifest again",
        )
        raise FilesAtFault({file.source.load_id: fault for file in files})

    def _unfinished(self, files: Sequence[DmsFile]) -> list[DmsFile]:
        """Finishes those whose outcome the ledger holds; a failure is none, the file may have been mended."""
        view = self._ledger.read([file.source for file in files])
        known = {result.file.load_id for result in self.result.files}
        unfinished = []
        for file in files:
            status = view.status(file.source)
            if file.source.load_id in known:
                continue
            if status in ("loaded", "superseded"):
                self._finish(self._result(file, "already_done", f"the ledger says {status}"))
            elif reason := view.superseded_by(file.source):
                self._supersede(file, reason)
            else:
                unfinished.append(file)
        return unfinished

    def _look_at(self, files: Sequence[DmsFile]) -> tuple[list[Inspected], list[Completion]]:
        data, completions, faults = [], [], {}
        for file in files:
            load_id = file.source.load_id
            try:
                if file.kind is Kind.COMPLETE:
                    completions.append(Completion.read(file, get_write(self._s3, file.source, None)["Body"].read()))
                else:
                    if load_id not in self._inspected:
                        self._inspected[load_id] = inspect(file, self._s3)
                    data.append(self._inspected[load_id])
            except SourceChanged:
                self._supersede(file, "the object is gone or was overwritten since its event")
            except SourceUnreadable as refusal:
                self._finish(self._result(file, "unfinished", str(refusal)))
            except FileFault as fault:
                faults[load_id] = fault
        if faults:
            raise FilesAtFault(faults)
        return data, completions

    def _merged_too_early(self, plan: Course, key: tuple[str, ...]) -> list[Inspected]:
        """Changes that an older generation has and the new one has not: without them it would hide them."""
        if not plan.again:
            return []
        found = []
        for file in changes_after(self._warehouse, self._ledger.name, plan.generation, self._settings.prefix):
            if file.source.load_id not in self._inspected:
                try:
                    sized = replace(file, source=self._sized(file.source))
                    self._inspected[file.source.load_id] = inspect(sized, self._s3)
                except (SourceChanged, SourceUnreadable) as error:
                    fault = FileFault(
                        "changes_gone",
                        f"{file.url}, whose changes came before this full load and are newer, is needed again and cannot"
                        f" be read: {error}; reload the table, which brings what it has",
                    )
                    raise FilesAtFault({each.file.source.load_id: fault for each in plan.loads}) from error
            found.append(self._inspected[file.source.load_id])
        return found

    def _sized(self, file: SourceFile) -> SourceFile:
        version = {"VersionId": file.version_id} if file.version_id and file.version_id != "null" else {}
        try:
            return replace(
                file, size=self._s3.head_object(Bucket=file.bucket, Key=file.key, **version)["ContentLength"]
            )
        except ClientError as error:
            if reason := why_unreadable(file.bucket, file.key, error):
                raise SourceChanged(reason) from error
            raise

    # What becomes of their columns

    def _segments(
        self, plan: Course, changes: tuple[Inspected, ...], table: TableSchema, key: tuple[str, ...]
    ) -> tuple[list[_Segment] | None, tuple[NewColumn, ...], tuple[str, ...]]:
        """Both kinds of files with the columns that they add to the table and those that they lack; None where the
        table was changed, and has to be looked at anew."""
        groups = [
            (kind, [file for file in files if file.rows != 0])
            for kind, files in ((Kind.LOAD, plan.loads), (Kind.CHANGES, changes))
        ]
        lined_up = {kind: self._line_up(kind, files, key) for kind, files in groups if files}
        if not lined_up:
            return [], tuple(self._technical(table, key)), ()
        surveyed = {kind: self._survey(files, lined_up[kind], table) for kind, files in groups if kind in lined_up}
        plans = {kind: self._plan(lined_up[kind], table, surveyed[kind], key) for kind in lined_up}
        for kind, files in groups:
            if kind in plans and self._prepare(plans[kind], files):
                return None, (), ()
        new: dict[str, NewColumn] = {}
        for load_plan in plans.values():
            for column in load_plan.new_columns:
                known = new.setdefault(column.name, column)
                if (column.type.length or 0) > (known.type.length or 0):
                    new[column.name] = column
        segments = [
            self._segment(kind, files, lined_up[kind], table, new) for kind, files in groups if kind in lined_up
        ]
        written = [{column.name for column in segment.staging.columns} for segment in segments]
        technical = {SEQUENCE_COLUMN, OPERATION_COLUMN}
        every = [column.name for column in table.columns] + list(new)
        kept = tuple(
            name for name in every if name not in technical and not all(name in columns for columns in written)
        )
        return segments, (*self._technical(table, key), *new.values()), kept

    def _line_up(self, kind: Kind, files: Sequence[Inspected], key: tuple[str, ...]) -> LinedUp:
        try:
            columns = files[0].columns if self._go_as_they_are(kind, files) else common_columns(files)
            return line_up(columns, key, self._target)
        except FileFault as fault:
            raise FilesAtFault({files[0].file.source.load_id: fault}) from fault

    def _go_as_they_are(self, kind: Kind, files: Sequence[Inspected]) -> bool:
        return kind not in self._positioned and len({file.shape for file in files}) == 1

    @staticmethod
    def _technical(table: TableSchema, key: tuple[str, ...]) -> list[NewColumn]:
        return [column for column in merge_sql.technical_columns(bool(key)) if not table.column(column.name)]

    def _survey(self, files: Sequence[Inspected], lined_up: LinedUp, table: TableSchema) -> list[StagedColumn]:
        contract = self._settings.schema_contract
        try:
            new = new_headers(lined_up, table, contract, self._target)
            wanted: dict[str, TableColumn | None] = {header: None for header in new}
            if self._survey_all:
                wanted |= {
                    lined_up.columns[place].header: table.column(name)
                    for name, place in lined_up.data.items()
                    if table.column(name)
                }
            if not wanted:
                return []
            log.info("%s: reading %d columns to see what they need", self._target, len(wanted))
            names = {lined_up.columns[place].header: name for name, place in lined_up.data.items()}
            return survey(files, wanted, names, self._s3)
        except FileFault as fault:
            raise FilesAtFault({files[0].file.source.load_id: fault}) from fault

    def _plan(
        self, lined_up: LinedUp, table: TableSchema, surveyed: Sequence[StagedColumn], key: tuple[str, ...]
    ) -> LoadPlan:
        plan = make_plan([for_plan(lined_up, table, surveyed)], table, key=key)
        check_plan(plan)
        return plan

    def _prepare(self, plan: LoadPlan, files: Sequence[Inspected]) -> bool:
        """Whether the table had to be changed before the merge."""
        for widening in plan.widenings:
            column = plan.table.column(widening.column) if plan.table else None
            if column is None or not column.widenable:
                raise FilesAtFault({files[0].file.source.load_id: self._does_not_fit(widening.column)})
        growths = tuple(
            growth
            for growth in plan.growths
            if plan.table and (column := plan.table.column(growth.column)) and column.growable
        )
        if len(growths) < len(plan.growths):
            raise FilesAtFault({files[0].file.source.load_id: self._does_not_fit(plan.growths[0].column)})
        widened: list[str] = []
        staying = table_changes.grow(
            plan,
            self._target,
            self._ledger.name,
            self._warehouse,
            widened.append,
            most_rows=self._settings.grow_up_to_rows,
            plain_numbers=True,
        )
        self._not_growing |= staying.for_good | staying.for_now
        self._not_widenable |= table_changes.widen(plan, self._target, self._warehouse, widened.append)
        added = table_changes.add_excess_columns(
            plan, self._target, self._ledger.name, self._warehouse, room=_NEW_COLUMNS_IN_BATCH
        )
        self._added += added
        return bool(plan.growths or plan.widenings or added)

    def _does_not_fit(self, column: str) -> FileFault:
        return FileFault(
            "does_not_fit",
            f"the column {column!r} of {self._target} does not hold every value of the files, and gets no other type"
            " (SchemaContract, its PRIMARY KEY, a view, or the size of the table): give it one that does, and run the"
            " manifest again",
            column=column,
        )

    def _segment(
        self,
        kind: Kind,
        files: Sequence[Inspected],
        lined_up: LinedUp,
        table: TableSchema,
        new: Mapping[str, NewColumn],
    ) -> _Segment:
        as_they_are = self._go_as_they_are(kind, files)
        csv = None
        if as_they_are:
            source = files[0].file
            csv = source.gzip if source.format == "csv" else None
            parts: tuple[StagedPart, ...] = tuple(
                StagedPart(each.file.source.bucket, each.file.source.key, each.file.source.size, each.rows or 0)
                for each in files
            )
        else:
            parts = self._rewrite(files, lined_up.columns)
        try:
            staged = staging(lined_up, table, new, uuid.uuid4().hex[:12], parts, csv=csv, positioned=not as_they_are)
        except FileFault as fault:
            raise FilesAtFault({files[0].file.source.load_id: fault}) from fault
        return _Segment(kind, tuple(files), lined_up, staged)

    def _rewrite(self, files: Sequence[Inspected], columns: Sequence[FileColumn]) -> tuple[StagedPart, ...]:
        ids = tuple(file.file.source.load_id for file in files)
        if ids not in self._rewritten:
            log.info("%s: rewriting %d files to one schema", self._target, len(files))
            prefix = f"{self._settings.staging.prefix}{self._run_id}/{uuid.uuid4().hex[:12]}/"
            try:
                self._rewritten[ids] = rewrite(files, columns, self._s3, self._settings.staging.bucket, prefix)
            except FileFault as fault:
                raise self._at_fault(files, fault) from fault
        return self._rewritten[ids]

    # The transaction

    def _ensure_tombstones(self, segments: Sequence[_Segment]) -> None:
        if not segments or exists(self._warehouse, self._tombstones):
            return
        create = merge_sql.create_tombstones(self._tombstones, segments[0].staging.key)
        try:
            retrying(lambda: self._warehouse.execute(create))
        except WarehouseError:
            if not exists(self._warehouse, self._tombstones):
                raise

    def _batch(
        self,
        plan: Course,
        again: Sequence[Inspected],
        segments: Sequence[_Segment],
        new_columns: Sequence[NewColumn],
        kept: tuple[str, ...],
        state: State,
        table: TableSchema,
        key: tuple[str, ...],
        stack: ExitStack,
    ) -> tuple[_Batch, list[FileResult]]:
        results = self._results(plan, new_columns)
        now = self._now()
        ledger = self._ledger.name
        statements = [
            Statement(sql.lock(ledger)),
            *(Statement(each, Role.OVERTAKEN) for each in self._ledger.inserted_once(results)),
            Statement(ledger_sql.newest_guard(ledger, results), Role.OVERTAKEN),
            Statement(unchanged_guard(ledger, state, [each.file.load_id for each in results]), Role.OVERTAKEN),
            Statement(sql.columns_guard(self._target, [column.type for column in table.columns]), Role.OVERTAKEN),
            *(Statement(sql.add_column(self._target, column), Role.OVERTAKEN) for column in new_columns),
        ]
        before = state.last_sequence
        for segment in segments:
            written = {column.name for column in segment.staging.columns}
            target = Target(
                self._target,
                self._tombstones,
                tuple(name for name in kept if name not in written),
                plan.generation,
                before,
                ledger_sql.timestamp(now)[:-3],
            )
            statements += self._merge_segment(segment, target, again, stack)
            before = max(before, f"{plan.generation}.")
        has_tombstones = bool(key) and exists(self._warehouse, self._tombstones)
        if plan.completion:
            target = Target(self._target, self._tombstones, (), plan.generation, before, "")
            statements += merge_sql.complete(target, ledger, plan.completion.rows, has_tombstones=has_tombstones)
        if has_tombstones:
            statements.append(merge_sql.purge(self._tombstones, ledger_sql.timestamp(now - TOMBSTONES_KEPT)[:-3]))
        return self._checked(_Batch(tuple(statements))), results

    def _merge_segment(
        self, segment: _Segment, target: Target, again: Sequence[Inspected], stack: ExitStack
    ) -> list[Statement]:
        key = f"{self._settings.staging.prefix}{self._run_id}/{segment.staging.suffix}.manifest"
        url = stack.enter_context(
            staged_objects.copy_manifest(segment.staging.parts, self._settings.staging.bucket, key, self._s3)
        )
        merged = merge_sql.merge_changes if segment.kind is Kind.CHANGES else merge_sql.merge_load
        copied = merge_sql.copy(segment.staging, url, self._settings.warehouse.copy_role_arn)
        return [*copied, *merged(segment.staging, target), *self._remember(segment, target, again)]

    def _remember(self, segment: _Segment, target: Target, again: Sequence[Inspected]) -> list[Statement]:
        """What only the rows say, for the ledger. The rows of a CSV are counted together, at its first file."""
        ids = [file.file.source.load_id for file in segment.files]
        values = []
        if segment.kind is Kind.CHANGES:
            values.append(f"last_sequence = {merge_sql.greatest_sequence(segment.staging, target)}")
            if any(file.last_commit is None for file in segment.files):
                values.append(f"last_commit = {merge_sql.latest_commit(segment.staging, segment.lined_up.commit)}")
        statements = []
        ledger = sql.table(self._ledger.name)
        if values:
            quoted = ", ".join(f"'{load_id}'" for load_id in ids)
            statements.append(Statement(f"UPDATE {ledger} SET {', '.join(values)} WHERE load_id IN ({quoted})"))
        if any(file.rows is None for file in segment.files):
            count = merge_sql.count_staged(segment.staging)
            statements.append(
                Statement(f"UPDATE {ledger} SET rows_read = {count}, rows_loaded = {count} WHERE load_id = '{ids[0]}'")
            )
        if moved := [file.file.source.load_id for file in again if file in segment.files]:
            statements.append(Statement(move_to_generation(self._ledger.name, moved, target.generation)))
        return statements

    def _results(self, plan: Course, new_columns: Sequence[NewColumn]) -> list[FileResult]:
        technical = (SEQUENCE_COLUMN, OPERATION_COLUMN)
        added = (*self._added, *(column.name for column in new_columns if column.name not in technical))
        self.result.columns_added = added
        results = []
        for file in (*plan.loads, *plan.changes):
            is_load = file.file.kind is Kind.LOAD
            result = self._result(file.file, "loaded")
            more = {
                **result.more,
                "file_time": file.load_start if is_load else file.file.time,
                "generation": plan.generation,
                "last_sequence": f"{plan.generation}." if is_load else None,
                "last_commit": None if is_load else file.last_commit,
            }
            rows = file.rows or 0
            results.append(replace(result, rows_read=rows, rows_loaded=rows, more=more))
        if results and added:
            results[0] = replace(results[0], columns_added=added)
        if plan.completion:
            result = self._result(plan.completion.file, "loaded")
            results.append(replace(result, more={**result.more, "generation": plan.generation}))
        for load_id, reason in plan.superseded.items():
            results.append(self._result(self._files[load_id], "superseded", reason))
        return results

    def _checked(self, batch: _Batch) -> _Batch:
        longest = max(batch.statements, key=lambda each: len(each.sql.encode()))
        if len(batch.statements) > MAX_STATEMENTS or len(longest.sql.encode()) > MAX_STATEMENT_BYTES:
            raise WarehouseError(
                f"the merge into {self._target} needs {len(batch.statements)} statements, the longest of"
                f" {len(longest.sql.encode()):,} bytes; the Redshift Data API takes {MAX_STATEMENTS} in one transaction, of"
                f" {MAX_STATEMENT_BYTES:,} bytes each: replicate fewer columns of the table"
            )
        return batch

    # What went wrong

    def _look_into(self, error: WarehouseError, batch: _Batch, segments: Sequence[_Segment]) -> bool:
        """False where another attempt is worth it. Raises FilesAtFault, or the error."""
        role = batch.role(error)
        log.info("%s: not merged as planned (%s): %s", self._target, role.value, error)
        if role is Role.OVERTAKEN:
            self._attempts.back_off(4)
            return False
        if role is Role.INCOMPLETE:
            self._incomplete = True
            return False
        segment = next((each for each in segments if error.sql and each.staging.suffix in error.sql), None)
        if segment is None:
            raise error
        if role is Role.TIES and segment.kind not in self._positioned:
            self._positioned.add(segment.kind)
            return False
        if role in (Role.NO_CHANGE, Role.COPY):
            self._look_for_fault(segment)
        fault = refused_values(error, batch.on_data, self._target)
        if fault or role in (Role.CHANGED_VALUES, Role.NO_CHANGE):
            if not self._survey_all and role is not Role.NO_CHANGE:
                self._survey_all = True
                return False
            raise FilesAtFault({segment.files[0].file.source.load_id: fault or self._would_change(error)}) from error
        raise error

    def _would_change(self, error: WarehouseError) -> FileFault:
        return FileFault(
            "value_would_change",
            f"a value of the file would not be the same one in {self._target}: a column has fewer digits, no time of day"
            " or no fraction where the source has them; give the column of the table a type that holds them, and run the"
            " manifest again",
        )

    def _look_for_fault(self, segment: _Segment) -> None:
        """Reads the operations and sequences of the files. Raises FilesAtFault for each that is no file of changes (or
        of a full load), or that cannot be read to its end."""
        faults = {}
        for file in segment.files:
            places = [file.place(name) for name in (OPERATION, CHANGE_SEQUENCE)]
            headers = [file.columns[place].header for place in places if place is not None]
            keys = [file.columns[place].header for _, place, _ in segment.lined_up.key if place < len(file.columns)]
            whole = file.file.format == "csv"
            try:
                row = 0
                for batch in batches(file, self._s3, None if whole else list(dict.fromkeys([*headers, *keys]))):
                    require_changes(batch, headers, keys, row, file)
                    row += batch.num_rows
            except FileFault as fault:
                faults[file.file.source.load_id] = fault
        if faults:
            raise FilesAtFault(faults)

    def _at_fault(self, files: Sequence[Inspected], fault: FileFault) -> FilesAtFault:
        named = [file for file in files if file.file.url in fault.reason]
        return FilesAtFault({(named or list(files))[0].file.source.load_id: fault})

    def _fail(self, files: Sequence[DmsFile], faults: Mapping[str, FileFault]) -> None:
        """The files at fault fail; the others of the batch wait for them."""
        known = {result.file.load_id for result in self.result.files}
        has_ledger = exists(self._warehouse, self._ledger.name)
        first = next(file for file in files if file.source.load_id in faults)
        for file in files:
            load_id = file.source.load_id
            if load_id in known:
                continue
            if fault := faults.get(load_id):
                result = self._result(file, "failed", fault.reason)
                self._keep_outcome(result)
                if has_ledger:
                    self._ledger.record(result)
                self._finish(result)
            else:
                reason = f"it waits for {first.url}, which is at fault: {faults[first.source.load_id].reason}"
                self._finish(self._result(file, "unfinished", reason))

    # What was done

    def _done(
        self,
        plan: Course,
        results: Sequence[FileResult],
        batch: _Batch,
        counts: Sequence[int],
    ) -> None:
        for result in results:
            self._finish(result)
        for load_id, reason in plan.unfinished.items():
            self._finish(self._result(self._files[load_id], "unfinished", reason))
        total = dict.fromkeys(Role, 0)
        for statement, count in zip(batch.statements, counts, strict=False):
            total[statement.role] += max(count, 0)
        done = self.result
        done.rows_merged += total[Role.INSERT]
        done.deletes_applied += total[Role.DELETE]
        done.changes_applied += total[Role.INSERT] + total[Role.DELETE]
        self._measure(plan, [result.file.load_id for result in results])

    def _measure(self, plan: Course, load_ids: Sequence[str]) -> None:
        """For the state: the table's rows, and what the ledger has of it."""
        ids = ", ".join(f"'{load_id}'" for load_id in load_ids) or "''"
        ledger = sql.table(self._ledger.name)
        loads = f"status = 'loaded' AND kind = 'load' AND generation = '{plan.generation}'"
        query = (
            f"SELECT (SELECT COUNT(*) FROM {sql.table(self._target)}),"
            f" (SELECT COALESCE(SUM(rows_read), 0) FROM {ledger} WHERE {loads}),"
            f" (SELECT MAX(last_commit) FROM {ledger} WHERE load_id IN ({ids}))"
        )
        [(rows, loaded, commit)] = self._query(query)
        done = self.result
        done.rows_in_table, done.load_rows_merged = int(rows or 0), int(loaded or 0)
        if commit:
            time = datetime.fromisoformat(str(commit).strip())
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
            done.last_commit_time = time.isoformat()
            done.lag_seconds = max((self._now() - time).total_seconds(), 0.0)

    def _query(self, query: str) -> list[tuple[Any, ...]]:
        return retrying(lambda: self._warehouse.query(query))

    def _supersede(self, file: DmsFile, reason: str) -> None:
        result = self._result(file, "superseded", reason)
        self._keep_outcome(result)
        self._ledger.record(result)
        self._finish(result)

    def _keep_outcome(self, result: FileResult) -> None:
        if self._outcomes:
            self._outcomes.write(result.outcome())

    def _finish(self, result: FileResult) -> None:
        log.info("%s", result.summary_line())
        self.result.files.append(result)

    def _result(self, file: DmsFile, status: Status, reason: str | None = None) -> FileResult:
        more = {
            "kind": str(file.kind),
            "file_time": file.time,
            **dict.fromkeys(("generation", "last_sequence", "last_commit")),
        }
        return FileResult(file.source, status, self._run_id, self._now(), reason=reason, more=more)


def require_changes(
    batch: pa.RecordBatch, headers: Sequence[str], keys: Sequence[str], first: int, file: Inspected
) -> None:
    """Raises FileFault for the first row that is none."""
    operations = batch.column(batch.schema.get_field_index(headers[0])).cast(pa.string())
    sequences = batch.column(batch.schema.get_field_index(headers[1])).cast(pa.string())
    is_load = file.file.kind is Kind.LOAD
    wrong = pc.invert(pc.fill_null(pc.is_in(operations, pa.array(["I"] if is_load else ["I", "U", "D"])), False))
    _refuse(wrong, first, file, "unknown_operation", f"{OPERATION!r} is none of {'I' if is_load else 'I, U and D'}")
    length = pc.fill_null(pc.utf8_length(sequences), 0)
    if is_load:
        _refuse(
            pc.greater(length, 0), first, file, "sequence_in_load", f"{CHANGE_SEQUENCE!r} is not empty in a full load"
        )
    else:
        wrong = pc.or_(pc.equal(length, 0), pc.greater(length, merge_sql.SEQUENCE_DIGITS))
        _refuse(
            wrong, first, file, "no_sequence", f"{CHANGE_SEQUENCE!r} has not 1 to {merge_sql.SEQUENCE_DIGITS} digits"
        )
    for key in keys:
        place = batch.schema.get_field_index(key)
        if place >= 0:
            _refuse(pc.is_null(batch.column(place)), first, file, "null_key", f"the key column {key!r} is NULL")


def _refuse(marks: pa.BooleanArray, first: int, file: Inspected, code: str, what: str) -> None:
    found = pc.index(marks, True).as_py()
    if found >= 0:
        raise FileFault(
            code,
            f"{file.file.url}: in row {first + found + 1:,} {what}, which DMS does not write; correct the endpoint and reload"
            " the table, or put a right file in its place",
        )
