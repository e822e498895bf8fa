"""The run's numbers as CloudWatch metrics: namespace CustomerDataPlatform, dimension Pipeline."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

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


def counts(pipeline: str, counts: Mapping[str, int]) -> Iterator[Datum]:
    for name, count in counts.items():
        yield {"MetricName": name, "Dimensions": dimensions_of(pipeline), "Value": float(count), "Unit": "Count"}


def dimensions_of(pipeline: str) -> list[dict[str, str]]:
    return [{"Name": "Pipeline", "Value": pipeline}]


def values(pipeline: str, name: str, measured: Sequence[float], unit: str) -> Iterator[Datum]:
    """One value a file, in as many datums as they need."""
    for start in range(0, len(measured), _VALUES_PER_DATUM):
        chunk = measured[start : start + _VALUES_PER_DATUM]
        yield {"MetricName": name, "Dimensions": dimensions_of(pipeline), "Values": chunk, "Unit": unit}
