"""What staging makes of a file; plain data, so that a Spark task can return it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import TIMESTAMPTZ
from customer_data.csv.notes import CsvNotes
from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile
from customer_data.quality.report.columns import ColumnReport
from customer_data.quality.report.summary import CheckSummary
from customer_data.records.key_order import KeySpan
from customer_data.records.parquet_parts import StagedPart
from customer_data.records.rejected import RejectionReason


@dataclass(frozen=True)
class RescueColumn:
    """The column `name` gets, as text, `values` values of one file that do not fit `column`."""

    name: str
    column: str
    values: int


@dataclass(frozen=True)
class StagedFile:
    """What became of one file; plain data, so that a Spark task can return it.

    Either `fault`, `superseded` or `unreadable` (S3's error) is why nothing is staged, or `parts` holds the rows
    (none for a header-only file). `position` in the Parquet is the file's index in the manifest times 2**40 plus the
    record's number, so that "the last one wins" holds across the files of one transaction. Of the rows staged,
    `rows_rescued` have a value in a rescue column; `keys` is their span where they are sorted by key.
    """

    file: SourceFile
    columns: tuple[StagedColumn, ...] = ()
    parts: tuple[StagedPart, ...] = ()
    header_map: dict[str, str] = field(default_factory=dict)
    discarded_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_staged: int = 0
    rows_rejected: int = 0
    rows_rescued: int = 0
    keys: KeySpan | None = None
    column_reports: tuple[ColumnReport, ...] = ()
    rejected_reasons: tuple[RejectionReason, ...] = ()
    warned_reasons: tuple[RejectionReason, ...] = ()
    rejected_key: str | None = None
    guessed_encoding: str | None = None
    notes: CsvNotes = field(default_factory=CsvNotes)
    seconds: float = 0.0
    fault: FileFault | None = None
    superseded: bool = False
    unreadable: str | None = None
    check: CheckSummary | None = None

    @property
    def rescue_columns(self) -> tuple[RescueColumn, ...]:
        """Those that get a value of the file."""
        return tuple(
            RescueColumn(column.name, column.rescue_for, column.rescued)
            for column in self.columns
            if column.rescue_for and column.rescued
        )


def groups(files: Iterable[StagedFile]) -> list[tuple[StagedFile, ...]]:
    """Consecutive files with the same columns of the same types in the same order: each group is one transaction. A
    file with a fault is a group of its own.

    Files are never reordered: a later file wins over an earlier one.
    """
    return [tuple(group) for _, group in groupby(files, key=_columns_or_fault)]


def parts_of(files: Iterable[StagedFile]) -> list[StagedPart]:
    return [part for file in files for part in file.parts]


def _columns_or_fault(file: StagedFile) -> tuple[object, ...]:
    return (file.file.load_id,) if file.fault else tuple(map(_shape, file.columns))


def _shape(column: StagedColumn) -> tuple[object, ...]:
    staged_as = TIMESTAMPTZ if column.type == TIMESTAMPTZ else column.staged_type
    text_or_type = "text" if staged_as.name == "varchar" else staged_as.sql
    return column.name, column.is_new, column.rescue_for, column.grown_from, text_or_type
