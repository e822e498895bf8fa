"""What becomes of the files of a manifest: of their good rows, their bad rows, and themselves."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from quality.gate_world import BUCKET, NOT_NULL_NAME, STAGING, WARN_AGE, GateWorld, gate_world

from customer_data.errors import RowsLost
from customer_data.quality.gate import sieve
from customer_data.quality.gate.passed_rows import PassedRows
from customer_data.records.rejections import Rejections

HEADER = "user_id,name,age"


@pytest.fixture
def world(aws: None) -> GateWorld:
    return gate_world()


def processed(world: GateWorld, name: str, body: bytes) -> None:
    """The original is where it was processed, as it was, and nowhere else."""
    (key,) = [key for key in world.versions("") if key.endswith(f"/{name}") and key.startswith(("in/", "processed/"))]
    assert key.startswith("processed/")
    assert world.read(key) == body


def test_a_file_without_bad_rows_is_published_byte_for_byte(world: GateWorld) -> None:
    body = b'\xef\xbb\xbfuser_id;name\r\n1;"A ""n"" n"\r\n\r\n02;\tB\r\n'
    file = world.put("sub/a b.csv", body=body)
    (result,) = world.sieve(file)

    assert (result.status, result.rows_passed, result.rows_rejected) == ("passed", 2, 0)
    assert world.read("passed/sub/a b.csv") == body
    processed(world, "a b.csv", body)
    assert world.list_keys("quarantine/") == [] == world.list_keys("error/")
    assert world.list_keys(bucket=STAGING) == [f"outcomes/gate/{file.load_id}.json"]
    assert world.outcome(file) == {
        "load_id": file.load_id,
        "run_id": "jr_1",
        "at": world.outcome(file)["at"],
        "status": "passed",
        "reason": None,
        "moved_to": f"s3://{BUCKET}/processed/{file.load_id[:12]}/sub/a b.csv",
        "rows_read": 2,
        "rows_rejected": 0,
        "rows_warned": 0,
        "rows_rescued": 0,
        "columns_added": [],
        "columns_widened": [],
        "columns_nullable": [],
        "rescue_columns": [],
        "top_reasons": [],
        "report": f"s3://{BUCKET}/reports/sub/a b.csv.20240101T000000Z-{file.load_id[:12]}.html",
        "rejected": None,
    }


def test_good_rows_go_on_and_bad_ones_are_set_aside_with_the_reason(world: GateWorld) -> None:
    body = b'User ID;Name;Age\r\n1;"Ann; ""A""";4\r\n2;;7\r\n"3";"C\r\ny";\r\n'
    file = world.put("a.csv", body=body)
    (result,) = world.sieve(file)

    assert (result.status, result.rows_passed, result.rows_rejected) == ("passed", 2, 1)
    assert world.read("passed/a.csv") == b'"User ID";"Name";"Age"\n"1";"Ann; ""A""";"4"\n"3";"C\r\ny";""\n'
    processed(world, "a.csv", body)
    (rejected,) = world.rejected(file)
    assert rejected == {
        "record": {"User ID": "2", "Name": None, "Age": "7"},
        "source": {"bucket": BUCKET, "key": "in/a.csv", "version": file.version_id},
        "line": 3,
        "errors": [
            {
                "rule": "named",
                "code": "named",
                "reason": "name must not be empty; it is empty",
                "severity": "error",
            }
        ],
        "run_id": "jr_1",
        "at": rejected["at"],
    }
    assert list(rejected) == ["record", "source", "line", "errors", "run_id", "at"]
    assert datetime.fromisoformat(rejected["at"]).tzinfo is not None
    outcome = world.outcome(file)
    assert (outcome["rows_read"], outcome["rows_rejected"]) == (3, 1)
    assert outcome["top_reasons"] == [
        {"rule": "named", "description": "a customer has a name", "rows": 1, "severity": "error"}
    ]
    assert outcome["rejected"] == f"s3://{BUCKET}/quarantine/a.csv.{file.load_id[:12]}.rejected.jsonl"
    assert world.versions("passed/") == ["passed/a.csv"]
    assert world.list_keys(bucket=STAGING) == [f"outcomes/gate/{file.load_id}.json"]


