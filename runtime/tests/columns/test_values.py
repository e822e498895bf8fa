from __future__ import annotations

import pyarrow as pa
import pytest
from values_of_types import CASES

from customer_data.columns.date_formats import format_type
from customer_data.columns.types import ColumnType
from customer_data.columns.values import misfits
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


@pytest.mark.parametrize("format", ["DD/MM", "DD/MM/YY", "DD/MM/YYYY HH24", "DD/MM/YYYY DD", "J", "YYYY-MM-DD HH12:MI"])
def test_a_format_that_does_not_say_one_date_is_refused(format: str) -> None:
    with pytest.raises(SettingsError, match="date format"):
        format_type(format)
