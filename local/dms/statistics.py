"""What a replication counts, as DescribeTableStatistics tells it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

BEFORE_LOAD, FULL_LOAD, COMPLETED = "Before load", "Full load", "Table completed"
RELOADING, ERROR = "Table is being reloaded", "Table error"

_OPERATIONS = {"I": "Inserts", "U": "Updates", "D": "Deletes", "ddl": "Ddls"}


@dataclass
class TableStatistics:
    schema: str
    table: str
    state: str = BEFORE_LOAD
    full_load_rows: int = 0
    full_load_started: datetime | None = None
    full_load_ended: datetime | None = None
    reloaded: bool = False
    counted: Counter[str] = field(default_factory=Counter)
    applied: Counter[str] = field(default_factory=Counter)
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))

    def touch(self) -> None:
        self.updated = datetime.now(UTC)

    def describe(self) -> dict[str, Any]:
        described: dict[str, Any] = {
            "SchemaName": self.schema,
            "TableName": self.table,
            "FullLoadRows": self.full_load_rows,
            "FullLoadCondtnlChkFailedRows": 0,
            "FullLoadErrorRows": 0,
            "FullLoadReloaded": self.reloaded,
            "LastUpdateTime": self.updated.timestamp(),
            "TableState": self.state,
            "ValidationPendingRecords": 0,
            "ValidationFailedRecords": 0,
            "ValidationSuspendedRecords": 0,
            "ValidationState": "Not enabled",
        }
        for operation, name in _OPERATIONS.items():
            described[name] = self.counted[operation]
            described[f"Applied{name}"] = self.applied[operation]
        if self.full_load_started:
            described["FullLoadStartTime"] = self.full_load_started.timestamp()
        if self.full_load_ended:
            described["FullLoadEndTime"] = self.full_load_ended.timestamp()
        return described
