"""CloudWatch as functions and runs write to it: a log stream each, and metrics in the embedded metric format."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import LogsBackend, logs_backends

from local.process.context import ACCOUNT, REGION, CloudContext


class LogStream:
    """Lines go to the readable log, under the component's name, and to a CloudWatch log stream."""

    def __init__(self, context: CloudContext, group: str, component: str, name: str | None = None) -> None:
        self.group = group
        self.name = name or f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        self._activity = context.activity
        self._component = component
        self._logs: LogsBackend = logs_backends[ACCOUNT][REGION]
        self._logs.ensure_log_group(group)
        self._logs.create_log_stream(group, self.name)

    def write(self, lines: Iterable[str]) -> None:
        written = [line for line in lines if line]
        for line in written:
            self._activity.say(self._component, f"| {line}")
            put_embedded_metrics(line)
        if written:
            now = int(time.time() * 1000)
            events: list[dict[str, Any]] = [{"timestamp": now, "message": line} for line in written]
            self._logs.put_log_events(self.group, self.name, events)


def put_embedded_metrics(line: str) -> None:
    """Turns a line in the embedded metric format into metrics; any other line is nothing to it."""
    if '"_aws"' not in line:
        return
    try:
        record = json.loads(line)
        directives = record["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    # moto compares times without a zone, in UTC.
    time_of_record = datetime.fromtimestamp(record["_aws"]["Timestamp"] / 1000, UTC).replace(tzinfo=None)
    for directive in directives:
        for dimensions in directive.get("Dimensions") or [[]]:
            data = [
                {
                    "MetricName": metric["Name"],
                    "Dimensions": [{"Name": name, "Value": str(record[name])} for name in dimensions],
                    "Timestamp": time_of_record,
                    "Unit": metric.get("Unit", "None"),
                    **_values(record[metric["Name"]]),
                }
                for metric in directive["Metrics"]
                if metric["Name"] in record
            ]
            cloudwatch_backends[ACCOUNT][REGION].put_metric_data(directive["Namespace"], data)


def _values(value: Any) -> dict[str, Any]:
    return {"Values": value} if isinstance(value, list) else {"Value": value}
