"""What both paths of the CSV reader give."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class BrokenRecord:
    """A record that is not one row of the table; `raw` is its text as written, cut where it is very long."""

    line: int
    code: str
    reason: str
    raw: str


_MOST_LINES = 10


@dataclass
class InnerQuotes:
    """Records that were read with a quote in an unquoted field: how many, and the lines of the first ten."""

    rows: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.rows += 1
        if len(self.lines) < _MOST_LINES:
            self.lines.append(line)


@dataclass(frozen=True)
class CsvBatch:
    """Some records: a text column for each header, NULL where the format says NULL.

    `lines` (int64) has the line that each record begins on. On the fast path they are `assumed`: right if each record
    of the file takes one line, which is known at its end (`CsvFile.require_lines`). `broken` are the records that are
    not among the rows.
    """

    columns: tuple[pa.StringArray, ...]
    rows: int
    lines: npt.NDArray[np.int64]
    assumed: bool = False
    broken: tuple[BrokenRecord, ...] = ()
