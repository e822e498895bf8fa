"""The merge of `bench.replication` by dlt: change files read by Arrow, sent through ADBC, the last change of each key
merged by delete-insert with hard deletes. Runs in an environment of its own (`dlt_requirements.txt`), as a process for
each load.

    python dlt_replication.py URL DATASET PARQUET...
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator

import dlt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_DMS = ("Op", "cdp_commit_time", "cdp_change_seq", "BI_ORDER_ID")


def main(url: str, dataset: str, *paths: str) -> None:
    # What of dlt's own work is not the load: usage statistics, and state for the next run to find.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    with tempfile.TemporaryDirectory(prefix="dlt-") as directory:
        pipeline = dlt.pipeline(
            dataset,
            pipelines_dir=directory,
            destination=dlt.destinations.postgres(url),
            dataset_name=dataset,
        )
        orders = dlt.resource(
            batches(paths),
            name="orders",
            primary_key="order_id",
            write_disposition={"disposition": "merge", "strategy": "delete-insert"},
            columns={"change": {"dedup_sort": "desc"}, "deleted": {"hard_delete": True}},
        )
        pipeline.run(orders, loader_file_format="parquet").raise_on_failed_jobs()


def batches(paths: tuple[str, ...]) -> Iterator[pa.Table]:
    for path in paths:
        for batch in pq.ParquetFile(path).iter_batches(200_000):
            table = pa.Table.from_batches([batch])
            change = pc.fill_null(table["cdp_change_seq"], "")
            deleted = pc.equal(table["Op"], "D")
            kept = table.drop_columns([name for name in _DMS if name in table.column_names])
            yield (
                kept.rename_columns([name.lower() for name in kept.column_names])
                .append_column("change", change)
                .append_column("deleted", deleted)
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
