"""The job, started with the arguments that Glue gives it: what it reports, and what it does beside others."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from replication_world import NOW, TASK_START, Replication
from world import STAGING, World

from customer_data.errors import RunFailed
from customer_data.replication.metrics import of_merges
from customer_data.replication.schema_job_run import SchemaJobRun
from customer_data.warehouse.ledger import timestamp


@pytest.fixture
def customers(world: World) -> Replication:
    return Replication(world)


def test_the_state_of_a_table_is_kept_for_the_reconciliation(customers: Replication) -> None:
    customers.run_job(
        customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}),
        customers.changes(("U", 1, {"ID": 1, "NAME": "Anna"}), ("D", 2, {"ID": 2}), minute=3),
    )
    state = customers.state()

    assert {name: state[name] for name in state if name != "at"} == {
        "rows_in_table": 1,
        "generation": "20240101000000000",
        "load_rows_merged": 2,
        "changes_applied": 4,
        "deletes_applied": 1,
        "last_commit_time": "2024-01-01T00:03:00+00:00",
    }


def test_the_metrics_of_a_run(customers: Replication) -> None:
    merger = customers.merger()
    merger.merge([customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}), ("D", 2, {"ID": 2}), minute=3)])
    data = {each["MetricName"]: each for each in of_merges(merger.results, "crm")}

    assert {name: each.get("Value") for name, each in data.items()} == {
        "RowsMerged": 1.0,
        "ChangesApplied": 2.0,
        "DeletesApplied": 1.0,
        "TablesFailed": 0.0,
        "LagSeconds": None,
    }
    assert data["LagSeconds"]["Values"] == [(NOW - TASK_START - timedelta(minutes=3)).total_seconds()]
    assert {each["Dimensions"][0]["Value"] for each in data.values()} == {"crm"}


class Glue:
    """Answers in turn, to StartJobRun and then to GetJobRun, as Glue does."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), list[str]()

    def start_job_run(self, **named: str) -> dict[str, str]:
        self._next("start", "StartJobRun", named)
        return {"JobRunId": "jr_9"}

    def get_job_run(self, **named: str) -> dict[str, Any]:
        answer = self._next("get", "GetJobRun", named)
        return {"JobRun": {"JobRunState": answer, "ErrorMessage": "no such user"}}

    def _next(self, what: str, operation: str, named: dict[str, str]) -> str:
        assert named["JobName"] == "schema-crm" and named.get("RunId", "jr_9") == "jr_9"
        self.asked.append(what)
        answer = self.answers.pop(0)
        if answer.endswith("Exception"):
            raise ClientError({"Error": {"Code": answer, "Message": "no"}}, operation)
        return answer


BUSY = "ConcurrentRunsExceededException"


@pytest.mark.parametrize(
    ("answers", "trouble"),
    [
        (("started", "RUNNING", "SUCCEEDED"), None),
        ((BUSY, BUSY, "started", "ThrottlingException", "SUCCEEDED"), None),
        (("started", "FAILED"), "its run jr_9 ended FAILED: no such user"),
        (("started", "TIMEOUT"), "its run jr_9 ended TIMEOUT"),
        (("AccessDeniedException",), "it could not be run"),
        ((BUSY,) * 180, "it did not start in 30 minutes"),
        (("started", *("RUNNING",) * 180), "it did not end in 30 minutes"),
    ],
)
def test_the_schema_job_is_run_once_and_waited_for(answers: tuple[str, ...], trouble: str | None) -> None:
    """A run that is under way may have read the source before it had the table: it is none of ours."""
    glue, pauses = Glue(*answers), list[float]()
    run = SchemaJobRun(glue, "schema-crm", sleep=pauses.append)
    found = [run(), run()]
    assert found[0] == found[1] and (found[0] is None) == (trouble is None) and (trouble or "") in (found[0] or "")
    assert not glue.answers and len(pauses) == len(answers) - 1 - ("started" in answers) + (len(answers) >= 180)


def test_the_job_asks_the_schema_job_for_a_table_that_is_new(world: World) -> None:
    new = Replication(world, ddl=None)
    with pytest.raises(RunFailed, match=r"it could not be run: .*EntityNotFound"):
        new.run_job(new.changes(("I", 1, {"ID": 1, "NAME": "Ann"})), schema_job="not-deployed")


