"""Numbers as countries and accountants write them, on their whole way into the table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from world import World

from customer_data.csv.format import CsvFormat
from customer_data.loading.file_result import FileResult
from customer_data.loading.settings import SchemaContract

GERMAN = CsvFormat(delimiter=";", decimal_separator=",", thousands_separator=".")
BOOKS = CsvFormat(delimiter=";", thousands_separator=",", accounting_negatives=True)


def load(world: World, csv: CsvFormat, *values: str, name: str = "a.csv", **changes: Any) -> FileResult:
    lines = [f"{number};{value}" for number, value in enumerate(values, start=1)]
    (result,) = world.load(world.put(name, "user_id;x", *lines), csv=csv, **changes)
    assert result.status == "loaded", result.reason
    return result


def number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


@pytest.mark.parametrize(
    ("csv", "values", "type", "stored"),
    [
        (GERMAN, ["1.234,56", "28,7", ""], "numeric", [Decimal("1234.56"), Decimal("28.7"), None]),
        (GERMAN, ["1.234", "-5"], "bigint", [1234, -5]),
        (GERMAN, ["0,23341378946567992", "4,5e-05"], "double precision", [0.23341378946567992, 4.5e-05]),
        (GERMAN, ["1.5", "2.5"], "character varying", ["1.5", "2.5"]),
        (BOOKS, ["1,234.50", "(10.50)", "5.00-"], "numeric", [Decimal("1234.5"), Decimal("-10.5"), Decimal(-5)]),
        (BOOKS, ["$5.00", "5"], "character varying", ["$5.00", "5"]),
        (BOOKS, ["5 %", "5"], "character varying", ["5 %", "5"]),
        (CsvFormat(delimiter=";"), ["1.234,56", "28,7"], "character varying", ["1.234,56", "28,7"]),
        (CsvFormat(delimiter=";"), ["+5", "5.", ".5"], "numeric", [Decimal(5), Decimal(5), Decimal("0.5")]),
    ],
)
def test_a_new_column_of_numbers_in_the_format(
    world: World, csv: CsvFormat, values: list[str], type: str, stored: list[Any]
) -> None:
    load(world, csv, *values)

    assert world.columns()["x"][0] == type
    assert [number(x) if type == "numeric" else x for _, x in world.rows("user_id, x")] == stored


def test_a_stored_column_takes_numbers_in_the_format_and_rescues_others(world: World) -> None:
    load(world, CsvFormat(delimiter=";"), "1.50")
    result = load(world, GERMAN, "1.234,56", "1.5", name="b.csv")

    assert result.rows_rescued == 1
    assert [(key, number(x), rescued) for key, x, rescued in world.rows()] == [
        (1, Decimal("1234.56"), None),
        (2, None, "1.5"),
    ]


def test_a_column_of_whole_numbers_grows_by_numbers_in_the_format(world: World) -> None:
    load(world, GERMAN, "1.234", "2")
    result = load(world, GERMAN, "5", "2,5", name="b.csv")

    assert result.columns_widened == ("x",)
    assert [(key, number(x)) for key, x in world.rows()] == [(1, 5), (2, Decimal("2.5"))]


def test_a_rescued_number_of_another_format_does_not_come_back_as_another_number(world: World) -> None:
    load(world, CsvFormat(delimiter=";"), "1", "2")
    load(world, GERMAN, "1", "1.5", name="b.csv")  # the second is no number in this format, one and a half to SQL
    result = load(world, GERMAN, "2,5", name="c.csv")

    assert result.columns_widened == ("x",)
    assert [(key, number(x), rescued) for key, x, rescued in world.rows("user_id, x, x__as_varchar")] == [
        (1, Decimal("2.5"), None),
        (2, None, "1.5"),
    ]


def test_a_freeze_says_how_numbers_are_written(world: World) -> None:
    load(world, GERMAN, "1,5")
    (result,) = world.load(world.put("b.csv", "user_id;x", "1;1.5"), csv=GERMAN, schema_contract=SchemaContract.FREEZE)

    assert "takes numbers such as -1.234,5, with ',' as the decimal point" in (result.reason or "")
