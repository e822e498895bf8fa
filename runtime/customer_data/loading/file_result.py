"""What became of one file: the ledger keeps it, the log, the metrics and the outcome report it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from customer_data.csv.notes import CsvNotes
from customer_data.files.outcomes import Outcome, OutcomeStatus
from customer_data.loading.staged_file import RescueColumn
from customer_data.quality.report.columns import ColumnReport
from customer_data.quality.report.summary import CheckSummary
from customer_data.records.rejected import RejectionReason
from customer_data.warehouse.ledger import LedgerRow

Status = Literal["loaded", "failed", "superseded", "already_done", "unfinished"]

_MOST_REASONS = 5
_MOST_COLUMNS = 100


@dataclass(frozen=True)
class FileResult(LedgerRow):
    """What a run made of one file: the row that the ledger keeps, and what only log, metrics and outcome report.

    `rows_loaded` are the rows handed to the upsert, duplicates and older records included; `rows_rescued` of them have
    a value in one of `rescue_columns`. `columns_nullable` are widened ones that were NOT NULL. `columns_waiting` are
    new columns without a single value: they are added when their first value comes. `headers_missing` are headers of
    columnMapping that the file lacks. `already_done` is the result of a file that an earlier run has finished,
    `unfinished` of one that S3 does not give out or the warehouse does not take, for another reason than what it holds:
    both are reported but not kept. `guessed_encoding` is what text that is not UTF-8 was taken for. `check` is what
    rules found.
    """

    status: Status
    rejected_key: str | None = None
    rejected_reasons: tuple[RejectionReason, ...] = ()
    rows_rescued: int = 0
    rescue_columns: tuple[RescueColumn, ...] = ()
    column_reports: tuple[ColumnReport, ...] = ()
    columns_widened: tuple[str, ...] = ()
    columns_nullable: tuple[str, ...] = ()
    columns_discarded: tuple[str, ...] = ()
    columns_waiting: tuple[str, ...] = ()
    headers_missing: tuple[str, ...] = ()
    guessed_encoding: str | None = None
    notes: CsvNotes = field(default_factory=CsvNotes)
    seconds: float = 0.0
    check: CheckSummary | None = None

    @property
    def rows_warned(self) -> int:
        """Rows that passed and broke a rule of the severity WARNING."""
        return self.check.rows_warned if self.check else 0

    @property
    def rejected_url(self) -> str | None:
        return f"s3://{self.file.bucket}/{self.rejected_key}" if self.rejected_key else None

    def outcome(self) -> Outcome:
        """For the notifier: names and counts, no values. Of a file that the run finishes."""
        of_columns = [reason.summary() for reason in self.rejected_reasons[:_MOST_REASONS]]
        return Outcome(
            load_id=self.file.load_id,
            run_id=self.run_id,
            at=self.finished_at.isoformat(),
            status=cast(OutcomeStatus, self.status),
            reason=self.reason,
            rows_read=self.rows_read,
            rows_rejected=self.rows_rejected,
            rows_warned=self.rows_warned,
            rows_rescued=self.rows_rescued,
            top_reasons=self.check.top_reasons if self.check else of_columns,
            columns_added=self.columns_added,
            columns_widened=self.columns_widened,
            columns_nullable=self.columns_nullable,
            rescue_columns=[column.name for column in self.rescue_columns],
            report=self.check.report_url if self.check else None,
            rejected=self.rejected_url,
        )

    @property
    def _columns_more(self) -> int:
        return max(sum(column.is_notable for column in self.column_reports) - _MOST_COLUMNS, 0)

    def _notable_columns(self) -> list[dict[str, Any]]:
        """Those with rescued values and those that grew first: a wide file has more columns than a log wants."""
        notable = [column for column in self.column_reports if column.is_notable]
        notable.sort(key=lambda column: (not column.rescued, column.stored is None))
        return [column.summary() for column in notable[:_MOST_COLUMNS]]

    def summary_line(self) -> str:
        """The file's line of the log, in JSON; what is empty is left out."""
        file = self.file
        summary: dict[str, Any] = {
            "event": "file",
            "status": self.status,
            "object": f"s3://{file.bucket}/{file.key}",
            "version_id": file.version_id,
            "load_id": file.load_id,
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "rows_warned": self.rows_warned,
            "rows_rescued": self.rows_rescued,
            "rejected": self.rejected_url,
            "columns_added": list(self.columns_added),
            "columns_widened": list(self.columns_widened),
            "columns_nullable": list(self.columns_nullable),
            "rescue_columns": [asdict(column) for column in self.rescue_columns],
            "columns": self._notable_columns(),
            "columns_more": self._columns_more or None,
            "columns_discarded": list(self.columns_discarded),
            "columns_waiting": list(self.columns_waiting),
            "headers_missing": list(self.headers_missing),
            "guessed_encoding": self.guessed_encoding,
            **self.notes.summary(),
            "report": self.check.report_url if self.check else None,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "run_id": self.run_id,
        }
        return json.dumps(
            {name: value for name, value in summary.items() if value is not None and value != []}, ensure_ascii=False
        )
