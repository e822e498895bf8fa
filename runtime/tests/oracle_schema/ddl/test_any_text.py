"""Whatever the text is: no exception, no statement without a fate, and time that follows the size."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.oracle_schema.ddl import read_ddl
from customer_data.oracle_schema.ddl.commands import Command
from customer_data.oracle_schema.ddl.reader import Fate, Reader
from customer_data.oracle_schema.ddl.script import Script
from customer_data.oracle_schema.ddl.tokens import Lexer

_SNIPPETS = (
    *("CREATE", "CREATE TABLE", "CREATE TABLE t", "OR REPLACE", "TABLE", "VIEW", "MATERIALIZED", "LOG", "INDEX", "ON"),
    *("TRIGGER", "PACKAGE", "TYPE", "BODY", "JAVA SOURCE NAMED", "AS", "OBJECT", "OF", "BEGIN", "END", "DECLARE", "IS"),
    *("ALTER TABLE t", "ADD", "MODIFY", "DROP", "DROP TABLE t", "RENAME", "TO", "COLUMN", "CONSTRAINT", "PRIMARY KEY"),
    *("FOREIGN KEY", "REFERENCES t", "UNIQUE", "CHECK", "NOT", "NULL", "ENABLE", "DISABLE", "USING INDEX"),
    *("DEFAULT", "ON NULL", "GENERATED ALWAYS", "IDENTITY", "PARTITION BY RANGE", "PARTITION BY", "ORGANIZATION"),
    *("EXTERNAL", "COMMENT ON TABLE t IS", "COMMENT ON COLUMN t.a IS", "SELECT", "WITH", "GRANT", "SET", "PROMPT it's"),
    *("\nREM '", "\n@file", "\nDEFINE x = 'y", "&x.", "&&y..", "CASE", "INTERVAL DAY", "TIMESTAMP"),
    *("t", "a", "a NUMBER", "b VARCHAR2(10 CHAR)", '"a b"', "s.t", "1", "10.5", "-", "*", ",", "(", ")", ";", "/"),
    *("\n", "\n/\n", ";\n", "\r\n", "'x'", "'it''s'", "q'[", "]'", "n'", "'", '"', "--", "/*", "*/", ".", "<<"),
    *("SCHEMA AUTHORIZATION", "SESSION SET CURRENT_SCHEMA =", "SYNONYM", "DATABASE LINK", "SEQUENCE"),
    *("\ufeff", "\x00", "é", "٣"),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(_SNIPPETS), max_size=60).map(" ".join)
    | st.lists(st.sampled_from(_SNIPPETS), max_size=60).map("".join)
    | st.text(max_size=200)
)
def test_each_statement_has_a_fate(text: str) -> None:
    reader = Reader(text, "X")
    schema = reader.read()
    parts = list(Script(text).parts())
    assert len(reader.fates) == len(parts)
    assert Fate.LATER not in reader.fates
    assert len(schema.unread) >= reader.fates.count(Fate.UNREAD)
    assert all(one.line is not None and one.text and one.reason for one in schema.unread)
    _assert_nothing_between(text, parts)


def _assert_nothing_between(text: str, parts: list) -> None:  # type: ignore[type-arg]
    """But ends of statements, comments and the source of Java."""
    lexer = Lexer(Script(text).text)
    for part in parts:
        start, end = (part.start, part.end) if isinstance(part, Command) else (part.start, part.tokens[-1].end)
        while (token := lexer.next()) and token.start < start:
            assert token.text in (";", "/", ".")
        assert token and token.start == start
        lexer.position = end
        if not isinstance(part, Command) and any(one.word == "JAVA" for one in part.tokens):
            return
    while token := lexer.next():
        assert token.text in (";", "/", ".")


_WITHOUT_OPEN_ENDS = [snippet for snippet in _SNIPPETS if not any(mark in snippet for mark in ("'", '"', "/*"))]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_WITHOUT_OPEN_ENDS), max_size=30).map(" ".join))
def test_a_slash_on_its_line_ends_whatever_stands_before_it(text: str) -> None:
    made = read_ddl(f"{text}\n/\nCREATE TABLE last_one (id NUMBER, note CLOB)\n/\n", default_owner="X")
    (found,) = (table for table in made.tables if table.name == "LAST_ONE")
    assert [column.name for column in found.columns] == ["ID", "NOTE"]


def _generated(tables: int) -> str:
    return "".join(
        f"""CREATE TABLE "S"."T{number}" ("ID" NUMBER(10,0) NOT NULL ENABLE, "NAME" VARCHAR2(200 CHAR) DEFAULT 'x',
 CONSTRAINT "T{number}_PK" PRIMARY KEY ("ID") USING INDEX PCTFREE 10 STORAGE(INITIAL 65536) TABLESPACE "USERS" ENABLE
) SEGMENT CREATION IMMEDIATE PCTFREE 10; -- it's
/
COMMENT ON COLUMN "S"."T{number}"."NAME" IS 'the name';
"""
        for number in range(tables)
    )


def test_five_megabytes() -> None:
    text = _generated(5 * 2**20 // len(_generated(1)))
    started = time.process_time()
    made = read_ddl(text, default_owner="X")
    assert time.process_time() - started < 60  # 7 seconds of one core when this was written
    assert not made.unread
    assert len(made.tables) == text.count("CREATE TABLE")
    assert {len(table.columns) for table in made.tables} == {2}
    assert {table.columns[1].comment for table in made.tables} == {"the name"}


_MANY = 30_000


@pytest.mark.parametrize(
    "text",
    [
        *("(" * _MANY, "'" * (_MANY + 1), "' " * (_MANY + 1), '"' * (_MANY + 1), "/* " * _MANY, "q'[ " * _MANY),
        *("CREATE TABLE a (" * _MANY, "CREATE VIEW v AS (" * _MANY, "COMMENT ON TABLE t IS 'it's';\n" * _MANY),
        *("ALTER TABLE t ADD " * _MANY, "CREATE\n" * _MANY, "DEFINE x = -\n" * _MANY, "&" * _MANY, "BEGIN " * _MANY),
        *("/*\n" * _MANY * 10, "q'[\n" * _MANY * 10),
        "CREATE TABLE t (a NUMBER);\nALTER TABLE t ADD " + "a NUMBER ADD " * _MANY,
        "CREATE TABLE t (" + "a NUMBER," * _MANY + ")",
        "CREATE TABLE t (a NUMBER DEFAULT " + "CASE " * _MANY + ")",
        f"CREATE TABLE t (a NUMBER CHECK ({'(' * _MANY}1{')' * _MANY}))",
        f"CREATE TABLE t (a NUMBER({'9' * _MANY}))",
        "".join(f"q'{chr(0x4E00 + number % 20_000)} " for number in range(_MANY)),
    ],
    ids=lambda text: text[:30].strip(),
)
def test_nothing_takes_time_that_grows_faster_than_the_text(text: str) -> None:
    started = time.process_time()
    made = read_ddl(text, default_owner="X")
    assert time.process_time() - started < 30  # 4 seconds at most when this was written; the square would be hours
    assert made.unread or made.tables or text.startswith(("BEGIN", "DEFINE"))
