"""What CloudWatch is told of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from customer_data.csv.notes import CsvNotes
from customer_data.files.manifest import SourceFile
from customer_data.loading.file_result import FileResult, Status
from customer_data.loading.metrics import of_loads
from customer_data.metrics import publish
from customer_data.quality.report.summary import CheckSummary

FILE = SourceFile("0" * 64, "landing", "a.csv", None, "e", 1, None, "2024-01-01T00:00:00Z")
LOADED = FileResult(
    FILE, "loaded", "jr_1", datetime(2024, 1, 1, tzinfo=UTC), rows_loaded=10, rows_rejected=1, columns_added=("a", "b"),
    columns_widened=("c", "d", "e"), seconds=1.5, rows_rescued=2, notes=CsvNotes(3, (2, 3, 4)),
    check=CheckSummary(3, {}, (), None),
)  # fmt: skip
FAILED = replace(LOADED, status="failed", rows_loaded=0, rows_rejected=3, columns_added=())


def values(results: list[FileResult]) -> dict[str, Any]:
    return {datum["MetricName"]: datum.get("Value", datum.get("Values")) for datum in of_loads(results, "p")}


def test_counts_what_was_loaded_and_what_was_not() -> None:
    superseded = replace(LOADED, status="superseded", rows_loaded=0, rows_rejected=0)

    assert values([LOADED, LOADED, FAILED, superseded]) == {
        "RowsLoaded": 20.0,
        "RowsRejected": 5.0,
        "RowsWarned": 12.0,
        "RowsRescued": 4.0,
        "RowsWithInnerQuotes": 12.0,
        "ColumnsAdded": 4.0,
        "ColumnsWidened": 6.0,
        "FilesLoaded": 2.0,
        "FilesFailed": 1.0,
        "FilesSuperseded": 1.0,
        "LoadSeconds": [1.5, 1.5],
    }


@pytest.mark.parametrize("status", ["already_done", "unfinished"])
def test_files_that_the_run_did_not_finish_are_not_counted(status: Status) -> None:
    assert values([replace(LOADED, status=status)]) == {}


def test_a_datum_has_at_most_150_values() -> None:
    lengths = [len(datum["Values"]) for datum in of_loads([LOADED] * 301, "p") if "Values" in datum]

    assert lengths == [150, 150, 1]


class Cloudwatch:
    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[dict[str, Any]] = []
        self._error = error

    def put_metric_data(self, **arguments: Any) -> None:
        self.calls.append(arguments)
        if self._error:
            raise self._error


def test_publishes_under_the_platforms_namespace_and_the_pipelines_dimension() -> None:
    cloudwatch = Cloudwatch()
    publish(of_loads([LOADED], "customers"), cloudwatch)

    (call,) = cloudwatch.calls
    assert call["Namespace"] == "CustomerDataPlatform"
    assert {tuple(datum["Dimensions"][0].items()) for datum in call["MetricData"]} == {
        (("Name", "Pipeline"), ("Value", "customers"))
    }


def test_a_load_does_not_fail_for_its_metrics(caplog: pytest.LogCaptureFixture) -> None:
    publish(
        of_loads([LOADED], "p"),
        Cloudwatch(ClientError({"Error": {"Code": "Throttling", "Message": "no"}}, "PutMetricData")),
    )

    assert "metrics of this run are lost" in caplog.text


def test_a_rules_name_is_a_dimension_as_cloudwatch_takes_it() -> None:
    check = CheckSummary(0, {":größe": 2, "b": 0}, (), "s3://landing/report.html")
    found = [
        datum for datum in of_loads([replace(LOADED, check=check)] * 2, "p") if datum["MetricName"] == "RowsBroken"
    ]

    assert {datum["Dimensions"][1]["Value"]: datum["Value"] for datum in found} == {"_gr__e": 4.0, "b": 0.0}
    assert all(datum["Dimensions"][0] == {"Name": "Pipeline", "Value": "p"} for datum in found)
