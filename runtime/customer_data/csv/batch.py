"""What both paths of the CSV reader give."""

from __future__ import annotations

from dataclasses import dataclass

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
