"""A quarantine file that somebody corrected goes its way again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from quality.gate_world import BUCKET, STAGING, GateWorld, gate_world

from customer_data.csv.format import CsvFormat
from customer_data.errors import RunFailed, SettingsError
from customer_data.quality.gate import gate_job
from customer_data.quality.gate.replay import replay

URL = f"s3://{BUCKET}/quarantine/sub/a.csv.0123.rejected.jsonl"


@pytest.fixture
def world(aws: None) -> GateWorld:
    return gate_world()


def put(world: GateWorld, *records: Any, text: str | None = None) -> None:
    errors = [{"rule": "named", "code": "named", "reason": "no name", "severity": "error"}]
    lines = [json.dumps({"record": record, "line": 2, "errors": errors}, ensure_ascii=False) for record in records]
    body = "\n".join(lines) if text is None else text
    world.s3.put_object(Bucket=BUCKET, Key="quarantine/sub/a.csv.0123.rejected.jsonl", Body=body.encode())


def replayed(world: GateWorld, format: CsvFormat | None = None) -> bytes:
    url = replay(URL, "in/", format or CsvFormat(), world.s3)
    assert url.startswith(f"s3://{BUCKET}/in/replayed/a.csv.0123.") and url.endswith(".csv")
    (key,) = world.list_keys("in/")
    return world.read(key)


def test_records_become_a_csv_of_all_their_columns(world: GateWorld) -> None:
    put(
        world,
        {"User ID": "1", "Name": 'Zoë "李"\n;,', "Age": None},
        {"User ID": 2, "Name": "", "Age": 1.5, "VIP": True},
        {"Name": "x"},
    )
    assert replayed(world).decode() == (
        '"User ID","Name","Age","VIP"\n"1","Zoë ""李""\n;,","",""\n"2","","1.5","true"\n"","x","",""\n'
    )
    assert world.list_keys("quarantine/") != []


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        (CsvFormat(delimiter=";", quote="'", null_values=("NULL", "")), "'id';'name'\n'1';'O''Neil'\n'2';'NULL'\n"),
        (CsvFormat(delimiter="|", quote="", null_values=("", "NULL")), "id|name\n1|O'Neil\n2|\n"),
        (CsvFormat(encoding="utf-16"), '"id","name"\n"1","O\'Neil"\n"2",""\n'),
    ],
)
def test_it_is_written_as_the_format_says(world: GateWorld, format: CsvFormat, expected: str) -> None:
    put(world, {"id": "1", "name": "O'Neil"}, {"id": "2", "name": None})
    assert replayed(world, format).decode(format.encoding or "utf-8") == expected


def test_a_header_with_other_delimiters_does_not_change_how_it_is_read(world: GateWorld) -> None:
    put(world, {"id": "1", "a;b;c": "2;3;4"})
    assert replayed(world).decode() == 'sep=,\n"id","a;b;c"\n"1","2;3;4"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"record": {"id": "1"}}\n\n{"record": "1,2,3"}', "line 3: its record is '1,2,3'; write it as an object"),
        ('{"record": {"id": "1"}}\n{"record": {"id": ', "line 2: it is not a rejected record"),
        ('{"record": {"id": "1"}}\n[1]', "line 2: it is not a rejected record"),
        ('{"id": "1"}', "line 1: it is not a rejected record"),
        ('{"record": {}}', "line 1: its record is"),
        ('{"record": {"id": ["1"]}}', "line 1: the value of 'id' is a list; write text, or null"),
        ('{"record": {"id": "\\ud800"}}', "line 1: CsvFormat has no way to write it"),
        ("", "the file has no record"),
    ],
)
def test_a_line_that_is_no_record_is_named_and_nothing_is_written(world: GateWorld, text: str, told: str) -> None:
    put(world, text=text)
    with pytest.raises(SettingsError, match=rf"--replay {URL}.*{told.replace('[', '.')}"):
        replay(URL, "in/", CsvFormat(), world.s3)
    assert world.list_keys("in/") == []


@pytest.mark.parametrize(
    ("format", "value"),
    [
        (CsvFormat(encoding="windows-1252"), "李"),
        (CsvFormat(quote=""), "a,b"),
        (CsvFormat(quote=""), "a\rb"),
    ],
)
def test_a_value_that_the_format_cannot_hold_is_named_by_its_line(
    world: GateWorld, format: CsvFormat, value: str
) -> None:
    put(world, {"id": "1"}, {"id": value})
    with pytest.raises(SettingsError, match=r"line 2: CsvFormat has no way to write it"):
        replay(URL, "in/", format, world.s3)
    assert world.list_keys("in/") == []


def test_a_quarantine_file_that_is_not_there_is_named(world: GateWorld) -> None:
    with pytest.raises(SettingsError, match=f"--replay {URL} cannot be read"):
        replay(URL, "in/", CsvFormat(), world.s3)


def test_a_corrected_file_goes_through_the_gate_again(world: GateWorld) -> None:
    world.sieve(world.put("a.csv", "User ID,Name", "1,Ann", "2,", "3,"))
    (key,) = world.list_keys("quarantine/")
    entries = world.json_lines(key)
    entries[0]["record"]["Name"] = "Bo"
    world.s3.put_object(Bucket=BUCKET, Key=key, Body="\n".join(map(json.dumps, entries)).encode())
    gate_job.main(["--settings", json.dumps(world.settings()), "--replay", f"s3://{BUCKET}/{key}"])

    (replayed_key,) = world.list_keys("in/")
    head = world.s3.head_object(Bucket=BUCKET, Key=replayed_key)
    name = replayed_key.removeprefix("in/")
    file = world.put(name, body=world.read(replayed_key))
    assert head["ContentLength"] == file.size
    (result,) = world.sieve(file, run_id="jr_2")
    assert (result.rows_passed, result.rows_rejected) == (1, 1)
    assert world.read(f"passed/{name}") == b'"User ID","Name"\n"2","Bo"\n'


def test_a_manifest_and_a_replay_exclude_each_other(world: GateWorld) -> None:
    arguments = ["--settings", json.dumps(world.settings()), "--manifest", f"s3://{STAGING}/m", "--replay", URL]
    with pytest.raises(RunFailed, match="not allowed with"):
        gate_job.main(arguments)
