"""The replication's place in the source's log: a slot, read by SQL functions with the rights of the secret's user.

A second slot stays some batches behind, so that a replication can be started at an older position.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg import pq

from local.dms.errors import ReplicationError
from local.dms.pgoutput import Transaction, position, position_text, transactions
from local.dms.source import PUBLICATION

OLDER_POSITIONS = 20
_LONGEST_READ = 20_000
"""Changes that are read in one go, up to the end of a transaction."""

_PEEK: LiteralString = (
    "SELECT data FROM pg_logical_slot_peek_binary_changes(%s, NULL, %s, 'proto_version', '1', 'publication_names', %s,"
    " 'messages', 'true')"
)


@dataclass(frozen=True)
class Position:
    """How far changes have been written: a place in the log, the last running number and time of the sequences."""

    place: int
    number: int = 0
    time: datetime = datetime(1, 1, 1, tzinfo=UTC)


@dataclass
class Slot:
    """A slot that exists, and where it is."""

    name: str
    position: Position
    older: deque[Position] = field(default_factory=lambda: deque(maxlen=OLDER_POSITIONS))

    @property
    def behind(self) -> str:
        return f"{self.name}_behind"

    def read(self, connection: psycopg.Connection[Any]) -> tuple[Iterator[Transaction], bool]:
        """The transactions after the position, and whether there may be more of them."""
        messages = connection.execute(_PEEK, [self.name, _LONGEST_READ, PUBLICATION]).fetchall()
        return transactions(data for (data,) in messages), len(messages) >= _LONGEST_READ

    def move(self, connection: psycopg.Connection[Any], to: Position) -> None:
        """What was read is written: it is not read again."""
        if to.place > self.position.place:
            _advance(connection, self.name, to.place)
            self.older.append(self.position)
            if len(self.older) == OLDER_POSITIONS:
                _advance(connection, self.behind, self.older[0].place)
        self.position = to

    def skip(self, connection: psycopg.Connection[Any], to: Position) -> None:
        """Nothing that was read is to be written."""
        if to.place > self.position.place:
            _advance(connection, self.name, to.place)
        self.position = to

    def go_back(self, connection: psycopg.Connection[Any], batches: int) -> None:
        """To the position of some batches ago, or the oldest that is known."""
        back = min(batches, len(self.older))
        if back == 0:
            return
        for _ in range(back):
            self.position = self.older.pop()
        connection.execute("SELECT pg_drop_replication_slot(%s)", [self.name])
        connection.execute("SELECT pg_copy_logical_replication_slot(%s, %s)", [self.behind, self.name])
        _advance(connection, self.name, self.position.place)

    def drop(self, connection: psycopg.Connection[Any]) -> None:
        for name in (self.name, self.behind):
            connection.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s", [name]
            )


def create_slot(
    name: str, walsender: psycopg.Connection[Any], connection: psycopg.Connection[Any], position_before: Position | None
) -> tuple[Slot, str]:
    """A new slot, and the snapshot of the database at its position; it lasts until `walsender` is closed.

    `walsender` is a replication connection. Waits for the transactions that are open to end.
    """
    answer = walsender.pgconn.exec_(f"CREATE_REPLICATION_SLOT {name} LOGICAL pgoutput (SNAPSHOT 'export')".encode())
    if answer.status != pq.ExecStatus.TUPLES_OK:
        raise ReplicationError(f"the log of the source cannot be read: {answer.error_message.decode().strip()}")
    values = [(answer.get_value(0, column) or b"").decode() for column in range(3)]
    before = position_before or Position(0)
    slot = Slot(name, Position(position(values[1]), before.number, before.time))
    connection.execute("SELECT pg_copy_logical_replication_slot(%s, %s)", [slot.name, slot.behind])
    return slot, values[2]


def _advance(connection: psycopg.Connection[Any], name: str, place: int) -> None:
    """A slot that is there already stays where it is: one cannot be moved back."""
    connection.execute(
        "SELECT pg_replication_slot_advance(slot_name, %s::pg_lsn) FROM pg_replication_slots"
        " WHERE slot_name = %s AND confirmed_flush_lsn < %s::pg_lsn",
        [position_text(place), name, position_text(place)],
    )
