"""Streams one CSV from S3 to Parquet parts in the staging bucket, every value checked on the way.

The first reading of a file is the fast one and almost always the only one. Where it meets something that it cannot
decide as it goes (an encoding that turns out wrong, a quote or a record that only the exact reader can judge, values
that need a rescue column), the file is read again knowing it (`records/reading.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from customer_data.columns.file_columns import FileColumns
from customer_data.columns.names import column_names, key_places
from customer_data.columns.types import MAX_COLUMNS, TableSchema
from customer_data.csv.reader import open_csv
from customer_data.errors import FileFault, SourceChanged, SourceUnreadable, require_every_row
from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import SourceObject
from customer_data.loading.contract import file_columns, known_columns
from customer_data.loading.settings import LoaderSettings, RowErrorPolicy
from customer_data.loading.staged_file import StagedFile
from customer_data.quality.report.columns import DECIMAL_COMMAS, ColumnReport, why
from customer_data.quality.report.summary import CheckSummary
from customer_data.quality.running.check_results import MarkedRecords, rejected_key, summary_of, write_report
from customer_data.quality.running.file_check import Checks, FileCheck
from customer_data.quality.running.line_findings import LineFindings
from customer_data.records.checks import CheckedBatch, check_records
from customer_data.records.key_order import KeyOrder
from customer_data.records.parquet_parts import POSITION, ParquetParts
from customer_data.records.reading import ReadAgain, Reading, read_ahead, read_until_decided

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_POSITIONS_PER_FILE = 2**40
_REMEDY = "correct the file, or load the other records with RowErrorPolicy.QUARANTINE_ROWS"


def stage_file(
    file: SourceFile,
    index: int,
    settings: LoaderSettings,
    table: TableSchema | None,
    run_id: str,
    s3: S3Client,
    *,
    write: bool = True,
    checks: Checks | None = None,
    found: LineFindings | None = None,
) -> StagedFile:
    """Checks one file against the table (None: there is none yet) and against rules, and stages its rows.

    `index` is the file's place in the manifest. `found` is what SQL and Python rules of `checks` found in it. With
    `write` False nothing is written, neither parts nor rejected records nor reports. What is wrong with the content is
    the result's `fault`, a source that is gone is `superseded`, one that S3 does not give out is `unreadable`; any
    other exception is a run fault and passes through.
    """
    started = time.monotonic()
    job = _Job(file, index, settings, table, run_id, s3, write, checks, found, started)
    try:
        staged = read_until_decided(partial(_read, job), found.reading if found else None)
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
    checks: Checks | None
    found: LineFindings | None
    started: float

    @property
    def parts_prefix(self) -> str:
        return f"{self.settings.staging.prefix}{self.run_id}/{self.file.load_id}/"

    @property
    def rejected_key(self) -> str:
        return rejected_key(self.file, self.settings.quarantine_prefix, self.settings.prefix)


def _read(job: _Job, reading: Reading) -> StagedFile:
    settings = job.settings
    with ExitStack() as stack:
        source = stack.enter_context(SourceObject(job.s3, job.file))
        existing = known_columns(job.table, settings)
        keys = partial(key_places, settings.primary_key, settings.column_mapping, existing)
        csv = open_csv(source, settings.csv, encoding=reading.encoding, exact=reading.exact, keys=keys)
        names = _names(csv.header, settings, existing)
        headers = tuple(header or name for header, name in zip(csv.header, names, strict=True))
        columns = file_columns(headers, names, job.table, settings, reading.decisions)
        check = FileCheck(job.checks, job.file, headers, names, job.found, job.s3) if job.checks else None
        keep = settings.row_errors is RowErrorPolicy.QUARANTINE_ROWS
        records = stack.enter_context(MarkedRecords(job.file, job.run_id, check, keep=keep))
        rejected = records.rejected
        parts = stack.enter_context(ParquetParts(job.s3, settings.staging.bucket, job.parts_prefix))
        order = KeyOrder()
        rows_read = rows_rescued = 0
        read_again = False  # stays: what a column seems to become may change and change back
        for batch in stack.enter_context(read_ahead(csv.batches)):
            first_position = job.index * _POSITIONS_PER_FILE + rows_read
            rows_read += batch.rows + len(batch.broken)
            checked = check_records(batch, columns, headers, check.findings(batch) if check else ())
            rows_rescued += checked.rows_rescued
            records.add(checked.marked)
            read_again = read_again or columns.undecided
            if read_again or (rejected.count and not keep):
                parts.discard()  # and from here on it is only counted what else is wrong
            elif job.write:
                rows = _staged_rows(checked, batch.rows, first_position, columns)
                parts.add(rows)
                order.add([rows.column(name) for name in columns.key_names])
        if records.count:
            csv.require_lines()
        refusal = check.conclude(rows_read, rejected.count) if check else None
        fault = rejected.fault(_REMEDY) if rejected.count and not keep else refusal
        if read_again and not fault:
            raise ReadAgain(columns.decisions())
        rejected_key = job.rejected_key if rejected.count and keep and job.write else None
        if rejected_key:
            rejected.upload(job.s3, rejected_key)
        reports = _column_reports(columns, lines_known=csv.knows_lines)
        staged = StagedFile(
            job.file,
            columns=columns.staged(),
            column_reports=reports,
            header_map=dict(zip(headers, names, strict=True)),
            discarded_columns=columns.discarded,
            rows_read=rows_read,
            rows_staged=rows_read - rejected.count,
            rows_rejected=rejected.count,
            rows_rescued=rows_rescued,
            keys=order.span,
            rejected_reasons=rejected.reasons,
            warned_reasons=records.warned.reasons,
            rejected_key=rejected_key,
            guessed_encoding=reading.guessed_encoding,
            notes=csv.notes,
            check=_report(job, check, records, reports, rows_read, rejected_key, fault) if check else None,
        )
        if fault:
            return replace(staged, fault=fault, rows_staged=0, rows_rescued=0)
        staged = replace(staged, parts=parts.finish())
        if job.write:
            url, passed = f"s3://{job.file.bucket}/{job.file.key}", sum(part.rows for part in staged.parts)
            require_every_row(url, read=rows_read, passed=passed, rejected=rejected.count)
        return staged


def _report(
    job: _Job,
    check: FileCheck,
    records: MarkedRecords,
    columns: Sequence[ColumnReport],
    rows_read: int,
    rejected_key: str | None,
    fault: FileFault | None,
) -> CheckSummary:
    if not job.write or not job.checks:
        return summary_of(check.report(rows_read, records.rejected.count, fault, 0.0, {}, columns), None)
    rejected = f"s3://{job.file.bucket}/{rejected_key}" if rejected_key else None
    aside = derived_key(job.file, job.settings.error_prefix, job.settings.prefix) if fault else job.file.key
    return write_report(
        job.checks,
        check,
        records,
        job.file,
        job.settings.prefix,
        rows_read=rows_read,
        fault=fault,
        seconds=time.monotonic() - job.started,
        links={"Rejected rows": rejected, "Original file": f"s3://{job.file.bucket}/{aside}"},
        s3=job.s3,
        columns=columns,
    )


def _column_reports(columns: FileColumns, *, lines_known: bool) -> tuple[ColumnReport, ...]:
    staged = columns.staged()
    rescued = {column.rescue_for: column.rescued for column in staged}
    reports = []
    for column in staged:
        if column.rescue_for is None:
            line, shape = why(column.why, lines_known=lines_known)
            report = ColumnReport(
                column.name,
                column.type.sql if column.type else None,
                stored=column.grown_from.sql if column.grown_from else None,
                line=line,
                shape=shape,
                converted=column.converted,
                rescued=rescued.get(column.name, 0),
                hint=DECIMAL_COMMAS if column.has_decimal_commas else None,
            )
            reports.append(report)
    return tuple(reports)


def _names(header: Sequence[str], settings: LoaderSettings, existing: Sequence[str]) -> tuple[str, ...]:
    if len(header) >= MAX_COLUMNS:
        raise FileFault(
            "too_many_columns",
            f"the header has {len(header):,} columns; a Redshift table has at most {MAX_COLUMNS:,}, one of which the"
            " loader needs while it loads; check the delimiter, or split the file",
            line=1,
        )
    return column_names(header, settings.column_mapping, existing)


def _staged_rows(checked: CheckedBatch, rows: int, first_position: int, columns: FileColumns) -> pa.RecordBatch:
    positions = pa.array(np.arange(first_position, first_position + rows))
    if checked.kept is not None:
        positions = positions.filter(checked.kept)
    names = [POSITION, *(column.name for column in columns.staged())]
    return pa.RecordBatch.from_arrays([positions, *map(_without_zone, checked.values)], names=names)


def _without_zone(values: pa.Array) -> pa.Array:
    """A TIMESTAMPTZ as its time in UTC: COPY knows no zones."""
    return values.cast(pa.timestamp("us")) if pa.types.is_timestamp(values.type) else values
