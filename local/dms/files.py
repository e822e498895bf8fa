"""Rows into the bytes of a file, Parquet or CSV, with the columns in the order that DMS gives them.

`Op`, the timestamp, the table's columns, those that the mappings add, and last the before-images.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from local.dms.settings import S3Settings
from local.dms.tables import Column, Row, Table

OPERATION_COLUMN = "Op"

_Field = tuple[str, pa.DataType, Callable[[Row], Any]]


def write(table: Table, rows: Sequence[Row], settings: S3Settings, *, is_full_load: bool) -> bytes:
    fields = _fields(table, settings, settings.op_in_full_load if is_full_load else settings.op_in_changes)
    return _parquet(fields, rows, settings) if settings.parquet else _csv(fields, rows, settings)


def _fields(table: Table, settings: S3Settings, with_operation: bool) -> list[_Field]:
    fields: list[_Field] = []
    if with_operation:
        fields.append((OPERATION_COLUMN, pa.string(), lambda row: row.operation))
    if settings.timestamp_column:
        fields.append((settings.timestamp_column, pa.string(), lambda row: row.time))
    fields += [(column.name, column.type.arrow, _value(column)) for column in table.columns]
    fields += [(name, pa.string(), lambda row: row.sequence) for name in table.sequence_columns]
    fields += [(name, column.type.arrow, _before(column)) for name, column in table.before_images]
    return fields


def _value(column: Column) -> Callable[[Row], Any]:
    def take(row: Row) -> Any:
        text = row.values.get(column.name)
        return None if text is None else column.type.value(text)

    return take


def _before(column: Column) -> Callable[[Row], Any]:
    def take(row: Row) -> Any:
        text = (row.before or {}).get(column.name)
        return None if text is None else column.type.value(text)

    return take


def _parquet(fields: Sequence[_Field], rows: Sequence[Row], settings: S3Settings) -> bytes:
    arrays = []
    for _, kind, take in fields:
        array = pa.array([take(row) for row in rows], kind)
        if settings.timestamps_in_milliseconds and pa.types.is_timestamp(kind):
            array = array.cast(pa.timestamp("ms"), safe=False)
        arrays.append(array)
    file = io.BytesIO()
    pq.write_table(
        pa.table(arrays, [name for name, _, _ in fields]),
        file,
        version="1.0",
        compression="gzip" if settings.gzip else "none",
        write_statistics=settings.statistics,
        store_schema=False,
    )
    return file.getvalue()


def _csv(fields: Sequence[_Field], rows: Sequence[Row], settings: S3Settings) -> bytes:
    lines = [[name for name, _, _ in fields]] if settings.header else []
    written = [settings.delimiter.join(_quoted(name, settings) for name in line) for line in lines]
    for row in rows:
        values = (take(row) for _, _, take in fields)
        written.append(
            settings.delimiter.join(
                settings.null if value is None else _quoted(_text(value), settings) for value in values
            )
        )
    data = "".join(line + settings.row_delimiter for line in written).encode()
    return gzip.compress(data, mtime=0) if settings.gzip else data


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return repr(value) if isinstance(value, float) else str(value)


def _quoted(text: str, settings: S3Settings) -> str:
    """A text that is the same as the NULL is quoted, so that it can be told from one."""
    special = (settings.delimiter, settings.row_delimiter, '"', "\n", "\r")
    if settings.quotes and (text == settings.null or any(part in text for part in special)):
        return '"' + text.replace('"', '""') + '"'
    return text
