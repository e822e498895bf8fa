"""What a text says as a value of a type is what the table holds in the end."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from values_of_types import CASES
from world import World

from customer_data.columns.date_formats import format_type
from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    FALSE_WORDS,
    TIMESTAMP,
    TIMESTAMPTZ,
    TRUE_WORDS,
    ColumnType,
    numeric,
)
from customer_data.csv.format import CsvFormat
from customer_data.warehouse.casts import cast_expression

WRITTEN_TO = [case for case in CASES if case[0].name != "super"]


def loaded(world: World, type: ColumnType, values: list[str]) -> list[Any]:
    """The values as they are in a column of the type."""
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, held {type.sql})')
    csv = CsvFormat(date_formats=(type.format,) if type.format else (), null_values=())
    lines = [f'{number},"{value}"' for number, value in enumerate(values)]
    (result,) = world.load(world.put("a.csv", "user_id,held", *lines), csv=csv)
    assert (result.status, result.rescue_columns) == ("loaded", ()), result
    return [row[1] for row in world.rows("user_id, held")]


@pytest.mark.parametrize(("type", "fitting", "unfit"), WRITTEN_TO, ids=[str(case[0]) for case in WRITTEN_TO])
def test_every_value_that_fits_is_held(world: World, type: ColumnType, fitting: list[str], unfit: list[str]) -> None:
    assert None not in loaded(world, type, fitting)


def test_whole_numbers(world: World) -> None:
    written = ["-0", "9223372036854775807", "1.0", "+5", "-2.000"]
    assert loaded(world, BIGINT, written) == [0, 9223372036854775807, 1, 5, -2]


def test_decimals(world: World) -> None:
    written = [".5", "1.5000", "+3.", "12.5e-1", "100e-1"]
    assert [Decimal(value) for value in loaded(world, numeric(5, 2), written)] == list(map(Decimal, written))


def test_words(world: World) -> None:
    true = [*TRUE_WORDS, *map(str.upper, TRUE_WORDS), *map(str.title, TRUE_WORDS)]
    assert loaded(world, BOOLEAN, [*true, *FALSE_WORDS]) == [True] * len(true) + [False] * len(FALSE_WORDS)


def test_doubles(world: World) -> None:
    written = ["1e5", "123456789012345", "0.30000000000000004", "1234567890123456", "1.7976931348623157e308"]
    assert loaded(world, DOUBLE, written) == list(map(float, written))


@pytest.mark.parametrize(
    ("type", "written"),
    [
        (DATE, ["2024-02-01", "2024-02-01 00:00:00", "2024-02-01T00:00"]),
        (format_type("DD/MM/YYYY"), ["1/2/2024", "01/02/2024"]),
        (format_type("YYYYMMDD"), ["20240201"]),
        (format_type("DD-Mon-YYYY"), ["01-FEB-2024"]),
    ],
)
def test_dates(world: World, type: ColumnType, written: list[str]) -> None:
    assert {str(day) for day in loaded(world, type, written)} == {str(date(2024, 2, 1))}


@pytest.mark.parametrize(
    ("type", "written"),
    [
        (TIMESTAMP, ["2024-02-01 00:05", "2024-02-01T00:05:00.0", "2024-02-01 00:05:00.000000000"]),
        (format_type("MM/DD/YYYY HH12:MI AM"), ["2/1/2024 12:05 am"]),
    ],
)
def test_times(world: World, type: ColumnType, written: list[str]) -> None:
    assert {str(time) for time in loaded(world, type, written)} == {"2024-02-01 00:05:00"}


def test_times_with_a_zone(world: World) -> None:
    written = ["2024-02-01T00:05Z", "2024-02-01 02:05+0200", "2024-01-31 20:05:00 -0400", "2024-02-01 00:05:00 UTC"]
    times = {datetime.fromisoformat(str(time)).astimezone(UTC) for time in loaded(world, TIMESTAMPTZ, written)}
    assert times == {datetime(2024, 2, 1, 0, 5, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("staged", "target", "sql"),
    [
        (BIGINT, BIGINT, '"a"'),
        (BIGINT, ColumnType("smallint"), '"a"::SMALLINT'),
        (BIGINT, numeric(18, 4), '"a"::NUMERIC(18,4)'),
        (numeric(10, 2), numeric(18, 4), '"a"::NUMERIC(18,4)'),
        (DOUBLE, ColumnType("real"), '"a"::REAL'),
        (DATE, TIMESTAMP, '"a"::TIMESTAMP'),
        (TIMESTAMP, TIMESTAMPTZ, "(\"a\" AT TIME ZONE 'UTC')"),
        (ColumnType("varchar", length=5), ColumnType("varchar", length=64), '"a"'),
        (ColumnType("varchar", length=5), ColumnType("char", length=5), '"a"'),
        (ColumnType("varchar", length=1), TIMESTAMPTZ, '"a"::TIMESTAMPTZ'),
        (ColumnType("varchar", length=1), BOOLEAN, "NULL::BOOLEAN"),
    ],
)
def test_a_staged_value_is_cast_where_the_column_is_of_another_type(
    staged: ColumnType, target: ColumnType, sql: str
) -> None:
    assert cast_expression('"a"', staged, target) == sql
