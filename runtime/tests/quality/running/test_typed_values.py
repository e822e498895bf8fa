"""Text that a type takes is a value of it, and the same one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.columns.date_formats import format_type
from customer_data.columns.inference import TypeInference
from customer_data.columns.type_names import parse_type
from customer_data.columns.values import misfits
from customer_data.quality.running.typed_values import typed_values

TYPES = [
    "BIGINT", "SMALLINT", "NUMERIC(6,2)", "NUMERIC(5,0)", "NUMERIC(4,4)", "NUMERIC(38,10)", "REAL", "DOUBLE PRECISION",
    "BOOLEAN", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR(4)", "CHAR(3)",
]  # fmt: skip

NUMBERS = st.from_regex(r"-?[0-9]{0,4}(\.[0-9]{0,4}0{0,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)
DATES = st.from_regex(
    r"(0001|19[0-9]{2}|2024|9999)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?",
    fullmatch=True,
)
WORDS = st.sampled_from(
    ["true", "T", "No", "0", "1", "x", "", " 1", "NaN", "inf", "0x1", ".00", "-.0", "0.00", "-5.10"]
)
TEXTS = st.lists(st.none() | NUMBERS | DATES | WORDS, min_size=1, max_size=8)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_each_type_holds_what_fits_and_null_for_the_rest(texts: list[str | None]) -> None:
    values = pa.array(texts, pa.string())
    for name in TYPES:
        type = parse_type(name)
        unfit = misfits(type, values)
        unfits = [False] * len(texts) if unfit is None else [mark or False for mark in unfit.to_pylist()]
        typed = typed_values(type, values)
        text_type = type.name in ("varchar", "char")
        assert [value.is_valid for value in typed] == [
            text is not None and (text_type or not is_unfit) for text, is_unfit in zip(texts, unfits, strict=True)
        ], name
        if type.name in ("numeric", "bigint"):
            assert [value for value in typed.to_pylist() if value is not None] == [
                Decimal(text) for text, is_unfit in zip(texts, unfits, strict=True) if text is not None and not is_unfit
            ]


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_column_of_an_inferred_type_has_a_value_for_each_text(texts: list[str | None]) -> None:
    inference = TypeInference()
    values = pa.array(texts, pa.string())
    inference.add(values)
    assert typed_values(inference.type, values).null_count == values.null_count


@pytest.mark.parametrize(
    ("format", "text", "value"),
    [
        ("DD/MM/YYYY", "31/12/2024", date(2024, 12, 31)),
        ("DD-MON-YYYY", "1-jan-2024", date(2024, 1, 1)),
        ("MM/DD/YYYY HH12:MI AM", "12/31/2024 12:05 pm", datetime(2024, 12, 31, 12, 5)),
        ("DD/MM/YYYY", "31/02/2024", None),
    ],
)
def test_dates_are_read_as_their_format_says(format: str, text: str, value: date | None) -> None:
    assert typed_values(format_type(format), pa.array([text, None])).to_pylist() == [value, None]