def test_the_job_publishes_its_metrics(customers: Replication) -> None:
    customers.run_job(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"})))
    listed = boto3.client("cloudwatch").list_metrics(Namespace="CustomerDataPlatform")["Metrics"]

    assert {"RowsMerged", "ChangesApplied", "DeletesApplied", "LagSeconds", "TablesFailed"} <= {
        metric["MetricName"] for metric in listed
    }


def test_a_summary_line_for_each_table(customers: Replication, caplog: pytest.LogCaptureFixture) -> None:
    log = Replication(customers.world, ddl="id BIGINT, name VARCHAR(32)", name="LOG", key=())
    with caplog.at_level("INFO"):
        customers.merge(
            customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"})), log.changes(("I", 1, {"ID": 1, "NAME": "a"}))
        )
    lines = [json.loads(text[text.index("{") :]) for text in caplog.messages if '"event": "table"' in text]

    assert [(line["table"], line["rows_merged"]) for line in lines] == [("CRM.CUSTOMERS", 1), ("CRM.LOG", 1)]
    assert "every version of a row is appended" in lines[1]["keyless"]


def test_settings_of_another_version_are_refused(customers: Replication) -> None:
    with pytest.raises((RunFailed, TypeError)):
        customers.run_job(customers.changes(("I", 1, {"ID": 1})), unknown_field=1)


def test_deletions_are_forgotten_after_thirty_days(customers: Replication) -> None:
    customers.merge(customers.changes(("D", 1, {"ID": 1}), ("D", 2, {"ID": 2})))
    tombstones = f'"{customers.world.schema}".customers__tombstones'
    old = timestamp(NOW - timedelta(days=31))[:-3]
    customers.world.admin.execute(f"UPDATE {tombstones} SET deleted_at = '{old}' WHERE id = 1")
    customers.merge(customers.changes(("D", 3, {"ID": 3})))

    assert customers.world.admin.query(f"SELECT id FROM {tombstones} ORDER BY 1") == [(2,), (3,)]


def test_files_go_to_the_warehouse_as_dms_wrote_them(customers: Replication, monkeypatch: pytest.MonkeyPatch) -> None:
    """One manifest, no object of ours, and no look at the table for changes that are newer than all before."""
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}))
    merger = customers.merger()
    batches: list[list[str]] = []
    batch = merger._warehouse.batch
    monkeypatch.setattr(merger._warehouse, "batch", lambda sqls: batches.append(sqls) or batch(sqls))
    uploads: list[str] = []
    put = customers.world.s3.put_object
    monkeypatch.setattr(customers.world.s3, "put_object", lambda **given: uploads.append(given["Key"]) or put(**given))
    files = [customers.changes(("U", number, {"ID": 1, "NAME": str(number)}), minute=number) for number in (1, 2, 3)]
    uploads.clear()
    merger.merge(files)

    [statements] = batches
    assert sum(statement.startswith("COPY") for statement in statements) == 1
    assert [key for key in uploads if not key.startswith("state/")] == [
        key for key in uploads if key.endswith(".manifest")
    ]
    assert customers.world.object_keys(STAGING, "staging/") == []


def test_runs_with_the_same_files_at_once_merge_them_once(world: World) -> None:
    log = Replication(world, ddl="id BIGINT, name VARCHAR(32)", name="LOG", key=())
    files = [log.changes(("I", number, {"ID": number, "NAME": "x"}), minute=number) for number in range(1, 5)]
    log.merge(log.changes(("I", 99, {"ID": 99, "NAME": "x"}), minute=99))
    barrier = Barrier(4)

    def merge(number: int) -> Any:
        merger = log.merger()
        barrier.wait()
        return merger.merge(files[: number + 1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(merge, range(4)))

    assert [row[0] for row in log.rows()] == [1, 2, 3, 4, 99]


@pytest.mark.parametrize("newer", ["changes", "load"])
def test_a_run_that_another_overtakes_is_planned_anew(
    customers: Replication, monkeypatch: pytest.MonkeyPatch, newer: str
) -> None:
    """It would not compare with rows, nor know a generation, that came after it had read the ledger."""
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "first"}), minute=1))
    older = customers.changes(("U", 2, {"ID": 1, "NAME": "older"}), minute=2)
    merger = customers.merger()
    batch = merger._warehouse.batch
    others = [customers.changes(("U", 3, {"ID": 1, "NAME": "newer"}), minute=3)]
    if newer == "load":
        others = [customers.load({"ID": 1, "NAME": "newer"}, start=TASK_START + timedelta(minutes=5))]

    def overtaken(statements: list[str]) -> list[int]:
        while others:
            customers.merge(others.pop())
        return batch(statements)

    monkeypatch.setattr(merger._warehouse, "batch", overtaken)
    [result] = merger.merge([older])

    assert result.status == ("superseded" if newer == "load" else "loaded")
    assert customers.rows() == [(1, "newer")]
