"""`--plan`: what loading a file would do to the table, found out without writing anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from customer_data.columns.types import TableSchema
from customer_data.errors import FileFault, SettingsError, SourceUnreadable
from customer_data.files.manifest import SourceFile
from customer_data.files.s3_url import parse_s3_url
from customer_data.files.source_object import object_now
from customer_data.loading.load import StageFiles, StageTask, plan_load
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staged_file import StagedFile
from customer_data.warehouse.catalog import read_table
from customer_data.warehouse.data_api import DataApi
from customer_data.warehouse.plan import check_plan


def preview(url: str, settings: LoaderSettings, *, warehouse: DataApi, s3: Any, stage: StageFiles) -> dict[str, Any]:
    """The schema changes and row counts that `url` (`s3://bucket/key`) would cause; `stage` must write nothing."""
    table = read_table(warehouse, settings.table, may_evolve=settings.schema_contract.may_evolve)
    (staged,) = stage([StageTask(source_file(url, s3), 0, table)])
    if staged.unreadable:
        raise SettingsError(f"--plan {url!r}: {staged.unreadable}")
    report: dict[str, Any] = {
        "object": url,
        "table": str(settings.table),
        "creates_table": table is None,
        "rows_read": staged.rows_read,
        "rows_to_load": staged.rows_staged,
        "rows_rejected": staged.rows_rejected,
        "columns": {column.header: column.name for column in staged.columns if column.rescue_for is None},
        "columns_discarded": list(staged.discarded_columns),
        "guessed_encoding": staged.guessed_encoding,
        "rules": dict(staged.check.rows_broken) if staged.check else {},
    }
    try:
        report.update(_changes(staged, settings, table))
    except FileFault as fault:
        report["fault"] = {"code": fault.code, "reason": fault.reason, "line": fault.line, "column": fault.column}
    return report


def source_file(url: str, s3: Any) -> SourceFile:
    """The object as it is now. Raises SettingsError when there is none."""
    try:
        return object_now(*parse_s3_url(url), s3)
    except SourceUnreadable as error:
        raise SettingsError(f"--plan {url!r} {error}") from error


def for_people(report: dict[str, Any]) -> str:
    """The report as lines to read, and last as one line of JSON to parse."""
    return "\n".join([*_lines(report), json.dumps(report, ensure_ascii=False)])


def _changes(staged: StagedFile, settings: LoaderSettings, table: TableSchema | None) -> dict[str, Any]:
    if staged.fault:
        raise staged.fault
    plan = plan_load([staged], table, settings)
    check_plan(plan)
    return {
        "columns_added": {column.name: column.type.sql for column in plan.new_columns},
        "columns_widened": {widening.column: f"VARCHAR({widening.length})" for widening in plan.widenings},
        "columns_waiting": list(plan.waiting),
        "columns_kept": list(plan.kept),
        "rescue_columns": {column.name: column.rescue_for for column in staged.columns if column.rescue_for},
    }


def _lines(report: dict[str, Any]) -> Iterator[str]:
    yield f"{report['object']} -> {report['table']}: nothing is written"
    yield (f"  rows: {report['rows_read']} read, {report['rows_to_load']} to load, {report['rows_rejected']} rejected")
    if encoding := report["guessed_encoding"]:
        yield f"  the file is not UTF-8 and is taken for {encoding}: if it is another, say so with CsvFormat.encoding"
    for rule, rows in report["rules"].items():
        if rows:
            yield f"  rule {rule}: {rows} rows"
    if fault := report.get("fault"):
        yield f"  the file would fail ({fault['code']}): {fault['reason']}"
        return
    if report["creates_table"]:
        yield "  the table would be created"
    for name, column_type in report["columns_added"].items():
        yield f"  + {name} {column_type}"
    for name, column_type in report["columns_widened"].items():
        yield f"  ~ {name} {column_type}"
    for name, original in report["rescue_columns"].items():
        yield f"  ! {name}: values that do not fit {original}"
    for name in report["columns_waiting"]:
        yield f"  ? {name}: no value yet, waits for its first one"
    for name in report["columns_discarded"]:
        yield f"  - {name}: left out by the schema contract"
    for name in report["columns_kept"]:
        yield f"  = {name}: not in the file, stored values stay"
