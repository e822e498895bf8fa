from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_data.columns.date_formats import format_type
from customer_data.columns.formats import Formats
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
    inference = TypeInference(Formats(tuple(map(format_type, formats))))
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


def decided(*batches: list[str | None], lines: bool = True, is_key: bool = False) -> tuple[int, str] | None:
    """What decided the type, with its place among all values from 1."""
    inference = TypeInference(is_key=is_key)
    place = 1
    for batch in batches:
        inference.add(pa.array(batch, pa.string()), range(place, place + len(batch)) if lines else None)
        place += len(batch)
    return (inference.why.line, inference.why.text) if inference.why else None


@pytest.mark.parametrize(
    ("batches", "why"),
    [
        ([["1", "2"], ["3"]], (1, "1")),
        ([[None, None], [None, "7", "8"]], (4, "7")),
        ([["2024-01-01", "n/a", "2024-01-02", "x"]], (2, "n/a")),
        ([["2024-01-01"] * 1000, [*["2024-01-01"] * 700, "soon", *["2024-01-01"] * 300, "then"]], (1701, "soon")),
        ([["n/a", "2024-01-01"]], (1, "n/a")),
        ([["1", None, None, "2.50", None, "3"]], (4, "2.50")),
        ([["1", "2.50"], [None, "1e-7", "2e-7"]], (4, "1e-7")),
        ([["2024-01-01", "2024-01-02 10:00", "2024-01-03 11:00"]], (2, "2024-01-02 10:00")),
        ([["1.5", "2.25"], ["1.23456", "1.23457"]], (3, "1.23456")),
        ([["1.5", None, "9" * 35]], (3, "9" * 35)),
        ([["12E12", "47E5"], ["5", "7"]], (3, "5")),
        ([["12E12", "47E5", "A1"]], (3, "A1")),
        ([["a", "b" * 100]], (1, "a")),
        ([["1", "2024-01-01"]], (2, "2024-01-01")),
    ],
)
def test_the_value_that_decided_is_the_first_that_the_type_before_did_not_hold(
    batches: list[list[str | None]], why: tuple[int, str]
) -> None:
    assert decided(*batches) == why


def test_a_keys_fraction_decides_that_it_is_text() -> None:
    assert decided(["1", "2.0", "2.5"], is_key=True) == (3, "2.5")


def test_nothing_is_said_to_have_decided_without_values_or_without_lines() -> None:
    assert decided([None, None], []) is None
    assert decided(["1", "x"], lines=False) is None


TEXTS = st.sampled_from(
    [None, "1", "2.0", "2.5", "1E3", "1.5e-7", "9" * 35, "+49301234567", "x", "true", "2024-01-01", "2024-01-01 10:00"]
)


@given(st.lists(st.lists(TEXTS, max_size=6), max_size=4))
@settings(max_examples=150, deadline=None)
def test_with_the_value_that_decided_the_type_is_what_it_is_and_without_it_is_not(
    batches: list[list[str | None]],
) -> None:
    why = decided(*batches)
    values = [value for batch in batches for value in batch]
    assert (why is None) == (values.count(None) == len(values))
    if why:
        line, text = why
        assert values[line - 1] == text
        before, then, final = (_kind(infer(values[:end])) for end in (line - 1, line, len(values)))
        assert then == final
        # `1E3` alone is text until a plain number shows that it is one, or another value that it is none.
        assert before != final or final == "varchar"


def _kind(type: ColumnType | None) -> ColumnType | str | None:
    return "varchar" if type and type.name == "varchar" else type


@pytest.mark.parametrize(
    ("batches", "look_like_commas"),
    [([["1"], ["2", "28,7"]], True), ([["1.5"], ["28,7"]], False), ([["28,7"], ["x"]], False)],
)
def test_decimal_commas_are_those_of_the_whole_column(batches: list[list[str]], look_like_commas: bool) -> None:
    inference = TypeInference()
    for batch in batches:
        inference.add(pa.array(batch))
    assert inference.has_decimal_commas is look_like_commas
