"""How many rows broke each rule, as metrics: dimensions Pipeline and Rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from customer_data.metrics import Datum, dimensions_of
from customer_data.quality.report.summary import CheckSummary


def by_rule(pipeline: str, checks: Iterable[CheckSummary | None]) -> Iterator[Datum]:
    broken: Counter[str] = Counter()
    for check in filter(None, checks):
        for rule, rows in check.rows_broken.items():
            broken[rule] += rows
    for rule, rows in broken.items():
        dimensions = [*dimensions_of(pipeline), {"Name": "Rule", "Value": _dimension_value(rule)}]
        yield {"MetricName": "RowsBroken", "Dimensions": dimensions, "Value": float(rows), "Unit": "Count"}


def _dimension_value(rule: str) -> str:
    """CloudWatch API reference, "Dimension": ASCII, 1 to 1,024 characters, no control characters, no colon first."""
    printable = "".join(character if " " <= character <= "~" else "_" for character in rule).strip()[:1_024]
    return f"_{printable[1:]}" if printable.startswith(":") else printable
