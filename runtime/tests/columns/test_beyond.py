"""The type that a column would have to be for values that it cannot hold."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_data.columns.growth import Beyond
from customer_data.columns.types import BIGINT, DATE, DOUBLE, TIMESTAMP, ColumnType, numeric
from customer_data.columns.values import misfits

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
        (BIGINT, ["1.5", "1e999"], numeric(38, 4)),
        (BIGINT, ["1e999", "9" * 39, "1e300"], DOUBLE),
        (BIGINT, ["1e999"], None),
        (BIGINT, ["1.5", "1.2345678901234567890123456789e5"], numeric(38, 23)),
        (BIGINT, ["1.5", "1.234567890123456789012345678901e5"], numeric(38, 4)),
        (DATE, ["2024-01-01 10:00"], TIMESTAMP),
    ],
)
def test_a_column_grows_to_the_narrowest_type_that_holds_what_comes(
    stored: ColumnType, values: list[str], grown: ColumnType | None
) -> None:
    beyond = Beyond(stored)
    beyond.add(pa.array(values))
    assert beyond.type == grown


_DIGITS = st.integers(1, 40).flatmap(lambda length: st.text("0123456789", min_size=length, max_size=length))
_NUMBERS = st.builds(
    lambda sign, before, after, exponent: f"{sign}{before.lstrip('0') or '0'}{after and '.' + after}{exponent}",
    st.sampled_from(["", "-", "+"]),
    _DIGITS,
    st.just("") | _DIGITS,
    st.sampled_from(["", "", "e5", "E-7", "e30", "e-30", "e999"]),
)


@given(st.sampled_from([INTEGER, BIGINT, numeric(10, 2)]), st.lists(_NUMBERS, min_size=1, max_size=4))
def test_the_type_holds_every_value_that_did_not_fit_where_there_are_no_others(
    stored: ColumnType, values: list[str]
) -> None:
    texts = pa.array(values)
    beyond = Beyond(stored)
    unfit = misfits(stored, texts)
    given = texts.filter(unfit) if unfit is not None else texts.slice(0, 0)
    beyond.add(given)
    assert beyond.type is None or beyond.others or misfits(beyond.type, given) is None
