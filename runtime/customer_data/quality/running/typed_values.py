"""Text of a CSV as typed values, for the view of SQL rules and the records of Python rules."""

from __future__ import annotations

import pyarrow as pa

from customer_data.columns.types import ColumnType
from customer_data.columns.values import read_values

INTEGERS = ("smallint", "integer", "bigint")


def spark_type(type: ColumnType | None) -> str:
    """The Spark SQL type of the values: TIMESTAMP_NTZ where no zone is named, so that no zone is made up."""
    if type is None or type.name in ("varchar", "char"):
        return "STRING"
    if type.name in INTEGERS:
        return "BIGINT"
    if type.name == "numeric":
        return f"DECIMAL({type.precision},{type.scale})"
    return {"boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP_NTZ", "timestamptz": "TIMESTAMP"}.get(
        type.name, "DOUBLE"
    )


def typed_values(type: ColumnType | None, texts: pa.StringArray) -> pa.Array:
    """The values as Arrow has them; NULL for a text that is not of the type."""
    if type is None or type.name in ("varchar", "char"):
        return texts
    return read_values(type, texts)[0]