def test_a_packed_file_stays_packed(world: GateWorld) -> None:
    world.sieve(world.put("a.csv.gz", body=gzip.compress(b"user_id,name\n1,Ann\n2,\n")))
    assert gzip.decompress(world.read("passed/a.csv.gz")) == b'"user_id","name"\n"1","Ann"\n'


def test_of_a_file_without_good_rows_nothing_is_published(world: GateWorld) -> None:
    body = b"user_id,name\n1,\n2,\n"
    file = world.put("a.csv", body=body)
    (result,) = world.sieve(file)

    assert (result.status, result.rows_passed, result.rows_rejected) == ("passed", 0, 2)
    assert world.list_keys("passed/") == []
    assert [entry["line"] for entry in world.rejected(file)] == [2, 3]
    processed(world, "a.csv", body)
    assert world.report(file)["summary"] == "None of 2 rows passed. All were rejected."


@pytest.mark.parametrize(("bad", "refused"), [(29, False), (30, True)])
def test_over_the_greatest_share_of_bad_rows_the_whole_file_is_set_aside(
    world: GateWorld, bad: int, refused: bool
) -> None:
    body = "\n".join(["user_id,name", *(f"{n}," for n in range(bad)), *("1,x" for _ in range(100 - bad))]).encode()
    file = world.put("a.csv", body=body)
    (result,) = world.sieve(file, quality={"max_fail_ratio": 0.29})

    assert result.status == ("quarantined" if refused else "passed")
    assert len(world.rejected(file)) == bad
    assert world.report(file)["verdict"] == ("refused" if refused else "rows_rejected")
    if not refused:
        return
    reason = "30 of 100 records are rejected, more than the maxFailRatio of 0.29"
    aside = f"quarantine/{file.load_id[:12]}/"
    assert world.list_keys("passed/") == [] == world.list_keys("processed/") == world.list_keys("in/")
    assert world.read(f"{aside}a.csv") == body
    assert world.json(f"{aside}a.csv.error.json")["reason"] == reason
    assert world.json(f"{aside}a.csv.error.json")["code"] == "too_many_bad_records"
    outcome = world.outcome(file)
    assert (outcome["status"], outcome["reason"], outcome["moved_to"]) == (
        "quarantined", reason, f"s3://{BUCKET}/{aside}a.csv",
    )  # fmt: skip
    assert result.rows_passed == 0


def test_a_rule_may_have_a_limit_of_its_own(world: GateWorld) -> None:
    rules = [NOT_NULL_NAME | {"max_fail_ratio": 0.5}, WARN_AGE | {"max_fail_ratio": 0.25}]
    (within,) = world.sieve(world.put("a.csv", HEADER, "1,,5", "2,Bo,5"), quality={"rules": rules})
    (over,) = world.sieve(world.put("b.csv", HEADER, "1,Al,500", "2,Bo,5"), quality={"rules": rules})

    assert within.status == "passed"
    assert over.status == "quarantined"
    assert over.reason == "1 of 2 records break the rule old, more than its max_fail_ratio of 0.25"


def test_a_warning_lets_the_record_pass_and_is_told(world: GateWorld) -> None:
    file = world.put("a.csv", HEADER, "1,Ann,500", "2,,600", "3,Cy,7")
    (result,) = world.sieve(file, quality={"rules": [NOT_NULL_NAME, WARN_AGE]})

    assert (result.rows_passed, result.rows_rejected, result.rows_warned) == (2, 1, 1)
    line = json.loads(result.summary_line())
    assert (line["rows_passed"], line["rows_rejected"], line["rows_warned"]) == (2, 1, 1)
    assert b'"1","Ann","500"' in world.read("passed/a.csv")
    (key,) = [key for key in world.list_keys("reports/") if key.endswith(".warnings.jsonl")]
    (warned,) = world.json_lines(key)
    assert (warned["line"], [error["rule"] for error in warned["errors"]]) == (2, ["old"])
    assert [error["rule"] for error in world.rejected(file)[0]["errors"]] == ["named", "old"]
    report = world.report(file)
    assert report["rows"] == {"read": 3, "passed": 2, "rejected": 1, "warned": 1}
    assert {rule["name"]: rule["rows_broken"] for rule in report["rules"]} == {"named": 1, "old": 2}
    assert report["rules"][0]["samples"] == [{"line": 3, "values": {"user_id": "•", "name": None, "age": "•••"}}]
    assert report["links"]["Rows with warnings"] == f"s3://{BUCKET}/{key}"


