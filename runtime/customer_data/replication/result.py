"""What became of one file and of one table: the ledger, the log and the metrics have it from here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from customer_data.replication.dms_files import SourceTable
from customer_data.warehouse.ledger import LedgerRow

Status = Literal["loaded", "failed", "superseded", "already_done", "unfinished"]

#: What the ledger of a replicated table has beside that of a loader's: see `merge_ledger`.
LEDGER_COLUMNS = (
    ("kind", "VARCHAR(8)"),
    ("file_time", "VARCHAR(17)"),
    ("generation", "VARCHAR(17)"),
    ("last_sequence", "VARCHAR(64)"),
    ("last_commit", "VARCHAR(64)"),
)


@dataclass(frozen=True)
class FileResult(LedgerRow):
    """`already_done` is the result of a file that an earlier run has finished. `unfinished` waits: for another file of
    its table that is at fault, for rows of a full load that have not come, or for S3. Both are reported, not kept."""

    status: Status

    def summary_line(self) -> str:
        """The file's line of the log, in JSON; what is empty is left out."""
        return _line(
            event="file",
            status=self.status,
            object=f"s3://{self.file.bucket}/{self.file.key}",
            load_id=self.file.load_id,
            kind=self.more.get("kind"),
            generation=self.more.get("generation"),
            rows_read=self.rows_read,
            columns_added=list(self.columns_added),
            reason=self.reason,
            run_id=self.run_id,
        )


@dataclass
class TableResult:
    """What a run did to one table. `rows_merged` are rows that were put in, `changes_applied` the changes that made a
    difference, deletions among them. `columns_nullable` are widened ones that were NOT NULL. `appends` says that the
    table has no key, and every version of a row. `remarks` are what was merged and may yet not be as in the source."""

    table: SourceTable
    files: list[FileResult] = field(default_factory=list)
    generation: str | None = None
    rows_merged: int = 0
    changes_applied: int = 0
    deletes_applied: int = 0
    load_rows_merged: int = 0
    rows_in_table: int | None = None
    last_commit_time: str | None = None
    lag_seconds: float | None = None
    columns_added: tuple[str, ...] = ()
    columns_widened: tuple[str, ...] = ()
    columns_nullable: tuple[str, ...] = ()
    appends: bool = False
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0
    error: BaseException | None = None

    @property
    def failed(self) -> bool:
        return self.error is not None or any(file.status == "failed" for file in self.files)

    def remark(self, remarks: Iterable[str]) -> None:
        """Each once, however many transactions it takes."""
        self.remarks = tuple(dict.fromkeys((*self.remarks, *remarks)))

    def count(self, status: Status) -> int:
        return sum(file.status == status for file in self.files)

    def summary_line(self) -> str:
        return _line(
            event="table",
            table=str(self.table),
            files_merged=self.count("loaded"),
            files_failed=self.count("failed") or None,
            files_superseded=self.count("superseded") or None,
            files_unfinished=self.count("unfinished") or None,
            generation=self.generation,
            rows_merged=self.rows_merged,
            changes_applied=self.changes_applied,
            deletes_applied=self.deletes_applied,
            load_rows_merged=self.load_rows_merged or None,
            rows_in_table=self.rows_in_table,
            last_commit_time=self.last_commit_time,
            lag_seconds=self.lag_seconds,
            columns_added=list(self.columns_added),
            columns_widened=list(self.columns_widened),
            columns_nullable=list(self.columns_nullable),
            keyless="it has no PRIMARY KEY: every version of a row is appended" if self.appends else None,
            remarks=list(self.remarks),
            error=None if self.error is None else str(self.error),
            seconds=round(self.seconds, 3),
        )


def _line(**values: Any) -> str:
    return json.dumps(
        {name: value for name, value in values.items() if value is not None and value != []}, ensure_ascii=False
    )
