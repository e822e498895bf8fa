"""Files as programs write them, on their whole way into the table."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from loader_job import plan, run
from world import LANDING, World

from customer_data.csv.format import CsvFormat
from customer_data.files.manifest import SourceFile
from customer_data.loading.settings import RowErrorPolicy

QUARANTINE = RowErrorPolicy.QUARANTINE_ROWS


def put(world: World, body: bytes, name: str = "a.csv") -> SourceFile:
    file = world.put(name, "")
    answer = world.s3.put_object(Bucket=LANDING, Key=file.key, Body=body)
    return replace(file, version_id=answer["VersionId"], etag=answer["ETag"].strip('"'), size=len(body))


def test_ctrl_z_at_the_end_is_no_key(world: World) -> None:
    (result,) = world.load(world.put("a.csv", "user_id,name", "1,Ann", "2,Bo", "\x1a"))

    assert (result.status, result.rows_rejected) == ("loaded", 0)
    assert world.rows() == [(1, "Ann"), (2, "Bo")]


@pytest.mark.parametrize(("first", "second"), [("latin-1", "utf-8"), ("utf-8", "latin-1")])
def test_a_file_in_two_encodings_fails_and_names_a_line_of_each(world: World, first: str, second: str) -> None:
    body = b"user_id,name\n" + "1,Zoë\n".encode(first) + "2,Müller\n".encode(second)
    (result,) = world.load(put(world, body))

    other, utf8 = (2, 3) if first == "latin-1" else (3, 2)
    assert result.status == "failed"
    assert re.search(rf"line {other}\b.* is not UTF-8, but line {utf8} is", result.reason or "")


def test_backslashes_escape_quotes_where_the_format_says_so(world: World) -> None:
    lines = ("user_id,size,n", '1,"27\\"",5', '2,"a\\\\",6', '3,"x ""y""",7')
    (result,) = world.load(world.put("a.csv", *lines), csv=CsvFormat(escape="\\"))

    assert result.status == "loaded"
    assert world.rows() == [(1, '27"', 5), (2, "a\\", 6), (3, 'x "y"', 7)]


def test_backslashes_before_quotes_are_refused_by_the_name_of_the_prop(world: World) -> None:
    lines = ("user_id,size", '1,"27\\" disk"', '2,5\\" disk', "3,plain")
    file = world.put("a.csv", *lines)
    (result,) = world.load(file)
    assert result.status == "failed"
    assert "set CsvFormat.escape to '\\\\'" in (result.reason or "")

    (result,) = world.load(world.put("b.csv", *lines), row_errors=QUARANTINE)
    assert (result.rows_loaded, result.rows_rejected) == (1, 2)


QUOTES = ("user_id,amount,name", '1,$78.07"Table, Round 48"""', "2,5,Bo")


def test_quotes_in_unquoted_fields_are_counted(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    file = world.put("a.csv", *QUOTES)
    lines, report = plan(world, file, capsys)
    assert "1 records have a quote in an unquoted field, the first on lines 2:" in lines
    assert "CsvFormat.strictQuotes" in report["notes"][0]

    run(world, file)
    assert '"inner_quotes": 1, "inner_quote_lines": [2]' in caplog.text
    assert len(world.rows()) == 2


def test_strict_quotes_rejects_quotes_in_unquoted_fields(world: World) -> None:
    csv = CsvFormat(strict_quotes=True)
    (result,) = world.load(world.put("a.csv", *QUOTES), csv=csv, row_errors=QUARANTINE)

    assert (result.rows_loaded, result.rows_rejected) == (1, 1)
    assert world.rows("user_id") == [(2,)]
