"""Data quality on the deployed example: the gate before the purchases' loader, and the customers' loader with rules."""

from __future__ import annotations

import json
import re

import pytest

from local.tests.platform.gating import HEADER, MIXED, Gate
from local.tests.platform.loading import TWO_HOURS, Pipeline, sweep


def test_good_rows_go_on_into_the_table_and_bad_ones_into_the_quarantine(
    gate: Gate, counted: list[float], purchases: Pipeline
) -> None:
    [passed] = gate.keys("passed", "mixed.csv")
    assert passed == f"{purchases.prefix}mixed.csv"
    rejected = gate.rejected("mixed.csv")
    assert [(record["line"], [error["rule"] for error in record["errors"]]) for record in rejected] == [
        (42, ["no_free_purchase"]),
        (43, ["one_record_a_purchase"]),
        (44, ["one_record_a_purchase"]),
        (45, ["csv"]),
    ]
    [original] = gate.keys("processed", "mixed.csv")
    assert gate.text(original).splitlines() == [HEADER, *MIXED]

    def loaded() -> bool:
        return bool(purchases.columns()) and len(purchases.rows("purchase_id", "2000%")) == 41

    gate.cloud.wait_until(loaded, 60, "the rows that passed in the table")
    assert purchases.rows("amount::numeric(18,4)::text", "2000103") == [("250.0000",)]
    assert counted == [42, 6, 2, 3]


def test_people_are_told_of_rejected_rows_once_with_links_to_the_report_and_the_quarantine(
    gate: Gate, counted: list[float]
) -> None:
    message = gate.wait_until_told("mixed.csv")["message"]

    assert "mixed.csv: 4 of 45 rows rejected" in message
    assert "1 row(s): no_free_purchase (A purchase costs something)" in message
    told = message.partition("mixed.csv: 4 of 45")[2]
    links = [line for line in told.splitlines() if line.strip().startswith(("Report: ", "Rejected rows: "))]
    report, rejected = (link.partition(f"s3://{gate.bucket}/")[2] for link in links[:2])
    assert gate.text(rejected).count("\n") == 4
    page = gate.text(report)
    assert "41 of 45 rows passed" in page and "no_free_purchase" in page
    # A bucket's random name, which links have, may have any two characters.
    assert "u1" not in re.sub("<code.*?</code>", "", page.partition("<body")[2])
    assert len(gate.told("mixed.csv")) == 1


def test_a_clean_file_passes_as_it_was_and_nobody_is_told(gate: Gate, counted: list[float]) -> None:
    [passed] = gate.keys("passed", "clean.csv")
    assert gate.text(passed) == f"{HEADER}\n2200000,u1,1997-01-02,1,1.00\n"
    assert gate.rejected("clean.csv") == []
    assert len(gate.keys("report", "clean.csv")) == 2
    assert gate.told("clean.csv") == []


def test_a_file_with_too_many_bad_rows_is_held_back_as_a_whole(gate: Gate, counted: list[float]) -> None:
    message = gate.wait_until_told("toomany.csv")

    assert message["subject"].startswith("FAILED: 2 file(s) held back")
    assert "2 of 3 records are rejected, more than the maxFailRatio of 0.5" in message["message"]
    assert gate.keys("passed", "toomany.csv") == []
    [original] = [key for key in gate.keys("quarantine", "toomany.csv") if key.endswith("/toomany.csv")]
    assert len(gate.text(original).splitlines()) == 4
    assert f"Original: s3://{gate.bucket}/{original}" in message["message"]
    assert len(gate.rejected("toomany.csv")) == 2


def test_a_file_that_is_no_csv_ends_as_with_the_loader(gate: Gate, counted: list[float]) -> None:
    assert sorted(gate.keys("error", "picture.csv")) == [
        "error/incoming/purchases/picture.csv",
        "error/incoming/purchases/picture.csv.error.json",
    ]
    error = gate.settings["error_prefix"] + "picture.csv"
    reason = json.loads(gate.text(error + ".error.json"))
    replay = f"aws s3 cp s3://{gate.bucket}/{error} s3://{gate.bucket}/{gate.settings['prefix']}"
    assert (reason["code"], reason["replay"]) == ("not_csv", f"{replay}picture.csv")


def test_a_broken_rules_file_is_told_at_once_and_the_data_stays(gate: Gate) -> None:
    gate.wait_for_idle()
    runs = len(gate.runs("FAILED"))
    with gate.rules_file("import not_there\n"):
        gate.upload("patient.csv", "2400000,u1,1997-01-02,1,1.00")
        message = gate.wait_until_told("patient.csv")["message"]
        gate.wait_for_idle()
    assert "quality_rules.py:1: running it failed: ModuleNotFoundError: No module named 'not_there'" in message
    assert gate.is_waiting("patient.csv")
    assert len(gate.runs("FAILED")) == runs + 1  # a run with the same file would fail the same way

    gate.cloud.make_older(gate.bucket, gate.settings["prefix"] + "patient.csv", TWO_HOURS)
    assert sweep(gate.cloud, "PurchasesGate")["queued"] == [gate.settings["prefix"] + "patient.csv"]
    gate.wait_for("patient.csv")
    assert gate.keys("passed", "patient.csv") == ["passed/incoming/purchases/patient.csv"]


