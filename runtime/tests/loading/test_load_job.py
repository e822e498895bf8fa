"""The whole job: Glue's arguments in, real CSV reading, tables, metrics and error message out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from loader_job import everything_stored, outcome, plan, rejected, run, settings_json
from world import LANDING, STAGING, World

from customer_data.errors import RunFailed
from customer_data.loading import load_job


def test_loads_typed_values_and_evolves(world: World) -> None:
    first = world.put(
        "a.csv", "User ID,Full Name,Balance,Born,Active", '1,"Ann, Jr.",10.5,1990-01-02,true', "2,Bo,0.25,,false"
    )
    second = world.put("b.csv", "User ID;Full Name;Phone", "2;Bob;007", "3;Çelik;0041")

    run(world, first, second)
    assert world.rows("user_id, full_name, CAST(balance AS VARCHAR), CAST(born AS VARCHAR), active, phone") == [
        (1, "Ann, Jr.", "10.5000", "1990-01-02", True, None),
        (2, "Bob", "0.2500", None, False, "007"),
        (3, "Çelik", None, None, None, "0041"),
    ]
    (row, _) = world.ledger("header_map, run_id")
    assert json.loads(row[0])["Full Name"] == "full_name"
    assert row[1] == "jr_1"


def test_a_value_that_does_not_fit_goes_to_a_rescue_column_and_leaves_it_again(world: World) -> None:
    run(world, world.put("a.csv", "user_id,age", "1,40"))
    run(world, world.put("b.csv", "user_id,age", "1,forty", "2,41"))
    assert world.rows("user_id, age, age__as_varchar") == [(1, None, "forty"), (2, 41, None)]

    run(world, world.put("c.csv", "user_id,age", "1,42"))
    assert world.rows("user_id, age, age__as_varchar") == [(1, 42, None), (2, 41, None)]


def test_files_that_disagree_on_a_type_in_one_run_lose_nothing(world: World) -> None:
    """The second file is checked before the first one has made the table."""
    first = world.put("a.csv", "user_id,age", "1,40")
    second = world.put("b.csv", "user_id,age,city", "2,forty-one,Oslo")

    run(world, first, second)
    assert world.rows("user_id, age, age__as_varchar, city") == [(1, 40, None, None), (2, None, "forty-one", "Oslo")]


def test_a_value_too_long_for_a_frozen_table_fails_the_file(world: World) -> None:
    run(world, world.put("a.csv", "user_id,name", "1,Ann"))
    before = world.columns()

    with pytest.raises(RunFailed, match="freeze"):
        run(world, world.put("b.csv", "user_id,name", "1," + "x" * 500), schema_contract="freeze")
    assert world.columns() == before
    assert world.rows() == [(1, "Ann")]
    assert "error/b.csv" in world.object_keys()


def test_the_longest_text_that_redshift_holds_arrives(world: World) -> None:
    run(world, world.put("a.csv", "user_id,note", "1,short"))
    run(world, world.put("b.csv", "user_id,note", "1," + "é" * 32_767))

    assert world.rows("user_id, OCTET_LENGTH(note)") == [(1, 65_534)]


def test_the_error_message_names_the_files_that_failed_and_why(world: World) -> None:
    good = world.put("good.csv", "user_id,name", "1,Ann")
    bad = world.put("bad.csv", "user_id,name", ",nobody")

    with pytest.raises(RunFailed, match=r"^1 of 2 files failed: s3://landing/landing/bad\.csv: .*the key user_id"):
        run(world, good, bad)
    assert world.rows() == [(1, "Ann")]


def test_glue_sees_one_line_at_the_end_of_stderr() -> None:
    script = Path(__file__).parents[2] / "jobs" / "load_csv.py"
    ended = subprocess.run(
        [sys.executable, script, "--settings", '{"nonsense":\n1}', "--manifest", "s3://b/k"],
        env={**os.environ, "PYTHONPATH": str(script.parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("customer_data.errors.RunFailed: SettingsError: the --settings")


def test_the_log_has_a_line_of_json_for_each_file(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    run(world, world.put("a.csv", "user_id,name,empty", "1,Ann,"))

    (line,) = [json.loads(record.message) for record in caplog.records if record.message.startswith('{"event": "file"')]
    assert line | {"seconds": 0} == {
        "event": "file",
        "status": "loaded",
        "object": "s3://landing/landing/a.csv",
        "version_id": line["version_id"],
        "load_id": line["load_id"],
        "rows_read": 1,
        "rows_loaded": 1,
        "rows_rejected": 0,
        "rows_warned": 0,
        "rows_rescued": 0,
        "columns_added": ["user_id", "name"],
        "columns": [
            {"name": "user_id", "type": "BIGINT", "line": 2, "shape": "•"},
            {"name": "name", "type": "VARCHAR(32)", "line": 2, "shape": "Xxx"},
        ],
        "columns_waiting": ["empty"],
        "seconds": 0,
        "run_id": "jr_1",
    }


def test_mapped_headers_that_a_file_lacks_are_in_the_log_and_in_the_plan(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = {"E-Mail": "email", "Nachname": "name", " user_id ": "user_id"}
    file = world.put("a.csv", "USER_ID,Nachnahme", "1,Ann")
    caplog.set_level("INFO")
    run(world, file, column_mapping=mapping)
    (line,) = [json.loads(record.message) for record in caplog.records if record.message.startswith('{"event": "file"')]
    assert line["headers_missing"] == ["E-Mail", "Nachname"]

    said, report = plan(world, file, capsys, column_mapping=mapping)
    assert report["headers_missing"] == ["E-Mail", "Nachname"]
    assert "columnMapping has headers that the file lacks: 'E-Mail', 'Nachname'" in said


def test_schema_changes_and_rescued_values_are_reported_and_no_value_is(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    run(world, world.put("a.csv", "user_id,name,age", "1,Ann,40"))
    caplog.set_level("INFO")
    caplog.clear()
    changed = world.put("b.csv", "user_id,name,age,phone", "1," + "x" * 60 + ",forty,007", "2,Bo,41,008", ",SECRET,1,")
    plain = world.put("c.csv", "user_id,name", "3,Cy")
    settings: dict[str, Any] = {"outcomes_prefix": "outcomes/customers/", "row_errors": "quarantine_rows"}
    run(world, changed, plain, run_id="jr_2", **settings)

    told = outcome(world, changed)
    found = {
        "rows_rescued": 1,
        "columns_added": ["age__as_varchar", "phone"],
        "columns_widened": ["name"],
    }
    lines = [json.loads(record.message) for record in caplog.records if record.message.startswith('{"event": "file"')]
    line = next(line for line in lines if line["object"].endswith("/b.csv"))
    assert {name: line[name] for name in found} == found
    assert line["rescue_columns"] == [{"name": "age__as_varchar", "column": "age", "values": 1}]
    assert {name: told[name] for name in found} == found
    assert told["rescue_columns"] == ["age__as_varchar"]
    assert (told["status"], told["run_id"], told["rows_rejected"], told["rows_warned"]) == ("loaded", "jr_2", 1, 0)
    (reason,) = told["top_reasons"]
    assert (reason["rule"], reason["rows"], reason["severity"]) == ("primary_key", 1, "error")
    assert reason["description"].endswith(": user_id")
    assert not {"SECRET", "forty", "007"} & set(json.dumps(told).replace('"', " ").split())
    of_plain = outcome(world, plain)
    assert {name: of_plain[name] for name in found} == {"rows_rescued": 0, "columns_added": [], "columns_widened": []}
    assert of_plain["rescue_columns"] == []


def test_a_file_that_the_warehouse_refuses_has_failed_in_its_outcome_too(world: World) -> None:
    world.admin.execute(
        f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, age INTEGER, name VARCHAR(8) NOT NULL)'
    )
    bad = world.put("bad.csv", "user_id,age,name", "1,forty,")
    with pytest.raises(RunFailed, match="not-null"):
        run(world, bad, outcomes_prefix="outcomes/customers/")
    told = outcome(world, bad)
    assert (told["status"], told["rows_rescued"], told["rescue_columns"]) == ("failed", 0, [])
    assert "not-null" in told["reason"]


def test_without_an_outcomes_prefix_no_outcome_is_written(world: World) -> None:
    run(world, world.put("a.csv", "user_id,name", "1,Ann"))
    assert world.object_keys(STAGING, "outcomes/") == []


def test_puts_the_metrics_of_the_run(world: World) -> None:
    with pytest.raises(RunFailed):
        run(world, world.put("a.csv", "user_id,name", "1,Ann", "2,Bo"), world.put("b.csv", "user_id,name", ",nobody"))

    listed = boto3.client("cloudwatch").list_metrics(Namespace="CustomerDataPlatform")["Metrics"]
    assert {metric["MetricName"] for metric in listed} == {
        "RowsLoaded", "RowsRejected", "RowsWarned", "RowsRescued", "RowsWithInnerQuotes", "ColumnsAdded",
        "ColumnsWidened", "FilesLoaded", "FilesFailed", "FilesSuperseded", "LoadSeconds",
    }  # fmt: skip
    assert all(metric["Dimensions"] == [{"Name": "Pipeline", "Value": "customers"}] for metric in listed)


def test_a_run_fault_leaves_the_files_and_says_what_failed(world: World) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann")

    with pytest.raises(RunFailed, match="no_such_schema"):
        run(world, file, table={"schema": "no_such_schema", "name": "customers"})
    assert world.object_keys() == ["landing/a.csv"]
    run(world, file)


def test_a_missing_manifest_is_named(world: World) -> None:
    arguments = ["--settings", settings_json(world), "--manifest", f"s3://{STAGING}/manifests/none.json"]

    with pytest.raises(RunFailed, match="NoSuchKey"):
        load_job.main(arguments)


@pytest.mark.parametrize("name", ["a#1.csv", "what?.csv", "100%25.csv", "a b+c.csv", "ü//x.csv"])
def test_keys_are_taken_as_they_are(world: World, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = world.put(name, "user_id,name", "1,Ann")

    assert plan(world, file, capsys)[1]["rows_to_load"] == 1
    run(world, file, run_id=f"jr {name}")
    assert world.ledger() == [(f"landing/{name}", "loaded")]


def test_plan_tells_a_new_table_and_writes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    file = world.put("a.csv", "user_id,name,empty", "1,Ann,", "2,Bo,")
    before = everything_stored(world)
    text, report = plan(world, file, capsys)

    assert everything_stored(world) == before
    assert report["creates_table"] and report["rows_to_load"] == 2
    assert report["columns_added"] == {"user_id": "BIGINT", "name": "VARCHAR(32)"}
    assert "  + name VARCHAR(32)\n" in text
    assert "  ? empty: no value yet, waits for its first one\n" in text


def test_plan_tells_what_changes_in_an_existing_table(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    run(world, world.put("a.csv", "user_id,name,age,city", "1,Ann,40,Oslo"))
    capsys.readouterr()
    file = world.put("b.csv", "user_id,name,age,phone", "1," + "x" * 60 + ",forty,007")
    before = everything_stored(world), world.columns()
    text, report = plan(world, file, capsys)

    assert (everything_stored(world), world.columns()) == before
    assert report["columns_widened"] == {"name": "VARCHAR(128)"}
    assert report["rescue_columns"] == [{"name": "age__as_varchar", "column": "age", "values": 1}]
    assert report["rows_rescued"] == 1
    assert "1 with values for a rescue column\n" in text
    assert "  ! age__as_varchar: 1 values that do not fit age\n" in text
    assert report["columns_kept"] == ["city"]
    assert "  ~ name VARCHAR(128)\n" in text and "  = city: not in the file, stored values stay\n" in text


def test_plan_says_why_rows_are_rejected_as_the_file_of_rejected_records_would(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run(world, world.put("a.csv", "user_id,age", "1,40"))
    capsys.readouterr()
    file = world.put("b.csv", "user_id,Age", "2,forty", "3,fifty", ",41", "4", "5,50")
    settings = {"schema_contract": "discard", "row_errors": "quarantine_rows"}
    text, report = plan(world, file, capsys, **settings)
    run(world, file, run_id="jr_2", **settings)

    first = rejected(world)[0]
    assert (report["rejected_reasons"][0]["line"], report["rejected_reasons"][0]["rows"]) == (first["line"], 2)
    assert report["rejected_reasons"][0]["reason"] == first["errors"][0]["reason"]
    assert "rejected: 2 rows by column_type (unfit_value), the first on line 2, column 'Age': 'forty' is not" in text
    assert "rejected: 1 rows by primary_key (null_key), the first on line 4, column 'user_id': the key" in text
    assert "rejected: 1 rows by csv (ragged_record), the first on line 5: the record has 1 fields" in text


def test_plan_tells_why_a_file_would_fail(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    text, report = plan(world, world.put("a.csv", "name", "Ann"), capsys)

    assert report["fault"]["code"] == "missing_key_column"
    assert "the file would fail (missing_key_column)" in text
    assert world.object_keys() == ["landing/a.csv"]


@pytest.mark.parametrize("url", ["landing/a.csv", "s3://landing", "s3:///a.csv", f"s3://{LANDING}/none.csv"])
def test_plan_names_an_object_that_it_cannot_read(world: World, url: str) -> None:
    with pytest.raises(RunFailed, match=url):
        load_job.main(["--settings", settings_json(world), "--plan", url])


def test_says_which_argument_is_missing() -> None:
    with pytest.raises(RunFailed, match="--manifest"):
        load_job.main(["--settings", "{}"])


def test_a_file_that_s3_does_not_give_out_holds_up_no_other(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    archived = world.put("archived.csv", "user_id,name", "1,Ann")
    answer = world.s3.put_object(
        Bucket=LANDING, Key=archived.key, Body=b"user_id,name\n1,Ann\n", StorageClass="GLACIER"
    )
    archived = replace(archived, version_id=answer["VersionId"])
    good = world.put("good.csv", "user_id,name", "2,Bo")

    with pytest.raises(
        RunFailed, match=r"1 of 2 files failed: s3://landing/landing/archived\.csv: it cannot be read .*restore"
    ):
        run(world, archived, good)

    assert world.rows() == [(2, "Bo")]
    assert world.ledger() == [("landing/good.csv", "loaded")]
    assert archived.key in world.object_keys()
    with pytest.raises(RunFailed, match=r"--plan 's3://landing/landing/archived\.csv': it cannot be read"):
        plan(world, archived, capsys)


def test_the_encoding_that_was_guessed_is_said(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("INFO")
    file = world.put("a.csv", "user_id,name", "1,Zoe")
    answer = world.s3.put_object(Bucket=LANDING, Key=file.key, Body="user_id,name\n1,Zoë\n".encode("cp1252"))
    file = replace(file, version_id=answer["VersionId"])

    lines, report = plan(world, file, capsys)
    assert "taken for windows-1252" in lines
    assert report["guessed_encoding"] == "windows-1252"
    run(world, file)
    assert '"guessed_encoding": "windows-1252"' in caplog.text
    assert world.rows() == [(1, "Zoë")]
