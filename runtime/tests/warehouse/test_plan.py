"""What a group of staged files would do to a table, decided without touching it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import (
    BIGINT,
    DATE,
    MAX_COLUMNS,
    TIMESTAMP,
    ColumnType,
    TableColumn,
    TableSchema,
    numeric,
    varchar,
)
from customer_data.errors import FileFault
from customer_data.warehouse.plan import Widening, check_plan, fits, make_plan

KEY = ("user_id",)
TABLE = TableSchema((TableColumn("user_id", BIGINT), TableColumn("name", varchar(32)), TableColumn("born", DATE)))


def column(name: str, column_type: ColumnType | None = BIGINT, max_bytes: int = 3, **changes: object) -> StagedColumn:
    staged = StagedColumn(name, name, column_type, max_bytes, is_new=TABLE.column(name) is None)
    return replace(staged, **changes)  # type: ignore[arg-type]


def staged(*columns: StagedColumn) -> tuple[StagedColumn, ...]:
    return column("user_id"), *columns


@pytest.mark.parametrize(
    ("columns", "may_evolve", "expected"),
    [
        (staged(column("name", varchar(32), 32)), False, True),
        (staged(column("name", varchar(32), 33)), True, True),
        (staged(column("name", varchar(32), 33)), False, False),
        (staged(column("name", varchar(32), 70_000)), True, False),
        (staged(column("born", DATE)), False, True),
        (staged(column("born", varchar(32))), True, False),
        (staged(column("name", BIGINT)), True, False),
        (staged(column("born", TIMESTAMP)), True, False),
        (staged(column("born", None, 0)), False, True),
        (staged(column("age")), True, True),
        (staged(column("age")), False, False),
        (staged(column("gone", is_new=False)), True, False),
    ],
)
def test_columns_fit_the_table_that_their_values_were_checked_for(
    columns: tuple[StagedColumn, ...], may_evolve: bool, expected: bool
) -> None:
    assert fits(columns, (), TABLE, may_evolve=may_evolve) is expected


@pytest.mark.parametrize(("discarded", "expected"), [("age", True), ("name", False)])
def test_columns_that_were_left_out_fit_as_long_as_the_table_lacks_them(discarded: str, expected: bool) -> None:
    assert fits(staged(), (discarded,), TABLE, may_evolve=False) is expected


def test_a_refused_widening_is_not_planned_again() -> None:
    narrow = TableSchema((TABLE.columns[0], TableColumn("name", varchar(32), widenable=False)))

    assert not fits(staged(column("name", varchar(32), 33)), (), narrow, may_evolve=True)


def test_a_file_checked_for_a_table_that_is_gone_fits_no_more() -> None:
    assert not fits(staged(column("name", varchar(32))), (), None, may_evolve=True)


def test_a_new_column_gets_the_type_that_holds_the_values_of_all_files() -> None:
    files = [staged(column("n", BIGINT)), staged(column("n", None, 0)), staged(column("n", numeric(18, 4)))]
    plan = make_plan(files, TABLE, key=KEY)

    (new,) = plan.new_columns
    assert (new.type.name, new.type.precision) == ("numeric", 38)


def test_a_column_is_widened_once_for_the_longest_value_of_all_files() -> None:
    files = [staged(column("name", varchar(32), length)) for length in (40, 500, 33)]
    plan = make_plan(files, TABLE, key=KEY)

    assert plan.widenings == (Widening("name", 1024),)
    assert plan.staged_types == (BIGINT, varchar(500))


def test_columns_without_values_wait_and_columns_without_a_header_are_kept() -> None:
    plan = make_plan([staged(column("age", None, 0))], TABLE, key=KEY)

    assert plan.waiting == ("age",)
    assert [written.name for written in plan.written] == ["user_id"]
    assert plan.kept == ("name", "born")


def test_a_stored_rescue_value_is_not_kept_beside_its_original() -> None:
    table = TableSchema((*TABLE.columns, TableColumn("born__as_varchar", varchar(32))))

    assert make_plan([staged(column("born", DATE))], table, key=KEY).kept == ("name",)
    assert make_plan([staged()], table, key=KEY).kept == ("name", "born", "born__as_varchar")


def test_the_key_is_found_in_any_letter_case() -> None:
    plan = make_plan([staged()], TABLE, key=("USER_ID",), sequence="User_Id")

    assert plan.key_names == ("user_id",)
    assert plan.sequence is not None and plan.sequence.name == "user_id"


def test_refuses_more_columns_than_a_table_may_have() -> None:
    new = [column(f"n{number}") for number in range(MAX_COLUMNS - len(TABLE.columns) + 1)]
    check_plan(make_plan([staged(*new[:-1])], TABLE, key=KEY))

    with pytest.raises(FileFault, match="1601 columns"):
        check_plan(make_plan([staged(*new)], TABLE, key=KEY))
