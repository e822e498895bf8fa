"""The type that a column would have to be for values that it cannot hold."""

from __future__ import annotations

import pyarrow as pa
import pytest

from customer_data.columns.growth import Beyond
from customer_data.columns.types import BIGINT, DATE, DOUBLE, TIMESTAMP, ColumnType, numeric

INTEGER = ColumnType("integer")


@pytest.mark.parametrize(
    ("stored", "values", "grown"),
    [
        (INTEGER, ["3000000000"], BIGINT),
        (INTEGER, ["0.1"], numeric(18, 4)),
        (BIGINT, ["0.1"], numeric(38, 4)),
        (BIGINT, ["12345678901234567890.5"], numeric(38, 4)),
        (BIGINT, ["9" * 20 + "." + "9" * 18], numeric(38, 18)),
        (BIGINT, ["9" * 34], numeric(38, 4)),
        (BIGINT, ["9" * 38], numeric(38, 0)),
        (BIGINT, ["0." + "9" * 37], numeric(38, 37)),
        (BIGINT, ["." + "9" * 37], numeric(38, 37)),
        (BIGINT, ["." + "9" * 38], None),
        (BIGINT, ["9" * 39], None),
        (BIGINT, ["1e300"], DOUBLE),
        (BIGINT, ["1e300", "n/a"], DOUBLE),
        (BIGINT, ["n/a"], None),
        (BIGINT, ["123456789012345678901234567.12e0"], numeric(38, 4)),  # more digits than Python's usual context has
        (BIGINT, ["0." + "0" * 28 + "1234e30"], None),  # longer than what is read with an exponent
        (DATE, ["2024-01-01 10:00"], TIMESTAMP),
    ],
)
def test_a_column_grows_to_the_narrowest_type_that_holds_what_comes(
    stored: ColumnType, values: list[str], grown: ColumnType | None
) -> None:
    beyond = Beyond(stored)
    beyond.add(pa.array(values))
    assert beyond.type == grown
