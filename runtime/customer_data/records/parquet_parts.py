"""Writes staged rows as Parquet objects of bounded size, through local files, so that memory stays bounded too."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Redshift splits Parquet from 128 MB by itself and reads smaller objects in parallel (manual, "Loading data files").
_PART_BYTES = 96 * 2**20
_ROW_GROUP_BYTES = 8 * 2**20


#: The column by which the later of two records with one key is known: any BIGINT that grows from record to record.
POSITION = "__position"


@dataclass(frozen=True)
class StagedPart:
    """One Parquet object: POSITION first, then the staged columns in order."""

    bucket: str
    key: str
    size: int
    rows: int


class ParquetParts:
    """A context: `finish` leaves the objects behind, without it all that was written is deleted again.

    Another thread writes and uploads a row group while the next one is collected.
    """

    def __init__(self, s3: S3Client, bucket: str, prefix: str, part_bytes: int | None = None) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix
        self._part_bytes = part_bytes or _PART_BYTES
        self._directory = tempfile.TemporaryDirectory(prefix="staging-")
        self._writes = ThreadPoolExecutor(1, "parquet-parts")
        self._writing: Future[None] | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_bytes = 0
        self._writer: pyarrow.parquet.ParquetWriter | None = None
        self._written_bytes = 0
        self._written_rows = 0
        self._parts: list[StagedPart] = []
        self._finished = False

    def __enter__(self) -> ParquetParts:
        return self

    def __exit__(
        self, type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if not self._finished:
                self.discard()
        finally:
            self._writes.shutdown()
            self._directory.cleanup()

    def finish(self) -> tuple[StagedPart, ...]:
        self._hand_over()
        self._wait()
        self._finish_part()
        self._finished = True
        return tuple(self._parts)

    def add(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows == 0:
            return
        self._waiting.append(batch)
        self._waiting_bytes += batch.nbytes
        if self._waiting_bytes >= _ROW_GROUP_BYTES:
            self._hand_over()

    def discard(self) -> None:
        """Takes back all that was written."""
        for end in (self._wait, self._close_writer):
            with contextlib.suppress(Exception):  # what was to be written is not wanted any more
                end()
        self._waiting, self._waiting_bytes = [], 0
        self._written_bytes = self._written_rows = 0
        for part in self._parts:
            self._s3.delete_object(Bucket=part.bucket, Key=part.key)
        self._parts = []

    @property
    def _local_path(self) -> Path:
        return Path(self._directory.name, "part.parquet")

    def _hand_over(self) -> None:
        """To the other thread, when it has written what it had before."""
        if self._waiting:
            self._wait()
            self._writing = self._writes.submit(self._write_row_group, self._waiting)
            self._waiting, self._waiting_bytes = [], 0

    def _wait(self) -> None:
        writing, self._writing = self._writing, None
        if writing:
            writing.result()

    def _write_row_group(self, batches: Sequence[pa.RecordBatch]) -> None:
        table = pa.Table.from_batches(batches)
        if self._writer is None:
            # Snappy: what Redshift's own UNLOAD writes. A dictionary does not pay for columns that are mostly unique.
            self._writer = pyarrow.parquet.ParquetWriter(
                self._local_path, table.schema, compression="snappy", use_dictionary=False, write_statistics=False
            )
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._written_bytes += table.nbytes
        self._written_rows += table.num_rows
        if self._written_bytes >= self._part_bytes:
            self._finish_part()

    def _finish_part(self) -> None:
        if self._writer is None:
            return
        self._close_writer()
        key = f"{self._prefix}part-{len(self._parts):05d}.parquet"
        size = self._local_path.stat().st_size
        self._s3.upload_file(str(self._local_path), self._bucket, key)
        self._local_path.unlink()
        self._parts.append(StagedPart(self._bucket, key, size, self._written_rows))
        self._written_bytes = self._written_rows = 0

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
