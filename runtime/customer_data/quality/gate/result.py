"""The result of a gate for one file, for the log and the metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from customer_data.files.manifest import SourceFile
from customer_data.quality.gate.sieve import SievedFile

GateStatus = Literal["passed", "quarantined", "failed", "superseded", "already_done", "unfinished"]


@dataclass(frozen=True)
class GateResult:
    """`already_done` is a file that an earlier run has finished, `unfinished` one that S3 does not give out."""

    file: SourceFile
    status: GateStatus
    reason: str | None = None
    run_id: str | None = None
    sieved: SievedFile | None = None

    @property
    def was_published(self) -> bool:
        """Not when every row of the file was rejected."""
        return self.status == "passed" and bool(self.sieved and (self.sieved.rows_passed or not self.sieved.rows_read))

    @property
    def rows_passed(self) -> int:
        return self.sieved.rows_passed if self.sieved else 0

    @property
    def rows_rejected(self) -> int:
        return self.sieved.rows_rejected if self.sieved else 0

    @property
    def rows_warned(self) -> int:
        return self.sieved.check.rows_warned if self.sieved and self.sieved.check else 0

    def summary_line(self) -> str:
        """The file's line of the log, in JSON; what is empty is left out."""
        file, sieved = self.file, self.sieved
        summary: dict[str, Any] = {
            "event": "file",
            "status": self.status,
            "object": f"s3://{file.bucket}/{file.key}",
            "version_id": file.version_id,
            "load_id": file.load_id,
            "rows_read": sieved.rows_read if sieved else None,
            "rows_passed": sieved.rows_passed if sieved else None,
            "rows_rejected": sieved.rows_rejected if sieved else None,
            "rows_warned": self.rows_warned if sieved else None,
            "rejected": f"s3://{file.bucket}/{sieved.rejected_key}" if sieved and sieved.rejected_key else None,
            "report": sieved.check.report_url if sieved and sieved.check else None,
            "guessed_encoding": sieved.guessed_encoding if sieved else None,
            **(sieved.notes.summary() if sieved else {}),
            "seconds": round(sieved.seconds, 3) if sieved else None,
            "reason": self.reason,
            "run_id": self.run_id,
        }
        return json.dumps({name: value for name, value in summary.items() if value is not None}, ensure_ascii=False)
