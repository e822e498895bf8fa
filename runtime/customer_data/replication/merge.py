"""Merges the files of one manifest, its tables side by side."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from customer_data.errors import CustomerDataError
from customer_data.files.manifest import SourceFile
from customer_data.replication.dms_files import DmsFile, SourceTable, by_table
from customer_data.replication.merge_ledger import state_key
from customer_data.replication.result import FileResult, TableResult
from customer_data.replication.settings import MergeSettings
from customer_data.replication.table_merge import TableMerge
from customer_data.warehouse.data_api import DataApi

log = logging.getLogger(__name__)


class Merge:
    """One run. `results` has what became of each table so far, also when `merge` raises; `strays` are files of none.

    `run_schema_job` makes tables and says what kept it from that; it is called when one is missing, and by several at
    once. Raises what is no file's fault after all other tables are done.
    """

    def __init__(
        self,
        settings: MergeSettings,
        run_id: str,
        *,
        warehouse: DataApi,
        s3: Any,
        run_schema_job: Callable[[], str | None] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.results: list[TableResult] = []
        self.strays: list[FileResult] = []
        self._settings = settings
        self._run_id = run_id
        self._warehouse = warehouse
        self._s3 = s3
        self._now = now
        self._options: dict[str, Any] = {"now": now, "run_schema_job": run_schema_job} | (
            {"sleep": sleep} if sleep else {}
        )

    def merge(self, files: Sequence[SourceFile]) -> list[FileResult]:
        tables, faults = by_table(files, self._settings.prefix)
        for file, fault in faults:
            self.strays.append(FileResult(file, "failed", self._run_id, self._now(), reason=fault.reason))
        log.info("merging %d files of %d tables", len(files) - len(faults), len(tables))
        with ThreadPoolExecutor(max(self._settings.side_by_side, 1), "table") as pool:
            for result in pool.map(lambda item: self._merge_table(*item), tables.items()):
                self.results.append(result)
                log.info("table %d of %d: %s", len(self.results), len(tables), result.summary_line())
                for remark in result.remarks:
                    log.warning("%s: %s", result.table, remark)
        for result in self.results:
            if result.error is not None:
                raise result.error
        return [*self.strays, *(file for result in self.results for file in result.files)]

    def _merge_table(self, table: SourceTable, files: Sequence[DmsFile]) -> TableResult:
        merge = TableMerge(self._settings, self._run_id, table, warehouse=self._warehouse, s3=self._s3, **self._options)
        try:
            merge.merge(files)
            self._write_state(merge.result)
        except BaseException as error:  # raised when the other tables are done
            merge.result.error = error
            if not isinstance(error, CustomerDataError):
                log.error("%s is not merged", table, exc_info=error)
        return merge.result

    def _write_state(self, result: TableResult) -> None:
        """For the reconciliation with the source, which asks the warehouse nothing."""
        if result.rows_in_table is None:
            return
        state = {
            "rows_in_table": result.rows_in_table,
            "generation": result.generation,
            "load_rows_merged": result.load_rows_merged,
            "changes_applied": result.changes_applied,
            "deletes_applied": result.deletes_applied,
            "last_commit_time": result.last_commit_time,
            "at": self._now().isoformat(),
        }
        self._s3.put_object(
            Bucket=self._settings.staging.bucket,
            Key=state_key(self._settings.pipeline, result.table),
            Body=json.dumps(state).encode(),
            ContentType="application/json",
        )
