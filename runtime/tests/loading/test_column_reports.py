"""What the summary line, `--plan` and the report say of each column."""

from __future__ import annotations

import json
from typing import Any

import pytest
from loader_job import plan
from world import World

from customer_data.csv.format import CsvFormat
from customer_data.loading.file_result import FileResult
from customer_data.loading.settings import RowErrorPolicy


def load(world: World, *lines: str, name: str = "a.csv", **changes: Any) -> FileResult:
    (result,) = world.load(world.put(name, *lines), **changes)
    assert result.status == "loaded", result.reason
    return result


def columns(result: FileResult) -> dict[str, dict[str, Any]]:
    return {column.pop("name"): column for column in json.loads(result.summary_line()).get("columns", [])}


def test_of_a_new_column_the_value_that_decided_its_type(world: World) -> None:
    result = load(world, "user_id,amount,born,name", "1,5,2024-01-01,Ann", "2,-7.25,secret,Bo", "3,9,2024-01-02,Cy")

    assert columns(result) == {
        "user_id": {"type": "BIGINT", "line": 2, "shape": "•"},
        "amount": {"type": "NUMERIC(18,4)", "line": 3, "shape": "-•.••"},
        "born": {"type": "VARCHAR(32)", "line": 3, "shape": "xxxxxx"},
        "name": {"type": "VARCHAR(32)", "line": 2, "shape": "Xxx"},
    }
    assert "secret" not in result.summary_line()


def test_of_a_column_of_the_table_only_what_happened_to_values(world: World) -> None:
    load(world, "user_id,n,seen,on", "1,5,2024-05-01 10:00:00Z,true")
    result = load(
        world,
        "user_id,n,seen,on",
        "1.0,4.0,2024-05-01 10:00:00 -0400,1",
        "2,+4,2024-05-01 10:00:00 UTC,false",
        "3,x,2024-05-01 10:00:00,no",
        name="b.csv",
    )

    assert columns(result) == {
        "user_id": {"type": "BIGINT", "converted": 1},
        "n": {"type": "BIGINT", "converted": 2, "rescued": 1},
        "seen": {"type": "TIMESTAMPTZ", "converted": 1, "rescued": 1},
        "on": {"type": "BOOLEAN", "converted": 2},
    }


def test_of_a_growing_column_the_first_value_that_did_not_fit(world: World) -> None:
    load(world, "user_id,n", "1,5")
    result = load(world, "user_id,n", "1,6", "3,x", "2,7.5", "4,8.125", name="b.csv")

    assert columns(result) == {
        "n": {"type": "NUMERIC(38,4)", "stored": "BIGINT", "line": 4, "shape": "•.•", "rescued": 1}
    }


def test_rejected_records_neither_decide_nor_count(world: World) -> None:
    load(world, "user_id,n", "1,5")
    quarantine = {"row_errors": RowErrorPolicy.QUARANTINE_ROWS}
    result = load(world, "user_id,n,x", ",4.0,x", "2,6.0,1", "3,7,2.5", name="b.csv", **quarantine)

    assert columns(result) == {
        "n": {"type": "BIGINT", "converted": 1},
        "x": {"type": "NUMERIC(18,4)", "line": 4, "shape": "•.•"},
    }


def test_lines_are_left_out_where_records_take_several(world: World) -> None:
    result = load(world, "user_id,note,n", '1,"a', 'b",5', "2,c,2.5")

    assert columns(result)["n"] == {"type": "NUMERIC(18,4)", "shape": "•.•"}


@pytest.mark.parametrize("stored", [None, "1.5"])
def test_a_column_of_decimal_commas_is_said_to_look_like_it(
    world: World, capsys: pytest.CaptureFixture[str], stored: str | None
) -> None:
    if stored:
        load(world, "user_id;x", f"1;{stored}", csv=CsvFormat(delimiter=";"))
    file = world.put("b.csv", "user_id;x;y", "1;1.234,56;a,b", "2;28,7;1,5", "3;5;")

    text, report = plan(world, file, capsys)
    assert ": x" in text
    assert "looks like decimal commas: set CsvFormat.decimalSeparator to ','" in text
    assert [column["name"] for column in report["column_types"] if column.get("hint")] == ["x"]

    (result,) = world.load(file)
    assert "looks like decimal commas: set CsvFormat.decimalSeparator" in columns(result)["x"]["hint"]
    assert "hint" not in columns(result)["y"]


def test_the_plan_says_it_of_all_columns(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    load(world, "user_id,n,name", "1,5,Ann")
    text, report = plan(world, world.put("b.csv", "user_id,n,name,new", "2.0,7.5,Bo,", "3,x,Cy,"), capsys)

    assert "  : user_id BIGINT, 1 value converted\n" in text
    assert "  : n NUMERIC(38,4), it was BIGINT, because of •.• on line 2, 1 value in its rescue column\n" in text
    assert "  : name VARCHAR(32)\n" in text
    assert "  : new without a value\n" in text
    assert [column["name"] for column in report["column_types"]] == ["user_id", "n", "name", "new"]


def test_a_comma_before_three_digits_may_be_one_of_thousands(world: World) -> None:
    result = load(world, "user_id;x", "1;1,234", "2;5,678", csv=CsvFormat(delimiter=";"))

    assert "hint" not in columns(result)["x"]


def test_decimal_commas_after_many_whole_numbers_are_seen(world: World) -> None:
    many = [f"{number};{number % 9}" for number in range(400_000)]
    result = load(
        world, "user_id;x;y", *(f"{line};1.5" for line in many), "400000;28,7;3,5", csv=CsvFormat(delimiter=";")
    )

    assert "looks like decimal commas: set CsvFormat.decimalSeparator" in columns(result)["x"]["hint"]
    assert "hint" not in columns(result)["y"]


def test_a_key_of_decimals_is_text_and_no_format_would_change_it(world: World) -> None:
    result = load(world, "user_id;x", "1,5;1", csv=CsvFormat(delimiter=";"))

    assert "hint" not in columns(result)["user_id"]


def test_the_value_of_a_rejected_record_asks_for_no_rescue_column(world: World) -> None:
    load(world, "user_id,n", "1,5")
    quarantine = {"row_errors": RowErrorPolicy.QUARANTINE_ROWS}
    result = load(world, "user_id,n", ",x", "2,6", name="b.csv", **quarantine)

    assert (result.columns_waiting, result.rows_rescued) == ((), 0)
    assert list(world.columns()) == ["user_id", "n"]


def test_a_wide_file_has_its_rescued_and_grown_columns_in_the_log(world: World) -> None:
    names = [f"c{number}" for number in range(120)]
    load(world, ",".join(["user_id", *names]), ",".join(["1"] * 121))
    values = ["1.0"] * 118 + ["1.5", "x"]
    line = json.loads(load(world, ",".join(["user_id", *names]), ",".join(["1", *values]), name="b.csv").summary_line())

    assert [column["name"] for column in line["columns"][:3]] == ["c119", "c118", "c0"]
    assert (len(line["columns"]), line["columns_more"]) == (100, 20)
