"""The run's numbers as CloudWatch metrics: namespace CustomerDataPlatform, dimension Pipeline, and Rule where one is
meant."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from customer_data.file_result import FileResult
from customer_data.quality.check_summary import CheckSummary
from customer_data.quality.gate_result import GateResult

log = logging.getLogger(__name__)

NAMESPACE = "CustomerDataPlatform"

Datum = dict[str, Any]

#: PutMetricData: values in one datum, datums in one call.
_VALUES_PER_DATUM = 150
_DATUMS_PER_CALL = 1_000


def publish(data: Iterable[Datum], cloudwatch: Any) -> None:
    """Puts the numbers of a run. What it has done stays done when that fails."""
    listed = list(data)
    try:
        for start in range(0, len(listed), _DATUMS_PER_CALL):
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=listed[start : start + _DATUMS_PER_CALL])
    except (BotoCoreError, ClientError) as error:
        log.warning("the metrics of this run are lost, its rows are not: %s", error)


def of_loads(results: Sequence[FileResult], pipeline: str) -> Iterator[Datum]:
    """One datum a metric, summed over the files; the seconds of each loaded file in datums of 150."""
    done = [result for result in results if result.status in ("loaded", "failed", "superseded")]
    if not done:
        return
    loaded = [result for result in done if result.status == "loaded"]
    yield from _counts(
        pipeline,
        {
            "RowsLoaded": sum(result.rows_loaded for result in loaded),
            "RowsRejected": sum(result.rows_rejected for result in done),
            "ColumnsAdded": sum(len(result.columns_added) for result in loaded),
            "FilesLoaded": len(loaded),
            "FilesFailed": sum(result.status == "failed" for result in done),
            "FilesSuperseded": sum(result.status == "superseded" for result in done),
        },
    )
    yield from _by_rule(pipeline, [result.check for result in done])
    seconds = [result.seconds for result in loaded]
    for start in range(0, len(seconds), _VALUES_PER_DATUM):
        values = seconds[start : start + _VALUES_PER_DATUM]
        yield {"MetricName": "LoadSeconds", "Dimensions": _of(pipeline), "Values": values, "Unit": "Seconds"}


def of_gate(results: Sequence[GateResult], pipeline: str) -> Iterator[Datum]:
    """One datum a metric, summed over the files that this run finished."""
    done = [result for result in results if result.status in ("passed", "quarantined", "failed", "superseded")]
    if not done:
        return
    count = Counter(result.status for result in done)
    yield from _counts(
        pipeline,
        {
            "RowsPassed": sum(result.rows_passed for result in done),
            "RowsRejected": sum(result.rows_rejected for result in done),
            "RowsWarned": sum(result.rows_warned for result in done),
            "FilesPassed": sum(result.was_published for result in done),
            "FilesQuarantined": count["quarantined"],
            "FilesFailed": count["failed"],
            "FilesSuperseded": count["superseded"],
        },
    )
    yield from _by_rule(pipeline, [result.sieved.check for result in done if result.sieved])


def _by_rule(pipeline: str, checks: Iterable[CheckSummary | None]) -> Iterator[Datum]:
    broken: Counter[str] = Counter()
    for check in filter(None, checks):
        for rule, rows in check.rows_broken.items():
            broken[rule] += rows
    for rule, rows in broken.items():
        dimensions = [*_of(pipeline), {"Name": "Rule", "Value": _dimension_value(rule)}]
        yield {"MetricName": "RowsBroken", "Dimensions": dimensions, "Value": float(rows), "Unit": "Count"}


def _counts(pipeline: str, counts: Mapping[str, int]) -> Iterator[Datum]:
    for name, count in counts.items():
        yield {"MetricName": name, "Dimensions": _of(pipeline), "Value": float(count), "Unit": "Count"}


def _of(pipeline: str) -> list[dict[str, str]]:
    return [{"Name": "Pipeline", "Value": pipeline}]


def _dimension_value(rule: str) -> str:
    """CloudWatch API reference, "Dimension": ASCII, 1 to 1,024 characters, no control characters, no colon first."""
    printable = "".join(character if " " <= character <= "~" else "_" for character in rule).strip()[:1_024]
    return f"_{printable[1:]}" if printable.startswith(":") else printable
