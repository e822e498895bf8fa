"""What a replication is to do, and what it keeps from run to run."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from local.dms.access import CONNECT_SECONDS
from local.dms.slot import Slot
from local.dms.statistics import TableStatistics

TableName = tuple[str, str]


@dataclass(frozen=True)
class Job:
    """What a replication is to do, as its configuration and endpoints have it when it starts."""

    kind: str
    """full-load, cdc, or full-load-and-cdc"""
    mappings: str
    settings: str | None
    source: Mapping[str, Any]
    target: Mapping[str, Any]

    @property
    def loads(self) -> bool:
        return self.kind != "cdc"

    @property
    def captures(self) -> bool:
        return self.kind != "full-load"


@dataclass
class Progress:
    """What a replication keeps from run to run."""

    slot_name: str
    slot: Slot | None = None
    connection: Mapping[str, Any] | None = None
    last_file: datetime | None = None
    task_started: datetime = field(default_factory=lambda: datetime.now(UTC))
    tables: dict[TableName, TableStatistics] = field(default_factory=dict)
    first_columns: dict[TableName, frozenset[str]] = field(default_factory=dict)

    loaded: set[TableName] = field(default_factory=set)
    """Tables that need no full load any more, whatever is counted."""

    def forget(self) -> None:
        """All counts are lost."""
        self.tables = {}

    def of(self, name: TableName) -> TableStatistics:
        return self.tables.setdefault(name, TableStatistics(*name))


def drop_slot(progress: Progress) -> None:
    """Frees the source's log, if the source still answers."""
    if progress.slot and progress.connection:
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(**progress.connection, connect_timeout=CONNECT_SECONDS, autocommit=True) as connection,
        ):
            progress.slot.drop(connection)
