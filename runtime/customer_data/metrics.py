"""The run's numbers as CloudWatch metrics: namespace CustomerDataPlatform, dimension Pipeline."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from customer_data.file_result import FileResult

log = logging.getLogger(__name__)

NAMESPACE = "CustomerDataPlatform"

#: PutMetricData: values in one datum, datums in one call.
_VALUES_PER_DATUM = 150
_DATUMS_PER_CALL = 1_000


def publish(results: Sequence[FileResult], pipeline: str, cloudwatch: Any) -> None:
    """Puts the numbers of the files that this run finished. Rows that are loaded stay loaded when it fails."""
    data = list(metric_data(results, pipeline))
    try:
        for start in range(0, len(data), _DATUMS_PER_CALL):
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _DATUMS_PER_CALL])
    except (BotoCoreError, ClientError) as error:
        log.warning("the metrics of this run are lost, its rows are not: %s", error)


def metric_data(results: Sequence[FileResult], pipeline: str) -> Iterator[dict[str, Any]]:
    """One datum a metric, summed over the files; the seconds of each loaded file in datums of 150."""
    done = [result for result in results if result.status in ("loaded", "failed", "superseded")]
    if not done:
        return
    loaded = [result for result in done if result.status == "loaded"]
    dimensions = [{"Name": "Pipeline", "Value": pipeline}]
    counts = {
        "RowsLoaded": sum(result.rows_loaded for result in loaded),
        "RowsRejected": sum(result.rows_rejected for result in done),
        "ColumnsAdded": sum(len(result.columns_added) for result in loaded),
        "FilesLoaded": len(loaded),
        "FilesFailed": sum(result.status == "failed" for result in done),
        "FilesSuperseded": sum(result.status == "superseded" for result in done),
    }
    for name, count in counts.items():
        yield {"MetricName": name, "Dimensions": dimensions, "Value": float(count), "Unit": "Count"}
    seconds = [result.seconds for result in loaded]
    for start in range(0, len(seconds), _VALUES_PER_DATUM):
        values = seconds[start : start + _VALUES_PER_DATUM]
        yield {"MetricName": "LoadSeconds", "Dimensions": dimensions, "Values": values, "Unit": "Seconds"}
