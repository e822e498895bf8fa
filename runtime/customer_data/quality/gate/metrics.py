"""A gate's run in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from customer_data.metrics import Datum, counts
from customer_data.quality.gate.result import GateResult
from customer_data.quality.report.metrics import by_rule


def of_gate(results: Sequence[GateResult], pipeline: str) -> Iterator[Datum]:
    """One datum a metric, summed over the files that this run finished."""
    done = [result for result in results if result.status in ("passed", "quarantined", "failed", "superseded")]
    if not done:
        return
    count = Counter(result.status for result in done)
    yield from counts(
        pipeline,
        {
            "RowsPassed": sum(result.rows_passed for result in done),
            "RowsRejected": sum(result.rows_rejected for result in done),
            "RowsWarned": sum(result.rows_warned for result in done),
            "RowsWithInnerQuotes": sum(result.sieved.notes.inner_quotes for result in done if result.sieved),
            "FilesPassed": sum(result.was_published for result in done),
            "FilesQuarantined": count["quarantined"],
            "FilesFailed": count["failed"],
            "FilesSuperseded": count["superseded"],
        },
    )
    yield from by_rule(pipeline, [result.sieved.check for result in done if result.sieved])
