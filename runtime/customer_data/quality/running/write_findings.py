"""Writes what rules found, where Spark has sorted it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet


@dataclass(frozen=True)
class WriteFindings:
    """Sorted entries -> one Parquet object a partition, and a row that tells of it; plain data."""

    SCHEMA = "first BIGINT, key STRING, size BIGINT, rows BIGINT"

    bucket: str
    prefix: str
    connect: Callable[[], Any]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        first, rows = None, 0
        context = TaskContext.get()
        with tempfile.TemporaryDirectory(prefix="findings-") as directory:
            path = Path(directory, "findings.parquet")
            writer: Any = None
            for batch in batches:
                if batch.num_rows == 0:
                    continue
                writer = writer or pyarrow.parquet.ParquetWriter(path, batch.schema, compression="snappy")
                first = batch.column(0)[0].as_py() if first is None else first
                rows += batch.num_rows
                writer.write_batch(batch)
            if writer is None:
                return
            writer.close()
            key = f"{self.prefix}findings-{context.partitionId() if context else 0:05d}.parquet"
            self.connect().upload_file(str(path), self.bucket, key)
            told = {"first": [first], "key": [key], "size": [path.stat().st_size], "rows": [rows]}
            yield pa.RecordBatch.from_pydict(told)
