"""The upsert of `bench.upsert` by dlt: a CSV read by Arrow, sent through ADBC, merged by key. Runs in an environment of
its own (`dlt_requirements.txt`), as a process for each load.

    python dlt_upsert.py URL DATASET STRATEGY CSV...
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator

import dlt
import pyarrow as pa
import pyarrow.csv

TYPES = {
    "purchase_id": pa.int64(),
    "customer": pa.string(),
    "e_mail": pa.string(),
    "city": pa.string(),
    "amount": pa.decimal128(18, 4),
    "quantity": pa.int64(),
    "ordered_on": pa.date32(),
    "updated_at": pa.timestamp("us"),
    "active": pa.bool_(),
    "note": pa.string(),
}


def main(url: str, dataset: str, strategy: str, *paths: str) -> None:
    # What of dlt's own work is not the load: usage statistics, and state for the next run to find.
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    with tempfile.TemporaryDirectory(prefix="dlt-") as directory:
        pipeline = dlt.pipeline(
            dataset,
            pipelines_dir=directory,
            destination=dlt.destinations.postgres(url),
            dataset_name=dataset,
        )
        purchases = dlt.resource(
            batches(paths),
            name="purchases",
            primary_key="purchase_id",
            write_disposition={"disposition": "merge", "strategy": strategy},
        )
        loaded = pipeline.run(purchases, loader_file_format="parquet")
        loaded.raise_on_failed_jobs()


def batches(paths: tuple[str, ...]) -> Iterator[pa.Table]:
    for path in paths:
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(column_names=list(TYPES), skip_rows=1, block_size=32 << 20),
            convert_options=pyarrow.csv.ConvertOptions(column_types=TYPES),
        )
        for batch in reader:
            yield pa.Table.from_batches([batch])


if __name__ == "__main__":
    main(*sys.argv[1:])
