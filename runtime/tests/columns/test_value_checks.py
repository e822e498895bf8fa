from __future__ import annotations

import pyarrow as pa
import pytest

from customer_data.columns.date_formats import format_type
from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMPTZ,
    ColumnType,
    numeric,
    varchar,
)
from customer_data.columns.value_checks import misfits, misfits_of_existing
from customer_data.errors import SettingsError

CASES = [
    (
        BIGINT,
        ["0", "-0", "12", "-9223372036854775808", "9223372036854775807"],
        ["007", "+5", "0x1A", " 5", "", "1.0", "1e3", "9223372036854775808", "-9223372036854775809", "٣"],
    ),
    (ColumnType("smallint"), ["-32768", "32767"], ["-32769", "32768"]),
    (ColumnType("integer"), ["-2147483648", "2147483647"], ["-2147483649", "2147483648"]),
    (
        numeric(5, 2),
        ["123.45", "-1", "0.5", ".5", "1.5000"],
        ["1234", "1.555", "5.", "-", ".", "", "1e2", "01.5", "1,5"],
    ),
    (numeric(3, 0), ["999", "1.0"], ["1000", "1.5"]),
    (numeric(2, 2), ["0.99", ".99"], ["1"]),
    (
        DOUBLE,
        ["1e5", "0.1", "-1.5E-3", "123456789012345", "0", "0e0", "0.000000000012345"],
        ["1234567890123456", "1e400", "1e-320", "nan", "inf", "0x1p3", "", "1e"],
    ),
    (ColumnType("real"), ["123456", "0.5"], ["1234567", "1e39"]),
    (BOOLEAN, ["true", "FALSE", "t", "Y", "no", "0", "1"], ["on", "2", "", "wahr"]),
    (DATE, ["2024-02-29", "0001-01-01"], ["2023-02-29", "2024-13-01", "0000-01-01", "2024-1-1", "2024-01-01 00:00"]),
    (
        TIMESTAMP,
        ["2024-02-29 23:59:59.123456", "2024-02-29T10:00", "2024-02-29"],
        ["2024-02-30 10:00:00", "2024-02-29 24:00:00", "2024-02-29 10", "2024-02-29 10:00:00.1234567",
         "2024-02-29 10:00:00Z"],
    ),
    (
        TIMESTAMPTZ,
        ["2024-02-29 10:00:00Z", "2024-02-29T10:00:00.5+02", "2024-02-29 10:00-05:30", "2024-02-29 10:00-0530"],
        ["2024-02-29 10:00:00", "2024-02-30 10:00:00Z", "2024-02-29 10:00:00+99:00"],
    ),
    (ColumnType("char", length=3), ["abc", " a", ""], ["abcd", "é", "a ", " "]),
    (varchar(3), ["abc", "é", ""], ["éé", "abcd"]),
    (ColumnType("super"), [], ["1", "{}"]),
    (format_type("DD/MM/YYYY"), ["31/12/2024", "1/2/2024"], ["12/31/2024", "30/02/2024", "31/12/24", "2024-12-31"]),
    (format_type("YYYYMMDD"), ["20240131"], ["20240230", "2024131"]),
    (format_type("DD-Mon-YYYY"), ["01-Jan-2024", "01-DEC-2024"], ["01-Foo-2024", "31-Feb-2024"]),
    (
        format_type("MM/DD/YYYY HH12:MI AM"),
        ["01/02/2024 12:05 am", "1/2/2024 1:05 PM"],
        ["01/02/2024 13:05 PM", "01/02/2024"],
    ),
    (format_type("DD.MM.YYYY HH24:MI:SS"), ["31.12.2024 23:59:59"], ["31.12.2024 24:00:00"]),
]  # fmt: skip


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
