"""NULLs in Arrow arrays."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def only(marked: pa.BooleanArray, values: pa.Array) -> pa.Array:
    """The values where they are marked, else NULL.

    `if_else` with a NULL scalar, which would be shorter, gives wrong texts for slices in pyarrow 17 (Glue 5.1).
    """
    return pc.if_else(marked, values, pa.nulls(len(values), values.type))
