"""Rows as the Data API's fields, within its limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from local.redshift.errors import RedshiftError
from local.redshift.session import ResultColumn

MAX_RESULT_BYTES = 500 * 1024**2
MAX_ROW_BYTES = 64 * 1024


def field_of(value: Any) -> dict[str, Any]:
    if value is None:
        return {"isNull": True}
    if isinstance(value, bool):
        return {"booleanValue": value}
    if isinstance(value, int):
        return {"longValue": value}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": str(value)}


def metadata_of(column: ResultColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "label": column.name,
        "typeName": column.type_name,
        "precision": column.precision,
        "scale": column.scale,
        "length": column.length,
        "nullable": 1,
        "isCaseSensitive": column.type_name == "varchar",
        "isCurrency": False,
        "isSigned": column.type_name in ("int2", "int4", "int8", "float4", "float8", "numeric"),
        "schemaName": "",
        "tableName": "",
    }


def checked_size(rows: Sequence[Sequence[Any]] | None) -> int:
    """The result's bytes, -1 without one. Raises RedshiftError when it is larger than the Data API returns."""
    if rows is None:
        return -1
    sizes = [_row_bytes(row) for row in rows]
    if max(sizes, default=0) > MAX_ROW_BYTES:
        raise RedshiftError(f"a row of the result has {max(sizes)} bytes; the Data API returns rows of up to 64 KB")
    if sum(sizes) > MAX_RESULT_BYTES:
        raise RedshiftError("the query result is larger than 500 MB, the Data API's limit")
    return sum(sizes)


def _row_bytes(row: Sequence[Any]) -> int:
    return sum(len(value.encode()) if isinstance(value, str) else 8 for value in row)
