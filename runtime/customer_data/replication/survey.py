"""What the table needs for the values of files: the types of new columns, the room that stored ones lack.

Files say the types of their columns, not how long texts are nor how many digits are used. So a column is read only
where the table has no place for it yet, or once the warehouse has refused a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.growth import Beyond, may_grow
from customer_data.columns.inference import TypeInference
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import (
    MAX_VARBYTE_BYTES,
    MAX_VARCHAR_BYTES,
    ColumnType,
    TableColumn,
    is_number,
    is_text,
    varchar_with_headroom,
)
from customer_data.columns.values import misfits
from customer_data.errors import FileFault
from customer_data.replication.casts import staged_type
from customer_data.replication.reading import FileColumn, Inspected, batches

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _Survey:
    """Of one column over several files."""

    def __init__(self, name: str, header: str, stored: TableColumn | None) -> None:
        self._name, self._header, self._stored = name, header, stored
        self._max_bytes = 0
        self._declared: list[pa.DataType] = []
        self._inference = TypeInference()
        self._beyond = Beyond(stored.type) if stored and may_grow(stored.type) else None
        self._unfit = 0

    def declare(self, column: FileColumn, format: str) -> None:
        if format == "parquet":
            self._declared.append(column.type)

    def add(self, values: pa.Array, format: str) -> None:
        binary = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
        if binary or pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
            self._max_bytes = max(self._max_bytes, pc.max(pc.binary_length(values)).as_py() or 0)
        if self._stored is None:
            if format == "csv":
                self._inference.add(values)
        elif is_number(self._stored.type) and not pa.types.is_floating(values.type) and _has_text(values.type):
            self._look_beyond(values.cast(pa.string()).drop_null(), self._stored.type)

    def _look_beyond(self, texts: pa.StringArray, stored: ColumnType) -> None:
        marks = misfits(stored, texts)
        if marks is None:
            return
        unfit = texts.filter(marks)
        held = self._beyond.add(unfit) if self._beyond else pa.repeat(False, len(unfit))
        self._unfit += len(unfit) - (pc.sum(held).as_py() or 0)

    def staged(self) -> StagedColumn:
        stored = self._stored
        if stored is None:
            return StagedColumn(self._name, self._header, self._new_type(), self._max_bytes, is_new=True)
        grown = self._beyond.type if self._beyond and not self._unfit else None
        type, grown_from = (grown, stored.type) if grown else (stored.type, None)
        return StagedColumn(self._name, self._header, type, self._max_bytes, is_new=False, grown_from=grown_from)

    def _new_type(self) -> ColumnType | None:
        """The declared one that holds all; None for a column of a CSV without a value."""
        if not self._declared:
            return self._inference.type
        types = [staged_type(type, None) for type in self._declared]
        if any(type is None or is_text(type) for type in types) or len(set(types)) > 1:
            return varchar_with_headroom(max(self._max_bytes, 1))
        [type] = set(types)
        if type is not None and type.name == "varbyte":
            return ColumnType("varbyte", length=min(max(2 * self._max_bytes, 64), MAX_VARBYTE_BYTES))
        return type


def _has_text(type: pa.DataType) -> bool:
    return bool(pa.types.is_string(type) or pa.types.is_decimal(type) or pa.types.is_integer(type))


def survey(
    files: Sequence[Inspected], wanted: Mapping[str, TableColumn | None], target_of: Mapping[str, str], s3: S3Client
) -> list[StagedColumn]:
    """What the columns of the files need, by their headers: `wanted` has the table's column of each, None for a new
    one; `target_of` their names in the table. Raises FileFault for what no column of Redshift holds."""
    surveys = {header: _Survey(target_of[header], header, stored) for header, stored in wanted.items()}
    for file in files:
        headers = [column.header for column in file.columns if column.header in surveys]
        for column in file.columns:
            if column.header in surveys:
                surveys[column.header].declare(column, file.file.format)
        if not headers or file.rows == 0:
            continue
        for batch in batches(file, s3, headers):
            for header, values in zip(headers, batch.columns, strict=True):
                surveys[header].add(values, file.file.format)
    found = [each.staged() for each in surveys.values()]
    _refuse_too_long(found)
    return found


def _refuse_too_long(columns: Iterable[StagedColumn]) -> None:
    for column in columns:
        if column.type is not None and is_text(column.type) and column.max_bytes > MAX_VARCHAR_BYTES:
            raise FileFault(
                "too_long",
                f"a value of the column {column.header!r} has {column.max_bytes:,} bytes; a VARCHAR of Redshift holds"
                f" {MAX_VARCHAR_BYTES:,}: leave the column out of the replication, or limit it at the source"
                " (LimitedSizeLobMode)",
                column=column.header,
            )
