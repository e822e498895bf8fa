"""Where keys are said to be distinct, they are; where they ascend, it is noticed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.records.key_order import KeyOrder, KeySpan, are_distinct

BATCHES = st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5), max_size=4)


def span_of(batches: list[list[tuple[int, ...]]]) -> KeySpan | None:
    order = KeyOrder()
    for batch in batches:
        order.add([pa.array([key[place] for key in batch], pa.int64()) for place in range(2)])
    return order.span


@settings(deadline=None)
@given(files=st.lists(BATCHES, min_size=1, max_size=3))
def test_keys_that_are_called_distinct_are(files: list[list[list[tuple[int, int]]]]) -> None:
    with_rows = [batches for batches in files if any(batches)]
    if are_distinct([span_of(batches) for batches in with_rows]):
        keys = [key for batches in with_rows for batch in batches for key in batch]
        assert len(set(keys)) == len(keys)


@settings(deadline=None)
@given(keys=st.sets(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1), cuts=st.sets(st.integers(1, 20)))
def test_sorted_keys_are_noticed_whatever_the_batches(keys: set[tuple[int, int]], cuts: set[int]) -> None:
    ordered = sorted(keys)
    bounds = [0, *sorted(cut for cut in cuts if cut < len(ordered)), len(ordered)]
    span = span_of([ordered[start:end] for start, end in pairwise(bounds)])
    assert span == KeySpan(ordered[0], ordered[-1])


@pytest.mark.parametrize(
    ("type", "values", "ascend"),
    [
        (pa.int64(), [-1, 0, 5], True),
        (pa.int64(), [1, 1], False),
        (pa.int64(), [2, 1], False),
        (pa.decimal128(4, 1), [Decimal("0.5"), Decimal("1.5")], True),
        (pa.date32(), [datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)], True),
        (pa.timestamp("us"), [datetime.datetime(2024, 1, 1), datetime.datetime(2024, 1, 1)], False),
        (pa.string(), ["A", "a"], False),  # one key to a column that ignores case
        (pa.float64(), [1.0, 2.0], False),
    ],
)
def test_types(type: pa.DataType, values: list[Any], ascend: bool) -> None:
    order = KeyOrder()
    order.add([pa.array(values, type)])
    assert (order.span is not None) is ascend


def test_times_that_are_no_years_of_python_are_keys_too() -> None:
    order = KeyOrder()
    order.add([pa.array([-(2**62), 0, 253402300800000000], pa.timestamp("us", "UTC"))])
    assert order.span is not None


def test_files_may_come_in_any_order_but_not_overlap() -> None:
    early, late, both = KeySpan((1,), (5,)), KeySpan((6,), (9,)), KeySpan((5,), (6,))
    assert are_distinct([late, early])
    assert not are_distinct([early, both])
    assert not are_distinct([early, None])
