"""Files of several schemas, or whose changes only their place tells apart, as Parquet of one schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from customer_data.columns.types import MAX_PRECISION, MAX_SCALE
from customer_data.errors import FileFault
from customer_data.records.parquet_parts import POSITION, ParquetParts, StagedPart
from customer_data.records.reading import read_ahead
from customer_data.replication.reading import FileColumn, Inspected, batches

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_POSITIONS_PER_FILE = 2**40


def common_columns(files: Sequence[Inspected]) -> tuple[FileColumn, ...]:
    """All columns of the files, each of a type of Redshift's that holds its values in any of them."""
    types: dict[str, pa.DataType] = {}
    for file in files:
        for column in file.columns:
            known = types.get(column.header)
            types[column.header] = column.type if known is None else _holding(known, column.type)
    return tuple(FileColumn(header, _of_redshift(type)) for header, type in types.items())


def rewrite(
    files: Sequence[Inspected], columns: Sequence[FileColumn], s3: S3Client, bucket: str, prefix: str
) -> tuple[StagedPart, ...]:
    """Row by row in the order of the files, each with its position, a few batches at a time in memory."""
    with ParquetParts(s3, bucket, prefix) as parts:
        for number, file in enumerate(files):
            position = number * _POSITIONS_PER_FILE
            with read_ahead(batches(file, s3)) as coming:
                for batch in coming:
                    try:
                        parts.add(_positioned(batch, position, columns))
                    except pa.ArrowInvalid as error:
                        raise FileFault(
                            "value_would_change",
                            f"{file.file.url}: a number has more than {MAX_SCALE} decimals, which Redshift keeps; round"
                            " it in the source, or leave the column out of the replication",
                        ) from error
                    position += batch.num_rows
        return parts.finish()


def _positioned(batch: pa.RecordBatch, first: int, columns: Sequence[FileColumn]) -> pa.RecordBatch:
    positions = pa.array(np.arange(first, first + batch.num_rows))
    there = dict(zip(batch.schema.names, batch.columns, strict=True))
    values = [
        there[column.header].cast(column.type) if column.header in there else pa.nulls(batch.num_rows, column.type)
        for column in columns
    ]
    return pa.RecordBatch.from_arrays([positions, *values], [POSITION, *(column.header for column in columns)])


def _of_redshift(type: pa.DataType) -> pa.DataType:
    """A decimal of 38 places, of which Redshift has 37, is below 1."""
    is_longer = pa.types.is_decimal128(type) and type.scale > MAX_SCALE
    return pa.decimal128(MAX_PRECISION, MAX_SCALE) if is_longer else type


def _holding(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Texts hold anything; a time, a number or a word is one in them too."""
    if one == other:
        return one
    types = pa.types
    if types.is_integer(one) and types.is_integer(other):
        return one if one.bit_width >= other.bit_width else other
    exact = [_digits(type) for type in (one, other)]
    if None not in exact:
        before, after = (max(digits[place] for digits in exact if digits) for place in (0, 1))
        if before + after <= 38:
            return pa.decimal128(before + after, after)
    if types.is_timestamp(one) and types.is_timestamp(other):
        return pa.timestamp("us")
    if types.is_floating(one) and types.is_floating(other):
        return pa.float64()
    binary = (types.is_binary, types.is_large_binary, types.is_fixed_size_binary)
    if all(any(is_one(type) for is_one in binary) for type in (one, other)):
        return pa.binary()
    return pa.string()


def _digits(type: pa.DataType) -> tuple[int, int] | None:
    if pa.types.is_decimal128(type):
        return type.precision - type.scale, type.scale
    if pa.types.is_integer(type):
        return {8: 3, 16: 5, 32: 10, 64: 19}[type.bit_width], 0
    return None
