from __future__ import annotations

import pyarrow as pa
import pytest
from values_of_types import CASES

from customer_data.columns.date_formats import format_type
from customer_data.columns.types import (
    DOUBLE,
    ColumnType,
)
from customer_data.columns.value_checks import misfits, misfits_of_existing
from customer_data.errors import SettingsError


@pytest.mark.parametrize(("type", "fitting", "unfit"), CASES, ids=[str(case[0]) for case in CASES])
def test_exactly_the_values_that_would_lose_something_do_not_fit(
    type: ColumnType, fitting: list[str], unfit: list[str]
) -> None:
    values = [*fitting, None, *unfit]
    marked = misfits(type, pa.array(values, pa.string()))
    assert marked is not None
    assert [value for value, mark in zip(values, marked.to_pylist(), strict=True) if mark] == unfit


@pytest.mark.parametrize(("type", "fitting", "unfit"), CASES, ids=[str(case[0]) for case in CASES])
def test_a_batch_of_fitting_values_has_no_misfits(type: ColumnType, fitting: list[str], unfit: list[str]) -> None:
    assert misfits(type, pa.array([*fitting, None], pa.string())) is None
    assert misfits(type, pa.array([None, None], pa.string())) is None
    assert misfits(type, pa.array([], pa.string())) is None


def test_an_existing_double_also_takes_the_longer_numbers_that_it_gives_back() -> None:
    short = [None, "1e5", "0.1", "0", "0e0"]
    as_written = ["0.30000000000000004", "0.1234567890123456", "1234567890123456", "-1.7976931348623157e+308"]
    otherwise = ["0.50000000000000000", "9007199254740992", "1E+16", "10000000000000000"]
    lossy = ["0.3000000000000000444", "9007199254740993", "1.7976931348623159e308", "5e-324", "1_000_000_000_000_000"]
    values = [*short, *as_written, *otherwise, *lossy, "nan"]
    found = misfits_of_existing(DOUBLE, pa.array(values))
    assert [value for value, misfit in zip(values, found, strict=True) if misfit.as_py()] == [*lossy, "nan"]
    assert misfits_of_existing(DOUBLE, pa.array([*short, *as_written])) is None


@pytest.mark.parametrize("format", ["DD/MM", "DD/MM/YY", "DD/MM/YYYY HH24", "DD/MM/YYYY DD", "J", "YYYY-MM-DD HH12:MI"])
def test_a_format_that_does_not_say_one_date_is_refused(format: str) -> None:
    with pytest.raises(SettingsError, match="date format"):
        format_type(format)
