"""Merges the files of one table: inspect, order, plan, merge in one transaction, report.

Every step may be repeated. Whatever a run leaves behind, the ledger has a row for a file if and only if its rows are in
the table. A file at fault holds up the files of its table that came with it, and no other table's.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from botocore.exceptions import ClientError

from customer_data.columns.types import TableSchema
from customer_data.errors import FileFault, SourceChanged, SourceUnreadable, TransientWarehouseError, WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import get_write, why_unreadable
from customer_data.files.write_order import in_write_order
from customer_data.oracle_schema.names import (
    OPERATION_COLUMN,
    SEQUENCE_COLUMN,
    SUFFIXES_OF_TABLES,
    TOMBSTONES_SUFFIX,
)
from customer_data.replication import merge_sql
from customer_data.replication.batch import Batch, BatchMaker, BatchTooLong
from customer_data.replication.dms_files import COMMIT_TIME, DmsFile, Kind, SourceTable
from customer_data.replication.faults import FilesAtFault
from customer_data.replication.generations import Completion, Course, course
from customer_data.replication.merge_ledger import State, changes_after, measure, read_state
from customer_data.replication.merge_sql import Role
from customer_data.replication.reading import Inspected, inspect
from customer_data.replication.remarks import remarks
from customer_data.replication.result import LEDGER_COLUMNS, FileResult, Status, TableResult
from customer_data.replication.segments import Preparation, Segment, Segments
from customer_data.replication.settings import MergeSettings
from customer_data.warehouse import sql
from customer_data.warehouse.attempts import Attempts, is_overtaken, refused_values
from customer_data.warehouse.catalog import ensure_table, exists
from customer_data.warehouse.data_api import DataApi, at_once, retrying
from customer_data.warehouse.failure_texts import is_load_error, is_missing
from customer_data.warehouse.ledger import Ledger, LedgerView
from customer_data.warehouse.plan import NewColumn
from customer_data.warehouse.table_name import TableName

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Stored:
    """What the warehouse has of a table. It appends if its `key` is empty."""

    table: TableSchema
    key: tuple[str, ...]
    has_tombstones: bool


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
        run_schema_job: Callable[[], str | None] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.result = TableResult(table)
        self._settings = settings
        self._run_id = run_id
        self._source = table
        self._target = settings.target(table)
        self._tombstones = TableName(self._target.schema, f"{self._target.name}{TOMBSTONES_SUFFIX}")
        self._warehouse = warehouse
        self._s3 = s3
        self._run_schema_job = run_schema_job
        self._now = now
        self._attempts = Attempts(self._target, sleep)
        self._ledger = Ledger(warehouse, self._target, LEDGER_COLUMNS, replaced="failed")
        self._preparation = Preparation(settings, run_id, self._target, self._ledger.name, warehouse, s3)
        self._files: dict[str, DmsFile] = {}
        self._inspected: dict[str, Inspected] = {}
        self._incomplete = False
        self._most_segments: int | None = None

    def merge(self, files: Sequence[DmsFile]) -> TableResult:
        """Merges the files; says of each what became of it."""
        started = time.monotonic()
        by_id = {file.source.load_id: file for file in files}
        ordered = in_write_order(file.source for file in by_id.values())
        self._files = {source.load_id: by_id[source.load_id] for source in ordered}
        try:
            while not self._attempt(self._stored()):
                self._attempts.count(finished=False)
        except FilesAtFault as at_fault:
            self._fail(at_fault.faults)
        finally:
            self.result.columns_widened = tuple(dict.fromkeys(self._preparation.widened))
            self.result.columns_nullable = tuple(dict.fromkeys(self._preparation.nullable))
            self._preparation.delete_rewritten()
            self.result.seconds = time.monotonic() - started
        return self.result

    def _attempt(self, stored: _Stored) -> bool:
        """Whether all is done; else the next attempt knows more."""
        if stored.has_tombstones and not stored.key:
            self._refuse_lost_key()
        sources = [file.source for file in self._files.values()]
        view, state = at_once(lambda: self._ledger.read(sources), lambda: self._state(stored.table))
        data, completions = self._look_at(self._unfinished(view))
        self._refuse_other_source(state)
        if not data and not completions and not state.is_hidden:
            return True
        plan = self._without_incomplete(course(data, completions, state.known))
        self.result.generation = plan.generation
        try:
            again = self._merged_too_early(plan) if plan.again or state.is_hidden else []
            return self._merge(plan, again, state, stored)
        except TransientWarehouseError as error:
            log.info("%s: merging again: %s", self._target, error)
            self._attempts.back_off()
            return False

    def _merge(self, plan: Course, again: Sequence[Inspected], state: State, stored: _Stored) -> bool:
        changes, waiting = self._in_one_transaction(plan, again)
        plan = replace(plan, changes=tuple(file for file in plan.changes if file not in waiting))
        ready = self._preparation.segments(plan.loads, changes, stored.table, stored.key)
        if ready is None:
            return False
        results = self._results(plan, ready.new_columns)
        if results or changes:
            with ExitStack() as stack:
                try:
                    batch = self._batch(plan, again, ready, results, state, stored, stack)
                except BatchTooLong as error:
                    return self._take_fewer(ready, error)
                try:
                    log.info("%s: merging %d files", self._target, len(results))
                    counts = self._warehouse.batch(batch.sqls)
                except TransientWarehouseError:
                    raise
                except WarehouseError as error:
                    return self._look_into(error, batch, ready, stored.table)
            self._count(batch, counts)
            self.result.remark(remarks(batch, counts, ready))
        for result in results:
            self._finish(result)
        for load_id, reason in plan.unfinished.items():
            self._finish(self._result(self._files[load_id], "unfinished", reason))
        if results:
            self._measure(plan, results)
        if waiting:
            self._attempts.count(finished=True)
        return not waiting

    def _in_one_transaction(
        self, plan: Course, again: Sequence[Inspected]
    ) -> tuple[list[Inspected], Sequence[Inspected]]:
        """The changes in their order, and those that wait for the next transaction. What is merged again behind a load
        may too: the ledger says that it is hidden until then."""
        changes = sorted([*plan.changes, *again], key=lambda each: (each.file.name, each.file.source.load_id))
        if self._most_segments is None:
            return changes, ()
        runs = [list(files) for _, files in groupby(changes, key=lambda each: each.shape)]
        most = max(self._most_segments, 0 if plan.loads else 1)
        taken = sum(map(len, runs[:most]))
        return changes[:taken], changes[taken:]

    def _take_fewer(self, ready: Segments, error: BatchTooLong) -> bool:
        """Raises WarehouseError where it cannot be done in parts."""
        segments = sum(segment.kind is Kind.CHANGES for segment in ready.segments)
        if (self._most_segments is not None and segments > self._most_segments) or not segments:
            raise WarehouseError(str(error)) from error
        self._most_segments = segments // 2
        return False

    def _batch(
        self,
        plan: Course,
        again: Sequence[Inspected],
        ready: Segments,
        results: Sequence[FileResult],
        state: State,
        stored: _Stored,
        stack: ExitStack,
    ) -> Batch:
        has_tombstones = stored.has_tombstones
        key = next((segment.staging.key for segment in ready.segments), ())
        if key and not has_tombstones:
            create = merge_sql.create_tombstones(self._tombstones, key)
            ensure_table(self._warehouse, self._tombstones, create)
            has_tombstones = True
        maker = BatchMaker(self._settings, self._run_id, self._target, self._tombstones, self._ledger, self._s3, stack)
        return maker.make(plan, again, ready, results, state, stored.table, self._now(), has_tombstones=has_tombstones)

    # Which files, and what is in them

    def _stored(self) -> _Stored:
        """Raises FilesAtFault where there is no table."""
        self._refuse_own_names()
        table, key, has_ledger, has_tombstones = at_once(
            lambda: retrying(self._preparation.read_table),
            lambda: self._query(merge_sql.primary_key(self._target)),
            lambda: self._exists(self._ledger.name),
            lambda: self._exists(self._tombstones),
        )
        if table is None:
            return self._made(has_ledger=has_ledger)
        if not has_ledger:
            self._ledger.ensure()
        self.result.appends = not key
        return _Stored(table, tuple(str(name) for (name,) in key), has_tombstones)

    def _made(self, *, has_ledger: bool) -> _Stored:
        """A table that is new in the source is made by the schema job. One that could not be made has a ledger, which
        says that its files have failed, and the job is not run for it again."""
        trouble = None
        if self._run_schema_job and not has_ledger:
            run, self._run_schema_job = self._run_schema_job, None
            log.info("%s: there is no such table yet", self._target)
            if (trouble := run()) is None:
                return self._stored()
        raise FilesAtFault(dict.fromkeys(self._files, self._no_table(trouble)))

    def _no_table(self, trouble: str | None) -> FileFault:
        try:
            self._ledger.ensure()
        except WarehouseError as error:  # there is no schema either
            log.info("%s: nothing is kept of the files: %s", self._target, error)
        made = "add it to the schemaFile, and deploy that"
        if job := self._settings.schema_job:
            made = (
                f"run the schema job (aws glue start-job-run --job-name '{job}'"
                + (f"; {trouble}" if trouble else "")
                + "), whose log says what keeps it from making the table, such as a SELECT that the source's user lacks"
            )
        return FileFault(
            "no_table",
            f"there is no table {self._target} for {self._source}: {made}; then run the manifest again, or load the"
            " table again in DMS",
        )

    def _refuse_own_names(self) -> None:
        if self._target.name.endswith(SUFFIXES_OF_TABLES):
            fault = FileFault(
                "name_taken",
                f"{self._source} would be {self._target}, a name that the merge has for its own tables: leave it out"
                " (excludeTables), or rename it in the source",
            )
            raise FilesAtFault(dict.fromkeys(self._files, fault))

    def _refuse_lost_key(self) -> None:
        """CREATE TABLE AS takes no key over, and each change would become one more row."""
        fault = FileFault(
            "lost_key",
            f"{self._target} has no PRIMARY KEY any more, by which its rows were merged so far: give it the key again"
            f" (ALTER TABLE ... ADD PRIMARY KEY), or, to append each change as a row, drop {self._tombstones}; then run"
            " the manifest again",
        )
        raise FilesAtFault(dict.fromkeys(self._files, fault))

    def _refuse_other_source(self, state: State) -> None:
        """Rows of two sources in one table would delete each other: by a key of both, or when a load is complete."""
        if state.other_key:
            other = ".".join(state.other_key.split("/")[-3:-1])
            fault = FileFault(
                "two_sources",
                f"{self._target} has the rows of {other}, and {self._source} has the same name there: leave one of the"
                " two out (excludeTables), or replicate them into schemas of their own",
            )
            raise FilesAtFault(dict.fromkeys(self._files, fault))

    def _unfinished(self, view: LedgerView) -> list[DmsFile]:
        """Finishes those whose outcome the ledger holds; a failure is none, the file may have been mended."""
        finished = {result.file.load_id for result in self.result.files}
        files = [file for load_id, file in self._files.items() if load_id not in finished]
        unfinished = []
        for file in files:
            status = view.status(file.source)
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
            try:
                if file.kind is Kind.COMPLETE:
                    completions.append(Completion.read(file, get_write(self._s3, file.source, None)["Body"].read()))
                else:
                    data.append(self._inspect(file))
            except SourceChanged:
                self._supersede(file, "the object is gone or was overwritten since its event")
            except SourceUnreadable as refusal:
                self._finish(self._result(file, "unfinished", str(refusal)))
            except FileFault as fault:
                faults[file.source.load_id] = fault
        if faults:
            raise FilesAtFault(faults)
        return data, completions

    def _inspect(self, file: DmsFile) -> Inspected:
        load_id = file.source.load_id
        if load_id not in self._inspected:
            self._inspected[load_id] = inspect(file, self._s3)
        return self._inspected[load_id]

    def _state(self, table: TableSchema) -> State:
        """Where the ledger was lost, the table's own rows and tombstones say which changes are older."""
        state = read_state(self._warehouse, self._ledger.name, self._source)
        if state.files or not table.column(SEQUENCE_COLUMN):
            return state
        names = [self._target, *([self._tombstones] if self._exists(self._tombstones) else [])]
        greatest = [self._query(f"SELECT MAX({SEQUENCE_COLUMN}) FROM {sql.table(name)}") for name in names]
        last = max(str(sequence or "") for [(sequence,)] in greatest)
        generation, _, change = last.partition(".")
        known = replace(state.known, generation=generation or state.known.generation)
        return replace(state, last_sequence=last, last_change=change, known=known)

    def _without_incomplete(self, plan: Course) -> Course:
        if not self._incomplete or not plan.completion:
            return plan
        reason = "the full load has more or fewer rows than have come; it is completed when the others are merged"
        waiting = {plan.completion.file.source.load_id: reason}
        return replace(plan, completion=None, unfinished={**plan.unfinished, **waiting})

    def _merged_too_early(self, plan: Course) -> list[Inspected]:
        """Changes that an older generation has and the new one has not: without them it would hide them."""
        found = []
        for file in changes_after(self._warehouse, self._ledger.name, plan, self._settings.prefix):
            try:
                found.append(self._inspect(replace(file, source=self._sized(file.source))))
            except (SourceChanged, SourceUnreadable) as error:
                fault = FileFault(
                    "changes_gone",
                    f"{file.url}, whose changes came before this full load and are newer, is needed again and cannot"
                    f" be read: {error}; reload the table, which brings what it has",
                )
                at_fault = [each.file.source.load_id for each in plan.loads]
                at_fault += [plan.completion.file.source.load_id] if plan.completion else []
                raise FilesAtFault(dict.fromkeys(at_fault or self._files, fault)) from error
        return found

    def _sized(self, file: SourceFile) -> SourceFile:
        version = {"VersionId": file.version_id} if file.version_id and file.version_id != "null" else {}
        try:
            head = self._s3.head_object(Bucket=file.bucket, Key=file.key, **version)
        except ClientError as error:
            if reason := why_unreadable(file.bucket, file.key, error):
                raise SourceChanged(reason) from error
            raise
        return replace(file, size=head["ContentLength"])

    # What went wrong

    def _look_into(self, error: WarehouseError, batch: Batch, ready: Segments, table: TableSchema) -> bool:
        """False where another attempt is worth it. Raises FilesAtFault, or the error."""
        role = batch.role(error)
        log.info("%s: not merged as planned (%s): %s", self._target, role.value, error)
        if is_missing(str(error)) and error.sql and sql.table(self._tombstones) in error.sql:
            if not self._exists(self._tombstones):  # somebody has dropped them meanwhile
                return False
            other_key = FileFault(
                "other_key",
                f"{self._tombstones}, which remembers deletions, has not the key of {self._target}: {error}; drop"
                f" {self._tombstones}, which is made anew, run the manifest again, and reload the table",
            )
            raise FilesAtFault(dict.fromkeys(self._files, other_key)) from error
        if role is Role.OVERTAKEN:
            if not is_overtaken(error):
                raise error
            self._attempts.back_off(4)
            return False
        if role is Role.INCOMPLETE:
            self._incomplete = True
            return False
        segment = next((each for each in ready.segments if error.sql and each.staging.suffix in error.sql), None)
        if segment is None:
            raise error
        if role is Role.TIES:
            return not self._preparation.by_position(segment.kind)
        fault = refused_values(error, batch.on_data, self._target) or self._refused_row(error, role, segment)
        if role is Role.CHANGED_VALUES:
            fault = self._would_change()
        if role is Role.COPY or role is Role.NO_CHANGE:
            self._preparation.look_for_fault(segment, table, values=False)
        if role is Role.NO_CHANGE and not self._preparation.padded:
            self._preparation.padded = True  # there are sequences of fewer digits
            return False
        if fault is None:
            raise error
        if not self._preparation.survey_all:
            self._preparation.survey_all = True
            return False
        self._preparation.look_for_fault(segment, table, values=True)
        raise FilesAtFault.of(segment.files[0], fault) from error

    def _refused_row(self, error: WarehouseError, role: Role, segment: Segment) -> FileFault | None:
        """Of a CSV, COPY's message does not say what is wrong."""
        if role is not Role.COPY or segment.staging.csv is None or not is_load_error(str(error)):
            return None
        return FileFault(
            "refused_by_warehouse",
            f"COPY refused a row of the file for {self._target}: {error} It names line and column; correct the row, or"
            " reload the table",
        )

    def _would_change(self) -> FileFault:
        return FileFault(
            "value_would_change",
            f"a value of the file would not be the same one in {self._target}: a column has fewer digits, no time of"
            " day or no fraction where the source has them, or takes its word for neither true nor false; give the"
            " column of the table a type that holds them, and run the manifest again",
        )

    def _fail(self, faults: Mapping[str, FileFault]) -> None:
        """The files at fault fail; the others of the batch wait for them."""
        finished = {result.file.load_id for result in self.result.files}
        has_ledger = self._exists(self._ledger.name)
        at_fault, fault = next(iter(faults.items()))
        for load_id, file in self._files.items():
            if load_id in finished:
                continue
            if load_id in faults:
                result = self._result(file, "failed", faults[load_id].reason)
                if has_ledger:
                    self._ledger.record(result)
            else:
                reason = f"it waits for {self._files[at_fault].url}, which is at fault: {fault.reason}"
                result = self._result(file, "unfinished", reason)
            self._finish(result)

    # What was done

    def _results(self, plan: Course, new_columns: Sequence[NewColumn]) -> list[FileResult]:
        technical = (SEQUENCE_COLUMN, OPERATION_COLUMN)
        added = (*self._preparation.added, *(each.name for each in new_columns if each.name not in technical))
        known = self.result.columns_added
        self.result.columns_added = (*known, *(name for name in added if name not in known))
        results = []
        for file in (*plan.loads, *plan.changes):
            is_load = file.file.kind is Kind.LOAD
            result = self._result(
                file.file,
                "loaded",
                file_time=file.load_start if is_load else file.file.time,
                generation=plan.generation,
                last_sequence=f"{plan.generation}." if is_load else None,
                last_commit=None if is_load else file.last_commit,
            )
            results.append(replace(result, rows_read=file.rows or 0, rows_loaded=file.rows or 0))
        if results:
            results[0] = replace(results[0], columns_added=added)
        if plan.completion:
            done, began = plan.completion.file, plan.completion.started
            results.append(self._result(done, "loaded", generation=plan.generation, file_time=began))
        results += [self._result(self._files[load_id], "superseded", why) for load_id, why in plan.superseded.items()]
        return results

    def _count(self, batch: Batch, counts: Sequence[int]) -> None:
        inserted, deleted = batch.rows(Role.INSERT, counts), batch.rows(Role.DELETE, counts)
        self.result.rows_merged += inserted
        self.result.deletes_applied += deleted
        self.result.changes_applied += inserted + deleted

    def _measure(self, plan: Course, results: Sequence[FileResult]) -> None:
        """For the state: the table's rows, and what the ledger has of it."""
        done = self.result
        query = measure(self._target, self._ledger.name, plan.generation, [each.file.load_id for each in results])
        [(rows, loaded, commit)] = self._query(query)
        done.rows_in_table, done.load_rows_merged = int(rows or 0), int(loaded or 0)
        if commit:
            self._measure_lag(str(commit).strip())

    def _measure_lag(self, commit: str) -> None:
        try:
            time = datetime.fromisoformat(commit)
        except ValueError:  # the rows are merged: a column that is no time only leaves the lag unknown
            log.warning("%s: %s has no times, so that nobody knows how late changes are", self._target, COMMIT_TIME)
            return
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time
        self.result.last_commit_time = time.isoformat()
        self.result.lag_seconds = max((self._now() - time).total_seconds(), 0.0)

    def _exists(self, name: TableName) -> bool:
        return retrying(lambda: exists(self._warehouse, name))

    def _query(self, query: str) -> list[tuple[Any, ...]]:
        return retrying(lambda: self._warehouse.query(query))

    def _supersede(self, file: DmsFile, reason: str) -> None:
        result = self._result(file, "superseded", reason)
        self._ledger.record(result)
        self._finish(result)

    def _finish(self, result: FileResult) -> None:
        log.info("%s", result.summary_line())
        self.result.files.append(result)

    def _result(self, file: DmsFile, status: Status, reason: str | None = None, **more: str | None) -> FileResult:
        of_ledger = dict.fromkeys(name for name, _ in LEDGER_COLUMNS) | {"kind": str(file.kind), "file_time": file.time}
        return FileResult(file.source, status, self._run_id, self._now(), reason=reason, more={**of_ledger, **more})