def test_a_query_that_is_no_sql_fails_the_run_before_any_file_is_read(gate: Gate) -> None:
    rules = {"typo": {"query": "SELEC * FROM\n temp_data", "error_type": "e", "description": "d"}}
    with gate.rules_file(f"SQL_DATA_QUALITY_RULES = {rules!r}"):
        gate.upload("unread.csv", "2500000,u1,1997-01-02,1,1.00")
        message = gate.wait_until_told("unread.csv")["message"]
        gate.wait_for_idle()

    assert "quality_rules.py:1: typo: its query is not Spark SQL: [PARSE_SYNTAX_ERROR]" in message
    assert gate.is_waiting("unread.csv")
    gate.remove("unread.csv")


@pytest.mark.full
def test_corrected_rows_go_through_the_gate_again(gate: Gate, purchases: Pipeline) -> None:
    gate.upload("again.csv", "2600000,u1,1997-01-02,1,1.00", "2600001,u1,1997-01-02,1,-7.00")
    gate.wait_for("again.csv")
    [rejected] = [key for key in gate.keys("quarantine", "again.csv") if key.endswith(".rejected.jsonl")]
    corrected = gate.text(rejected).replace('"-7.00"', '"7.00"')
    gate.cloud.client("s3").put_object(Bucket=gate.bucket, Key=rejected, Body=corrected.encode())

    arguments = {"--replay": f"s3://{gate.bucket}/{rejected}"}
    gate.cloud.client("glue").start_job_run(JobName=gate.job_name, Arguments=arguments)

    gate.cloud.wait_until(
        lambda: purchases.rows("amount::numeric(18,4)::text", "2600001"), 120, "the corrected row in the table"
    )
    assert purchases.rows("amount::numeric(18,4)::text", "260000%") == [("1.0000",), ("7.0000",)]


@pytest.mark.full
def test_files_that_come_while_others_are_checked_lose_nothing(gate: Gate) -> None:
    gate.wait_for_idle()
    gate.upload("first.csv", *(f"{2_700_000 + row},u,1997-01-02,1,{row % 2}.00" for row in range(20_000)))
    gate.cloud.wait_until(lambda: gate.runs("RUNNING"), 60, "the first run")
    gate.upload("second.csv", "2750000,u,1997-01-02,1,1.00", "2750001,u,1997-01-02,1,0.00")
    for name in ("first.csv", "second.csv"):
        gate.wait_for(name)

    passed = gate.settings["passed_prefix"]
    assert len(gate.text(passed + "first.csv").splitlines()) - 1 == 10_000
    assert len(gate.rejected("first.csv")) == 10_000
    assert (len(gate.text(passed + "second.csv").splitlines()) - 1, len(gate.rejected("second.csv"))) == (1, 1)


def test_a_rule_that_never_ends_is_told_when_the_jobs_time_is_over(gate: Gate) -> None:
    gate.wait_for_idle()
    endless = "def endless(record):\n    while True: pass\nPYTHON_DATA_QUALITY_RULES = [endless]\n"
    with gate.rules_file(endless):
        gate.upload("endless.csv", "2800000,u,1997-01-02,1,1.00")
        [run] = gate.cloud.wait_until(lambda: gate.runs("RUNNING"), 90, "a run with the endless rule")
        gate.cloud.wait_until(lambda: "the Python rules endless run on" in gate.log_of(run), 90, "the rule to run")
        gate.cloud.time_out(run)
        message = gate.wait_until_told("endless.csv")
    gate.wait_for_idle()

    assert message["subject"].startswith("TIMEOUT: 1 file(s) held back")
    assert "endless.csv: not finished before the job's timeout" in message["message"]
    assert gate.is_waiting("endless.csv")
    gate.remove("endless.csv")


def test_the_loader_checks_and_loads_in_one_run(customers: Pipeline) -> None:
    customers.wait_for_idle()
    runs = len(customers.runs())
    version = customers.upload(
        "checked.csv",
        "User ID,Last Purchase,Total Spent\nchecked-1,1997-01-01,1.00\nchecked-2,2997-01-01,1.00\nchecked-3,,1.00\n",
    )
    assert customers.wait_for(version) == ("loaded", 1, None)
    customers.wait_for_idle()

    assert len(customers.runs()) == runs + 1
    assert customers.rows("user_id", "checked-%") == [("checked-1",)]
    [message] = customers.cloud.wait_until(
        lambda: customers.messages_about("checked.csv"), 30, "a message about rejected rows"
    )
    assert "checked.csv: 2 of 3 rows rejected" in message["message"]
    assert "not_in_future_last_purchase" in message["message"]
    report = next(line for line in message["message"].splitlines() if line.strip().startswith("Report: "))
    key = report.partition(f"s3://{customers.bucket}/")[2]
    page = customers.cloud.client("s3").get_object(Bucket=customers.bucket, Key=key)["Body"].read().decode()
    assert "1 of 3 rows passed" in page


def test_a_manifest_that_is_given_again_does_nothing_twice(gate: Gate, counted: list[float]) -> None:
    gate.wait_for_idle()
    manifests = [run["Arguments"] for run in gate.cloud.glue_runs(gate.job_name) if "--manifest" in run["Arguments"]]
    gate.cloud.client("glue").start_job_run(JobName=gate.job_name, Arguments=manifests[-1])  # the first one
    gate.wait_for_idle()

    assert gate.cloud.glue_runs(gate.job_name)[0]["JobRunState"] == "SUCCEEDED"
    passed = gate.settings["passed_prefix"] + "mixed.csv"
    listed = gate.cloud.client("s3").list_object_versions(Bucket=gate.bucket, Prefix=passed)
    assert len(listed["Versions"]) == 1
    assert len(gate.told("mixed.csv")) == 1
