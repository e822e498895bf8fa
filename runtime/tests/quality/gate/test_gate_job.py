"""The whole job with rules of all kinds: Glue's arguments in, files, records, reports and metrics out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from quality.gate_world import BUCKET, NOT_NULL_NAME, STAGING, WARN_AGE, GateWorld, gate_world, metrics

from customer_data.csv import reader as csv_reader
from customer_data.csv import text as csv_text
from customer_data.errors import RunFailed
from customer_data.records import spread

RULES = """
SQL_DATA_QUALITY_RULES = {
    "größe ist positiv": {
        "query": "SELECT * FROM temp_data WHERE size <= 0",
        "error_type": "SIZE",
        "description": "A size is positive",
    },
}

def name_is_short(record):
    if record["name"] and len(record["name"]) > 5:
        return {"error_type": "LONG", "description": "too long"}

PYTHON_DATA_QUALITY_RULES = [name_is_short]
"""

ALL_KINDS: list[dict[str, Any]] = [
    {"name": "unique_user_id", "kind": "unique", "column": "user_id"},
    {"name": "email_email", "kind": "email", "column": "email"},
    {"name": "known_land", "kind": "foreign_key", "column": "land",
     "parameters": {"bucket": STAGING, "key": "lists/lands.csv", "reference_column": "code"}},
    {"name": "balance_type", "kind": "of_type", "column": "balance", "parameters": {"type": "NUMERIC(6,2)"}},
    {"name": "rows", "kind": "row_count", "parameters": {"minimum": 1}},
    WARN_AGE,
]  # fmt: skip

HEADER = "User ID,Name,E-Mail,Land,Balance,Size,Age"


@pytest.fixture
def world(aws: None, spark: Any) -> GateWorld:
    world = gate_world()
    world.s3.put_object(Bucket=STAGING, Key="lists/lands.csv", Body=b"code\nNO\nSE\n")
    return world


def quality(world: GateWorld, *rules: dict[str, Any], text: str = RULES, **changes: Any) -> dict[str, Any]:
    return {"rules": list(rules), **(world.rules_file(text) if text else {}), **changes}


def test_a_record_tells_all_rules_that_it_breaks(world: GateWorld) -> None:
    bad = "7,Alexander,a@b,DK,1.234,0,150"
    file = world.put("a.csv", HEADER, "1,Ann,a@b.co,NO,1.50,1,40", bad, '7,"B\no",b@b.co,SE,2,2,', "1,2,3")
    world.run_job(file, column_mapping={"E-Mail": "email"}, quality=quality(world, *ALL_KINDS))

    first, second, third = world.rejected(file)
    severities = {error["rule"]: error.pop("severity") for error in first["errors"]}
    assert {rule for rule, severity in severities.items() if severity == "warning"} == {"old"}
    assert first == {
        "record": dict(zip(HEADER.split(","), bad.split(","), strict=True)),
        "source": {"bucket": BUCKET, "key": "in/a.csv", "version": file.version_id},
        "line": 3,
        "errors": [
            {"rule": "email_email", "code": "email_email", "reason": "email must be an e-mail address; it is 'a@b'"},
            {"rule": "balance_type", "code": "balance_type",
             "reason": "balance must be a value of NUMERIC(6,2); it is '1.234'"},
            {"rule": "old", "code": "old", "reason": "age must be a number of at most 100; it is '150'"},
            {"rule": "unique_user_id", "code": "unique_user_id", "reason": "user_id must be unique"},
            {"rule": "known_land", "code": "known_land",
             "reason": f"land must be a code of s3://{STAGING}/lists/lands.csv"},
            {"rule": "größe ist positiv", "code": "SIZE", "reason": "A size is positive"},
            {"rule": "name_is_short", "code": "LONG", "reason": "too long"},
        ],
        "run_id": "jr_1",
        "at": first["at"],
    }  # fmt: skip
    assert (second["line"], [error["rule"] for error in second["errors"]]) == (4, ["unique_user_id"])
    assert (third["line"], third["record"], third["errors"][0]["rule"]) == (6, "1,2,3", "csv")
    assert world.read("passed/a.csv").splitlines()[1:] == [b'"1","Ann","a@b.co","NO","1.50","1","40"']
    assert world.list_keys("staging/", STAGING) == []
    assert metrics() == {
        ("RowsPassed", "gate"): 1, ("RowsRejected", "gate"): 3, ("RowsWarned", "gate"): 0,
        ("RowsWithInnerQuotes", "gate"): 0,
        ("FilesPassed", "gate"): 1, ("FilesQuarantined", "gate"): 0, ("FilesFailed", "gate"): 0,
        ("FilesSuperseded", "gate"): 0,
        **{("RowsBroken", "gate", rule): count for rule, count in {
            "unique_user_id": 2, "email_email": 1, "known_land": 1, "balance_type": 1, "rows": 0, "old": 1,
            "gr__e ist positiv": 1, "name_is_short": 1, "csv": 1,
        }.items()},
    }  # fmt: skip
    report = world.report(file)
    assert report["rows"] == {"read": 4, "passed": 1, "rejected": 3, "warned": 0}
    assert {rule["name"]: rule["columns"] for rule in report["rules"]}["unique_user_id"] == ["User ID"]
    assert "Alexander" not in json.dumps(report)


def test_what_rules_do_to_one_file_holds_up_no_other(world: GateWorld) -> None:
    text = """SQL_DATA_QUALITY_RULES = {
    "number": {"query": "SELECT * FROM temp_data WHERE CAST(name AS INT) < 0", "error_type": "e", "description": "d"},
    "invents": {"query": "SELECT size AS __line FROM temp_data WHERE size > 0", "error_type": "e", "description": "d"},
}"""
    files = [
        world.put("good.csv", "user_id,name,size", "1,5,0"),
        world.put("text.csv", "user_id,name,size", "1,Ann,0"),
        world.put("beyond.csv", "user_id,name,size", "1,5,99"),
        world.put("between.csv", "user_id,name,size", "1,5,3", '"2\n",5,-1'),
        world.put("image.csv", body=b"\x89PNG\r\n\x1a\n\0\0"),
        world.put("column.csv", "user_id,name", "1,5"),
    ]
    with pytest.raises(RunFailed, match=r"^4 of 6 files failed: ") as failed:
        world.run_job(*files, quality=quality(world, NOT_NULL_NAME, text=text))
    said = str(failed.value)
    assert "Ann" not in said
    status = {file.key: world.outcome(file)["status"] for file in files}
    assert status == {
        "in/good.csv": "passed",
        "in/text.csv": "quarantined",
        "in/beyond.csv": "quarantined",
        "in/between.csv": "passed",  # 3 is the line of a record: what it invents, nobody can tell
        "in/image.csv": "failed",
        "in/column.csv": "quarantined",
    }
    reasons = {file.key: world.outcome(file)["reason"] for file in files}
    assert (
        "[CAST_INVALID_INPUT] name on line 2 is text of letters, which cannot be cast to INT" in reasons["in/text.csv"]
    )
    assert reasons["in/beyond.csv"] == (
        "the rule quality_rules.py:3: invents fails the file: it reported 1 lines on which no record of the file"
        " begins; select __line as it is in temp_data"
    )
    assert "`size` cannot be resolved" in reasons["in/column.csv"]
    assert world.list_keys("passed/") == ["passed/between.csv", "passed/good.csv"]
    assert world.list_keys("staging/", STAGING) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import no_such_module\nSQL_DATA_QUALITY_RULES = {}", r"quality_rules\.py:1: .*No module named"),
        ("SQL_DATA_QUALITY_RULES = {", r"quality_rules\.py:1: it is not Python"),
        (
            "SQL_DATA_QUALITY_RULES = {\n'r': {'query': 'SELEKT 1', 'error_type': 'e', 'description': 'd'}}",
            r"quality_rules\.py:2: r: its query is not Spark SQL: .*Syntax error",
        ),
    ],
)
def test_a_rules_file_that_cannot_be_used_leaves_the_data_where_it_was(world: GateWorld, text: str, told: str) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann")
    with pytest.raises(RunFailed, match=told):
        world.run_job(file, quality=quality(world, text=text))
    assert world.list_keys() == ["in/a.csv"]
    assert world.list_keys("outcomes/", STAGING) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULES.replace("temp_data", "customers"), "`customers` cannot be found"),
        (RULES.replace("size <= 0", "sise <= 0"), "`sise` cannot be resolved"),
        (RULES.replace('record["name"] and', 'record["nome"] and'), "KeyError: the file has no column 'nome'"),
    ],
)
def test_rules_that_fit_no_file_leave_the_data_where_it_was(world: GateWorld, text: str, told: str) -> None:
    files = [world.put(f"{n}.csv", "user_id,name,size", "1,Ann,1") for n in (1, 2)]
    with pytest.raises(RunFailed, match=rf"^RulesFileError: quality_rules\.py:\d+: .*{told}") as failed:
        world.run_job(*files, quality=quality(world, text=text))
    assert "temp_data" in str(failed.value) and "has the columns user_id, name, size, __line" in str(failed.value)
    assert world.list_keys() == [file.key for file in files]
    assert world.list_keys("outcomes/", STAGING) == []


def test_a_reference_that_is_missing_leaves_the_data_where_it_was(world: GateWorld) -> None:
    world.s3.delete_object(Bucket=STAGING, Key="lists/lands.csv")
    file = world.put("a.csv", HEADER, "1,Ann,a@b.co,NO,1.50,1,40")
    with pytest.raises(RunFailed, match=rf"SettingsError: the reference data s3://{STAGING}/lists/lands\.csv"):
        world.run_job(file, quality=quality(world, *ALL_KINDS, text=""))
    assert world.list_keys() == ["in/a.csv"]


def test_rules_and_files_travel_to_sparks_workers(world: GateWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "DRIVER_BYTES", 0)
    spread_over = []
    over_spark = spread.over_spark
    monkeypatch.setattr(spread, "over_spark", lambda f, items: spread_over.append(f) or over_spark(f, items))
    header = "user_id,name,size"
    files = [world.put(f"{n}.csv", header, f"{n},Ann,1", f"{n},Alexander,1", f"{n},,0") for n in range(3)]
    world.run_job(*files, quality=quality(world, NOT_NULL_NAME))

    assert len(spread_over) == 2  # staged for Spark's rules, then sieved
    assert world.list_keys("passed/") == ["passed/0.csv", "passed/1.csv", "passed/2.csv"]
    for file in files:
        assert [[error["rule"] for error in entry["errors"]] for entry in world.rejected(file)] == [
            ["name_is_short"], ["named", "größe ist positiv"],
        ]  # fmt: skip


def test_a_source_that_changes_while_spark_reads_is_superseded(
    world: GateWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = world.put("gone.csv", "user_id,name,size", "1,Ann,1")
    good = world.put("good.csv", "user_id,name,size", "1,Ann,1")
    world.s3.delete_object(Bucket=BUCKET, Key=gone.key, VersionId=gone.version_id)
    world.run_job(gone, good, quality=quality(world))
    assert world.outcome(gone)["status"] == "superseded"
    assert world.list_keys("passed/") == ["passed/good.csv"]


def test_a_file_larger_than_a_block_keeps_every_line(world: GateWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are made small, so that a small file has many of them; every second block ends within quotes."""
    for module in (csv_text, csv_reader):
        monkeypatch.setattr(module, "CHUNK_BYTES", 4096)
    rows = 6_000
    lines = [f'{n},"{"Alexander" if n % 7 == 0 else "Ann"}",{n % 3}' for n in range(rows)]
    lines[100] = '100,"A\nx",1'
    file = world.put("a.csv", "user_id,name,size", *lines)
    world.run_job(file, quality=quality(world))

    broken = [(n, n % 7 == 0, n % 3 == 0) for n in range(rows) if n % 7 == 0 or n % 3 == 0]
    rejected = world.rejected(file)
    assert [int(entry["record"]["user_id"]) for entry in rejected] == [n for n, *_ in broken]
    assert [entry["line"] for entry in rejected] == [n + 2 + (n > 100) for n, *_ in broken]
    assert [len(entry["errors"]) for entry in rejected] == [is_long + is_small for _, is_long, is_small in broken]
    assert world.outcome(file)["rows_read"] == rows
    assert world.read("passed/a.csv").count(b"\n") == 1 + rows - len(broken) + 1
