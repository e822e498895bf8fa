"""What the checks let pass, the warehouse casts, to the value that the text says."""

from __future__ import annotations

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
    numeric,
)
from customer_data.warehouse.casts import cast_expression

WRITTEN_TO = [case for case in CASES if case[0].name != "super"]


def casts(world: World, type: Any, values: list[str]) -> list[Any]:
    staged = " UNION ALL ".join(
        f"SELECT {number} AS place, CAST('{value}' AS VARCHAR) AS written" for number, value in enumerate(values)
    )
    cast = cast_expression("staged.written", type)
    rows = world.admin.query(f"SELECT place, {cast} FROM ({staged}) AS staged ORDER BY place")
    return [row[1] for row in rows]


@pytest.mark.parametrize(("type", "fitting", "unfit"), WRITTEN_TO, ids=[str(case[0]) for case in WRITTEN_TO])
def test_every_value_that_fits_is_cast(world: World, type: Any, fitting: list[str], unfit: list[str]) -> None:
    assert None not in casts(world, type, fitting)


def test_values_come_out_as_they_were_written(world: World) -> None:
    assert casts(world, BIGINT, ["-0", "9223372036854775807"]) == [0, 9223372036854775807]
    assert [float(value) for value in casts(world, numeric(5, 2), [".5", "1.5000"])] == [0.5, 1.5]
    for words, value in ((TRUE_WORDS, True), (FALSE_WORDS, False)):
        assert set(casts(world, BOOLEAN, [*words, *map(str.upper, words), *map(str.title, words)])) == {value}
    assert casts(world, DOUBLE, ["1e5", "123456789012345"]) == [1e5, 123456789012345.0]
    long = ["0.30000000000000004", "1234567890123456", "1.7976931348623157e308", "2.2250738585072014e-308"]
    assert casts(world, DOUBLE, long) == list(map(float, long))
    same_day = [
        *casts(world, DATE, ["2024-02-01"]),
        *casts(world, format_type("DD/MM/YYYY"), ["1/2/2024", "01/02/2024"]),
        *casts(world, format_type("YYYYMMDD"), ["20240201"]),
        *casts(world, format_type("DD-Mon-YYYY"), ["01-FEB-2024"]),
    ]
    assert {str(day) for day in same_day} == {"2024-02-01"}
    same_time = [
        *casts(world, TIMESTAMP, ["2024-02-01 00:05", "2024-02-01T00:05:00.0"]),
        *casts(world, format_type("MM/DD/YYYY HH12:MI AM"), ["2/1/2024 12:05 am"]),
    ]
    assert {str(time) for time in same_time} == {"2024-02-01 00:05:00"}
    assert len({str(time) for time in casts(world, TIMESTAMPTZ, ["2024-02-01T00:05Z", "2024-02-01 02:05+0200"])}) == 1