def test_lines_that_are_no_records_are_set_aside_among_good_ones(world: GateWorld) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann", "2,B,o", '3,"C"y', "", "4", "5,Ed")
    (result,) = world.sieve(file)

    assert (result.status, result.rows_passed, result.rows_rejected) == ("passed", 2, 3)
    assert [(entry["line"], entry["record"]) for entry in world.rejected(file)] == [
        (3, "2,B,o"), (4, '3,"C"y'), (6, "4"),
    ]  # fmt: skip
    assert {entry["errors"][0]["rule"] for entry in world.rejected(file)} == {"csv"}
    assert world.read("passed/a.csv") == b'"user_id","name"\n"1","Ann"\n"5","Ed"\n'


def test_rules_of_a_column_that_is_not_there_refuse_the_file(world: GateWorld) -> None:
    (result,) = world.sieve(world.put("a.csv", "user_id", "1"))
    assert result.status == "quarantined"
    assert result.reason == (
        "the rule named fails the file: the file has no column 'name'; it has user_id;"
        " add it to the file, or correct the rule"
    )
    assert world.list_keys("passed/") == []


@pytest.mark.parametrize("body", [b"user_id,name\n", b"user_id,name"])
def test_a_file_without_records_passes(world: GateWorld, body: bytes) -> None:
    file = world.put("a.csv", body=body)
    (result,) = world.sieve(file)
    assert result.status == "passed"
    assert world.read("passed/a.csv") == body
    assert world.report(file)["summary"] == "The file has no rows. There was nothing to check."


@pytest.mark.parametrize(
    ("body", "csv", "code"),
    [
        (b"", {}, "empty_file"),
        (b"\n\n", {}, "empty_file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", {}, "not_csv"),
        ("user_id,name\n1,Ann\n".encode("utf-16") + b"\x00", {}, "wrong_encoding"),
        (b"user_id,name\n1,Zo\xeb\n", {"encoding": "utf-8"}, "wrong_encoding"),
        (b"user_id,name\n1,A\0\n", {}, "nul_byte"),
        (b"\x1f\x8b\x08\0\0\0\0\0", {}, "broken_gzip"),
        (b"name,Name\n1,2\n", {}, "duplicate_column"),
    ],
)
def test_what_is_no_csv_goes_to_the_error_prefix_with_the_reason(
    world: GateWorld, body: bytes, csv: dict[str, Any], code: str
) -> None:
    bad, good = world.put("bad.csv", body=body), world.put("good.csv", "user_id,name", "1,Ann")
    failed, passed = world.sieve(bad, good, csv=csv)

    assert (failed.status, passed.status) == ("failed", "passed")
    assert world.read("error/bad.csv") == body
    explanation = world.json("error/bad.csv.error.json")
    assert (explanation["code"], explanation["reason"]) == (code, failed.reason)
    assert world.outcome(bad)["status"] == "failed"
    assert world.list_keys("passed/") == ["passed/good.csv"]
    assert world.list_keys("in/") == []


def test_the_passed_file_is_in_utf_8_unless_the_format_says_another_encoding(world: GateWorld) -> None:
    body = "user_id,name\n1,Zoë\n2,\n"
    world.sieve(world.put("guessed.csv", body=body.encode("cp1252")))
    world.sieve(world.put("told.csv", body=body.encode("cp1252")), csv={"encoding": "windows-1252"})

    assert world.read("passed/guessed.csv").decode() == '"user_id","name"\n"1","Zoë"\n'
    assert world.read("passed/told.csv").decode("cp1252") == '"user_id","name"\n"1","Zoë"\n'


def test_writes_of_one_key_are_published_in_their_order(world: GateWorld) -> None:
    first, second = (world.put("a.csv", "user_id,name", f"{n},Ann", f"{n},") for n in (1, 2))
    results = world.sieve(second, first)

    assert [(result.file, result.status) for result in results] == [(first, "passed"), (second, "passed")]
    assert world.read("passed/a.csv").endswith(b'"2","Ann"\n')
    assert world.versions("passed/") == ["passed/a.csv"] * 2
    assert world.versions("in/") == []


