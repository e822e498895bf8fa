"""The numbers of a run of the merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from customer_data.metrics import Datum, counts, values
from customer_data.replication.result import TableResult


def of_merges(results: Iterable[TableResult], pipeline: str) -> Iterator[Datum]:
    """Counts summed over the tables; the lag of each table with changes as values, behind the source's last commit."""
    done = list(results)
    yield from counts(
        pipeline,
        {
            "RowsMerged": sum(result.rows_merged for result in done),
            "ChangesApplied": sum(result.changes_applied for result in done),
            "DeletesApplied": sum(result.deletes_applied for result in done),
            "TablesFailed": sum(result.failed for result in done),
        },
    )
    lags = [result.lag_seconds for result in done if result.lag_seconds is not None]
    yield from values(pipeline, "LagSeconds", lags, "Seconds")
