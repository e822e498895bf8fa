"""What a group of staged files would do to a table, decided without touching it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customer_data.column_types import (
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
from customer_data.manifest import SourceFile
from customer_data.plan import Widening, check_plan, fits, groups, make_plan
from customer_data.settings import LoaderSettings, SchemaContract, StagingLocation, TableName, WarehouseConnection
from customer_data.staged_file import StagedColumn, StagedFile

EVOLVE, FREEZE, DISCARD = SchemaContract.EVOLVE, SchemaContract.FREEZE, SchemaContract.DISCARD
SETTINGS = LoaderSettings(
    pipeline="p",
    table=TableName("crm", "customers"),
    staging=StagingLocation("staging", "staging/"),
    warehouse=WarehouseConnection(database="dev", copy_role_arn="arn"),
)
TABLE = TableSchema((TableColumn("user_id", BIGINT), TableColumn("name", varchar(32)), TableColumn("born", DATE)))


def column(name: str, column_type: ColumnType | None = BIGINT, max_bytes: int = 3, **changes: object) -> StagedColumn:
    staged = StagedColumn(name, name, column_type, max_bytes, is_new=TABLE.column(name) is None)
    return replace(staged, **changes)  # type: ignore[arg-type]


def staged(*columns: StagedColumn, discarded: tuple[str, ...] = (), number: int = 0) -> StagedFile:
    file = SourceFile(f"{number:064}", "b", f"{number}.csv", None, "e", 1, None, "2024-01-01T00:00:00Z")
    return StagedFile(file, columns=(column("user_id"), *columns), discarded_columns=discarded)


@pytest.mark.parametrize(
    ("file", "contract", "expected"),
    [
        (staged(column("name", varchar(32), 32)), FREEZE, True),
        (staged(column("name", varchar(32), 33)), EVOLVE, True),
        (staged(column("name", varchar(32), 33)), FREEZE, False),
        (staged(column("name", varchar(32), 33)), DISCARD, False),
        (staged(column("name", varchar(32), 70_000)), EVOLVE, False),
        (staged(column("born", DATE)), FREEZE, True),
        (staged(column("born", replace(DATE, format="DD/MM/YYYY"))), FREEZE, True),
        (staged(column("born", TIMESTAMP)), EVOLVE, False),
        (staged(column("born", None, 0)), FREEZE, True),
        (staged(column("age")), EVOLVE, True),
        (staged(column("age")), FREEZE, False),
        (staged(column("gone", is_new=False)), EVOLVE, False),
        (staged(discarded=("age",)), DISCARD, True),
        (staged(discarded=("name",)), DISCARD, False),
    ],
)
def test_a_file_fits_the_table_that_its_values_were_checked_for(
    file: StagedFile, contract: SchemaContract, expected: bool
) -> None:
    assert fits(file, TABLE, contract) is expected


def test_a_refused_widening_is_not_planned_again() -> None:
    narrow = TableSchema((TABLE.columns[0], TableColumn("name", varchar(32), widenable=False)))

    assert not fits(staged(column("name", varchar(32), 33)), narrow, EVOLVE)


def test_a_file_checked_for_a_table_that_is_gone_fits_no_more() -> None:
    assert not fits(staged(column("name", varchar(32))), None, EVOLVE)


def test_consecutive_files_with_the_same_columns_are_one_group() -> None:
    a, b, c, d = (
        staged(column("age"), number=1),
        staged(column("age"), number=2),
        staged(column("city"), number=3),
        staged(column("age"), number=4),
    )

    assert groups([a, b, c, d]) == [(a, b), (c,), (d,)]


@pytest.mark.parametrize(
    "other",
    [
        (column("name", varchar(32)), column("age")),
        (column("age", is_new=False), column("name", varchar(32))),
        (column("age", replace(DATE, format="DD/MM/YYYY")), column("name", varchar(32))),
        (column("age", rescue_for="name"), column("name", varchar(32))),
    ],
    ids=["order", "already there", "date format", "rescue"],
)
def test_files_that_are_copied_or_cast_differently_are_two_groups(other: tuple[StagedColumn, ...]) -> None:
    assert len(groups([staged(column("age"), column("name", varchar(32))), staged(*other)])) == 2


def test_a_new_column_gets_the_type_that_holds_the_values_of_all_files() -> None:
    files = [staged(column("n", BIGINT)), staged(column("n", None, 0)), staged(column("n", numeric(18, 4)))]
    plan = make_plan(files, TABLE, SETTINGS)

    (new,) = plan.new_columns
    assert (new.type.name, new.type.precision) == ("numeric", 38)


def test_a_column_is_widened_once_for_the_longest_value_of_all_files() -> None:
    files = [staged(column("name", varchar(32), length)) for length in (40, 500, 33)]
    plan = make_plan(files, TABLE, SETTINGS)

    assert plan.widenings == (Widening("name", 1024),)
    assert plan.staged_lengths == (3, 500)


def test_a_date_is_read_as_the_file_writes_it_and_stored_as_the_table_has_it() -> None:
    plan = make_plan([staged(column("born", replace(DATE, format="DD/MM/YYYY")))], TABLE, SETTINGS)

    assert plan.written[1].type == replace(DATE, format="DD/MM/YYYY")


def test_columns_without_values_wait_and_columns_without_a_header_are_kept() -> None:
    plan = make_plan([staged(column("age", None, 0))], TABLE, SETTINGS)

    assert plan.waiting == ("age",)
    assert [written.name for written in plan.written] == ["user_id"]
    assert plan.kept == ("name", "born")


def test_a_stored_rescue_value_is_not_kept_beside_its_original() -> None:
    table = TableSchema((*TABLE.columns, TableColumn("born__as_varchar", varchar(32))))

    assert make_plan([staged(column("born", DATE))], table, SETTINGS).kept == ("name",)
    assert make_plan([staged()], table, SETTINGS).kept == ("name", "born", "born__as_varchar")


def test_the_key_is_found_in_any_letter_case() -> None:
    plan = make_plan([staged()], TABLE, replace(SETTINGS, primary_key=("USER_ID",), sequence_column="User_Id"))

    assert plan.key_names == ("user_id",)
    assert plan.sequence is not None and plan.sequence.name == "user_id"


def test_refuses_more_columns_than_a_table_may_have() -> None:
    new = [column(f"n{number}") for number in range(MAX_COLUMNS - len(TABLE.columns) + 1)]
    check_plan(make_plan([staged(*new[:-1])], TABLE, SETTINGS))

    with pytest.raises(FileFault, match="1601 columns"):
        check_plan(make_plan([staged(*new)], TABLE, SETTINGS))
