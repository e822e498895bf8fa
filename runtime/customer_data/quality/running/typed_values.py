"""Text of a CSV as typed values, for the view of SQL rules and the records of Python rules."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.columns.date_formats import to_iso
from customer_data.columns.types import TRUE_WORDS, ColumnType
from customer_data.columns.value_checks import misfits_of_existing

_INTEGERS = ("smallint", "integer", "bigint")
_FLOATS = ("real", "double precision")


def spark_type(type: ColumnType | None) -> str:
    """The Spark SQL type of the values: TIMESTAMP_NTZ where no zone is named, so that no zone is made up."""
    if type is None or type.name in ("varchar", "char"):
        return "STRING"
    if type.name in _INTEGERS:
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
    unfit = misfits_of_existing(type, texts)
    return _cast(type)(texts if unfit is None else pc.if_else(unfit, None, texts))


def _cast(type: ColumnType) -> Callable[[pa.StringArray], pa.Array]:
    if type.name in _INTEGERS:
        return lambda texts: texts.cast(pa.int64())
    if type.name in _FLOATS:
        return lambda texts: texts.cast(pa.float64())
    if type.name == "numeric":
        return lambda texts: _decimals(texts, type.precision or 18, type.scale or 0)
    if type.name == "boolean":
        words = pa.array(TRUE_WORDS)
        return lambda texts: pc.if_else(pc.is_valid(texts), pc.is_in(pc.ascii_lower(texts), words), None)
    targets = {"date": pa.date32(), "timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC")}
    target = targets[type.name]
    if type.format is not None:
        return lambda texts: to_iso(type.format or "", texts).cast(target)
    return lambda texts: texts.cast(target)


def _decimals(texts: pa.StringArray, precision: int, scale: int) -> pa.Array:
    """Zeros beyond the scale say nothing and would not be cast, and neither would a point alone."""
    has_point = pc.greater_equal(pc.find_substring(texts, "."), 0)
    if pc.any(has_point).as_py():
        texts = pc.replace_substring_regex(texts, r"^(-?)\.", r"\10.")
        texts = pc.if_else(has_point, pc.utf8_rtrim(texts, "0"), texts)
    return texts.cast(pa.decimal128(precision, scale))
