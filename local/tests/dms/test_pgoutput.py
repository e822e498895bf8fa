"""The decoder of PostgreSQL's logical replication messages, byte by byte (its documentation, "Message Formats")."""

from __future__ import annotations

import json
import struct
from datetime import UTC, datetime

import pytest

from local.dms.pgoutput import Change, Definition, UnknownMessageError, Values, position, position_text, transactions

TABLE = 16_400
BEGIN = b"B" + struct.pack("!QqI", 90, 1_000_000, 7)
COMMIT = b"C" + struct.pack("!BQQq", 0, 90, 0x16_B374D848, 1_000_000)


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def relation(*columns: str, table: int = TABLE, name: str = "T") -> bytes:
    """Columns of the type text, the first one of the key."""
    described = [
        struct.pack("!B", int(not place)) + text(each) + struct.pack("!Ii", 25, -1)
        for place, each in enumerate(columns)
    ]
    return (
        b"R"
        + struct.pack("!I", table)
        + text("CRM")
        + text(name)
        + b"d"
        + struct.pack("!H", len(columns))
        + b"".join(described)
    )


def row(*values: str | None) -> bytes:
    """`unchanged` is a value out of line that an update has left as it was."""

    def one(value: str | None) -> bytes:
        if value is None or value == "unchanged":
            return b"n" if value is None else b"u"
        return b"t" + struct.pack("!I", len(value.encode())) + value.encode()

    return struct.pack("!H", len(values)) + b"".join(map(one, values))


def changed(kind: str, *parts: bytes, table: int = TABLE) -> bytes:
    return kind.encode() + struct.pack("!I", table) + b"".join(parts)


def message(prefix: str, content: str) -> bytes:
    return b"M" + struct.pack("!BQ", 1, 90) + text(prefix) + struct.pack("!I", len(content)) + content.encode()


def change(*messages: bytes, columns: tuple[str, ...] = ("ID", "NAME")) -> Change | Definition:
    [transaction] = transactions([BEGIN, relation(*columns), *messages, COMMIT])
    [only] = transaction.changes
    return only


def rows(found: Change | Definition) -> tuple[str, Values | None, Values | None]:
    assert isinstance(found, Change)
    return found.operation, found.new, found.old


def test_a_transaction_has_the_time_and_the_end_of_its_commit() -> None:
    [found] = transactions([BEGIN, COMMIT])
    assert (found.commit_time, found.end) == (datetime(2000, 1, 1, 0, 0, 1, tzinfo=UTC), 0x16_B374D848)
    assert position_text(found.end) == "16/B374D848"
    assert position("16/B374D848") == found.end


def test_what_has_not_been_committed_is_no_transaction() -> None:
    assert list(transactions([BEGIN, relation("ID"), changed("I", b"N", row("1"))])) == []


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (changed("I", b"N", row("1", "Größe")), ("I", {"ID": "1", "NAME": "Größe"}, None)),
        (changed("I", b"N", row("1", None)), ("I", {"ID": "1", "NAME": None}, None)),
        (changed("I", b"N", row("1", "")), ("I", {"ID": "1", "NAME": ""}, None)),
        (changed("U", b"N", row("1", "b")), ("U", {"ID": "1", "NAME": "b"}, None)),
        (
            changed("U", b"O", row("1", "a"), b"N", row("2", "unchanged")),
            ("U", {"ID": "2", "NAME": "a"}, {"ID": "1", "NAME": "a"}),
        ),
        (
            changed("U", b"K", row("1", None), b"N", row("2", "b")),
            ("U", {"ID": "2", "NAME": "b"}, {"ID": "1", "NAME": None}),
        ),
        (changed("D", b"O", row("1", "a")), ("D", None, {"ID": "1", "NAME": "a"})),
    ],
)
def test_a_row_is_read_with_what_it_was_before(
    found: bytes, expected: tuple[str, Values | None, Values | None]
) -> None:
    assert rows(change(found)) == expected


def test_a_truncate_is_of_each_of_its_tables() -> None:
    truncate = b"T" + struct.pack("!IB", 2, 0) + struct.pack("!II", TABLE, TABLE + 1)
    [found] = transactions([BEGIN, relation("ID"), relation("ID", table=TABLE + 1, name="U"), truncate, COMMIT])
    assert [(each.operation, each.relation.name) for each in found.changes if isinstance(each, Change)] == [
        ("T", "T"),
        ("T", "U"),
    ]


def test_a_table_that_is_described_again_has_its_new_columns() -> None:
    messages = [
        BEGIN,
        relation("ID"),
        changed("I", b"N", row("1")),
        COMMIT,
        BEGIN,
        relation("ID", "MORE"),
        changed("I", b"N", row("2", "x")),
        COMMIT,
    ]
    assert [rows(each)[1] for one in transactions(messages) for each in one.changes] == [
        {"ID": "1"},
        {"ID": "2", "MORE": "x"},
    ]


def test_definitions_are_told_from_other_messages() -> None:
    told = json.dumps({"command": "ALTER TABLE", "schema": "CRM", "table": "T"})
    assert change(message("other", "x"), message("ddl", told)) == Definition("ALTER TABLE", "CRM", "T")


def test_types_and_origins_are_passed_over_and_unknown_messages_are_not() -> None:
    assert len(list(transactions([b"Y....", b"O....", BEGIN, COMMIT]))) == 1
    with pytest.raises(UnknownMessageError, match="the kind 'S'"):
        list(transactions([b"S...."]))
