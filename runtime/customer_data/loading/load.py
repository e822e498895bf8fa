"""Loads the files of one manifest: read the ledger, stage, group, plan, load, report.

Every step may be repeated. A file is finished when the ledger has a row for it, and that row is written in the
transaction that loads the file's rows: a run that ends anywhere leaves each file loaded or untouched.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from customer_data.columns.names import column_names, missing_headers
from customer_data.columns.number_formats import number_format
from customer_data.columns.types import TableSchema
from customer_data.errors import FileFault, SourceChanged, TransientWarehouseError, WarehouseError
from customer_data.files import set_aside
from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile
from customer_data.files.outcomes import Outcomes
from customer_data.files.write_order import in_write_order
from customer_data.loading.contract import known_columns
from customer_data.loading.file_result import FileResult, Status
from customer_data.loading.named_types import with_named_types
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staged_file import StagedFile, groups, parts_of
from customer_data.records import staged_objects
from customer_data.records.key_order import are_distinct
from customer_data.warehouse import ledger, sql, table_changes
from customer_data.warehouse.attempts import Attempts, refused_values
from customer_data.warehouse.catalog import read_table
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.ledger import Ledger
from customer_data.warehouse.plan import LoadPlan, check_plan, fits, make_plan

log = logging.getLogger(__name__)

#: Files in a row that the warehouse does not take, after which it is not the files.
_MAX_REFUSALS = 3

Group = tuple[StagedFile, ...]


@dataclass(frozen=True)
class StageTask:
    """One file to stage, checked against `table`; `index` is its place in the manifest."""

    file: SourceFile
    index: int
    table: TableSchema | None


StageFiles = Callable[[Sequence[StageTask]], Iterable[StagedFile]]


class Loader:
    """One run. `results` has the files finished so far, also when `load` raises.

    `stage` stages files, spread as the job sees fit, and answers in the order of its tasks. Raises WarehouseError and
    botocore's errors for what is not a file's fault.
    """

    def __init__(
        self,
        settings: LoaderSettings,
        run_id: str,
        *,
        warehouse: DataApi,
        s3: Any,
        stage: StageFiles,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.results: list[FileResult] = []
        self._settings = settings
        self._run_id = run_id
        self._warehouse = warehouse
        self._s3 = s3
        self._stage_files = stage
        self._now = now
        self._attempts = Attempts(settings.table, sleep)
        self._ledger = Ledger(warehouse, settings.table)
        self._table: TableSchema | None = None
        self._not_widenable: set[str] = set()
        self._not_growing: set[str] = set()
        self._not_growing_now: set[str] = set()
        self._added_early: set[str] = set()
        self._widened: set[str] = set()
        self._nullable: set[str] = set()
        self._index: dict[str, int] = {}
        self._staged_against: dict[str, TableSchema | None] = {}
        self._refusals = 0
        prefix = settings.outcomes_prefix
        self._outcomes = Outcomes(settings.staging.bucket, prefix, s3) if prefix else None

    def load(self, files: Sequence[SourceFile]) -> list[FileResult]:
        """Loads the files in the order of their writes; returns what became of each."""
        ordered = in_write_order({file.load_id: file for file in files}.values())
        self._index = {file.load_id: index for index, file in enumerate(ordered)}
        self._ledger.ensure()
        self._read_table()
        staged = self._stage(self._unfinished(ordered))
        self._load_groups(deque(groups(staged)))
        return self.results

    def _load_groups(self, pending: deque[Group]) -> None:
        while pending:
            finished = len(self.results)
            follow_up = self._load_group(pending.popleft())
            pending.extendleft(reversed(follow_up))
            self._attempts.count(finished=len(self.results) > finished)

    def _load_group(self, group: Group) -> list[Group]:
        """Loads a group in one transaction. Returns the groups to try next in its place: none when it is done."""
        if group[0].fault:
            return self._fail_unless_outdated(group[0], group[0].fault)
        if self._table is None and not self._settings.schema_contract.may_evolve and len(group) > 1:
            return [group[:1], group[1:]]  # the first one makes the table that the others have to fit
        outdated = [file for file in group if not self._fits(file)]
        if outdated:
            log.info("staging %d files again: the table has changed", len(outdated))
            return groups(self._staged_again(group, outdated))
        planned_against = self._table
        try:
            plan = plan_load(group, self._table, self._settings)
            check_plan(plan, self._settings.column_types)
            if self._prepare_table(plan):
                return [group]
            self._submit(group, plan)
        except TransientWarehouseError as error:
            log.info("loading again: %s", error)
            self._attempts.back_off()
            self._read_table()
            return self._unloaded(group)
        except (FileFault, WarehouseError) as error:
            self._read_table()
            remaining = self._unloaded(group)
            if self._table != planned_against or remaining != [group]:
                log.info("planning again, another run was faster: %s", error)
                self._attempts.back_off(4)
                return remaining
            if len(group) > 1:
                log.info("looking for the file that fails, in two halves of %d files: %s", len(group), error)
                middle = len(group) // 2
                return [group[:middle], group[middle:]]
            if isinstance(error, WarehouseError):
                self._leave_unfinished(group[0], error)
            else:
                self._fail(group[0], error)
        else:
            self._refusals = 0
            if plan.new_columns:
                self._read_table()
        if self._not_growing_now:
            self._not_growing_now.clear()
            self._read_table()
        return []

    def _fail_unless_outdated(self, staged: StagedFile, fault: FileFault) -> list[Group]:
        """What is wrong in a file may be something else, or nothing, after the files before it changed the table."""
        if self._staged_against[staged.file.load_id] != self._table:
            return groups(self._staged_again((staged,), [staged]))
        self._fail(staged, fault)
        return []

    def _fits(self, file: StagedFile) -> bool:
        settings, named = self._settings, file.header_map
        names = column_names(list(named), settings.column_mapping, known_columns(self._table, settings))
        may_evolve = settings.schema_contract.may_evolve
        return names == tuple(named.values()) and fits(
            file.columns, file.discarded_columns, self._table, may_evolve=may_evolve
        )

    def _prepare_table(self, plan: LoadPlan) -> bool:
        """Whether the table had to be changed before the load, which then has to be planned again."""
        table = self._settings.table
        staying = table_changes.grow(
            plan,
            table,
            self._ledger.name,
            self._warehouse,
            self._widened.add,
            self._nullable.add,
            most_rows=self._settings.grow_up_to_rows,
            plain_numbers=number_format(self._settings.csv) is None,
        )
        self._not_growing.update(staying.for_good)
        self._not_growing_now.update(staying.for_now)
        self._not_widenable.update(table_changes.widen(plan, table, self._warehouse, self._widened.add))
        added = table_changes.add_excess_columns(plan, table, self._ledger.name, self._warehouse)
        self._added_early.update(added)
        changed = bool(plan.growths or plan.widenings or added)
        if changed:
            self._read_table()
        return changed

    def _submit(self, group: Group, plan: LoadPlan) -> None:
        started = time.monotonic()
        has_rows = any(file.parts for file in group)
        added = [column.name for column in plan.new_columns] + sorted(self._added_early) if has_rows else []
        results = [replace(self._result(file, "loaded"), columns_waiting=plan.waiting) for file in group]
        # Files of one group bring the same columns: the first one is said to have added them.
        widened, nullable = (tuple(sorted(names) if has_rows else ()) for names in (self._widened, self._nullable))
        results[0] = replace(results[0], columns_added=tuple(added), columns_widened=widened, columns_nullable=nullable)
        for result in results:  # before the rows are loaded, or a run that ends in between would report nothing
            self._keep_outcome(result)
        self._run_batch(group, plan, results, has_rows)
        seconds = time.monotonic() - started
        for result in results:
            self._finish(replace(result, seconds=result.seconds + seconds))
        staged_objects.delete_parts(parts_of(group), self._s3)
        if has_rows:
            self._added_early.clear()
            self._widened.clear()
            self._nullable.clear()

    def _run_batch(self, group: Group, plan: LoadPlan, results: Sequence[FileResult], has_rows: bool) -> None:
        """Raises FileFault when the warehouse refuses what is in the files."""
        bucket, suffix = self._settings.staging.bucket, uuid.uuid4().hex[:12]
        manifest_key = f"{self._settings.staging.prefix}{self._run_id}/{suffix}.manifest"
        with ExitStack() as stack:
            manifest_url = None
            if has_rows:
                parts, s3 = parts_of(group), self._s3
                manifest_url = stack.enter_context(staged_objects.copy_manifest(parts, bucket, manifest_key, s3))
            try:
                batch = sql.upsert_batch(
                    plan,
                    target=self._settings.table,
                    ledger=self._ledger.name,
                    ledger_statements=ledger.guarded_insert(self._ledger.name, results),
                    copy_manifest_url=manifest_url,
                    copy_role_arn=self._settings.warehouse.copy_role_arn,
                    suffix=suffix,
                    distinct_keys=are_distinct([file.keys for file in group if file.parts]),
                )
                log.info("loading %d files, %d rows", len(group), sum(file.rows_staged for file in group))
                self._warehouse.batch(batch.statements)
            except sql.BatchTooLarge as error:
                raise FileFault("too_wide", str(error)) from error
            except TransientWarehouseError:
                raise
            except WarehouseError as error:
                if fault := refused_values(error, batch.on_data, self._settings.table):
                    raise fault from error
                raise

    def _stage(self, files: Sequence[SourceFile]) -> list[StagedFile]:
        """Stages the files against the table as it is now; finishes those that are not there."""
        if not files:
            return []
        log.info("staging %d files, %d bytes", len(files), sum(file.size for file in files))
        tasks = [StageTask(file, self._index[file.load_id], self._table) for file in files]
        loadable = []
        for staged in self._stage_files(tasks):
            if staged.superseded:
                self._supersede(staged.file, "the object is gone or was overwritten since its event")
            elif staged.unreadable:
                self._finish(self._source_result(staged.file, "unfinished", staged.unreadable))
            else:
                self._staged_against[staged.file.load_id] = self._table
                loadable.append(staged)
        return loadable

    def _staged_again(self, group: Group, outdated: Sequence[StagedFile]) -> list[StagedFile]:
        staged_objects.delete_parts(parts_of(outdated), self._s3)
        again = {staged.file.load_id: staged for staged in self._stage([file.file for file in outdated])}
        outdated_ids = {file.file.load_id for file in outdated}
        return [
            again.get(file.file.load_id, file)
            for file in group
            if file.file.load_id in again or file.file.load_id not in outdated_ids
        ]

    def _unloaded(self, group: Group) -> list[Group]:
        """The group without the files that another run has finished since."""
        unfinished = {file.load_id for file in self._unfinished([staged.file for staged in group])}
        remaining = tuple(staged for staged in group if staged.file.load_id in unfinished)
        elsewhere = [staged for staged in group if staged.file.load_id not in unfinished]
        staged_objects.delete_parts(parts_of(elsewhere), self._s3)
        return [remaining] if remaining else []

    def _unfinished(self, files: Sequence[SourceFile]) -> list[SourceFile]:
        """The files that the ledger does not have, finishing those whose outcome it holds."""
        view = self._ledger.read(files)
        unfinished = []
        for file in files:
            status = view.status(file)
            if status == "failed":
                set_aside.remove_original(file, self._s3)  # the run that kept the row may have ended there
            if status:
                self._finish(self._source_result(file, "already_done", f"the ledger says {status}"))
            elif reason := view.superseded_by(file):
                self._supersede(file, reason)
            else:
                unfinished.append(file)
        return unfinished

    def _fail(self, staged: StagedFile, fault: FileFault) -> None:
        file = staged.file
        try:
            key = derived_key(file, self._settings.error_prefix, self._settings.prefix)
            set_aside.copy_aside(file, fault, key, run_id=self._run_id, at=self._now(), s3=self._s3)
        except SourceChanged as changed:
            self._supersede(file, str(changed))
            return
        result = replace(
            self._result(staged, "failed"), reason=fault.reason, rows_loaded=0, rows_rescued=0, rescue_columns=()
        )
        self._keep_outcome(result)
        self._ledger.record(result)
        set_aside.remove_original(file, self._s3)
        self._finish(result)
        staged_objects.delete_parts(staged.parts, self._s3)

    def _leave_unfinished(self, staged: StagedFile, error: WarehouseError) -> None:
        """Goes on without a file that the warehouse does not take: another run may load it. Raises the error when the
        files before it fared no better."""
        self._refusals += 1
        if self._refusals == _MAX_REFUSALS:
            raise error
        self._finish(self._source_result(staged.file, "unfinished", str(error)))
        staged_objects.delete_parts(staged.parts, self._s3)

    def _keep_outcome(self, result: FileResult) -> None:
        if self._outcomes:
            self._outcomes.write(result.outcome())

    def _supersede(self, file: SourceFile, reason: str) -> None:
        result = self._source_result(file, "superseded", reason)
        self._keep_outcome(result)  # what was found in it is not what became of it
        self._ledger.record(result)
        self._finish(result)

    def _finish(self, result: FileResult) -> None:
        log.info("%s", result.summary_line())
        self.results.append(result)

    def _result(self, staged: StagedFile, status: Status) -> FileResult:
        reason = staged.notes.about_header if status == "loaded" else None
        return replace(
            self._source_result(staged.file, status, reason),
            rows_read=staged.rows_read,
            rows_loaded=staged.rows_staged,
            rows_rejected=staged.rows_rejected,
            rejected_key=staged.rejected_key,
            rejected_reasons=staged.rejected_reasons,
            rows_rescued=staged.rows_rescued,
            rescue_columns=staged.rescue_columns,
            column_reports=staged.column_reports,
            columns_discarded=staged.discarded_columns,
            header_map=staged.header_map,
            headers_missing=missing_headers(self._settings.column_mapping, staged.header_map),
            guessed_encoding=staged.guessed_encoding,
            notes=staged.notes,
            seconds=staged.seconds,
            check=staged.check,
        )

    def _source_result(self, file: SourceFile, status: Status, reason: str | None = None) -> FileResult:
        return FileResult(file, status, self._run_id, self._now(), reason=reason)

    def _read_table(self) -> None:
        table = read_table(
            self._warehouse,
            self._settings.table,
            may_evolve=self._settings.schema_contract.may_evolve,
            may_grow=self._settings.grow_up_to_rows > 0,
            refused=self._not_widenable,
            not_growing=self._not_growing | self._not_growing_now,
        )
        self._table = with_named_types(table, self._settings)


def plan_load(files: Sequence[StagedFile], table: TableSchema | None, settings: LoaderSettings) -> LoadPlan:
    """What the files do to the table."""
    columns = [file.columns for file in files]
    return make_plan(columns, table, key=settings.primary_key, sequence=settings.sequence_column)
