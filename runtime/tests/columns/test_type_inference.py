from __future__ import annotations

import pyarrow as pa
import pytest

from customer_data.columns.date_formats import format_type
from customer_data.columns.inference import TypeInference
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


def infer(*batches: list[str | None], formats: tuple[str, ...] = ()) -> ColumnType | None:
    inference = TypeInference([format_type(format) for format in formats])
    for batch in batches:
        inference.add(pa.array(batch, pa.string()))
    return inference.type


@pytest.mark.parametrize(
    ("values", "type"),
    [
        (["1", "-5", "0"], BIGINT),
        (["0", "1"], BIGINT),
        (["9223372036854775807"], BIGINT),
        (["9223372036854775808"], numeric(38, 4)),
        (["1.5", "2"], numeric(18, 4)),
        (["1.123456", "12345678901.5"], numeric(18, 6)),
        (["12345678901234.5678", "1.12345"], numeric(38, 5)),
        (["-12345678901234.5678"], numeric(18, 4)),
        (["0.12345678"], numeric(18, 8)),
        (["0.30000000000000004"], numeric(38, 17)),
        (["0.1"], numeric(18, 4)),
        (["12345678901234567890.5"], numeric(38, 4)),
        (["9" * 20 + "." + "9" * 18], numeric(38, 18)),
        (["9" * 38], varchar(128)),
        (["." + "1" * 37], numeric(38, 37)),
        (["." + "1" * 38], varchar(128)),
        (["9" * 34], numeric(38, 4)),
        (["9" * 35], varchar(128)),
        (["1e5", "2"], DOUBLE),
        (["1e5", "1234567890123456"], DOUBLE),
        (["1e5", "9007199254740993"], varchar(32)),
        (["0.23341378946567992", "4.5e-05"], DOUBLE),
        (["0.3000000000000000444", "4.5e-05"], varchar(64)),
        (["1.0", "2.0"], BIGINT),
        (["1.0", "2.5"], numeric(18, 4)),
        (["+5", "-3"], BIGINT),
        (["+5", "+7"], BIGINT),
        (["5.", "3."], BIGINT),
        ([".5", "+.25"], numeric(18, 4)),
        (["12E12", "47E5"], varchar(32)),
        (["1E3"], varchar(32)),
        (["1E3", "5"], DOUBLE),
        (["1E3", "1.5E4"], DOUBLE),
        (["+49301234567", "+4930555"], varchar(32)),
        (["+49301234567", "4930555"], BIGINT),
        (["2024-01-31 00:00:00", "2024-02-01 00:00:00"], TIMESTAMP),
        (["2024-05-01 10:00:00 UTC", "2024-05-01 10:00:00 -0400"], TIMESTAMPTZ),
        (["2024-05-01 10:00:00.123456000"], TIMESTAMP),
        (["2024-05-01 10:00:00.1234567"], varchar(64)),
        (["true", "FALSE"], BOOLEAN),
        (["true", "1"], varchar(32)),
        (["t", "f"], varchar(32)),
        (["2024-01-31"], DATE),
        (["2024-01-31", "2024-02-30"], varchar(32)),
        (["2024-01-31", "2024-01-31 10:00:00"], TIMESTAMP),
        (["2024-01-31T10:00:00Z"], TIMESTAMPTZ),
        (["2024-01-31T10:00:00Z", "2024-01-31T10:00:00"], varchar(64)),
        (["01/02/2024"], varchar(32)),
        (["1", "007"], varchar(32)),
        (["+49301234567"], varchar(32)),
        (["0x1A"], varchar(32)),
        ([" 5"], varchar(32)),
        (["ä" * 20], varchar(128)),
        ([""], varchar(32)),
        ([None, None], None),
        ([], None),
    ],
)
def test_a_new_column_gets_the_narrowest_type_that_loses_nothing(
    values: list[str | None], type: ColumnType | None
) -> None:
    assert infer(values) == type


@pytest.mark.parametrize(
    ("batches", "type"),
    [
        ([["1"] * 1000, ["x"]], varchar(32)),
        ([["1"], [None], ["1.25"]], numeric(18, 4)),
        ([["123456789012345678"], ["1.25"]], numeric(38, 4)),
        ([["1.25"], ["1e5"]], DOUBLE),
        ([["1234567890123456"], ["1e5"]], DOUBLE),
        ([["9007199254740993"], ["1e5"]], varchar(32)),
        ([["0.1234567890123456"], ["1e5"]], DOUBLE),
        ([["0.3000000000000000444"], ["1e5"]], varchar(64)),
        ([["12E12"], ["47E5"], ["7"]], DOUBLE),
        ([["12E12"], ["47E5"]], varchar(32)),
        ([["1.0"], ["2"], ["3.0"]], BIGINT),
        ([["0.123456789012345"], ["1e5"]], DOUBLE),
        ([["2024-01-31"], ["2024-01-31 10:00"], ["2024-01-31"]], TIMESTAMP),
        ([[None], [None, "7"]], BIGINT),
        ([["2024-01-31"], ["7"]], varchar(32)),
    ],
)
def test_every_value_counts_whatever_batch_it_is_in(batches: list[list[str | None]], type: ColumnType) -> None:
    assert infer(*batches) == type


def test_of_the_users_date_formats_the_one_that_all_values_have_is_taken() -> None:
    formats = ("MM/DD/YYYY", "DD/MM/YYYY")
    assert infer(["01/02/2024"], formats=formats) == ColumnType("date", format="MM/DD/YYYY")
    assert infer(["01/02/2024"], ["13/02/2024"], formats=formats) == ColumnType("date", format="DD/MM/YYYY")
    assert infer(["01/13/2024"], ["13/01/2024"], formats=formats) == varchar(32)


def test_a_format_of_digits_comes_before_bigint_but_only_for_real_dates() -> None:
    assert infer(["20240131"], formats=("YYYYMMDD",)) == ColumnType("date", format="YYYYMMDD")
    assert infer(["20240131"], ["20249999"], formats=("YYYYMMDD",)) == BIGINT
