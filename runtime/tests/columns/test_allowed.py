"""What messages say that a type takes is what the checks take."""

from __future__ import annotations

import pyarrow as pa
import pytest

from customer_data.columns import values
from customer_data.columns.allowed import allowed_values
from customer_data.columns.types import ColumnType, numeric, varchar
from customer_data.columns.values import misfits

CASES = [
    (ColumnType("smallint"), "-32,768 to 32,767", "32768"),
    (ColumnType("integer"), "-2,147,483,648 to 2,147,483,647", "007"),
    (ColumnType("bigint"), "9,223,372,036,854,775,807", "1,000"),
    (numeric(10, 2), "-1234.5", "1234,50"),
    (ColumnType("real"), "-1234.5", "1234.5678"),
    (ColumnType("double precision"), "-1234.5", "n/a"),
    (ColumnType("boolean"), "yes", "maybe"),
    (ColumnType("date"), "2024-01-31", "31/01/2024"),
    (ColumnType("timestamp"), "2024-01-31 12:30:00", "31/01/2024 12:30"),
    (ColumnType("timestamptz"), "2024-01-31 12:30:00+00:00", "2024-01-31"),
    (ColumnType("char", length=2), "2 ASCII characters", "DEU"),
    (varchar(1_000), "1,000 bytes", "x" * 1_001),
    (ColumnType("date", format="DD/MM/YYYY"), "DD/MM/YYYY", "2024-01-31"),
]


@pytest.mark.parametrize(("type", "named", "misfit"), CASES, ids=[case[0].sql for case in CASES])
def test_says_what_a_type_takes_and_what_to_do(type: ColumnType, named: str, misfit: str) -> None:
    allowed, _, remedy = allowed_values(type).partition("; ")

    assert named in allowed
    assert remedy
    assert misfits(type, pa.array([misfit])) is not None


@pytest.mark.parametrize(("type", "example", "_"), CASES[3:10], ids=[case[0].sql for case in CASES[3:10]])
def test_examples_are_values_of_their_type(type: ColumnType, example: str, _: str) -> None:
    assert misfits(type, pa.array([example])) is None


def test_no_type_is_left_out() -> None:
    assert {type.name for type, *_ in CASES} == set(values._READERS)
    assert "columnMapping" in allowed_values(ColumnType("super"))


@pytest.mark.parametrize("name", ["date", "timestamp", "timestamptz"])
def test_dates_and_times_lead_to_the_formats_that_can_be_named(name: str) -> None:
    assert "CsvFormat.dateFormats" in allowed_values(ColumnType(name))
