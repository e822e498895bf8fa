"""columnTypes: a new column gets the named type, and no file changes it."""

from __future__ import annotations

from typing import Any

import pytest
from loader_job import everything_stored, plan, rejected
from loader_job import run as run_job
from world import World

from customer_data.csv.format import CsvFormat
from customer_data.errors import RunFailed, SettingsError
from customer_data.loading.settings import RowErrorPolicy, SchemaContract

VERSION = {"version": "VARCHAR(16)"}


def types(world: World) -> dict[str, str]:
    """The table's columns as DDL spells them, the key left out."""
    rows = world.admin.query(
        "SELECT column_name, data_type, character_maximum_length, numeric_precision, numeric_scale FROM svv_columns"
        f" WHERE table_schema = '{world.schema}' AND table_name = 'customers' ORDER BY ordinal_position"
    )
    written = {}
    for name, type, length, precision, scale in rows:
        numbers = [length] if length else [precision, scale] if type == "numeric" else []
        written[str(name)] = f"{type}({','.join(map(str, numbers))})" if numbers else str(type)
    return {name: type for name, type in written.items() if name != "user_id"}


def create(world: World, *columns: str) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, {", ".join(columns)})')


@pytest.mark.parametrize("table_is_there", [False, True], ids=["first load", "later file"])
@pytest.mark.parametrize(
    ("named", "type", "value", "stored"),
    [
        ("VARCHAR(16)", "character varying(16)", "10.10", "10.10"),
        ("text", "character varying(256)", "00123", "00123"),
        ("CHAR(5)", "character(5)", "00123", "00123"),
        ("DECIMAL(12, 2)", "numeric(12,2)", "5", "5.00"),
        ("NUMERIC", "numeric(18,0)", "5.0", "5"),
        ("FLOAT8", "double precision", "48.8566", 48.8566),
        ("real", "real", "0.5", 0.5),
        ("INT2", "smallint", "7", 7),
        ("int", "integer", "7", 7),
        ("BOOL", "boolean", "1", True),
        ("DATE", "date", "2024-01-31", "2024-01-31"),
        ("TIMESTAMP", "timestamp without time zone", "2024-01-31", "2024-01-31 00:00:00"),
        (
            "TIMESTAMP WITH TIME ZONE", "timestamp with time zone", "2024-01-31 10:00:00 -0400",
            "2024-01-31 14:00:00+00",
        ),
        ("BIGINT", "bigint", "", None),
    ],
)  # fmt: skip
def test_a_new_column_gets_the_named_type_exactly(
    world: World, table_is_there: bool, named: str, type: str, value: str, stored: Any
) -> None:
    if table_is_there:
        create(world, "name VARCHAR(8)")
    (result,) = world.load(world.put("a.csv", "user_id,c", f"1,{value}"), column_types={"c": named})
    assert (result.status, result.columns_added) == ("loaded", ("c",) if table_is_there else ("user_id", "c"))
    assert types(world)["c"] == type
    assert world.rows("c") == [(stored,)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_a_value_that_does_not_fit_a_named_type_is_rescued_and_the_type_stays(world: World, together: bool) -> None:
    named = {"version": "VARCHAR(4)", "n": "BIGINT", "amount": "NUMERIC(12,2)", "born": "DATE"}
    files = [
        world.put("a.csv", "user_id,version,n,amount,born", "1,1.10,7,1.5,2024-01-31"),
        world.put("b.csv", "user_id,version,n,amount,born", "2,10.10,7.5,1.234,2024-01-31 10:00:00", "3,ü.10,8,2,"),
    ]
    for batch in [files] if together else [[file] for file in files]:
        results = world.load(*batch, column_types=named)
    assert (results[-1].status, results[-1].columns_widened, results[-1].rows_rescued) == ("loaded", (), 2)
    assert {name: type for name, type in types(world).items() if name in named} == {
        "version": "character varying(4)", "n": "bigint", "amount": "numeric(12,2)", "born": "date",
    }  # fmt: skip
    assert world.rows("user_id, version, n, amount, born") == [
        (1, "1.10", 7, "1.50", "2024-01-31"), (2, None, None, None, None), (3, None, 8, "2.00", None),
    ]  # fmt: skip
    assert world.rows("user_id, version__as_varchar, n__as_varchar, amount__as_varchar, born__as_varchar") == [
        (1, None, None, None, None), (2, "10.10", "7.5", "1.234", "2024-01-31 10:00:00"),
        (3, "ü.10", None, None, None),
    ]  # fmt: skip


def test_in_the_first_file_too_a_value_that_does_not_fit_is_rescued(world: World) -> None:
    (result,) = world.load(world.put("a.csv", "user_id,n", "1,5", "2,5.5", "3,n/a"), column_types={"n": "INT"})
    assert types(world) == {"n": "integer", "n__as_varchar": "character varying(32)"}
    assert world.rows("user_id, n, n__as_varchar") == [(1, 5, None), (2, None, "5.5"), (3, None, "n/a")]
    assert [(column.name, column.values) for column in result.rescue_columns] == [("n__as_varchar", 2)]


def test_under_freeze_a_value_that_does_not_fit_fails_the_first_file(world: World) -> None:
    (result,) = world.load(
        world.put("a.csv", "user_id,version", "1,1.10", "2,12345678901234567"),
        column_types=VERSION,
        schema_contract=SchemaContract.FREEZE,
    )
    assert result.status == "failed"
    assert "line 3" in str(result.reason)
    assert "the column version VARCHAR(16) (as columnTypes says)" in str(result.reason)


def test_under_discard_a_record_that_does_not_fit_is_rejected(world: World) -> None:
    (result,) = world.load(
        world.put("a.csv", "user_id,version", "1,1.10", "2,12345678901234567"),
        column_types=VERSION,
        schema_contract=SchemaContract.DISCARD,
        row_errors=RowErrorPolicy.QUARANTINE_ROWS,
    )
    assert (result.status, result.rows_rejected) == ("loaded", 1)
    assert world.rows() == [(1, "1.10")]


def test_a_contract_that_adds_no_columns_adds_none_with_a_named_type(world: World) -> None:
    create(world, "name VARCHAR(8)")
    file = world.put("a.csv", "user_id,name,version", "1,Ann,1.10")
    (discarded,) = world.load(file, column_types=VERSION, schema_contract=SchemaContract.DISCARD)
    assert discarded.columns_discarded == ("version",)


def test_keys_are_what_their_named_type_says(world: World) -> None:
    ids = ["00123", "123", "1.10", "1.1", "1E3"]
    changes = {"column_types": {"user_id": "VARCHAR(16)"}, "row_errors": RowErrorPolicy.QUARANTINE_ROWS}
    world.load(world.put("a.csv", "user_id,n", *(f"{id},1" for id in ids)), **changes)
    (result,) = world.load(world.put("b.csv", "user_id,n", "00123,2", f"{'9' * 17},2", "1.10 ,2"), **changes)
    assert world.columns()["user_id"] == ("character varying", 16)
    assert sorted(world.rows("user_id, n")) == sorted((id, 2 if id == "00123" else 1) for id in ids)
    assert {(entry["line"], entry["errors"][0]["code"]) for entry in rejected(world)} == {
        (3, "unfit_value"), (4, "key_trailing_blank"),
    }  # fmt: skip
    assert result.rows_rescued == 0


@pytest.mark.parametrize("type", ["VARCHAR(8)", "CHAR(8)"])
def test_what_nobody_sees_around_a_key_of_a_named_type_is_rejected(world: World, type: str) -> None:
    changes = {"column_types": {"user_id": type}, "row_errors": RowErrorPolicy.QUARANTINE_ROWS}
    world.load(world.put("a.csv", "user_id,n", "A1,1", "A1\t,2", "A1 ,3"), **changes)
    assert world.rows("n") == [(1,)]
    codes = [{error["code"] for error in entry["errors"]} for entry in rejected(world)]
    assert "key_blank" in codes[0]
    assert "key_trailing_blank" in codes[1]


def test_dates_are_read_in_the_formats_of_the_file(world: World) -> None:
    csv = CsvFormat(date_formats=("DD/MM/YYYY", "DD/MM/YYYY HH24:MI"))
    file = world.put("a.csv", "user_id,born,seen", "1,31/01/2024,31/01/2024 10:30", "2,01/02/2024,01/02/2024 11:00")
    world.load(file, column_types={"born": "DATE", "seen": "TIMESTAMP"}, csv=csv)
    assert world.rows("user_id, born, seen") == [
        (1, "2024-01-31", "2024-01-31 10:30:00"), (2, "2024-02-01", "2024-02-01 11:00:00"),
    ]  # fmt: skip


WIDER = [
    ("VARCHAR(16)", "VARCHAR(64)"), ("CHAR(4)", "CHAR(8)"), ("NUMERIC(12,2)", "NUMERIC(18,4)"), ("SMALLINT", "BIGINT"),
    ("REAL", "DOUBLE PRECISION"), ("TIMESTAMPTZ", "TIMESTAMPTZ"),
]  # fmt: skip
OTHERS = [
    ("VARCHAR(16)", "BIGINT"), ("VARCHAR(16)", "VARCHAR(8)"), ("CHAR(8)", "CHAR(4)"), ("CHAR(4)", "VARCHAR(8)"),
    ("BIGINT", "NUMERIC(38,4)"), ("BIGINT", "INTEGER"), ("NUMERIC(12,2)", "NUMERIC(12,4)"), ("DATE", "TIMESTAMP"),
    ("TIMESTAMP", "TIMESTAMPTZ"), ("VARCHAR(5)", "BOOLEAN"), ("BIGINT", "DOUBLE PRECISION"),
]  # fmt: skip


@pytest.mark.parametrize(("named", "stored"), WIDER)
def test_a_column_of_the_named_type_or_a_wider_one_is_taken_as_it_is(world: World, named: str, stored: str) -> None:
    create(world, f"c {stored}")
    before = types(world)
    (result,) = world.load(world.put("a.csv", "user_id,c", "1,"), column_types={"c": named})
    assert (result.status, types(world)) == ("loaded", before)


@pytest.mark.parametrize(("named", "stored"), OTHERS)
def test_a_column_of_another_type_ends_the_run_with_both_named(world: World, named: str, stored: str) -> None:
    create(world, f"c {stored}")
    file = world.put("a.csv", "user_id,c", "1,")
    with pytest.raises(SettingsError) as raised:
        world.load(file, column_types={"c": named})
    said = str(raised.value)
    assert f"c is {stored} there and {named} in columnTypes" in said
    assert f"{world.schema}.customers" in said
    assert "write the table's type in columnTypes" in said
    assert world.object_keys() == ["landing/a.csv"]
    assert world.ledger() == []


def test_a_column_that_is_wider_than_named_does_not_grow_either(world: World) -> None:
    create(world, "version VARCHAR(20)", "n BIGINT")
    before = types(world)
    file = world.put("a.csv", "user_id,version,n", f"1,{'9' * 20},1", f"2,{'9' * 21},1.5")
    world.load(file, column_types={**VERSION, "n": "INT"})
    assert {name: type for name, type in types(world).items() if not name.endswith("__as_varchar")} == before
    assert world.rows("user_id, version, version__as_varchar, n__as_varchar") == [
        (1, "9" * 20, None, None), (2, None, "9" * 21, "1.5"),
    ]  # fmt: skip


def test_a_header_in_another_case_is_the_column_with_a_named_type(world: World) -> None:
    world.load(world.put("a.csv", "user_id,FIRSTNAME", "1,Ann"), column_types={"first_name": "VARCHAR(40)"})
    assert types(world) == {"first_name": "character varying(40)"}


def test_a_sequence_of_text_may_be_named(world: World) -> None:
    file = world.put("a.csv", "user_id,version", "1,01B", "1,01A")
    (result,) = world.load(file, sequence_column="version", column_types=VERSION)
    assert (result.status, world.rows()) == ("loaded", [(1, "01B")])


def test_the_plan_shows_named_types_and_what_would_be_rescued(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    file = world.put("a.csv", "user_id,version,n", "1,10.10,5", "2,1.1,5.5")
    before = everything_stored(world)
    said, report = plan(world, file, capsys, column_types={**VERSION, "n": "int"})
    assert report["columns_added"] == {
        "user_id": "BIGINT", "version": "VARCHAR(16)", "n": "INTEGER", "n__as_varchar": "VARCHAR(32)",
    }  # fmt: skip
    assert "+ version VARCHAR(16)" in said
    assert everything_stored(world) == before


def test_the_plan_refuses_a_column_of_another_type_too(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    create(world, "version BIGINT")
    with pytest.raises(RunFailed, match=r"version is BIGINT there and VARCHAR\(16\) in columnTypes"):
        plan(world, world.put("a.csv", "user_id,version", "1,1.1"), capsys, column_types=VERSION)


def test_the_job_refuses_what_is_no_type_and_names_it(world: World) -> None:
    with pytest.raises(RunFailed, match=r"columnTypes\['version'\]: 'MONEY' is no type .* allowed: SMALLINT, .*CHAR"):
        run_job(world, world.put("a.csv", "user_id,version", "1,1.1"), column_types={"version": "MONEY"})
