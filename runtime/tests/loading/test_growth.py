"""A column of numbers or dates grows with its values; where it may not, they are rescued as before."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from fuse import Fuse, Killed, loader_of
from loader_job import plan
from world import World

from customer_data.errors import TransientWarehouseError
from customer_data.loading.load import Loader, StageTask
from customer_data.loading.settings import RowErrorPolicy, SchemaContract


def table(world: World, type: str, *values: str, name: str = "customers") -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}"."{name}" (user_id BIGINT NOT NULL, n {type})')
    for number, value in enumerate(values, start=1):
        world.admin.execute(f'INSERT INTO "{world.schema}"."{name}" VALUES ({number}, {value})')


def put(world: World, *values: str) -> Any:
    return world.put("new.csv", "user_id,n", *(f"{number},{value}" for number, value in enumerate(values, start=101)))


def numbers(world: World) -> list[Any]:
    return [row[0] if row[0] is None else Decimal(str(row[0])) for row in world.rows("n, user_id")]


@pytest.mark.parametrize(
    ("stored", "values", "grown", "precision"),
    [
        ("BIGINT", ["1.5"], "numeric", (38, 4)),
        ("NUMERIC(38,4)", ["1.123456"], "numeric", (38, 6)),
        ("INTEGER", ["3000000000"], "bigint", None),
        ("SMALLINT", ["1.5", "70000"], "numeric", (18, 4)),
        ("NUMERIC(10,4)", ["52.520008"], "numeric", (18, 6)),
        ("NUMERIC(18,4)", ["0.123456789012"], "numeric", (38, 12)),
        ("NUMERIC(10,2)", ["4.5e-05"], "numeric", (18, 6)),
        ("NUMERIC(10,2)", ["4.5e-50"], "double precision", None),
    ],
)
def test_a_column_of_numbers_grows(
    world: World, stored: str, values: list[str], grown: str, precision: tuple[int, int] | None
) -> None:
    table(world, stored, "7", "-8", "NULL")
    (result,) = world.load(put(world, *values))

    assert (result.status, result.columns_widened, result.rescue_columns) == ("loaded", ("n",), ())
    assert result.columns_waiting == ()
    assert world.columns()["n"][0] == grown
    assert sorted(number for number in numbers(world) if number is not None) == sorted(
        [Decimal(7), Decimal(-8), *map(Decimal, values)]
    )
    assert list(world.columns()) == ["user_id", "n"]
    if precision:
        found = world.admin.query(
            "SELECT numeric_precision, numeric_scale FROM svv_columns"
            f" WHERE table_schema = '{world.schema}' AND table_name = 'customers' AND column_name = 'n'"
        )
        assert found == [precision]


def test_a_column_of_dates_becomes_one_of_times(world: World) -> None:
    table(world, "DATE", "'2024-02-29'")
    world.load(put(world, "2020-01-02T00:00:22", "2020-01-03"))
    assert world.rows("n, user_id") == [
        ("2020-01-02 00:00:22", 101), ("2020-01-03 00:00:00", 102), ("2024-02-29 00:00:00", 1),
    ]  # fmt: skip


def test_what_no_number_holds_is_rescued_while_the_column_grows(world: World) -> None:
    table(world, "BIGINT", "7")
    (result,) = world.load(put(world, "1.5", "n/a", "007"))
    assert world.rows("user_id, n__as_varchar") == [(1, None), (101, None), (102, "n/a"), (103, "007")]
    assert numbers(world)[:2] == [Decimal("1.5"), Decimal(7)]
    assert result.rows_rescued == 2


def test_values_that_wait_in_the_rescue_column_come_back_and_it_goes_when_it_is_empty(world: World) -> None:
    table(world, "BIGINT", "7")
    world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(32)')
    world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES (2, NULL, '2.25'), (3, NULL, '3.5')")
    world.load(put(world, "1.5"))
    assert numbers(world) == list(map(Decimal, ["1.5", "2.25", "3.5", "7"]))
    assert list(world.columns()) == ["user_id", "n"]


def test_values_come_back_to_a_column_of_whole_numbers_without_decimals(world: World) -> None:
    table(world, "BIGINT", "7")
    world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(64)')
    world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES (2, NULL, '{'8' * 37}')")
    (result,) = world.load(put(world, "9" * 38))
    assert (result.columns_widened, result.rescue_columns) == (("n",), ())
    assert sorted(numbers(world)) == [7, int("8" * 37), int("9" * 38)]
    assert list(world.columns()) == ["user_id", "n"]


def test_a_number_that_no_type_holds_is_rescued_and_the_column_grows_for_the_others(world: World) -> None:
    table(world, "BIGINT", "7")
    no_number = ["1e999", "1.234567890123456789012345678901e5"]
    (result,) = world.load(put(world, "1.5", *no_number))
    assert (result.columns_widened, result.rows_rescued) == (("n",), 2)
    assert world.rows("user_id, n, n__as_varchar") == [
        (1, "7.0000", None), (101, "1.5000", None), (102, None, no_number[0]), (103, None, no_number[1]),
    ]  # fmt: skip


@pytest.mark.parametrize("values", [["0." + "0" * 35 + "1", "100"], ["4.5e-50", "9007199254740993"]])
def test_a_column_does_not_grow_where_only_the_old_type_holds_a_value_of_the_file(
    world: World, values: list[str]
) -> None:
    table(world, "BIGINT", "7")
    (result,) = world.load(put(world, *values))
    assert (result.columns_widened, result.rows_rescued) == ((), 1)
    assert world.rows("user_id, n, n__as_varchar") == [
        (1, 7, None),
        (101, None, values[0]),
        (102, int(values[1]), None),
    ]


def test_what_does_not_come_back_stays_in_the_rescue_column(world: World) -> None:
    table(world, "DATE", "'2024-01-01'")
    world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(32)')
    waiting = ["2024-02-30 10:00:00", "soon", "2024-03-31 10:00"]
    for number, value in enumerate(waiting, start=2):
        world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES ({number}, NULL, '{value}')")
    world.load(put(world, "2024-05-05 05:05:05"))
    assert world.rows("user_id, n, n__as_varchar") == [
        (1, "2024-01-01 00:00:00", None),
        (2, None, "2024-02-30 10:00:00"),
        (3, None, "soon"),
        (4, "2024-03-31 10:00:00", None),
        (101, "2024-05-05 05:05:05", None),
    ]


def test_a_rescue_column_that_others_rely_on_stays_when_it_is_empty(world: World) -> None:
    table(world, "BIGINT", "7")
    world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(32)')
    world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES (2, NULL, '2.25')")
    world.admin.execute(f'CREATE VIEW "{world.schema}".seen AS SELECT n__as_varchar FROM "{world.schema}".customers')
    (result,) = world.load(put(world, "1.5"))
    assert numbers(world) == list(map(Decimal, ["1.5", "2.25", "7"]))
    assert list(world.columns()) == ["user_id", "n__as_varchar", "n"]
    assert result.columns_widened == ("n",)


def test_an_empty_rescue_column_with_a_comment_stays(world: World) -> None:
    table(world, "BIGINT", "7")
    world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(32)')
    world.admin.execute(f"COMMENT ON COLUMN \"{world.schema}\".customers.n__as_varchar IS 'Look at these'")
    (result,) = world.load(put(world, "1.5"))
    assert list(world.columns()) == ["user_id", "n__as_varchar", "n"]
    assert result.columns_widened == ("n",)


def test_two_columns_grow_when_one_of_them_gets_rid_of_its_rescue_column(world: World) -> None:
    schema = f'"{world.schema}"'
    world.admin.execute(f"CREATE TABLE {schema}.customers (user_id BIGINT, a BIGINT, a__as_varchar VARCHAR(9), b DATE)")
    world.admin.execute(f"INSERT INTO {schema}.customers VALUES (1, NULL, '2.5', '2024-01-01')")
    (result,) = world.load(world.put("new.csv", "user_id,a,b", "2,1.5,2024-01-01 10:00:00"))
    assert result.columns_widened == ("a", "b")
    assert world.rows() == [(1, "2.5000", "2024-01-01 00:00:00"), (2, "1.5000", "2024-01-01 10:00:00")]


def overtaken_by(world: World, statement: str) -> Loader:
    """A loader before whose first transaction somebody else runs the statement."""
    loader = world.loader()
    batch, of_others = loader._warehouse.batch, [statement]

    def overtaken(statements: Sequence[str]) -> list[int]:
        if of_others:
            world.admin.execute(of_others.pop())
        return batch(statements)

    loader._warehouse.batch = overtaken  # type: ignore[method-assign]
    return loader


def test_a_growth_that_another_run_has_overtaken_is_planned_again(world: World) -> None:
    table(world, "BIGINT", "7")
    loader = overtaken_by(world, f'ALTER TABLE "{world.schema}".customers ADD COLUMN city VARCHAR(9)')
    (result,) = loader.load([put(world, "1.5")])
    assert (result.status, result.columns_widened, result.rescue_columns) == ("loaded", ("n",), ())
    assert numbers(world) == [Decimal("1.5"), Decimal(7)]


@pytest.mark.parametrize(
    ("faster", "slower"),
    [("1.123456", "1.5"), ("4.5e-50", "9007199254740993")],
    ids=["more decimals than the slower run needs", "a double in place of a whole number"],
)
def test_a_run_that_planned_before_another_let_the_column_grow_changes_no_value(
    world: World, faster: str, slower: str
) -> None:
    table(world, "BIGINT", "7")
    loader, of_other = world.loader(), [world.put("faster.csv", "user_id,n", f"201,{faster}")]
    batch = loader._warehouse.batch

    def overtaken(statements: Sequence[str]) -> list[int]:
        if of_other:
            world.load(of_other.pop())
        return batch(statements)

    loader._warehouse.batch = overtaken  # type: ignore[method-assign]
    (result,) = loader.load([put(world, slower)])
    assert result.status == "loaded"
    values = [number for number in numbers(world) if number is not None]
    if world.columns().get("n__as_varchar"):
        values += [Decimal(value) for (value,) in world.rows("n__as_varchar") if value]
    assert sorted(values) == sorted(map(Decimal, ["7", faster, slower]))


OBSTACLES = {
    "a view": 'CREATE VIEW "{schema}".seen AS SELECT n FROM "{schema}".customers',
    "a grant on the column": 'GRANT SELECT (n) ON "{schema}".customers TO PUBLIC',
    "a unique constraint": 'ALTER TABLE "{schema}".customers ADD UNIQUE (n)',
    "a unique constraint on more": 'ALTER TABLE "{schema}".customers ADD CONSTRAINT pair UNIQUE (user_id, n)',
    "a foreign key": 'ALTER TABLE "{schema}".customers ADD FOREIGN KEY (n) REFERENCES "{schema}".orders (id)',
    "another table": 'ALTER TABLE "{schema}".orders ADD FOREIGN KEY (id) REFERENCES "{schema}".customers (n)',
    "a comment": """COMMENT ON COLUMN "{schema}".customers.n IS 'Net amount'""",
}


def submitted_by(loader: Loader) -> list[str]:
    """The statements of its transactions, in a list that fills up."""
    statements: list[str] = []
    batch = loader._warehouse.batch

    def noted(submitted: Sequence[str]) -> list[int]:
        statements.extend(submitted)
        return batch(submitted)

    loader._warehouse.batch = noted  # type: ignore[method-assign]
    return statements


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_a_column_that_others_rely_on_stays_and_its_values_are_rescued(world: World, obstacle: str) -> None:
    table(world, "BIGINT", "7")
    world.admin.execute(f'CREATE TABLE "{world.schema}".orders (id BIGINT)')
    world.admin.execute(OBSTACLES[obstacle].format(schema=world.schema))
    loader = world.loader()
    statements = submitted_by(loader)
    (result,) = loader.load([put(world, "1.5")])
    assert result.status == "loaded"
    assert world.rows("user_id, n, n__as_varchar") == [(1, 7, None), (101, None, "1.5")]
    assert not [statement for statement in statements if "__grown_" in statement], "nothing is rewritten in vain"


@pytest.mark.parametrize("of", ["other columns", "a table of the same name"])
def test_what_others_rely_on_elsewhere_is_no_obstacle(world: World, of: str) -> None:
    table(world, "BIGINT", "7")
    if of == "other columns":
        on = world.schema
        world.admin.execute(f'CREATE VIEW "{on}".seen AS SELECT user_id FROM "{on}".customers')
    else:
        on = world.new_schema()
        world.admin.execute(f'CREATE TABLE "{on}".customers (user_id BIGINT, n BIGINT, UNIQUE (n))')
        world.admin.execute(f'CREATE VIEW "{on}".seen AS SELECT n FROM "{on}".customers')
        world.admin.execute(f"COMMENT ON COLUMN \"{on}\".customers.n IS 'Net amount'")
    world.admin.execute(f'ALTER TABLE "{on}".customers ADD PRIMARY KEY (user_id)')
    world.admin.execute(f"COMMENT ON COLUMN \"{on}\".customers.user_id IS 'Who'")
    (result,) = world.load(put(world, "1.5"))
    assert result.columns_widened == ("n",)


def test_a_view_that_comes_while_the_column_grows_keeps_it(world: World) -> None:
    table(world, "BIGINT", "7")
    loader = overtaken_by(world, OBSTACLES["a view"].format(schema=world.schema))
    (result,) = loader.load([put(world, "1.5")])
    assert (result.status, result.columns_widened) == ("loaded", ())
    assert world.rows("user_id, n, n__as_varchar") == [(1, 7, None), (101, None, "1.5")]


def test_without_growth_nothing_is_asked_and_no_file_is_read_for_it(world: World) -> None:
    table(world, "BIGINT", "7")
    loader = world.loader(grow_up_to_rows=0)
    asked, query = list[str](), loader._warehouse.query
    loader._warehouse.query = lambda sql, **more: (asked.append(sql), query(sql, **more))[1]  # type: ignore[method-assign]
    staged, stage = list[StageTask](), loader._stage_files
    loader._stage_files = lambda tasks: (staged.extend(tasks), stage(tasks))[1]
    (result,) = loader.load([put(world, "1.5")])
    assert world.rows("user_id, n, n__as_varchar") == [(1, 7, None), (101, None, "1.5")]
    assert result.columns_widened == ()
    assert len(staged) == 1
    assert not [statement for statement in asked if "COUNT(*)" in statement or "redshift_columns" in statement]


LOST = {
    "a lost connection": TransientWarehouseError("the warehouse is not available"),
    "another writer": None,
}


@pytest.mark.parametrize("lost", LOST)
def test_a_column_that_has_grown_is_told_of_when_the_next_one_fails(world: World, lost: str) -> None:
    schema = f'"{world.schema}"'
    world.admin.execute(f"CREATE TABLE {schema}.customers (user_id BIGINT, a BIGINT, b BIGINT)")
    loader = world.loader()
    batch, failures = loader._warehouse.batch, [LOST[lost]]

    def fails_at_b(statements: Sequence[str]) -> list[int]:
        if failures and any('DROP COLUMN "b"' in statement for statement in statements):
            if failure := failures.pop():
                raise failure
            world.admin.execute(f"ALTER TABLE {schema}.customers ADD COLUMN city VARCHAR(9)")
        return batch(statements)

    loader._warehouse.batch = fails_at_b  # type: ignore[method-assign]
    (result,) = loader.load([world.put("new.csv", "user_id,a,b", "1,1.5,2.5")])
    assert not failures
    assert (result.status, result.columns_widened) == ("loaded", ("a", "b"))


def test_a_column_that_was_widened_is_told_of_when_the_next_one_fails(world: World) -> None:
    schema = f'"{world.schema}"'
    world.admin.execute(f"CREATE TABLE {schema}.customers (user_id BIGINT, a VARCHAR(2), b VARCHAR(2))")
    loader = world.loader()
    execute, failures = loader._warehouse.execute, [LOST["a lost connection"]]

    def fails_at_b(statement: str, **more: Any) -> Any:
        if failures and 'ALTER COLUMN "b"' in statement and (failure := failures.pop()):
            raise failure
        return execute(statement, **more)

    loader._warehouse.execute = fails_at_b  # type: ignore[method-assign]
    (result,) = loader.load([world.put("new.csv", "user_id,a,b", "1,long,longer")])
    assert not failures
    assert (result.status, result.columns_widened) == ("loaded", ("a", "b"))


@pytest.mark.parametrize("more", ["SORTKEY (n)", "DISTSTYLE KEY DISTKEY (n)"])
def test_a_sort_or_distribution_key_stays(world: World, more: str) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, n BIGINT) {more}')
    world.load(put(world, "1.5"))
    assert world.rows("user_id, n, n__as_varchar") == [(101, None, "1.5")]


def test_a_column_that_is_not_null_grows_and_is_so_no_longer(world: World) -> None:
    table(world, "INTEGER NOT NULL", "7")
    (result,) = world.load(put(world, "3000000000", ""))
    assert (result.status, result.columns_widened, result.columns_nullable) == ("loaded", ("n",), ("n",))
    assert '"columns_nullable": ["n"]' in result.summary_line()
    assert result.outcome().columns_nullable == ("n",)
    assert world.rows("user_id, n") == [(1, 7), (101, 3_000_000_000), (102, None)]


def test_a_column_with_a_default_stays(world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, n BIGINT DEFAULT 5)')
    (result,) = world.load(put(world, "1.5"))
    assert world.columns()["n"][0] == "bigint"
    assert result.columns_widened == ()


def test_a_double_that_would_change_a_stored_decimal_is_rescued(world: World) -> None:
    table(world, "NUMERIC(38,20)", "1.00000000000000000001")
    world.load(put(world, "4.5e-50"))
    assert world.columns()["n"][0] == "numeric"
    assert world.rows("n__as_varchar, user_id")[0] == ("4.5e-50", 101)


def test_a_type_that_would_not_hold_what_is_stored_leaves_the_column_as_it_is(world: World) -> None:
    table(world, "NUMERIC(38,4)", "1234567890123456789012345678901234")
    world.load(put(world, "1.123456"))
    assert world.rows("user_id, n__as_varchar") == [(1, None), (101, "1.123456")]


def test_a_large_table_is_not_rewritten(world: World) -> None:
    table(world, "BIGINT", "7", "8")
    world.load(put(world, "1.5"), grow_up_to_rows=1)
    assert world.columns()["n"][0] == "bigint"
    assert world.rows("n__as_varchar, user_id")[0] == ("1.5", 101)


@pytest.mark.parametrize("contract", [SchemaContract.FREEZE, SchemaContract.DISCARD])
def test_other_contracts_change_no_type(world: World, contract: SchemaContract) -> None:
    table(world, "BIGINT", "7")
    world.load(put(world, "1.5"), schema_contract=contract)
    assert world.columns()["n"][0] == "bigint"


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_files_end_in_the_same_table_however_they_met(world: World, together: bool) -> None:
    written = ["1", "2.5", "3.123456", "n/a", "12345678901234567890", "4.0"]
    files = [world.put(f"{i}.csv", "user_id,n", f"{i},{value}") for i, value in enumerate(written)]
    for batch in [files] if together else [[file] for file in files]:
        world.load(*batch)
    rows = [(row[0], row[1] and Decimal(str(row[1])), row[2]) for row in world.rows("user_id, n, n__as_varchar")]
    assert rows == [
        (i, None, value) if value == "n/a" else (i, Decimal(value), None) for i, value in enumerate(written)
    ]
    assert world.columns()["n"][0] == "numeric"


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_what_a_file_rescues_is_decided_by_the_table_in_its_turn(world: World, together: bool) -> None:
    table(world, "BIGINT", "7")
    too_long = "0." + "1" * 39
    files = [put(world, "1.5"), world.put("b.csv", "user_id,n", "201,2.5", f"202,{too_long}")]
    for batch in [files] if together else [[file] for file in files]:
        world.load(*batch)
    assert world.rows("user_id, n, n__as_varchar")[1:] == [
        (101, "1.5000", None), (201, "2.5000", None), (202, None, too_long),
    ]  # fmt: skip


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_a_column_that_could_not_grow_for_one_file_grows_for_the_next(world: World, together: bool) -> None:
    table(world, "NUMERIC(38,4)", "9" * 33)
    files = [put(world, "1.123456"), world.put("b.csv", "user_id,n", "201,1.12345")]
    for batch in [files] if together else [[file] for file in files]:
        world.load(*batch)
    assert world.rows("user_id, n, n__as_varchar")[1:] == [(101, None, "1.123456"), (201, "1.12345", None)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_whole_numbers_grow_after_a_file_that_fits(world: World, together: bool) -> None:
    table(world, "INTEGER", "7")
    files = [put(world, "5"), world.put("b.csv", "user_id,n", "201,3000000000")]
    results = [world.load(*batch) for batch in ([files] if together else [[file] for file in files])]
    assert [result.columns_widened for batch in results for result in batch] == [(), ("n",)]
    assert sorted(numbers(world)) == [5, 7, 3_000_000_000]


def test_the_plan_shows_the_type_that_a_column_would_get(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    table(world, "BIGINT", "7")
    said, report = plan(world, put(world, "1.5"), capsys)
    assert report["columns_widened"] == {"n": "NUMERIC(38,4)"}
    assert "~ n NUMERIC(38,4)" in said
    assert world.columns()["n"][0] == "bigint"


NOT_GROWING: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "a view": (OBSTACLES["a view"], "7", "the view 'seen' needs it", {}),
    "a constraint": (OBSTACLES["a unique constraint on more"], "7", "the constraint 'pair' is on it", {}),
    "a comment": (OBSTACLES["a comment"], "7", "it has a comment", {}),
    "a large table": (
        'INSERT INTO "{schema}".customers VALUES (2, 8)', "7",
        "the table has 2 rows, and one of more than 1 is not rewritten", {"grow_up_to_rows": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("obstacle", NOT_GROWING)
def test_the_plan_says_why_a_column_would_not_grow(
    world: World, obstacle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    statement, value, reason, settings = NOT_GROWING[obstacle]
    table(world, "BIGINT", value)
    world.admin.execute(statement.format(schema=world.schema))
    said, report = plan(world, put(world, "1.5"), capsys, **settings)
    assert f"  ! n stays BIGINT: {reason}" in said.splitlines()
    assert report["columns_not_growing"] == {"n": {"type": "BIGINT", "reason": reason}}
    assert (report["columns_widened"], report["columns_added"]) == ({}, {"n__as_varchar": "VARCHAR(32)"})
    assert (report["rows_rescued"], [rescue["values"] for rescue in report["rescue_columns"]]) == (1, [1])


def test_the_plan_says_that_a_stored_value_keeps_a_column_from_growing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    table(world, "NUMERIC(38,4)", "1234567890123456789012345678901234")
    said, report = plan(world, put(world, "1.123456"), capsys)
    assert "  ! n stays NUMERIC(38,4): NUMERIC(38,6) does not hold every value that is stored" in said.splitlines()
    assert report["columns_widened"] == {}


def test_the_plan_without_growth_shows_the_rescue_column(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    table(world, "BIGINT", "7")
    _, report = plan(world, put(world, "1.5"), capsys, grow_up_to_rows=0)
    assert (report["columns_widened"], report["columns_not_growing"]) == ({}, {})
    assert report["columns_added"] == {"n__as_varchar": "VARCHAR(32)"}


@pytest.mark.parametrize("after", [False, True], ids=["before_the_step", "after_the_step"])
def test_a_run_that_is_killed_leaves_the_old_column_or_the_new_one(world: World, after: bool) -> None:
    for step in itertools.count(1):
        world.schema = world.new_schema()
        table(world, "BIGINT", "7")
        world.admin.execute(f'ALTER TABLE "{world.schema}".customers ADD COLUMN n__as_varchar VARCHAR(32)')
        world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES (2, NULL, '2.25')")
        file = put(world, "1.5")
        fuse = Fuse(step, after=after)
        with suppress(Killed):
            loader_of(world, fuse).load([file])
        _until(lambda: numbers(world) in [[*map(Decimal, seen), *none] for seen, none in _SEEN])
        loader_of(world, Fuse(0, after=after)).load([file])

        assert numbers(world) == list(map(Decimal, ["1.5", "2.25", "7"])), f"killed at step {step}"
        assert world.columns()["n"][0] == "numeric"
        assert list(world.columns()) == ["user_id", "n"], "the rescue column goes with its last value"
        if not fuse.killed:
            assert step > 5
            return


#: What is in the table before and after the growth, and after the load: a statement that was submitted still runs.
_SEEN: list[tuple[list[str], list[None]]] = [
    (["7"], [None]), (["2.25", "7"], []), (["1.5", "2.25", "7"], []),
]  # fmt: skip


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(50):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("the table is neither as it was nor as it should be")


@pytest.mark.parametrize(
    ("stored", "values", "waits"),
    [
        ("BIGINT", ["9007199254740993", "4.5e-50"], "4.5e-50"),
        ("NUMERIC(38,4)", ["123456789012345678901234567890", "0.123456789012"], "0.123456789012"),
        ("BIGINT", ["6", "0." + "0" * 28 + "1234e30"], "0." + "0" * 28 + "1234e30"),
    ],
)
def test_a_column_does_not_grow_where_another_value_of_the_file_would_be_lost(
    world: World, stored: str, values: list[str], waits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table(world, stored)
    file = put(world, *values)
    _, report = plan(world, file, capsys)
    assert (report["columns_widened"], report["rows_rescued"]) == ({}, 1)
    (result,) = world.load(file)

    assert (result.columns_widened, result.rows_rescued) == ((), 1)
    assert Decimal(str(world.rows("n")[0][0])) == Decimal(values[0])
    assert world.rows("user_id, n__as_varchar") == [(101, None), (102, waits)]


def test_a_column_grows_by_values_that_its_rescue_column_does_not_take_and_their_line_is_right(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    table(world, "BIGINT, n__as_varchar CHAR(2)", name="customers")
    file = world.put("a.csv", "user_id,name,n", '1,"two\nlines",5', "2,Bo,1.5", "3,Cy,n/a", "4,Di,no")
    _, report = plan(world, file, capsys, row_errors="quarantine_rows")
    (result,) = world.load(file, row_errors=RowErrorPolicy.QUARANTINE_ROWS)

    # The rescue column was empty and went; a new one takes what the grown one does not.
    assert (result.columns_widened, result.rows_rejected, result.rows_rescued) == (("n",), 0, 2)
    assert [row[1] for row in world.rows("user_id, n")] == ["5.0000", "1.5000", None, None]
    grown = next(column for column in report["column_types"] if column["name"] == "n")
    assert (grown["stored"], grown["line"], grown["shape"]) == ("BIGINT", 4, "•.•")
