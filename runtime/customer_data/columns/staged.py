"""A column of staged Parquet; plain data, so that a Spark task can return it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from customer_data.columns.inference import DecidingValue
from customer_data.columns.types import BIGINT, DOUBLE, TIMESTAMP, ColumnType, varchar
from customer_data.columns.values import arrow_type


@dataclass(frozen=True)
class StagedColumn:
    """One column of the staged Parquet, its values as what they are (NULL where the file says NULL).

    `type` is the table's where the table has the column, else the type inferred over all values; None for a new column
    without a single value. `max_bytes` is the longest value, where they are text. `rescue_for` names the column whose
    unfit values this one holds (`<column>__as_varchar`), `rescued` says how many. `grown_from` is the type that the
    table has the column in, where that has to become `type` first. `why` is the value that a new or growing column has
    its type by, and `converted` how many values are written otherwise in the file. Text or rescued values may all look
    like numbers with decimal commas.
    """

    name: str
    header: str
    type: ColumnType | None
    max_bytes: int
    is_new: bool
    rescue_for: str | None = None
    rescued: int = 0
    grown_from: ColumnType | None = None
    why: DecidingValue | None = None
    converted: int = 0
    has_decimal_commas: bool = False

    @property
    def staged_type(self) -> ColumnType:
        """The type that COPY reads: one for all whole numbers and one for all floating ones. It knows no time zones, so
        a TIMESTAMPTZ is a TIMESTAMP in UTC."""
        return staged_type(self.type, self.max_bytes)


def staged_type(type: ColumnType | None, max_bytes: int) -> ColumnType:
    values = arrow_type(type)
    if type is None or pa.types.is_string(values):
        return varchar(max(max_bytes, 1))
    if pa.types.is_timestamp(values):
        return TIMESTAMP
    return {pa.int64(): BIGINT, pa.float64(): DOUBLE}.get(values, replace(type, format=None))
