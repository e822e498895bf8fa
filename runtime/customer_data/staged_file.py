"""What staging makes of a file; plain data, so that a Spark task can return it."""

from __future__ import annotations

from dataclasses import dataclass, field

from customer_data.column_types import ColumnType
from customer_data.errors import FileFault
from customer_data.manifest import SourceFile
from customer_data.quality.check_summary import CheckSummary


@dataclass(frozen=True)
class StagedColumn:
    """One column of the staged Parquet, always text (UTF-8, as written in the file; NULL where the file says NULL).

    `type` is what the text can be cast to without loss: the table's type where the table has the column, else the
    type inferred over all values; None for a new column without a single value. `max_bytes` is the longest value.
    `rescue_for` names the column whose unfit values this one holds (`<column>__as_varchar`).
    """

    name: str
    header: str
    type: ColumnType | None
    max_bytes: int
    is_new: bool
    rescue_for: str | None = None


@dataclass(frozen=True)
class StagedPart:
    """One Parquet object: `__position` BIGINT first, then the staged columns in order."""

    bucket: str
    key: str
    size: int
    rows: int


@dataclass(frozen=True)
class StagedFile:
    """What became of one file; plain data, so that a Spark task can return it.

    Either `fault`, `superseded` or `unreadable` (what S3 says) tells why nothing is staged, or `parts` holds the rows
    (none for a header-only file). `position` in the Parquet is the file's index in the manifest times 2**40 plus the
    record's number, so that "the last one wins" holds across the files of one transaction.
    """

    file: SourceFile
    columns: tuple[StagedColumn, ...] = ()
    parts: tuple[StagedPart, ...] = ()
    header_map: dict[str, str] = field(default_factory=dict)
    discarded_columns: tuple[str, ...] = ()
    rows_read: int = 0
    rows_staged: int = 0
    rows_rejected: int = 0
    rejected_key: str | None = None
    guessed_encoding: str | None = None
    seconds: float = 0.0
    fault: FileFault | None = None
    superseded: bool = False
    unreadable: str | None = None
    check: CheckSummary | None = None
