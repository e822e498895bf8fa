"""The loader checks and loads in one run: rules of all kinds, the table, and what is told of both."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from fuse import Fuse, Killed, loader_of
from loader_job import everything_stored, outcome, plan, rejected
from loader_job import run as run_job
from quality.gate_world import metrics
from world import LANDING, STAGING, World

from customer_data.errors import RunFailed
from customer_data.loading.load import Loader
from customer_data.loading.settings import RowErrorPolicy
from customer_data.quality.rules.settings import QualitySettings
from customer_data.quality.running.file_check import Checks

RULES = """
SQL_DATA_QUALITY_RULES = {
    "repeated": {
        "query": "SELECT user_id FROM temp_data GROUP BY user_id HAVING count(*) > 1",
        "error_type": "REPEATED",
        "description": "A customer comes once",
    },
}

def grown_up(record):
    if record["age"] is not None and record["age"] < 18:
        return {"error_type": "YOUNG", "description": "younger than 18"}

PYTHON_DATA_QUALITY_RULES = [grown_up]
"""
OUTCOMES = "outcomes/customers/"
run = partial(run_job, outcomes_prefix=OUTCOMES)

NAMED = {"name": "named", "kind": "not_null", "column": "name"}
OLD = {"name": "old", "kind": "range", "column": "age", "parameters": {"maximum": 100}, "severity": "warning"}


def quality(world: World, *rules: dict[str, Any], text: str = RULES, **changes: Any) -> dict[str, Any]:
    world.s3.put_object(Bucket=STAGING, Key="assets/rules.py", Body=text.encode())
    return {
        "rules": list(rules),
        "rules_files": [{"name": "quality_rules.py", "url": f"s3://{STAGING}/assets/rules.py"}] if text else [],
        "report_prefix": "reports/",
        **changes,
    }


def test_good_rows_are_loaded_and_bad_ones_set_aside_with_all_reasons(spark: Any, world: World) -> None:
    file = world.put("a.csv", "User ID,Name,Age", "1,Ann,40", "2,,12", "2,Bo,50", ",Cy,30", "4,Di,150", "5,E,d,1")
    run(world, file, row_errors="quarantine_rows", quality=quality(world, NAMED, OLD))

    assert world.rows("user_id, name, age") == [(1, "Ann", 40), (4, "Di", 150)]
    assert [(entry["line"], [error["code"] for error in entry["errors"]]) for entry in rejected(world)] == [
        (3, ["named", "REPEATED", "YOUNG"]),
        (4, ["REPEATED"]),
        (5, ["null_key"]),
        (7, ["ragged_record"]),
    ]
    told = outcome(world, file)
    assert (told["status"], told["rows_read"], told["rows_rejected"], told["rows_warned"]) == ("loaded", 6, 4, 1)
    assert told["top_reasons"][0] == {
        "rule": "repeated", "description": "A customer comes once", "rows": 2, "severity": "error",
    }  # fmt: skip
    assert {reason["rule"]: reason["severity"] for reason in told["top_reasons"]}["named"] == "error"
    assert told["rejected"].startswith("s3://landing/quarantine/a.csv.")
    assert {"reports/a.csv"} == {key.split(".2")[0] for key in world.object_keys(prefix="reports/")}
    assert world.object_keys(STAGING, "staging/") == []
    sums = metrics()
    assert (sums["RowsLoaded", "customers"], sums["RowsRejected", "customers"]) == (2, 4)
    assert {name[2]: count for name, count in sums.items() if name[0] == "RowsBroken"} == {
        "named": 1, "old": 1, "repeated": 2, "grown_up": 1, "primary_key": 1, "csv": 1,
    }  # fmt: skip


VERSIONS = """
SQL_DATA_QUALITY_RULES = {
    "minor": {
        "query": "SELECT * FROM temp_data WHERE version LIKE '%.1' OR amount = 1.2345",
        "error_type": "MINOR",
        "description": "No first version",
    },
}

def padded(record):
    if record["zip"] != record["zip"].zfill(5):
        return {"error_type": "ZIP", "description": f"{record['zip']!r} is short"}

