"""Reads one CSV and parts its rows: the good ones into a CSV in staging, the others into the quarantine; reports it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from customer_data.csv.batch import CsvBatch
from customer_data.csv.notes import CsvNotes
from customer_data.csv.reader import open_csv
from customer_data.errors import FileFault, SourceChanged, SourceUnreadable, require_every_row
from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import SourceObject
from customer_data.quality.gate.passed_rows import PassedRows
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.report.columns import ColumnReport, ColumnTypes
from customer_data.quality.report.summary import CheckSummary
from customer_data.quality.running.check_results import MarkedRecords, rejected_key, write_report
from customer_data.quality.running.file_check import Checks, FileCheck
from customer_data.quality.running.line_findings import LineFindings
from customer_data.records.checks import kept_rows, marked_records
from customer_data.records.reading import Reading, read_ahead, read_until_decided


@dataclass(frozen=True)
class SievedFile:
    """What became of the rows of one file; plain data, so that a Spark task can return it.

    `refusal` is why no row passes although the file is a CSV, `fault` why it is none, `superseded` and `unreadable` as
    in `StagedFile`. `passed_key` is where the good rows wait in staging to be published: None where there are none, and
    where all are, since then the file itself is what passes. `rejected_digest` identifies the choice of rows.
    """

    file: SourceFile
    rows_read: int = 0
    rows_passed: int = 0
    rows_rejected: int = 0
    rejected_key: str | None = None
    passed_key: str | None = None
    rejected_digest: str = ""
    check: CheckSummary | None = None
    refusal: FileFault | None = None
    fault: FileFault | None = None
    superseded: bool = False
    unreadable: str | None = None
    guessed_encoding: str | None = None
    notes: CsvNotes = field(default_factory=CsvNotes)
    seconds: float = 0.0


def sieve_file(
    file: SourceFile, settings: GateSettings, checks: Checks, found: LineFindings | None, s3: Any
) -> SievedFile:
    """`found` is what SQL and Python rules found in the file. What is not a file's fault passes as an exception."""
    started = time.monotonic()
    sieve = _Sieve(file, settings, checks, found, s3, started)
    try:
        sieved = read_until_decided(partial(_read, sieve), found.reading if found else None)
    except FileFault as fault:
        sieved = SievedFile(file, fault=fault)
    except SourceChanged:
        sieved = SievedFile(file, superseded=True)
    except SourceUnreadable as refusal:
        sieved = SievedFile(file, unreadable=str(refusal))
    return replace(sieved, seconds=time.monotonic() - started)


@dataclass(frozen=True)
class _Sieve:
    file: SourceFile
    settings: GateSettings
    checks: Checks
    found: LineFindings | None
    s3: Any
    started: float

    @property
    def passed_key(self) -> str:
        return f"{self.settings.staging.prefix}{self.checks.run_id}/{self.file.load_id}.passed"

    @property
    def rejected_key(self) -> str:
        return rejected_key(self.file, self.settings.quarantine_prefix, self.settings.prefix)

    def url(self, prefix: str) -> str:
        return f"s3://{self.file.bucket}/{derived_key(self.file, prefix, self.settings.prefix)}"


def _read(sieve: _Sieve, reading: Reading) -> SievedFile:
    file, format = sieve.file, sieve.settings.csv
    with ExitStack() as stack:
        source = stack.enter_context(SourceObject(sieve.s3, file))
        naming = sieve.settings.naming
        csv = open_csv(source, format, encoding=reading.encoding, exact=reading.exact, keys=naming.keys)
        names = naming.names(csv.header)
        headers = tuple(header or name for header, name in zip(csv.header, names, strict=True))
        check = FileCheck(sieve.checks, file, headers, names, sieve.found, sieve.s3)
        records = stack.enter_context(MarkedRecords(file, sieve.checks.run_id, check, keep=True))
        packed = file.key.lower().endswith(".gz")
        passed = stack.enter_context(PassedRows(csv.header, csv.dialect, format, packed=packed))
        types = ColumnTypes(names, format, naming.key, naming.types, counts=sieve.checks.counts_converted)
        rows_read = 0
        for batch in stack.enter_context(read_ahead(csv.batches)):
            rows_read += batch.rows + len(batch.broken)
            types.add(batch)
            _part(batch, headers, check, records, passed)
        if records.count:
            csv.require_lines()
        columns = types.reports(lines_known=csv.knows_lines)
        rejected = records.rejected.count
        url = f"s3://{file.bucket}/{file.key}"
        require_every_row(url, read=rows_read, passed=passed.rows, rejected=rejected)
        refusal = check.conclude(rows_read, rejected)
        if rejected:
            records.rejected.upload(sieve.s3, sieve.rejected_key)
        parted = bool(rejected and passed.rows) and refusal is None
        if parted:
            passed.upload(sieve.s3, sieve.settings.staging.bucket, sieve.passed_key)
        return SievedFile(
            file,
            rows_read=rows_read,
            rows_passed=0 if refusal else passed.rows,
            rows_rejected=rejected,
            rejected_key=sieve.rejected_key if rejected else None,
            passed_key=sieve.passed_key if parted else None,
            rejected_digest=records.rejected.digest,
            check=_report(
                sieve, check, records, columns, rows_read, refusal, published=refusal is None and passed.rows > 0
            ),
            refusal=refusal,
            guessed_encoding=reading.guessed_encoding,
            notes=csv.notes,
        )


def _part(
    batch: CsvBatch, headers: tuple[str, ...], check: FileCheck, records: MarkedRecords, passed: PassedRows
) -> None:
    findings = check.findings(batch)
    records.add(marked_records(batch, headers, findings))
    kept = kept_rows(findings)
    columns = batch.columns if kept is None else tuple(column.filter(kept) for column in batch.columns)
    passed.add(columns, len(columns[0]))


def _report(
    sieve: _Sieve,
    check: FileCheck,
    records: MarkedRecords,
    columns: Sequence[ColumnReport],
    rows_read: int,
    refusal: FileFault | None,
    *,
    published: bool,
) -> CheckSummary:
    settings = sieve.settings
    original = original_key(sieve.file, settings, refused=refusal is not None)
    rejected = f"s3://{sieve.file.bucket}/{sieve.rejected_key}" if records.rejected.count else None
    return write_report(
        sieve.checks,
        check,
        records,
        sieve.file,
        settings.prefix,
        rows_read=rows_read,
        fault=refusal,
        seconds=time.monotonic() - sieve.started,
        links={
            "Passed rows": sieve.url(settings.passed_prefix) if published else None,
            "Rejected rows": rejected,
            "Original file": f"s3://{sieve.file.bucket}/{original}",
        },
        s3=sieve.s3,
        columns=columns,
    )


def original_key(file: SourceFile, settings: GateSettings, *, refused: bool) -> str:
    """Where the original of a CSV goes; each write of a name has a place of its own."""
    prefix = settings.quarantine_prefix if refused else settings.processed_prefix
    return derived_key(file, f"{prefix}{file.load_id[:12]}/", settings.prefix)