def test_an_older_write_does_not_overwrite_what_a_newer_one_published(world: GateWorld) -> None:
    older, newer = (world.put("a.csv", "user_id,name", f"{n},Ann") for n in (1, 2))
    world.sieve(newer)
    (late,) = world.sieve(older, run_id="jr_2")

    assert (late.status, late.reason) == ("superseded", "a newer write of the same key has passed already")
    assert world.read("passed/a.csv").endswith(b"2,Ann")
    assert world.outcome(older)["status"] == "superseded"
    assert world.versions("passed/") == ["passed/a.csv"]


@pytest.mark.parametrize("versioned", [True, False])
def test_a_file_that_is_gone_is_superseded(aws: None, versioned: bool) -> None:
    world = gate_world(versioned)
    file = world.put("a.csv", "user_id,name", "1,Ann")
    world.s3.delete_object(Bucket=BUCKET, Key=file.key, **({"VersionId": file.version_id} if versioned else {}))
    (result,) = world.sieve(file)
    assert result.status == world.outcome(file)["status"] == "superseded"
    assert world.list_keys("passed/") == []


def test_without_versions_an_overwritten_file_is_superseded_and_the_newer_one_passes(aws: None) -> None:
    world = gate_world(versioned=False)
    older = world.put("a.csv", "user_id,name", "1,Ann")
    newer = world.put("a.csv", "user_id,name", "2,Bo", "3,")
    first, second = world.sieve(older, newer)
    assert (first.status, second.status) == ("superseded", "passed")
    assert world.read("passed/a.csv") == b'"user_id","name"\n"2","Bo"\n'
    assert world.list_keys("in/") == []


@pytest.mark.parametrize("bad", ["", "2,"])
def test_of_a_file_that_vanishes_while_it_is_sieved_nothing_is_published(aws: None, bad: str) -> None:
    world = gate_world(versioned=False)
    file = world.put("a.csv", "user_id,name", "1,Ann", bad)
    gate = world.gate()
    sieve_files = gate._sieve

    def sieved_then_overwritten(files: Any) -> Any:
        found = list(sieve_files(files))
        world.put("a.csv", "user_id,name", "9,Zed")
        return found

    gate._sieve = sieved_then_overwritten
    (result,) = gate.run([file])
    assert result.status == "superseded"
    assert world.list_keys("passed/") == [] == world.list_keys("processed/")
    assert world.list_keys("in/") == ["in/a.csv"]
    assert world.list_keys("staging/", STAGING) == []


def test_a_file_that_comes_while_another_of_its_key_is_read_stays(world: GateWorld) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann", "2,")
    gate = world.gate()
    sieve_files = gate._sieve
    newer = []

    def another_comes(files: Any) -> Any:
        newer.append(world.put("a.csv", "user_id,name", "9,Zed"))
        return sieve_files(files)

    gate._sieve = another_comes
    (result,) = gate.run([file])
    assert result.status == "passed"
    assert b'"1","Ann"' in world.read("passed/a.csv")
    assert world.read("in/a.csv").endswith(b"9,Zed")
    (second,) = world.sieve(*newer, run_id="jr_2")
    assert second.status == "passed" and world.read("passed/a.csv").endswith(b"9,Zed")


def test_a_file_is_taken_once_however_often_it_is_told_of(world: GateWorld) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann", "2,")
    world.sieve(file, file)
    (again,) = world.sieve(replace(file, attempt=1), run_id="jr_2")
    assert (again.status, again.reason) == ("already_done", "the run jr_1 finished it: passed")
    assert world.versions("passed/") == ["passed/a.csv"]


def test_the_same_content_uploaded_again_passes_again(world: GateWorld) -> None:
    for run in ("jr_1", "jr_2"):
        (result,) = world.sieve(world.put("a.csv", "user_id,name", "1,Ann"), run_id=run)
        assert result.status == "passed"
    assert world.versions("passed/") == ["passed/a.csv"] * 2


