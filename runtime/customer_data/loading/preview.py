"""`--plan`: what loading a file would do to the table, found out without writing anything."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from customer_data.columns.names import missing_headers
from customer_data.columns.types import TableSchema
from customer_data.errors import FileFault, SettingsError, SourceUnreadable, some_of
from customer_data.files.manifest import SourceFile
from customer_data.files.s3_url import parse_s3_url
from customer_data.files.source_object import object_now
from customer_data.loading.load import StageFiles, StageTask, plan_load
from customer_data.loading.named_types import with_named_types
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staged_file import StagedFile
from customer_data.quality.report.columns import NO_VALUE, ColumnReport
from customer_data.records.rejected import RejectionReason
from customer_data.warehouse.catalog import read_table
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.plan import check_plan
from customer_data.warehouse.table_changes import why_not

_MOST_REASONS = 10


def preview(url: str, settings: LoaderSettings, *, warehouse: DataApi, s3: Any, stage: StageFiles) -> dict[str, Any]:
    """The schema changes and row counts that `url` (`s3://bucket/key`) would cause; `stage` must write nothing."""
    table = _table(settings, warehouse)
    staged = _staged(url, settings, table, s3, stage)
    not_growing = _not_growing(staged, settings, table, warehouse)
    if not_growing:
        table = _table(settings, warehouse, not_growing)
        staged = _staged(url, settings, table, s3, stage)
    report: dict[str, Any] = {
        "object": url,
        "table": str(settings.table),
        "creates_table": table is None,
        "rows_read": staged.rows_read,
        "rows_to_load": staged.rows_staged,
        "rows_rejected": staged.rows_rejected,
        "rows_warned": staged.check.rows_warned if staged.check else 0,
        "rows_rescued": staged.rows_rescued,
        "rejected_reasons": [_reason(reason) for reason in staged.rejected_reasons if not reason.error.warning],
        "warned_reasons": list(map(_reason, staged.warned_reasons)),
        "columns": {column.header: column.name for column in staged.columns if column.rescue_for is None},
        "column_types": [column.summary() for column in staged.column_reports],
        "columns_not_growing": {column: asdict(staying) for column, staying in not_growing.items()},
        "columns_discarded": list(staged.discarded_columns),
        "headers_missing": list(missing_headers(settings.column_mapping, staged.header_map)),
        "guessed_encoding": staged.guessed_encoding,
        "notes": list(staged.notes.for_people()),
        "rules": dict(staged.check.rows_broken) if staged.check else {},
    }
    try:
        report.update(_changes(staged, settings, table))
    except FileFault as fault:
        report["fault"] = {"code": fault.code, "reason": fault.reason, "line": fault.line, "column": fault.column}
    return report


def _table(settings: LoaderSettings, warehouse: DataApi, not_growing: Collection[str] = ()) -> TableSchema | None:
    stored = read_table(
        warehouse,
        settings.table,
        may_evolve=settings.schema_contract.may_evolve,
        may_grow=settings.grow_up_to_rows > 0,
        not_growing=not_growing,
    )
    return with_named_types(stored, settings)


def _staged(url: str, settings: LoaderSettings, table: TableSchema | None, s3: Any, stage: StageFiles) -> StagedFile:
    (staged,) = stage([StageTask(source_file(url, settings, s3), 0, table)])
    if staged.unreadable:
        raise SettingsError(f"--plan {url!r}: {staged.unreadable}")
    return staged


@dataclass(frozen=True)
class _Staying:
    type: str
    reason: str


def _not_growing(
    staged: StagedFile, settings: LoaderSettings, table: TableSchema | None, warehouse: DataApi
) -> dict[str, _Staying]:
    """The columns that the file lets grow and that will not."""
    if staged.fault:
        return {}
    growths = plan_load([staged], table, settings).growths
    reasons = {growth: why_not(growth, settings.table, warehouse, settings.grow_up_to_rows) for growth in growths}
    return {growth.column: _Staying(growth.stored.sql, reason) for growth, reason in reasons.items() if reason}


def source_file(url: str, settings: LoaderSettings, s3: Any) -> SourceFile:
    """The object as it is now. Raises SettingsError when there is none that the job may read."""
    try:
        return object_now(*parse_s3_url(url), s3)
    except SourceUnreadable as error:
        raise SettingsError(
            f"--plan {url!r} {error}; this job reads its landing bucket under {settings.prefix!r} and"
            f" {settings.error_prefix!r}: upload the file there, or plan with the loader whose prefix it is under"
        ) from error


def for_people(report: dict[str, Any]) -> str:
    """The report as lines to read, and last as one line of JSON to parse."""
    return "\n".join([*_lines(report), json.dumps(report, ensure_ascii=False)])


def _changes(staged: StagedFile, settings: LoaderSettings, table: TableSchema | None) -> dict[str, Any]:
    if staged.fault:
        raise staged.fault
    plan = plan_load([staged], table, settings)
    check_plan(plan, settings.column_types)
    return {
        "columns_added": {column.name: column.type.sql for column in plan.new_columns},
        "columns_widened": {widening.column: f"VARCHAR({widening.length})" for widening in plan.widenings}
        | {growth.column: growth.type.sql for growth in plan.growths},
        "columns_waiting": list(plan.waiting),
        "columns_kept": list(plan.kept),
        "rescue_columns": list(map(asdict, staged.rescue_columns)),
    }


def _reason(reason: RejectionReason) -> dict[str, Any]:
    """As the file of rejected records has it of the first record."""
    error = reason.error
    return {
        "rule": error.rule,
        "code": error.code,
        "column": error.column,
        "rows": reason.rows,
        "line": reason.line,
        "reason": error.reason,
    }


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['object']} -> {report['table']}: nothing is written"
    yield (
        f"  rows: {report['rows_read']} read, {report['rows_to_load']} to load, {report['rows_rejected']} rejected,"
        f" {report['rows_warned']} with warnings only, {report['rows_rescued']} with values for a rescue column"
    )
    if encoding := report["guessed_encoding"]:
        yield f"  the file is not UTF-8 and is taken for {encoding}: if it is another, say so with CsvFormat.encoding"
    if missing := report["headers_missing"]:
        yield f"  columnMapping has headers that the file lacks: {some_of([repr(header) for header in missing])}"
    yield from (f"  {note}" for note in report["notes"])
    for column in report["column_types"]:
        described = ColumnReport(**{"type": None, **column})
        yield f"  : {', '.join([f'{described.name} {described.type or NO_VALUE}', *described.notes()])}"
    yield from _reason_lines("rejected", report["rejected_reasons"])
    yield from _reason_lines("warning", report["warned_reasons"])
    if fault := report.get("fault"):
        yield f"  the file would fail ({fault['code']}): {fault['reason']}"
        return
    if report["creates_table"]:
        yield "  the table would be created"
    for name, column_type in report["columns_added"].items():
        yield f"  + {name} {column_type}"
    for name, column_type in report["columns_widened"].items():
        yield f"  ~ {name} {column_type}"
    for name, staying in report["columns_not_growing"].items():
        yield f"  ! {name} stays {staying['type']}: {staying['reason']}"
    for rescue in report["rescue_columns"]:
        yield f"  ! {rescue['name']}: {rescue['values']} values that do not fit {rescue['column']}"
    for name in report["columns_waiting"]:
        yield f"  ? {name}: no value yet, waits for its first one"
    for name in report["columns_discarded"]:
        yield f"  - {name}: left out by the schema contract"
    for name in report["columns_kept"]:
        yield f"  = {name}: not in the file, stored values stay"


def _reason_lines(what: str, reasons: list[dict[str, Any]]) -> Iterator[str]:
    for reason in reasons[:_MOST_REASONS]:
        column = f", column {reason['column']!r}" if reason["column"] else ""
        yield (
            f"  {what}: {reason['rows']} rows by {reason['rule']} ({reason['code']}), the first on line"
            f" {reason['line']}{column}: {reason['reason']}"
        )
    if len(reasons) > _MOST_REASONS:
        yield f"  {what}: and for {len(reasons) - _MOST_REASONS} more reasons"
