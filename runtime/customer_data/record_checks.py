"""Checks the records of a batch: which are rejected and why, which values go to a rescue column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.checked_columns import ExistingColumn, NewColumn, WhenUnfit
from customer_data.column_types import MAX_VARCHAR_BYTES
from customer_data.csv_batch import BrokenRecord, CsvBatch
from customer_data.csv_reader import IrregularCsv
from customer_data.errors import FileFault
from customer_data.file_columns import FileColumns
from customer_data.value_checks import longest

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class RowError:
    """One reason why a record is not loaded; `rule` is the requirement, `code` is stable and for programs."""

    rule: str
    code: str
    reason: str
    column: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Rejection:
    """A record that is not loaded: header to text, or its text as written where it is not one record."""

    line: int
    record: dict[str, str | None] | str
    errors: tuple[RowError, ...]


@dataclass(frozen=True)
class CheckedBatch:
    """The values of the staged columns, in their order, of the records that `kept` marks (None: of all)."""

    values: list[pa.StringArray]
    kept: pa.BooleanArray | None
    rejections: list[Rejection]


@dataclass(frozen=True)
class _Finding:
    """What is wrong in the marked rows."""

    rows: pa.BooleanArray
    column: NewColumn | ExistingColumn
    rule: str
    code: str
    why: Callable[[str | None], str]

    def error(self, value: str | None) -> RowError:
        return RowError(self.rule, self.code, self.why(value), self.column.header, shorten(value))


def check_records(batch: CsvBatch, columns: FileColumns, headers: Sequence[str]) -> CheckedBatch:
    """Raises FileFault for a value that may not be rescued (freeze), and IrregularCsv when a record is to be rejected
    or reported whose line the fast path does not know."""
    unfit = {column.name: found for column in columns.existing if (found := _misfits(column, batch)) is not None}
    _refuse_unfit(batch, columns, unfit)
    findings = [*_unusable_keys(batch, columns), *_too_long(batch, columns), *_unfit(batch, columns, unfit)]
    rejections = [_broken(record) for record in batch.broken]
    kept = None
    if findings:
        bad = findings[0].rows
        for finding in findings[1:]:
            bad = pc.or_(bad, finding.rows)
        rejections += _rejections(batch, headers, bad, findings)
        rejections.sort(key=lambda rejection: rejection.line)
        kept = pc.invert(bad)
    return CheckedBatch(_split_and_count(batch, columns, unfit, kept), kept, rejections)


def _always(reason: str) -> Callable[[str | None], str]:
    return lambda value: reason


def shorten(value: str | None) -> str | None:
    if value is None or len(value) <= _SHOWN_CHARACTERS:
        return value
    return value[:_SHOWN_CHARACTERS] + "…"


def _misfits(column: ExistingColumn, batch: CsvBatch) -> pa.BooleanArray | None:
    return column.misfits(batch.columns[column.index])


def _refuse_unfit(batch: CsvBatch, columns: FileColumns, unfit: dict[str, pa.BooleanArray]) -> None:
    refused = {
        pc.index(unfit[column.name], True).as_py(): column
        for column in reversed(columns.existing)
        if column.when_unfit is WhenUnfit.FAIL_FILE and column.name in unfit
    }
    if not refused:
        return
    row = min(refused)
    column, line = refused[row], _line(batch, row)
    value = batch.columns[column.index][row].as_py()
    raise FileFault(
        "unfit_value",
        f"line {line}, column {column.header!r}: {_does_not_fit(column, value)}, and the schema contract 'freeze'"
        " changes nothing; correct the value, or use SchemaContract.EVOLVE, which keeps it in a column of its own",
        line=line,
        column=column.header,
        value=shorten(value),
    )


def _does_not_fit(column: ExistingColumn, value: str | None) -> str:
    return f"{shorten(value)!r} is not a value of {column.column.name} {column.column.type.sql}"


def _line(batch: CsvBatch, row: int) -> int:
    if batch.lines is None:
        raise IrregularCsv("the line of a record is wanted")
    return int(batch.lines[row])


def _unusable_keys(batch: CsvBatch, columns: FileColumns) -> list[_Finding]:
    findings = []
    for column in columns.columns:
        if column.index not in columns.keys:
            continue
        values = batch.columns[column.index]
        empty = pc.or_(pc.is_null(values), pc.fill_null(pc.equal(values, ""), False))
        if pc.any(empty).as_py():
            why = f"the key {column.name} is empty; a record needs it to be found again"
            findings.append(_Finding(empty, column, "primary_key", "null_key", _always(why)))
        ends_in_blank = pc.fill_null(pc.ends_with(values, " "), False)
        if _may_be_text(column) and pc.any(ends_in_blank).as_py():
            findings.append(
                _Finding(ends_in_blank, column, "primary_key", "key_trailing_blank", partial(_ends_in_blank, column))
            )
    return findings


def _may_be_text(column: NewColumn | ExistingColumn) -> bool:
    return isinstance(column, NewColumn) or column.column.type.name == "varchar"


def _ends_in_blank(column: NewColumn | ExistingColumn, value: str | None) -> str:
    return (
        f"the key {column.name} {shorten(value)!r} ends in a blank, which Redshift ignores when it compares text: it"
        " would be one key with the same text without the blank; take the blank out of the file"
    )


def _too_long(batch: CsvBatch, columns: FileColumns) -> list[_Finding]:
    findings = []
    for column in columns.columns:
        values = batch.columns[column.index]
        if longest(values) > MAX_VARCHAR_BYTES:
            rows = pc.fill_null(pc.greater(pc.binary_length(values), MAX_VARCHAR_BYTES), False)
            why = f"{column.header!r} has more than {MAX_VARCHAR_BYTES:,} bytes, the most a Redshift column holds"
            findings.append(_Finding(rows, column, "max_bytes", "value_too_long", _always(why)))
    return findings


def _unfit(batch: CsvBatch, columns: FileColumns, unfit: dict[str, pa.BooleanArray]) -> list[_Finding]:
    findings = []
    for column in columns.existing:
        rows = unfit.get(column.name)
        if rows is not None and column.when_unfit is WhenUnfit.RESCUE:
            rows = column.unrescuable(pc.if_else(rows, batch.columns[column.index], None))
        if rows is not None:
            findings.append(_Finding(rows, column, "column_type", "unfit_value", partial(_does_not_fit, column)))
    return findings


def _broken(record: BrokenRecord) -> Rejection:
    return Rejection(record.line, record.raw, (RowError("csv", record.code, record.reason),))


def _rejections(
    batch: CsvBatch, headers: Sequence[str], bad: pa.BooleanArray, findings: Sequence[_Finding]
) -> list[Rejection]:
    rejections = []
    for row in pc.indices_nonzero(bad).to_pylist():
        fields = [column[row].as_py() for column in batch.columns]
        errors = tuple(finding.error(fields[finding.column.index]) for finding in findings if finding.rows[row].as_py())
        record = dict(zip(headers, fields, strict=True))
        rejections.append(Rejection(_line(batch, row), record, errors))
    return rejections


def _split_and_count(
    batch: CsvBatch, columns: FileColumns, unfit: dict[str, pa.BooleanArray], kept: pa.BooleanArray | None
) -> list[pa.StringArray]:
    staged: list[pa.StringArray] = []
    for column in columns.columns:
        values = batch.columns[column.index]
        rows = unfit.get(column.name)
        rescued = None
        if isinstance(column, ExistingColumn) and column.has_rescue:
            if rows is None:
                rescued = pa.nulls(batch.rows, pa.string())
            else:
                rescued, values = pc.if_else(rows, values, None), pc.if_else(rows, None, values)
        if kept is not None:
            values = values.filter(kept)
            rescued = None if rescued is None else rescued.filter(kept)
        column.add(values)
        staged.append(values)
        if isinstance(column, ExistingColumn) and rescued is not None:
            column.add_rescued(rescued)
            staged.append(rescued)
    return staged