def test_an_archived_file_holds_up_no_other_and_stays(world: GateWorld) -> None:
    archived = world.put("archived.csv", "user_id,name", "1,Ann")
    answer = world.s3.put_object(Bucket=BUCKET, Key=archived.key, Body=b"user_id,name\n", StorageClass="GLACIER")
    archived = replace(archived, version_id=answer["VersionId"])
    first, second = world.sieve(archived, world.put("b.csv", "user_id,name", "1,Ann"))
    assert (first.status, second.status) == ("unfinished", "passed")
    assert "restore" in (first.reason or "")
    assert "in/archived.csv" in world.list_keys()
    assert world.list_keys("outcomes/", STAGING) == [f"outcomes/gate/{second.file.load_id}.json"]


def test_when_a_row_is_lost_nothing_is_published(world: GateWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann", "2,", "3,Cy")
    add = PassedRows.add
    monkeypatch.setattr(PassedRows, "add", lambda self, columns, rows: add(self, [c[:1] for c in columns], 1))  # type: ignore[arg-type]

    with pytest.raises(RowsLost, match=r"s3://data/in/a\.csv: 3 rows were read, 1 passed and 1 were rejected"):
        world.sieve(file)
    assert world.list_keys() == ["in/a.csv"]
    assert world.list_keys("outcomes/", STAGING) == []


def test_when_a_rejection_is_lost_nothing_is_published(world: GateWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "marked_records", lambda *_: Rejections.of([]))
    with pytest.raises(RowsLost):
        world.sieve(world.put("a.csv", "user_id,name", "1,Ann", "2,"))
    assert world.list_keys() == ["in/a.csv"]


@pytest.mark.parametrize(
    ("given", "parameters", "told"),
    [
        ("row_count", {"minimum": 3}, "the file has 2 records, but at least 3 are allowed"),
        ("row_count", {"minimum": 0, "maximum": 1}, "the file has 2 records, but at least 0 and at most 1 are allowed"),
        ("row_count", {"minimum": 2, "maximum": 2}, None),
    ],
)
def test_a_file_must_have_as_many_records_as_a_rule_says(
    world: GateWorld, given: str, parameters: dict[str, int], told: str | None
) -> None:
    rule = {"name": "rows", "kind": given, "parameters": parameters}
    (result,) = world.sieve(world.put("a.csv", "user_id,name", "1,Ann", "2,"), quality={"rules": [rule]})
    assert result.status == ("quarantined" if told else "passed")
    assert result.reason == (told and f"the rule rows fails the file: {told}")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (["2001-01-01", "{now}"], "passed"),
        (["{now}+00:00", "no date"], "passed"),
        (["2001-01-01T00:00:00Z", ""], "quarantined"),
        (["", "no date"], "quarantined"),
        (["9999-12-31T23:59:59-05:00"], "passed"),  # after all that Python knows
        (["0001-01-01T00:00:00+05:00"], "quarantined"),
    ],
)
def test_a_file_must_be_as_fresh_as_a_rule_says(world: GateWorld, values: list[str], status: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    lines = [f"{number},{value.format(now=now)}" for number, value in enumerate(values)]
    rule = {"name": "fresh", "kind": "freshness", "column": "at", "parameters": {"max_age_seconds": 3600}}
    (result,) = world.sieve(world.put("a.csv", "user_id,at", *lines), quality={"rules": [rule]})
    assert result.status == status


def test_a_warning_about_the_file_refuses_no_file_and_is_reported(world: GateWorld) -> None:
    rule = {"name": "rows", "kind": "row_count", "parameters": {"minimum": 9}, "severity": "warning"}
    file = world.put("a.csv", "user_id,name", "1,Ann")
    (result,) = world.sieve(file, quality={"rules": [rule]})
    assert result.status == "passed"
    assert world.report(file)["rules"][0]["failure"] == "the file has 1 records, but at least 9 are allowed"


def test_keys_and_tags_are_kept(world: GateWorld) -> None:
    file = world.put("ü#1 %25?.csv", "user_id,name", "1,Ann", "2,")
    world.sieve(file)
    assert world.list_keys("passed/") == ["passed/ü#1 %25?.csv"]


def test_of_two_runs_that_overlap_the_slower_one_leaves_the_outcome_alone(world: GateWorld) -> None:
    passed, refused = world.put("a.csv", HEADER, "1,Ann,4", "2,,5"), world.put("b.csv", HEADER, "1,,4")
    changes: dict[str, Any] = {"quality": {"max_fail_ratio": 0.5}}
    gate = world.gate(run_id="jr_2", **changes)
    sieved = gate._sieve

    def slow(files: Any) -> Any:
        world.sieve(passed, refused, run_id="jr_1", **changes)
        return sieved(files)

    gate._sieve = slow
    results = gate.run([passed, refused])

    assert [result.status for result in results] == ["already_done", "already_done"]
    for file, status in ((passed, "passed"), (refused, "quarantined")):
        outcome = world.outcome(file)
        assert (outcome["status"], outcome["run_id"], outcome["rows_rejected"]) == (status, "jr_1", 1)
    assert world.versions("passed/") == ["passed/a.csv"]


def test_rows_are_published_again_when_the_rules_judge_otherwise_than_a_run_that_died(world: GateWorld) -> None:
    file = world.put("a.csv", HEADER, "1,Ann,4", "2,,5", "3,Cy,200")
    gate = world.gate()
    gate._end = died  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="killed"):
        gate.run([file])
    assert world.read("passed/a.csv").count(b"\n") == 3

    mended = {"name": "young", "kind": "range", "column": "age", "parameters": {"maximum": 100}}
    (result,) = world.sieve(file, run_id="jr_2", quality={"rules": [mended]})

    assert (result.rows_passed, result.rows_rejected) == (2, 1)
    assert world.read("passed/a.csv") == b'"user_id","name","age"\n"1","Ann","4"\n"2","","5"\n'
    assert [record["line"] for record in world.rejected(file)] == [4]


