"""What a check of a file leaves behind: rejected and warned records, the report, and a summary for messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from customer_data.errors import FileFault
from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile
from customer_data.quality.report.columns import ColumnReport
from customer_data.quality.report.page import to_html
from customer_data.quality.report.report import QualityReport, to_json, top_reasons
from customer_data.quality.report.summary import CheckSummary
from customer_data.quality.running.file_check import Checks, FileCheck
from customer_data.records.rejected import RejectedRecords
from customer_data.records.rejections import Rejections


def rejected_key(file: SourceFile, prefix: str, watched: str) -> str:
    """Where the rejected records of this write of the file are kept."""
    return f"{derived_key(file, prefix, watched)}.{file.load_id[:12]}.rejected.jsonl"


class MarkedRecords:
    """The records of one reading of a file in which something is wrong: those that are rejected, and those that only
    warnings are about. A context: what it keeps on disk goes with it."""

    def __init__(self, file: SourceFile, run_id: str, check: FileCheck | None, *, keep: bool) -> None:
        self.rejected = RejectedRecords(file, run_id, keep=keep)
        self.warned = RejectedRecords(file, run_id, keep=check is not None)
        self._check = check

    def __enter__(self) -> MarkedRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.rejected.close()
        self.warned.close()

    def add(self, marked: Rejections) -> None:
        if not len(marked):
            return
        rejected, warned = marked.parted()
        self.rejected.add(rejected)
        self.warned.add(warned)
        if self._check:
            self._check.add(marked)

    @property
    def count(self) -> int:
        return self.rejected.count + self.warned.count


def write_report(
    checks: Checks,
    check: FileCheck,
    records: MarkedRecords,
    file: SourceFile,
    watched: str,
    *,
    rows_read: int,
    fault: FileFault | None,
    seconds: float,
    links: Mapping[str, str | None],
    s3: Any,
    columns: Sequence[ColumnReport],
) -> CheckSummary:
    """Writes the report to the bucket of the file, and beside it the records that warnings are about. `links` goes from
    what there is to its URL; without one it is left out. A repeated check of a run overwrites."""
    key = f"{derived_key(file, checks.settings.report_prefix, watched)}.{checks.started:%Y%m%dT%H%M%SZ}"
    key = f"{key}-{file.load_id[:12]}"
    there = {label: url for label, url in links.items() if url}
    if records.warned.count:
        records.warned.upload(s3, f"{key}.warnings.jsonl")
        there["Rows with warnings"] = f"s3://{file.bucket}/{key}.warnings.jsonl"
    report = check.report(rows_read, records.rejected.count, fault, seconds, there, columns)
    _put(s3, file.bucket, f"{key}.json", to_json(report), "application/json")
    _put(s3, file.bucket, f"{key}.html", to_html(report), "text/html; charset=utf-8")
    return summary_of(report, f"s3://{file.bucket}/{key}.html")


def summary_of(report: QualityReport, url: str | None) -> CheckSummary:
    broken = {rule.name: rule.rows_broken for rule in report.rules}
    return CheckSummary(report.rows_warned, broken, tuple(top_reasons(report)), url)


def _put(s3: Any, bucket: str, key: str, text: str, content_type: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=content_type)
