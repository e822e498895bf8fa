"""Streams one CSV from S3 to Parquet parts in the staging bucket, every value checked on the way.

The first reading of a file is the fast one and almost always the only one. Where it meets something that it cannot
decide as it goes (an encoding that turns out wrong, a quote or a record that only the exact reader can judge, values
that need a rescue column), the file is read again knowing it; each reason comes up once, so this ends.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from customer_data.checked_columns import Decision
from customer_data.column_names import column_names
from customer_data.column_types import MAX_COLUMNS, TableSchema
from customer_data.csv_reader import IrregularCsv, open_csv
from customer_data.csv_text import NotUtf8
from customer_data.derived_keys import derived_key
from customer_data.errors import FileFault, SourceChanged, SourceUnreadable
from customer_data.file_columns import FileColumns, file_columns
from customer_data.manifest import SourceFile
from customer_data.parquet_parts import ParquetParts
from customer_data.record_checks import CheckedBatch, check_records
from customer_data.rejected_records import RejectedRecords
from customer_data.settings import LoaderSettings, RowErrorPolicy
from customer_data.source_object import SourceObject
from customer_data.staged_file import StagedColumn, StagedFile, StagedPart

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["POSITION", "StagedColumn", "StagedFile", "StagedPart", "stage_file"]

POSITION = "__position"
_POSITIONS_PER_FILE = 2**40


def stage_file(
    file: SourceFile,
    index: int,
    settings: LoaderSettings,
    table: TableSchema | None,
    run_id: str,
    s3: S3Client,
    *,
    write: bool = True,
) -> StagedFile:
    """Checks one file against the table (None: there is none yet) and stages its rows.

    `index` is the file's place in the manifest. With `write` False nothing is written, neither parts nor rejected
    records. What is wrong with the content is the result's `fault`, a source that is gone is `superseded`, one
    that S3 does not give out is `unreadable`; any other exception is a run fault and passes through.
    """
    started = time.monotonic()
    job = _Job(file, index, settings, table, run_id, s3, write)
    try:
        staged = _read_until_decided(job)
    except FileFault as fault:
        staged = StagedFile(file, fault=fault)
    except SourceChanged:
        staged = StagedFile(file, superseded=True)
    except SourceUnreadable as refusal:
        staged = StagedFile(file, unreadable=str(refusal))
    return replace(staged, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Job:
    file: SourceFile
    index: int
    settings: LoaderSettings
    table: TableSchema | None
    run_id: str
    s3: S3Client
    write: bool

    @property
    def parts_prefix(self) -> str:
        return f"{self.settings.staging.prefix}{self.run_id}/{self.file.load_id}/"

    @property
    def rejected_key(self) -> str:
        key = derived_key(self.file, self.settings.quarantine_prefix, self.settings)
        return f"{key}.{self.file.load_id[:12]}.rejected.jsonl"


@dataclass(frozen=True)
class _Reading:
    """What earlier readings of the file found out."""

    encoding: str | None = None
    exact: bool = False
    decisions: Mapping[str, Decision] = field(default_factory=dict)


class _ReadAgain(Exception):
    """The survey of all values is over, and what it found changes how the file is staged."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions = decisions


def _read_until_decided(job: _Job) -> StagedFile:
    reading = _Reading()
    while True:
        try:
            return _read(job, reading)
        except NotUtf8 as wrong:
            reading = replace(reading, encoding=wrong.encoding)
        except IrregularCsv:
            reading = replace(reading, exact=True)
        except _ReadAgain as again:
            reading = replace(reading, decisions=again.decisions)


def _read(job: _Job, reading: _Reading) -> StagedFile:
    settings = job.settings
    with ExitStack() as stack:
        source = stack.enter_context(SourceObject(job.s3, job.file))
        csv = open_csv(source, settings.csv, encoding=reading.encoding, exact=reading.exact)
        names = _names(csv.header, settings, job.table)
        headers = tuple(header or name for header, name in zip(csv.header, names, strict=True))
        columns = file_columns(headers, names, job.table, settings, reading.decisions)
        keep = settings.row_errors is RowErrorPolicy.QUARANTINE_ROWS
        rejected = stack.enter_context(closing(RejectedRecords(job.file, job.run_id, keep=keep)))
        parts = stack.enter_context(ParquetParts(job.s3, settings.staging.bucket, job.parts_prefix))
        rows_read = 0
        for batch in csv.batches:
            first_position = job.index * _POSITIONS_PER_FILE + rows_read
            rows_read += batch.rows + len(batch.broken)
            checked = check_records(batch, columns, headers)
            for rejection in checked.rejections:
                rejected.add(rejection)
            if columns.undecided or (rejected.count and not keep):
                parts.discard()  # and from here on it is only counted what else is wrong
            elif job.write:
                parts.add(_staged_rows(checked, batch.rows, first_position, columns))
        if rejected.count:
            csv.require_lines()
        if rejected.count and not keep:
            raise rejected.fault()
        if columns.undecided:
            raise _ReadAgain(columns.decisions())
        if rejected.count and job.write:
            rejected.upload(job.s3, job.rejected_key)
        return StagedFile(
            job.file,
            columns=columns.staged(),
            parts=parts.finish(),
            header_map=dict(zip(headers, names, strict=True)),
            discarded_columns=columns.discarded,
            rows_read=rows_read,
            rows_staged=rows_read - rejected.count,
            rows_rejected=rejected.count,
            rejected_key=job.rejected_key if rejected.count and job.write else None,
            guessed_encoding=reading.encoding and reading.encoding.replace("cp", "windows-"),
        )


def _names(header: Sequence[str], settings: LoaderSettings, table: TableSchema | None) -> tuple[str, ...]:
    if len(header) >= MAX_COLUMNS:
        raise FileFault(
            "too_many_columns",
            f"the header has {len(header):,} columns; a Redshift table has at most {MAX_COLUMNS:,}, one of which the"
            " loader needs while it loads; check the delimiter, or split the file",
            line=1,
        )
    existing = [column.name for column in table.columns] if table else []
    return column_names(header, settings.column_mapping, existing)


def _staged_rows(checked: CheckedBatch, rows: int, first_position: int, columns: FileColumns) -> pa.RecordBatch:
    positions = pa.array(np.arange(first_position, first_position + rows))
    if checked.kept is not None:
        positions = positions.filter(checked.kept)
    names = [POSITION, *(column.name for column in columns.staged())]
    return pa.RecordBatch.from_arrays([positions, *checked.values], names=names)
