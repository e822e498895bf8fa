"""The messages of PostgreSQL's logical replication (its documentation, "Logical Replication Message Formats").

Values are texts, as PostgreSQL prints them; None for NULL.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

Values = dict[str, str | None]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RelationColumn:
    name: str
    type_oid: int
    modifier: int


@dataclass(frozen=True)
class Relation:
    schema: str
    name: str
    columns: tuple[RelationColumn, ...]


@dataclass(frozen=True)
class Change:
    """A row that was inserted (I), updated (U), or deleted (D); or a table that was truncated (T)."""

    operation: str
    relation: Relation
    new: Values | None = None
    old: Values | None = None


@dataclass(frozen=True)
class Definition:
    """A table that was altered or dropped."""

    command: str
    schema: str
    table: str


@dataclass
class Transaction:
    """What one commit did. Positions are numbers of bytes in the log."""

    commit_time: datetime
    changes: list[Change | Definition] = field(default_factory=list)
    end: int = 0


class UnknownMessageError(ValueError):
    """PostgreSQL sent what this module does not know."""


def transactions(messages: Iterable[bytes]) -> Iterator[Transaction]:
    """The committed transactions of a stretch of the log, in the order of their commits."""
    relations: dict[int, Relation] = {}
    current: Transaction | None = None
    for message in messages:
        reader = _Reader(message)
        kind = reader.byte()
        if kind == "B":
            reader.skip(8)
            current = Transaction(reader.time())
        elif kind == "R":
            oid, relation = _relation(reader)
            relations[oid] = relation
        elif kind == "C":
            assert current is not None
            reader.skip(1 + 8)
            current.end = reader.number("Q")
            yield current
            current = None
        elif kind in "IUD":
            assert current is not None
            current.changes.append(_change(kind, reader, relations))
        elif kind == "T":
            assert current is not None
            count = reader.number("I")
            reader.skip(1)
            current.changes += [Change("T", relations[reader.number("I")]) for _ in range(count)]
        elif kind == "M":
            if (definition := _definition(reader)) and current is not None:
                current.changes.append(definition)
        elif kind not in "YO":
            raise UnknownMessageError(f"a message of the kind {kind!r}")


def position(text: str) -> int:
    """`16/B374D848` as a number."""
    high, _, low = text.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def position_text(number: int) -> str:
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def _relation(reader: _Reader) -> tuple[int, Relation]:
    oid, schema, name = reader.number("I"), reader.text(), reader.text()
    reader.skip(1)
    columns = []
    for _ in range(reader.number("H")):
        reader.skip(1)
        columns.append(RelationColumn(reader.text(), reader.number("I"), reader.number("i")))
    return oid, Relation(schema, name, tuple(columns))


def _change(kind: str, reader: _Reader, relations: dict[int, Relation]) -> Change:
    relation = relations[reader.number("I")]
    new: Values | None = None
    old: Values | None = None
    while not reader.at_end:
        part = reader.byte()
        values = _values(reader, relation, old)
        if part == "N":
            new = values
        else:
            old = values
    return Change(kind, relation, new, old)


def _values(reader: _Reader, relation: Relation, old: Values | None) -> Values:
    """A value that an update left as it was, out of line, is taken from the old row."""
    values: Values = {}
    for column, _ in zip(relation.columns, range(reader.number("H")), strict=True):
        kind = reader.byte()
        if kind == "t":
            values[column.name] = reader.bytes(reader.number("I")).decode()
        elif kind == "u":
            values[column.name] = (old or {}).get(column.name)
        else:
            values[column.name] = None
    return values


def _definition(reader: _Reader) -> Definition | None:
    reader.skip(1 + 8)
    if reader.text() != "ddl":
        return None
    told = json.loads(reader.bytes(reader.number("I")))
    return Definition(told["command"], told["schema"], told["table"])


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)

    def skip(self, count: int) -> None:
        self._at += count

    def bytes(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        self._at += count
        return found

    def byte(self) -> str:
        return self.bytes(1).decode()

    def number(self, form: str) -> int:
        (found,) = struct.unpack(f"!{form}", self.bytes(struct.calcsize(f"!{form}")))
        return int(found)

    def text(self) -> str:
        end = self._data.index(b"\0", self._at)
        found = self.bytes(end - self._at).decode()
        self.skip(1)
        return found

    def time(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.number("q"))
