"""A loader's run in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from customer_data.loading.file_result import FileResult
from customer_data.metrics import Datum, counts, values
from customer_data.quality.report.metrics import by_rule


def of_loads(results: Sequence[FileResult], pipeline: str) -> Iterator[Datum]:
    """One datum a metric, summed over the files; the seconds of each loaded file as values."""
    done = [result for result in results if result.status in ("loaded", "failed", "superseded")]
    if not done:
        return
    loaded = [result for result in done if result.status == "loaded"]
    yield from counts(
        pipeline,
        {
            "RowsLoaded": sum(result.rows_loaded for result in loaded),
            "RowsRejected": sum(result.rows_rejected for result in done),
            "RowsWarned": sum(result.rows_warned for result in done),
            "RowsRescued": sum(result.rows_rescued for result in loaded),
            "RowsWithInnerQuotes": sum(result.notes.inner_quotes for result in done),
            "ColumnsAdded": sum(len(result.columns_added) for result in loaded),
            "ColumnsWidened": sum(len(result.columns_widened) for result in loaded),
            "FilesLoaded": len(loaded),
            "FilesFailed": sum(result.status == "failed" for result in done),
            "FilesSuperseded": sum(result.status == "superseded" for result in done),
        },
    )
    yield from by_rule(pipeline, [result.check for result in done])
    yield from values(pipeline, "LoadSeconds", [result.seconds for result in loaded], "Seconds")
