"""A column of staged Parquet; plain data, so that a Spark task can return it."""

from __future__ import annotations

from dataclasses import dataclass

from customer_data.columns.types import ColumnType


@dataclass(frozen=True)
class StagedColumn:
    """One column of the staged Parquet, always text (UTF-8, as written in the file; NULL where the file says NULL).

    `type` is what the text can be cast to without loss: the table's type where the table has the column, else the
    type inferred over all values; None for a new column without a single value. `max_bytes` is the longest value.
    `rescue_for` names the column whose unfit values this one holds (`<column>__as_varchar`), `rescued` says how many.
    """

    name: str
    header: str
    type: ColumnType | None
    max_bytes: int
    is_new: bool
    rescue_for: str | None = None
    rescued: int = 0
