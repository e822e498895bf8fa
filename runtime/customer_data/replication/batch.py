"""The one transaction in which files of a table are merged."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from customer_data.columns.types import TableSchema
from customer_data.errors import WarehouseError
from customer_data.records import staged_objects
from customer_data.replication import merge_sql
from customer_data.replication.dms_files import Kind
from customer_data.replication.generations import Course
from customer_data.replication.merge_ledger import State, move_to_generation, unchanged_guard
from customer_data.replication.merge_sql import Role, Statement, Target
from customer_data.replication.reading import Inspected
from customer_data.replication.result import FileResult
from customer_data.replication.segments import Segment, Segments
from customer_data.replication.settings import MergeSettings
from customer_data.warehouse import ledger as ledger_sql
from customer_data.warehouse import sql
from customer_data.warehouse.data_api import MAX_STATEMENT_BYTES, MAX_STATEMENTS
from customer_data.warehouse.ledger import Ledger
from customer_data.warehouse.table_name import TableName

#: For how long a deleted key is remembered.
TOMBSTONES_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Batch:
    statements: tuple[Statement, ...]

    @property
    def sqls(self) -> list[str]:
        return [each.sql for each in self.statements]

    @property
    def on_data(self) -> list[str]:
        roles = (Role.COPY, Role.DATA, Role.INSERT, Role.DELETE)
        return [each.sql for each in self.statements if each.role in roles]

    def role(self, error: WarehouseError) -> Role:
        return next((each.role for each in self.statements if each.sql == error.sql), Role.OTHER)

    def rows(self, role: Role, counts: Sequence[int]) -> int:
        """Of all its statements of the role, given the number of each statement of the batch."""
        pairs = zip(self.statements, counts, strict=False)
        return sum(max(count, 0) for statement, count in pairs if statement.role is role)


class BatchTooLong(Exception):
    """More statements than the Data API takes in one transaction."""


class BatchMaker:
    """For one table. COPY's manifests are there as long as `manifests`, a context."""

    def __init__(
        self,
        settings: MergeSettings,
        run_id: str,
        target: TableName,
        tombstones: TableName,
        ledger: Ledger,
        s3: Any,
        manifests: ExitStack,
    ) -> None:
        self._settings = settings
        self._run_id = run_id
        self._target = target
        self._tombstones = tombstones
        self._ledger = ledger
        self._s3 = s3
        self._manifests = manifests

    def make(
        self,
        course: Course,
        again: Sequence[Inspected],
        ready: Segments,
        results: Sequence[FileResult],
        state: State,
        table: TableSchema,
        now: datetime,
        *,
        has_tombstones: bool,
    ) -> Batch:
        """The statements, in order: LOCK first, for Redshift takes a transaction's snapshot at its first statement; the
        ledger's rows and all guards; columns; the full load; the changes; the completion. Raises BatchTooLong."""
        ledger, ours = self._ledger.name, [result.file.load_id for result in results]
        guarded = [
            *([*self._ledger.inserted_once(results), ledger_sql.newest_guard(ledger, results)] if results else ()),
            unchanged_guard(ledger, state, ours),
            sql.columns_guard(self._target, [column.type for column in table.columns]),
            *(sql.add_column(self._target, column) for column in ready.new_columns),
        ]
        statements = [Statement(sql.lock(ledger)), *(Statement(each, Role.OVERTAKEN) for each in guarded)]
        before, changes_before = state.last_sequence, state.last_change
        for segment in ready.segments:
            target = self._where(ready.lacking(segment), course.generation, before, changes_before, now)
            statements += self._segment(segment, target, again)
            if segment.kind is Kind.CHANGES:  # what is its greatest sequence is not known yet
                changes_before = merge_sql.GREATEST_CHANGE
            before = max(before, f"{course.generation}.{changes_before if segment.kind is Kind.CHANGES else ''}")
        if course.completion:
            target = self._where((), course.generation, before, "", now)
            rows = course.completion.rows
            statements += merge_sql.complete(target, ledger, rows, has_tombstones=has_tombstones)
        if has_tombstones:
            statements.append(merge_sql.purge(self._tombstones, _plain(now - TOMBSTONES_KEPT)))
        return self._checked(Batch(tuple(statements)))

    def _where(self, kept: tuple[str, ...], generation: str, before: str, changes: str, now: datetime) -> Target:
        return Target(self._target, self._tombstones, kept, generation, before, changes, _plain(now))

    def _segment(self, segment: Segment, target: Target, again: Sequence[Inspected]) -> list[Statement]:
        staging = self._settings.staging
        key = f"{staging.prefix}{self._run_id}/{segment.staging.suffix}.manifest"
        manifest = staged_objects.copy_manifest(segment.staging.parts, staging.bucket, key, self._s3)
        url = self._manifests.enter_context(manifest)
        copied = merge_sql.copy(segment.staging, url, self._settings.warehouse.copy_role_arn)
        merge = merge_sql.merge_changes if segment.kind is Kind.CHANGES else merge_sql.merge_load
        remarks = merge_sql.remarks(segment.staging, has_updates=segment.kind is Kind.CHANGES)
        return [*copied, *merge(segment.staging, target), *remarks, *self._remember(segment, target, again)]

    def _remember(self, segment: Segment, target: Target, again: Sequence[Inspected]) -> list[Statement]:
        """What only the rows say, for the ledger. The rows of CSV files are counted together, at the first of them."""
        ids = [file.file.source.load_id for file in segment.files]
        staging, ledger, updates = segment.staging, self._ledger.name, []
        if segment.kind is Kind.CHANGES:
            values = {"last_sequence": merge_sql.greatest_sequence(staging, target)}
            if any(file.last_commit is None for file in segment.files):
                values["last_commit"] = merge_sql.latest_commit(staging, segment.lined_up.commit)
            updates.append(ledger_sql.update(ledger, ids, values))
        if any(file.rows is None for file in segment.files):
            count = merge_sql.count_staged(staging)
            updates.append(ledger_sql.update(ledger, ids[:1], {"rows_read": count, "rows_loaded": count}))
        if moved := [file.file.source.load_id for file in again if file in segment.files]:
            updates.append(move_to_generation(ledger, moved, target.generation))
        return [Statement(update) for update in updates]

    def _checked(self, batch: Batch) -> Batch:
        if len(batch.statements) > MAX_STATEMENTS:
            raise BatchTooLong(
                f"the merge into {self._target} needs {len(batch.statements)} statements; the Redshift Data API takes"
                f" {MAX_STATEMENTS} in one transaction: replicate fewer columns of the table"
            )
        longest = max(len(each.encode()) for each in batch.sqls)
        if longest > MAX_STATEMENT_BYTES:
            raise WarehouseError(
                f"the merge into {self._target} needs a statement of {longest:,} bytes; the Redshift Data API takes"
                f" {MAX_STATEMENT_BYTES:,}: replicate fewer columns of the table"
            )
        return batch


def _plain(time: datetime) -> str:
    """A TIMESTAMP's content, in UTC."""
    return ledger_sql.timestamp(time).removesuffix("+00")