PYTHON_DATA_QUALITY_RULES = [padded]
"""


def test_rules_see_columns_as_of_the_types_that_they_are_stored_in(
    spark: Any, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT, amount NUMERIC(14,4))')
    changes = {
        "row_errors": "quarantine_rows",
        "quality": quality(world, text=VERSIONS),
        "column_types": {"version": "VARCHAR(16)", "zip": "CHAR(5)", "amount": "NUMERIC(12,2)"},
    }
    lines = ["1,10.10,00123,0.1", "2,10.1,00124,1", "3,10.2,456,2", "4,10.3,00125,1.2345", "5,10.4,00126,n/a"]
    file = world.put("a.csv", "user_id,version,zip,amount", *lines)
    _, report = plan(world, file, capsys, **changes)
    run(world, file, **changes)

    assert [(entry["line"], entry["errors"][0]["code"]) for entry in rejected(world)] == [
        (3, "MINOR"), (4, "ZIP"), (5, "MINOR"),
    ]  # fmt: skip
    assert sorted(reason["line"] for reason in report["rejected_reasons"]) == [3, 4]
    assert world.rows("user_id, version, zip, amount, amount__as_varchar") == [
        (1, "10.10", "00123", "0.1000", None), (5, "10.4", "00126", None, "n/a"),
    ]  # fmt: skip


def test_values_that_are_compared_as_written_are_so_whatever_their_named_type(spark: Any, world: World) -> None:
    world.s3.put_object(Bucket=STAGING, Key="lists/rates.csv", Body=b"rate\n5\n7.50\n")
    known = {
        "name": "known_rate", "kind": "foreign_key", "column": "rate",
        "parameters": {"bucket": STAGING, "key": "lists/rates.csv", "reference_column": "rate"},
    }  # fmt: skip
    file = world.put("a.csv", "user_id,rate", "1,5", "2,7.50", "3,6")
    changes = {"quality": quality(world, known, text=""), "column_types": {"rate": "NUMERIC(12,2)"}}
    run(world, file, row_errors="quarantine_rows", **changes)
    assert [entry["line"] for entry in rejected(world)] == [4]
    assert world.rows("user_id, rate") == [(1, "5.00"), (2, "7.50")]


def test_a_warning_beside_an_error_is_marked_and_alone_rejects_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = world.put("a.csv", "user_id,name,age", "1,Ann,150", "2,,140", "3,Cy,40")
    rules = quality(world, OLD, NAMED, text="")
    _, report = plan(world, file, capsys, row_errors="quarantine_rows", quality=rules)
    run(world, file, row_errors="quarantine_rows", quality=rules)

    assert [[(error["code"], error["severity"]) for error in entry["errors"]] for entry in rejected(world)] == [
        [("old", "warning"), ("named", "error")]
    ]
    (warnings,) = [key for key in world.object_keys(prefix="reports/") if key.endswith(".warnings.jsonl")]
    (warned,) = map(json.loads, world.s3.get_object(Bucket=LANDING, Key=warnings)["Body"].read().splitlines())
    assert (warned["line"], [error["severity"] for error in warned["errors"]]) == (2, ["warning"])
    told = outcome(world, file)
    assert (told["rows_rejected"], told["rows_warned"]) == (1, 1)
    assert [(reason["rule"], reason["severity"]) for reason in told["top_reasons"]] == [
        ("named", "error"), ("old", "warning"),
    ]  # fmt: skip
    assert metrics()["RowsWarned", "customers"] == 1
    assert (report["rows_rejected"], report["rows_warned"]) == (1, 1)
    assert [reason["rule"] for reason in report["rejected_reasons"]] == ["named"]
    assert [(reason["rule"], reason["line"]) for reason in report["warned_reasons"]] == [("old", 2)]


def test_a_file_fails_for_its_errors_not_for_the_warnings_beside_them(world: World) -> None:
    file = world.put("a.csv", "user_id,name,age", "1,,150")
    with pytest.raises(RunFailed, match="line 2: name must not be empty"):
        run(world, file, quality=quality(world, OLD, NAMED, text=""))
    explanation = json.loads(world.s3.get_object(Bucket=LANDING, Key="error/a.csv.error.json")["Body"].read())
    assert explanation["code"] == "named"


def test_reasons_that_are_no_rules_name_their_columns(world: World) -> None:
    run(world, world.put("a.csv", "user_id,name,age", "1,Ann,40"))
    file = world.put("b.csv", "user_id,Name,Age", "2,Bo,x", "3,Cy,y", "z,Di,1")
    rules = quality(world, NAMED, text="")
    run(world, file, row_errors="quarantine_rows", schema_contract="discard", quality=rules)
    assert outcome(world, file)["top_reasons"] == [
        {
            "rule": "column_type",
            "description": "A value is one of its column's type in the table: Age, user_id",
            "rows": 3,
            "severity": "error",
        }
    ]


def test_a_bad_record_fails_the_file_unless_rows_may_be_set_aside(spark: Any, world: World) -> None:
    bad = world.put("bad.csv", "user_id,name,age", "1,Ann,40", "2,Bo,12", "3,Cy,13")
    good = world.put("good.csv", "user_id,name,age", "4,Di,150")
    with pytest.raises(RunFailed, match=r"1 of 2 files failed: s3://landing/landing/bad\.csv: line 3: younger than 18"):
        run(world, bad, good, quality=quality(world, OLD))

    assert world.rows("user_id, age") == [(4, 150)]
    explanation = json.loads(world.s3.get_object(Bucket=LANDING, Key="error/bad.csv.error.json")["Body"].read())
    assert (explanation["code"], explanation["line"]) == ("YOUNG", 3)
    assert (outcome(world, bad)["status"], outcome(world, bad)["rows_rejected"]) == ("failed", 2)
    assert outcome(world, good)["status"] == "loaded"


def test_over_the_greatest_share_of_bad_rows_the_file_fails(spark: Any, world: World) -> None:
    file = world.put("a.csv", "user_id,name,age", "1,Ann,40", "2,Bo,12")
    with pytest.raises(RunFailed, match=r"1 of 2 records are rejected, more than the maxFailRatio of 0\.25"):
        run(world, file, row_errors="quarantine_rows", quality=quality(world, max_fail_ratio=0.25))
    assert {"error/a.csv", "error/a.csv.error.json"} <= set(world.object_keys())
    assert world.ledger() == [("landing/a.csv", "failed")]
    assert len(rejected(world)) == 1


def test_a_rule_that_does_not_run_fails_the_file_and_no_other(spark: Any, world: World) -> None:
    bad = world.put("bad.csv", "user_id,name", "1,Ann")
    good = world.put("good.csv", "user_id,name,age", "2,Bo,40")
    text = RULES.replace("HAVING count(*) > 1", "HAVING max(age) > 100")
    with pytest.raises(RunFailed, match=r"1 of 2 files failed: .*bad\.csv: the rule quality_rules\.py:3: repeated"):
        run(world, bad, good, row_errors="quarantine_rows", quality=quality(world, text=text))
    assert world.rows("user_id, name, age") == [(2, "Bo", 40)]


def test_a_file_is_checked_again_when_it_is_staged_again(spark: Any, world: World) -> None:
    """The second file is checked before the first one has made the table, in which its age does not fit."""
    first = world.put("a.csv", "user_id,name,age", "1,Ann,40", "2,Bo,12")
    second = world.put("b.csv", "user_id,name,age,city", "3,,41,", "4,Di,forty-one,Oslo")
    text = "def any(record): return None\nPYTHON_DATA_QUALITY_RULES = [any]"
    run(world, first, second, row_errors="quarantine_rows", quality=quality(world, NAMED, text=text))

    assert world.rows("user_id, age, age__as_varchar") == [(1, 40, None), (2, 12, None), (4, None, "forty-one")]
    assert [entry["line"] for entry in rejected(world)] == [2]
    assert outcome(world, second)["rows_rejected"] == 1
    assert world.object_keys(STAGING, "staging/") == []


def test_rules_see_the_columns_of_a_table_that_others_made(spark: Any, world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, _name VARCHAR(32))')
    text = sql("SELECT * FROM temp_data WHERE _name = 'Bo'")
    file = world.put("a.csv", "user_id,_name", "1,Ann", "2,Bo")
    run(world, file, row_errors="quarantine_rows", quality=quality(world, NAMED | {"column": "_name"}, text=text))
    assert world.rows() == [(1, "Ann")]


def test_rules_see_columns_that_the_contract_leaves_out(spark: Any, world: World) -> None:
    run(world, world.put("a.csv", "user_id,name", "1,Ann"))
    file = world.put("b.csv", "user_id,name,age", "2,Bo,12", "3,Cy,40", "4,Di,400")
    rules = quality(world, OLD | {"severity": "error"})
    run(world, file, row_errors="quarantine_rows", schema_contract="discard", quality=rules)
    assert world.rows() == [(1, "Ann"), (3, "Cy")]
    assert "age" not in world.columns()


def test_plan_applies_the_rules_and_leaves_nothing(
    spark: Any, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    file = world.put("a.csv", "user_id,name,age", "1,Ann,40", "2,Bo,12", "3,,50")
    rules = quality(world, NAMED)
    before = everything_stored(world), world.object_keys(STAGING)
    _, report = plan(world, file, capsys, row_errors="quarantine_rows", quality=rules)
    assert (report["rows_read"], report["rows_to_load"], report["rows_rejected"]) == (3, 1, 2)
    _, report = plan(world, file, capsys, quality=rules)
    assert report["fault"]["code"] == "YOUNG"
    assert (everything_stored(world), world.object_keys(STAGING)) == before


def test_a_rules_file_that_cannot_be_used_leaves_the_data_where_it_was(spark: Any, world: World) -> None:
    file = world.put("a.csv", "user_id,name,age", "1,Ann,40")
    with pytest.raises(RunFailed, match=r"RulesFileError: quality_rules\.py:1: broken: its query is not Spark SQL"):
        run(world, file, quality=quality(world, text=sql("SELEKT 1", "broken")))
    assert world.object_keys() == ["landing/a.csv"]


@pytest.mark.full
def test_a_killed_run_is_completed_by_the_next_one(world: World) -> None:
    """With rules that need no Spark: each row is loaded or rejected once, and what is told of the file is there."""
    for step in itertools.count(1):
        world.schema = world.new_schema()
        file = world.put(f"{step}.csv", "user_id,name", "1,Ann", "2,", "3,Cy")
        bad = world.put(f"{step}-bad.csv", "name", "Di")
        fuse = Fuse(step, after=True)
        with suppress(Killed):
            loader(world, fuse).load([file, bad])
        loader(world, Fuse(0, after=True)).load([file, bad])

        where = f"killed at step {step}"
        assert world.rows() == [(1, "Ann"), (3, "Cy")], where
        key = f"quarantine/{step}.csv.{file.load_id[:12]}.rejected.jsonl"
        body = world.s3.get_object(Bucket=LANDING, Key=key)["Body"].read()
        assert [json.loads(line)["line"] for line in body.splitlines()] == [3], where
        assert outcome(world, file)["status"] == "loaded", where
        assert outcome(world, file)["report"].removeprefix("s3://landing/") in world.object_keys(), where
        assert [key for key in world.object_keys() if key.endswith(f"{step}-bad.csv")] == [f"error/{step}-bad.csv"]
        if not fuse.killed:
            assert step > 10
            return


def loader(world: World, fuse: Fuse) -> Loader:
    given = QualitySettings("reports/", rules=json.dumps([NAMED]))
    checks = Checks(given, "customers", "jr_killed", datetime(2024, 1, 1, tzinfo=UTC))
    return loader_of(
        world, fuse, checks, quality=given, outcomes_prefix=OUTCOMES, row_errors=RowErrorPolicy.QUARANTINE_ROWS
    )


def sql(query: str, name: str = "bad") -> str:
    rule = {name: {"query": query, "error_type": "BAD", "description": "bad"}}
    return f"SQL_DATA_QUALITY_RULES = {rule!r}"
