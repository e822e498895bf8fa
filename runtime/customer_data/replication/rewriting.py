"""Files whose changes only their place tells apart, or that COPY does not read as they are, as Parquet."""

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


def columns_of(file: Inspected) -> tuple[FileColumn, ...]:
    """The columns of the file, each of a type of Redshift's that holds its values."""
    return tuple(FileColumn(column.header, _of_redshift(column.type)) for column in file.columns)


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
    values = [value.cast(column.type) for value, column in zip(batch.columns, columns, strict=True)]
    return pa.RecordBatch.from_arrays([positions, *values], [POSITION, *(column.header for column in columns)])


def _of_redshift(type: pa.DataType) -> pa.DataType:
    """A decimal of 38 places, of which Redshift has 37, is below 1."""
    is_longer = pa.types.is_decimal128(type) and type.scale > MAX_SCALE
    return pa.decimal128(MAX_PRECISION, MAX_SCALE) if is_longer else type
