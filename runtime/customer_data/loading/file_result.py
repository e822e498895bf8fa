"""What became of one file: the ledger keeps it, the log and the metrics tell it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from customer_data.quality.report.summary import CheckSummary
from customer_data.warehouse.ledger import LedgerRow

Status = Literal["loaded", "failed", "superseded", "already_done", "unfinished"]


@dataclass(frozen=True)
class FileResult(LedgerRow):
    """What a run made of one file: the row that the ledger keeps, and what only log and metrics tell.

    `rows_loaded` are the rows handed to the upsert, duplicates and older records included. `columns_waiting` are new
    columns without a single value: they are added when their first value comes. `already_done` is the result of a
    file that an earlier run has finished, `unfinished` of one that S3 does not give out or the warehouse does
    not take, for another reason than what it holds: both are told but not kept. `guessed_encoding` is what text that is
    not UTF-8 was taken for. `check` is what rules found.
    """

    status: Status
    rejected_key: str | None = None
    columns_discarded: tuple[str, ...] = ()
    columns_waiting: tuple[str, ...] = ()
    guessed_encoding: str | None = None
    seconds: float = 0.0
    check: CheckSummary | None = None

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
            "rejected": f"s3://{file.bucket}/{self.rejected_key}" if self.rejected_key else None,
            "columns_added": list(self.columns_added),
            "columns_discarded": list(self.columns_discarded),
            "columns_waiting": list(self.columns_waiting),
            "guessed_encoding": self.guessed_encoding,
            "report": self.check.report_url if self.check else None,
            "seconds": round(self.seconds, 3),
            "reason": self.reason,
            "run_id": self.run_id,
        }
        return json.dumps(
            {name: value for name, value in summary.items() if value is not None and value != []}, ensure_ascii=False
        )
