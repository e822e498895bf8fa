"""Checks the records of a batch: which are rejected and why, which values go to a rescue column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.blanks import blank_at_edge, blank_named
from customer_data.columns.allowed import allowed_values
from customer_data.columns.checked import ExistingColumn, NewColumn, WhenUnfit
from customer_data.columns.file_columns import FileColumns
from customer_data.columns.types import MAX_VARCHAR_BYTES, is_text
from customer_data.columns.values import Read, longest
from customer_data.csv.batch import BrokenRecord, CsvBatch
from customer_data.csv.reader import IrregularCsv
from customer_data.errors import FileFault, ValuesLost
from customer_data.nulls import only
from customer_data.records.json_objects import json_objects
from customer_data.records.rejections import Errors, Rejections, RowError

_SHOWN_CHARACTERS = 100


@dataclass(frozen=True)
class CheckedBatch:
    """The values of the staged columns, in their order, of the records that `kept` marks (None: of all); `marked` are
    the records in which something is wrong. Of those kept, `rows_rescued` have a value in a rescue column."""

    values: list[pa.Array]
    kept: pa.BooleanArray | None
    marked: Rejections
    rows_rescued: int


@dataclass(frozen=True)
class Finding:
    """What is wrong in the marked rows of a batch, at least one. `errors` says it of each of them, in their order."""

    rows: pa.BooleanArray
    errors: Callable[[], Errors]
    warning: bool = False


def check_records(
    batch: CsvBatch, columns: FileColumns, headers: Sequence[str], findings: Sequence[Finding] = ()
) -> CheckedBatch:
    """`findings` are those of rules. Raises FileFault for a value that may not be rescued (freeze), and IrregularCsv
    where its line is only assumed."""
    reads = {column.name: column.read(batch.columns[column.index]) for column in columns.existing}
    unfit = {name: read.unfit for name, read in reads.items() if read.unfit is not None}
    _refuse_unfit(batch, columns, unfit)
    found = [*_unusable_keys(batch, columns), *_too_long(batch, columns), *_unfit(batch, columns, unfit), *findings]
    kept = kept_rows(found)
    marked = marked_records(batch, headers, found)
    values, rows_rescued = _split_and_count(batch, columns, reads, kept)
    return CheckedBatch(values, kept, marked, rows_rescued)


def kept_rows(findings: Sequence[Finding]) -> pa.BooleanArray | None:
    """The rows in which nothing is wrong but what warnings say; None for all of them."""
    errors = [finding.rows for finding in findings if not finding.warning]
    return pc.invert(reduce(pc.or_, errors)) if errors else None


def marked_records(batch: CsvBatch, headers: Sequence[str], findings: Sequence[Finding]) -> Rejections:
    """The broken records and those in which something is wrong, with all that is, in the order of their lines."""
    found = _found(batch, headers, findings) if findings else Rejections.of([])
    if not batch.broken:
        return found
    return found.and_then(Rejections.of(map(_broken, batch.broken)))


def _found(batch: CsvBatch, headers: Sequence[str], findings: Sequence[Finding]) -> Rejections:
    rows = pc.indices_nonzero(reduce(pc.or_, (finding.rows for finding in findings)))
    return Rejections(
        pa.array(batch.lines).take(rows),
        json_objects(headers, [column.take(rows) for column in batch.columns]),
        tuple(finding.errors().over(finding.rows).take(rows) for finding in findings),
    )


def _broken(record: BrokenRecord) -> tuple[int, str, list[RowError]]:
    return record.line, record.raw, [RowError("csv", record.code, record.reason)]


def _of_column(
    rows: pa.BooleanArray,
    batch: CsvBatch,
    column: NewColumn | ExistingColumn,
    rule: str,
    code: str,
    why: Callable[[str | None], str],
) -> Finding:
    def error(value: str | None) -> RowError:
        return RowError(rule, code, why(value), column.header, shorten(value))

    return Finding(rows, lambda: Errors.of_values(batch.columns[column.index].filter(rows), error))


def _always(reason: str) -> Callable[[str | None], str]:
    return lambda value: reason


def shorten(value: str | None) -> str | None:
    if value is None or len(value) <= _SHOWN_CHARACTERS:
        return value
    return value[:_SHOWN_CHARACTERS] + "…"


def _refuse_unfit(batch: CsvBatch, columns: FileColumns, unfit: dict[str, pa.BooleanArray]) -> None:
    refused = {
        pc.index(unfit[column.name], True).as_py(): column
        for column in reversed(columns.existing)
        if column.when_unfit is WhenUnfit.FAIL_FILE and column.name in unfit
    }
    if not refused:
        return
    if batch.assumed:
        raise IrregularCsv("the line of a record is wanted before the end of the file")
    row = min(refused)
    column, line = refused[row], int(batch.lines[row])
    value = batch.columns[column.index][row].as_py()
    raise FileFault(
        "unfit_value",
        f"line {line}, column {column.header!r}: {_does_not_fit(column, value)}. The schema contract 'freeze'"
        " changes nothing: correct the value, or use SchemaContract.EVOLVE, which keeps it in a column of its own",
        line=line,
        column=column.header,
        value=shorten(value),
    )


def _does_not_fit(column: ExistingColumn, value: str | None) -> str:
    reason = (
        f"{shorten(value)!r} is not a value of the column {column.name} {column.column.type.sql}"
        f"{' (as columnTypes says)' if column.is_new else ''}, which takes {allowed_values(column.read_as)}"
    )
    if column.when_unfit is WhenUnfit.RESCUE and (rescue := column.narrow_rescue):
        return f"{reason}; nor does its rescue column {rescue.name} {rescue.type.sql} take it: make that one longer"
    return reason


def _unusable_keys(batch: CsvBatch, columns: FileColumns) -> list[Finding]:
    findings = []
    for column in columns.columns:
        if column.index not in columns.keys:
            continue
        values = batch.columns[column.index]
        empty = pc.or_(pc.is_null(values), pc.fill_null(pc.equal(values, ""), False))
        if pc.any(empty).as_py():
            why = f"the key {column.name} is empty, and a record is found again by its key; give it a value"
            findings.append(_of_column(empty, batch, column, "primary_key", "null_key", _always(why)))
        blanks = blank_at_edge(values) if _may_be_text(column) else None
        if blanks is None:
            continue
        ends_in_blank = pc.fill_null(pc.ends_with(values, " "), False)
        has_other = pc.and_not(blanks, ends_in_blank)
        if pc.any(ends_in_blank).as_py():
            why_blank = partial(_ends_in_blank, column)
            findings.append(_of_column(ends_in_blank, batch, column, "primary_key", "key_trailing_blank", why_blank))
        if pc.any(has_other).as_py():
            findings.append(
                _of_column(has_other, batch, column, "primary_key", "key_blank", partial(_has_blank, column))
            )
    return findings


def _may_be_text(column: NewColumn | ExistingColumn) -> bool:
    return isinstance(column, NewColumn) or is_text(column.column.type)


def _ends_in_blank(column: NewColumn | ExistingColumn, value: str | None) -> str:
    return (
        f"the key {column.name} {shorten(value)!r} ends in a blank, which Redshift ignores when it compares text: it"
        " would be one key with the same text without the blank; take the blank out of the file,"
        " or set CsvFormat.trimKeys"
    )


def _has_blank(column: NewColumn | ExistingColumn, value: str | None) -> str:
    return (
        f"the key {column.name} {shorten(value)!r} {blank_named(value or ' ')}, which nobody sees: it would be another"
        " key than the same text without it; take it out of the file, or set CsvFormat.trimKeys"
    )


def _too_long(batch: CsvBatch, columns: FileColumns) -> list[Finding]:
    findings = []
    for column in columns.columns:
        values = batch.columns[column.index]
        if longest(values) > MAX_VARCHAR_BYTES:
            rows = pc.fill_null(pc.greater(pc.binary_length(values), MAX_VARCHAR_BYTES), False)
            why = partial(_is_too_long, column)
            findings.append(_of_column(rows, batch, column, "max_bytes", "value_too_long", why))
    return findings


def _is_too_long(column: NewColumn | ExistingColumn, value: str | None) -> str:
    return (
        f"{column.header!r} has {len((value or '').encode()):,} bytes and begins {shorten(value)!r}; a Redshift column"
        f" holds up to {MAX_VARCHAR_BYTES:,}: shorten it, or take the column out of the file"
    )


def _unfit(batch: CsvBatch, columns: FileColumns, unfit: dict[str, pa.BooleanArray]) -> list[Finding]:
    findings = []
    for column in columns.existing:
        rows = unfit.get(column.name)
        if rows is not None and column.when_unfit is WhenUnfit.RESCUE:
            rows = column.unrescuable(only(rows, batch.columns[column.index]))
        if rows is not None:
            why = partial(_does_not_fit, column)
            findings.append(_of_column(rows, batch, column, "column_type", "unfit_value", why))
    return findings


def _split_and_count(
    batch: CsvBatch, columns: FileColumns, reads: dict[str, Read], kept: pa.BooleanArray | None
) -> tuple[list[pa.Array], int]:
    staged: list[pa.Array] = []
    in_rescue: list[pa.BooleanArray] = []
    for column in columns.columns:
        texts = batch.columns[column.index]
        kept_texts = texts if kept is None else texts.filter(kept)
        if isinstance(column, NewColumn):
            lines = batch.lines if kept is None else batch.lines[kept.to_numpy(zero_copy_only=False)]
            values = column.add(kept_texts, lines)
            _require_every_value(column, kept_texts, values, 0)
            staged.append(values)
            continue
        column.survey(texts, batch.lines, kept)
        values, unfit, converted = reads[column.name]
        if kept is not None:
            values = values.filter(kept)
            converted = pc.and_(converted, kept) if converted is not None else None
        column.add(values, converted)
        staged.append(values)
        rows_rescued = 0
        if column.has_rescue:
            rescued = pa.nulls(batch.rows, pa.string()) if unfit is None else only(unfit, texts)
            rescued = rescued if kept is None else rescued.filter(kept)
            rows_rescued = column.add_rescued(rescued)
            if rows_rescued:
                in_rescue.append(pc.is_valid(rescued))
            staged.append(rescued)
        _require_every_value(column, kept_texts, values, rows_rescued)
    return staged, pc.sum(reduce(pc.or_, in_rescue)).as_py() if in_rescue else 0


def _require_every_value(
    column: NewColumn | ExistingColumn, texts: pa.StringArray, values: pa.Array, rescued: int
) -> None:
    """Raises ValuesLost. What a column that is still `undecided` has now is read again."""
    lost = values.null_count - texts.null_count - rescued
    if lost and not column.undecided:
        raise ValuesLost(
            f"{lost:,} values of the column {column.name!r} are neither in it nor in a rescue column, so nothing of"
            " the file goes on; please report it, with the type of the column and the shape of its values"
        )
