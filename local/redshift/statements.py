"""A call of ExecuteStatement or BatchExecuteStatement and its statements, while they run and after."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from local.redshift.requests import Request
from local.redshift.session import Outcome, Session

ENDED = ("FINISHED", "FAILED", "ABORTED")


@dataclass
class Part:
    """One statement of a call."""

    id: str
    sql: str
    created_at: float
    updated_at: float
    status: str = "SUBMITTED"
    duration: int = 0
    error: str | None = None
    outcome: Outcome | None = None
    size: int = -1

    def describe(self) -> dict[str, Any]:
        rows = self.outcome.rows if self.outcome else None
        described: dict[str, Any] = {
            "Id": self.id,
            "QueryString": self.sql,
            "Status": self.status,
            "CreatedAt": self.created_at,
            "UpdatedAt": self.updated_at,
            "Duration": self.duration,
            "HasResultSet": rows is not None,
            "ResultRows": self.outcome.row_count if self.outcome else -1,
            "ResultSize": self.size,
            "RedshiftQueryId": 0,
        }
        return described if self.error is None else {**described, "Error": self.error}


@dataclass
class Statement:
    """One call of Execute or BatchExecuteStatement."""

    id: str
    request: Request
    owner: str
    session_name: str
    parts: list[Part]
    created_at: float
    updated_at: float
    status: str = "SUBMITTED"
    duration: int = 0
    error: str | None = None
    process: int = 0
    session: Session | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
