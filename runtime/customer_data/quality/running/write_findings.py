"""Writes what rules found, where Spark has sorted it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from customer_data.quality.running.line_findings import NO_SUCH_COLUMN

_TYPES = {"first": "int64", "key": "string", "size": "int64", "rows": "int64", "wrong_rule": "int32", "why": "string"}
_ABOUT = pa.schema([(name, pa.type_for_alias(type)) for name, type in _TYPES.items()])


@dataclass(frozen=True)
class WriteFindings:
    """Sorted entries -> one Parquet object a partition, and a row about it; plain data. `wrong_rule` is the place of a
    Python rule that asks for a column that is nowhere, `why` what it said."""

    SCHEMA = "first BIGINT, key STRING, size BIGINT, rows BIGINT, wrong_rule INT, why STRING"

    bucket: str
    prefix: str
    connect: Callable[[], Any]

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from pyspark import TaskContext

        first, rows = None, 0
        wrong: dict[str, Any] = {"rule": None, "reason": None}
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
                unknown = batch.filter(pc.fill_null(pc.equal(batch["code"], NO_SUCH_COLUMN), False))
                wrong = unknown.slice(0, 1).to_pylist()[0] if unknown.num_rows else wrong
                writer.write_batch(batch)
            if writer is None:
                return
            writer.close()
            key = f"{self.prefix}findings-{context.partitionId() if context else 0:05d}.parquet"
            self.connect().upload_file(str(path), self.bucket, key)
            about = {"first": first, "key": key, "size": path.stat().st_size, "rows": rows}
            about |= {"wrong_rule": wrong["rule"], "why": wrong["reason"]}
            yield pa.RecordBatch.from_pylist([about], schema=_ABOUT)