def test_who_is_told_of_a_refused_file_is_told_what_a_run_that_died_had_passed_on(world: GateWorld) -> None:
    file = world.put("a.csv", HEADER, "1,Ann,4", "2,,5")
    gate = world.gate()
    gate._end = died  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="killed"):
        gate.run([file])
    world.sieve(file, run_id="jr_2", quality={"max_fail_ratio": 0.1})

    assert "had published rows of it: s3://data/passed/a.csv" in world.outcome(file)["reason"]


def died(*_: Any) -> None:
    raise RuntimeError("killed")


def test_each_refused_write_of_a_key_has_a_place_of_its_own(aws: None) -> None:
    world = gate_world(versioned=False)
    for age in ("4", "5"):
        world.sieve(world.put("a.csv", HEADER, f"1,,{age}"), quality={"max_fail_ratio": 0.5})

    originals = [key for key in world.list_keys("quarantine/") if key.endswith("/a.csv")]
    assert sorted(world.read(key) for key in originals) == [b"user_id,name,age\n1,,4", b"user_id,name,age\n1,,5"]


def test_a_warning_that_cannot_run_refuses_the_file(world: GateWorld) -> None:
    warning = {"name": "w", "kind": "not_null", "column": "not_there", "severity": "warning"}
    (result,) = world.sieve(world.put("a.csv", HEADER, "1,Ann,4"), quality={"rules": [warning]})

    assert result.status == "quarantined"
    assert "has no column 'not_there'" in (result.reason or "")


def test_dates_are_read_in_the_formats_of_the_csv(world: GateWorld) -> None:
    rules = [
        {"name": "past", "kind": "not_in_future", "column": "born"},
        {"name": "date", "kind": "of_type", "column": "born", "parameters": {"type": "DATE"}},
        {"name": "fresh", "kind": "freshness", "column": "born", "parameters": {"max_age_seconds": 86_400 * 365_000}},
    ]
    file = world.put("a.csv", "id,born", "1,31/01/2020", "2,2020-01-31", "3,31/01/2999", "4,01-31-2020")
    (result,) = world.sieve(file, csv={"date_formats": ["DD/MM/YYYY"]}, quality={"rules": rules})

    assert [(record["line"], [error["rule"] for error in record["errors"]]) for record in world.rejected(file)] == [
        (4, ["past"]),
        (5, ["past", "date"]),
    ]
    assert result.status == "passed"
