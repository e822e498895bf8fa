"""What ends in the table, for each kind of file that the landing bucket gets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from world import STAGING, World

from customer_data.errors import WarehouseError
from customer_data.files.manifest import SourceFile
from customer_data.loading.file_result import FileResult
from customer_data.loading.load import Loader
from customer_data.loading.settings import SchemaContract

NOT_WIDENABLE = 'cannot alter column "name" of relation "customers", column encoding type text255'


def statuses(results: list[FileResult]) -> list[str]:
    return [result.status for result in results]


def test_creates_the_table_and_loads_the_rows(world: World) -> None:
    results = world.load(world.put("a.csv", "user_id,name", "1,Ann", "2,Bo"))

    assert statuses(results) == ["loaded"]
    assert world.rows() == [(1, "Ann"), (2, "Bo")]
    assert world.ledger("object_key, status, rows_read, rows_loaded, columns_added") == [
        ("landing/a.csv", "loaded", 2, 2, '["user_id", "name"]')
    ]


def test_replaces_rows_with_the_same_key_and_keeps_the_others(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann", "2,Bo"))
    world.load(world.put("b.csv", "user_id,name", "2,Bob", "3,Cy"))

    assert world.rows() == [(1, "Ann"), (2, "Bob"), (3, "Cy")]


def test_upserts_by_all_columns_of_a_composite_key(world: World) -> None:
    key = ("user_id", "month")
    world.load(world.put("a.csv", "user_id,month,spent", "1,1,10", "1,2,20"), primary_key=key)
    world.load(world.put("b.csv", "month,user_id,spent", "2,1,21"), primary_key=key)

    assert world.rows() == [(1, 1, 10), (1, 2, 21)]


def test_keeps_stored_values_of_columns_that_the_file_lacks(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name,city", "1,Ann,Oslo", "2,Bo,Rome"))
    world.load(world.put("b.csv", "user_id,name", "2,Bob", "3,Cy"))

    assert world.rows() == [(1, "Ann", "Oslo"), (2, "Bob", "Rome"), (3, "Cy", None)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["1,Ann", "2,Bo"], ["2,Bob", "3,Cy"]),
        (["2,Bo", "9,Jo"], ["1,Ann", "2,Bob", "3,Cy", "9,Jo"]),
        (["2,Bo", "1,Ann", "2,Bob"], ["3,Cy"]),
        (["1,Ann", "2,Bo", "2,Bob"], ["3,Cy"]),
    ],
    ids=["spans touch", "one within the other", "not sorted", "twice in a row"],
)
def test_the_last_record_of_a_key_wins_within_a_run(world: World, first: list[str], second: list[str]) -> None:
    world.load(world.put("a.csv", "user_id,name", *first), world.put("b.csv", "user_id,name", *second))

    assert [row for row in world.rows() if row[0] < 9] == [(1, "Ann"), (2, "Bob"), (3, "Cy")]
    assert len({key for key, _ in world.rows()}) == len(world.rows())


def test_sorted_files_that_do_not_overlap_are_not_searched_for_repeated_keys(world: World) -> None:
    submitted: list[list[str]] = []
    loader = world.loader()
    batch = loader._warehouse.batch
    loader._warehouse.batch = lambda statements: submitted.append(list(statements)) or batch(statements)  # type: ignore[method-assign, func-returns-value]
    loader.load([world.put("a.csv", "user_id,name", "3,Cy", "4,Di"), world.put("b.csv", "user_id,name", "1,Ann")])

    assert world.rows() == [(1, "Ann"), (3, "Cy"), (4, "Di")]
    assert not any("GROUP BY" in statement for statements in submitted for statement in statements)


def test_an_empty_field_overwrites_with_null(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    world.load(world.put("b.csv", "user_id,name", "1,"))

    assert world.rows() == [(1, None)]


def test_leaves_one_row_when_the_table_held_the_key_twice(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name,city", "1,Ann,Oslo"))
    world.admin.execute(f"INSERT INTO \"{world.schema}\".customers VALUES (1, 'Ann', 'Oslo')")
    world.load(world.put("b.csv", "user_id,name", "1,Anna"))

    assert world.rows() == [(1, "Anna", "Oslo")]


def test_adds_new_columns(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    (result,) = world.load(world.put("b.csv", "user_id,name,age", "2,Bo,30"))

    assert result.columns_added == ("age",)
    assert world.rows() == [(1, "Ann", None), (2, "Bo", 30)]


def test_adds_sixty_new_columns_at_once(world: World) -> None:
    names = [f"c{number}" for number in range(60)]
    world.load(world.put("a.csv", "user_id", "1"))
    (result,) = world.load(world.put("b.csv", ",".join(["user_id", *names]), ",".join(["1"] + ["7"] * 60)))

    assert sorted(result.columns_added) == sorted(names)
    assert world.rows() == [(1, *[7] * 60)]


def test_a_new_column_without_values_waits_for_its_first_one(world: World) -> None:
    (first,) = world.load(world.put("a.csv", "user_id,age", "1,"))
    assert first.columns_waiting == ("age",)
    assert list(world.columns()) == ["user_id"]

    world.load(world.put("b.csv", "user_id,age", "1,41"))
    assert world.rows() == [(1, 41)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
@pytest.mark.parametrize(
    ("first", "second", "rows"),
    [
        ("7", "x7", [(1, 7, None), (2, None, "x7")]),
        ("true", "1", [(1, True), (2, True)]),
        ("1.0", "2", [(1, 1), (2, 2)]),
        ("2024-01-01 10:00:00", "2024-01-02", [(1, "2024-01-01 10:00:00"), (2, "2024-01-02 00:00:00")]),
    ],
)
def test_a_batch_ends_as_its_files_loaded_one_after_the_other(
    world: World, first: str, second: str, rows: list[Any], together: bool
) -> None:
    files = [world.put("a.csv", "user_id,code", f"1,{first}"), world.put("b.csv", "user_id,code", f"2,{second}")]
    for batch in [files] if together else [[file] for file in files]:
        world.load(*batch)

    assert world.rows() == rows


def load_all(world: World, files: Sequence[SourceFile], together: bool, **changes: Any) -> list[FileResult]:
    batches = [list(files)] if together else [[file] for file in files]
    return [result for batch in batches for result in world.load(*batch, **changes)]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_a_batch_widens_text_as_its_files_would_one_after_the_other(world: World, together: bool) -> None:
    sizes = [40, 100, 130, 200]
    files = [world.put(f"{i}.csv", "user_id,name", f"{i},{'x' * size}") for i, size in enumerate(sizes)]
    load_all(world, files[:2], together)
    assert world.columns()["name"][1] == 128
    load_all(world, files[2:], together)
    assert world.columns()["name"][1] == 512


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_a_column_that_waits_comes_after_those_of_the_files_before_its_first_value(
    world: World, together: bool
) -> None:
    files = [world.put("a.csv", "user_id,name,city", "A1,,Oslo"), world.put("b.csv", "user_id,name,city", "A2,Bo,Rome")]
    load_all(world, files, together)
    assert list(world.columns()) == ["user_id", "city", "name"]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
@pytest.mark.parametrize(
    ("contract", "header", "value", "status"),
    [
        (SchemaContract.FREEZE, "city", "Rome", "failed"),
        (SchemaContract.DISCARD, "city", "Rome", "loaded"),
        (SchemaContract.DISCARD, "city", "x" * 70_000, "loaded"),
    ],
    ids=["frozen", "left out", "too long, left out"],
)
def test_the_first_file_makes_the_table_that_a_fixed_contract_holds_the_others_to(
    world: World, contract: SchemaContract, header: str, value: str, status: str, together: bool
) -> None:
    files = [
        world.put("a.csv", f"user_id,name,{header}", "A1,Ann,"),
        world.put("b.csv", f"user_id,name,{header}", f"A2,Bo,{value}"),
        world.put("c.csv", "user_id,name", f"A3,{'x' * 90}"),
    ]
    results = load_all(world, files, together, schema_contract=contract)
    assert statuses(results) == ["loaded", status, "failed"]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
@pytest.mark.parametrize("value", ["2024-05-01 10:00:00Z", "true", "2024-05-01", "1.5", "7"])
def test_a_file_without_a_single_value_fits_a_column_of_any_type(world: World, value: str, together: bool) -> None:
    files = [world.put("a.csv", "user_id,seen", f"1,{value}"), world.put("b.csv", "user_id,seen", "2,")]
    assert statuses(load_all(world, files, together)) == ["loaded", "loaded"]
    assert [row[1] is None for row in world.rows("user_id, seen")] == [False, True]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
def test_a_file_fails_for_what_is_wrong_in_its_turn(world: World, together: bool) -> None:
    """Without the table that the first file makes, only the empty key of the second one would be wrong."""
    files = [world.put("a.csv", "user_id,name", "1,Ann"), world.put("b.csv", "user_id,name", ",nobody", "k1,Bo")]
    results = load_all(world, files, together)
    assert [(result.status, result.rows_rejected) for result in results] == [("loaded", 0), ("failed", 2)]


def test_widens_a_column_for_a_longer_value(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    before = world.columns()["name"][1]
    world.load(world.put("b.csv", "user_id,name", "2," + "ü" * 40))

    after = world.columns()["name"][1]
    assert before is not None and after is not None and before < 80 <= after
    assert world.rows() == [(1, "Ann"), (2, "ü" * 40)]


def test_a_value_is_rescued_when_widening_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    loader = world.loader()
    refuse(loader, "ALTER COLUMN", monkeypatch, NOT_WIDENABLE)
    loader.load([world.put("b.csv", "user_id,name", "2," + "x" * 90)])

    assert world.rows("user_id, name, name__as_varchar") == [(1, "Ann", None), (2, None, "x" * 90)]


def test_widening_that_fails_for_another_reason_leaves_the_file_unfinished(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    file = world.put("b.csv", "user_id,name", "2," + "x" * 90)
    loader = world.loader()
    refuse(loader, "ALTER COLUMN", monkeypatch, "Query (1) cancelled on user's request")
    (result,) = loader.load([file])

    assert result.status == "unfinished"
    assert "cancelled" in str(result.reason)
    assert list(world.columns()) == ["user_id", "name"]
    assert statuses(world.load(file)) == ["loaded"]
    assert world.rows() == [(1, "Ann"), (2, "x" * 90)]


def test_a_column_that_redshift_cannot_widen_gets_a_rescue_column(world: World) -> None:
    world.load(world.put("a.csv", "user_id", "1"))
    world.admin.execute(f"ALTER TABLE \"{world.schema}\".customers ADD COLUMN name VARCHAR(4) DEFAULT 'x'")
    world.load(world.put("b.csv", "user_id,name", "2," + "x" * 90))

    assert world.rows("user_id, name, name__as_varchar") == [(1, "x", None), (2, None, "x" * 90)]


def test_a_rescued_value_goes_when_a_fitting_one_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"))
    loader = world.loader()
    refuse(loader, "ALTER COLUMN", monkeypatch, NOT_WIDENABLE)
    loader.load([world.put("b.csv", "user_id,name", "1," + "x" * 90)])
    world.load(world.put("c.csv", "user_id,name", "1,Anna"))

    assert world.rows("user_id, name, name__as_varchar") == [(1, "Anna", None)]


def test_the_last_of_several_records_with_one_key_wins(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,first", "2,Bo", "1,last"))

    assert world.rows() == [(1, "last"), (2, "Bo")]


def test_keys_that_are_one_number_are_one_key_of_a_table_of_numbers(world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id NUMERIC(18, 4), name VARCHAR(32))')
    world.load(world.put("a.csv", "user_id,name", "1.5,Ann"))
    world.load(world.put("b.csv", "user_id,name", "1.5,one", "1.50,zero at the end"))

    assert world.rows("CAST(user_id AS VARCHAR), name") == [("1.5000", "zero at the end")]


@pytest.mark.parametrize("keys", [("1.1", "1.10"), ("1e5", "10e4"), ("007", "7"), ("9" * 19, "0" + "9" * 19)])
def test_keys_of_a_new_table_that_are_written_differently_are_two(world: World, keys: tuple[str, str]) -> None:
    world.load(world.put("a.csv", "user_id,name", *(f"{key},x" for key in keys)))

    assert world.rows("user_id") == sorted((key,) for key in keys)


def test_a_sequence_of_text_is_refused_where_the_loader_would_choose_it(world: World) -> None:
    (result,) = world.load(
        world.put("a.csv", "user_id,updated_at", "1,12/30/2024", "1,01/05/2025"), sequence_column="updated_at"
    )

    assert result.status == "failed"
    assert "sequence column 'updated_at'" in str(result.reason)
    assert "dateFormats" in str(result.reason)


def test_a_sequence_of_text_that_the_user_chose_is_taken(world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT, version VARCHAR(32))')
    world.load(world.put("a.csv", "user_id,version", "1,01B", "1,01A"), sequence_column="version")

    assert world.rows() == [(1, "01B")]


def test_a_header_that_is_a_column_of_the_table_is_that_column(world: World) -> None:
    world.admin.execute(
        f'CREATE TABLE "{world.schema}".customers'
        " (user_id BIGINT, _source VARCHAR(9), address__city VARCHAR(9), n BIGINT, n__as_varchar VARCHAR(9))"
    )
    world.load(world.put("a.csv", "user_id,_source,Address__City ,n,n__as_varchar", "1,crm,Oslo,,many"))

    assert world.rows() == [(1, "crm", "Oslo", None, "many")]


def test_the_last_file_of_a_group_wins(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,first"), world.put("b.csv", "user_id,name", "1,second"))

    assert world.rows() == [(1, "second")]


def test_the_greatest_sequence_wins_inside_a_file(world: World) -> None:
    file = world.put("a.csv", "user_id,version,name", "1,10,newest", "1,9,older", "1,,unknown")
    world.load(file, sequence_column="version")

    assert world.rows() == [(1, 10, "newest")]


def test_an_older_record_does_not_overwrite_a_newer_one(world: World) -> None:
    world.load(world.put("a.csv", "user_id,version,name", "1,10,stored", "2,10,stored"), sequence_column="version")
    world.load(
        world.put("b.csv", "user_id,version,name", "1,9,older", "2,10,same", "3,1,new", "1,,unknown"),
        sequence_column="version",
    )

    assert world.rows() == [(1, 10, "stored"), (2, 10, "same"), (3, 1, "new")]


def test_content_a_then_b_then_a_again_is_loaded_three_times(world: World) -> None:
    a = ("user_id,name", "1,A")
    for lines in (a, ("user_id,name", "1,B"), a):
        assert statuses(world.load(world.put("a.csv", *lines))) == ["loaded"]

    assert world.rows() == [(1, "A")]
    assert [status for _, status in world.ledger()] == ["loaded"] * 3


def test_three_writes_of_one_key_in_one_manifest_end_with_the_last(world: World) -> None:
    first, second, third = (world.put("a.csv", "user_id,name", f"1,{name}") for name in "ABC")
    world.load(second, third, first)

    assert world.rows() == [(1, "C")]
    assert [status for _, status in world.ledger()] == ["loaded"] * 3


def test_a_redelivered_file_is_loaded_once(world: World) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann")
    world.load(file)
    world.admin.execute(f"UPDATE \"{world.schema}\".customers SET name = 'changed since'")

    assert statuses(world.load(file, file)) == ["already_done"]
    assert world.rows() == [(1, "changed since")]
    assert len(world.ledger()) == 1


def test_an_older_write_of_a_key_is_superseded_by_a_loaded_one(world: World) -> None:
    older = world.put("a.csv", "user_id,name", "1,older")
    world.load(world.put("a.csv", "user_id,name", "1,newer"))

    assert statuses(world.load(older)) == ["superseded"]
    assert world.rows() == [(1, "newer")]


def test_a_swept_file_is_ordered_by_its_time(world: World) -> None:
    older = replace(world.put("a.csv", "user_id,name", "1,older"), sequencer=None)
    world.load(world.put("a.csv", "user_id,name", "1,newer"))

    assert statuses(world.load(older)) == ["superseded"]


def test_a_header_alone_loads_nothing_and_is_kept_in_the_ledger(world: World) -> None:
    (result,) = world.load(world.put("a.csv", "user_id,name"))

    assert (result.status, result.rows_loaded) == ("loaded", 0)
    assert world.columns() == {}
    assert world.ledger() == [("landing/a.csv", "loaded")]


def test_twenty_runs_at_once_lose_nothing(world: World) -> None:
    """Half of them bring a column of their own, so that plans become outdated while they wait."""
    files = [
        world.put(f"{number}.csv", f"user_id,name,c{number % 2 * number}", f"{number},n{number},5", "100,shared,1")
        for number in range(20)
    ]
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(world.load, files))

    assert [statuses(result) for result in results] == [["loaded"]] * 20
    assert [row[0] for row in world.rows("user_id")] == [*range(20), 100]
    assert len(world.columns()) == 2 + 11


def test_one_file_in_eight_runs_at_once_is_loaded_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All have read the ledger before one writes to it, and no column changes: only the once guard is left."""
    world.load(world.put("first.csv", "user_id,name", "1,Ann"))
    file = world.put("a.csv", "user_id,name", "2,Bo")
    all_staging, upload = Barrier(8), world.s3.upload_file

    def upload_together(*arguments: Any) -> None:
        all_staging.wait(timeout=30)
        upload(*arguments)

    monkeypatch.setattr(world.s3, "upload_file", upload_together)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(world.load, [file] * 8))

    assert sorted(status for result in results for status in statuses(result)) == ["already_done"] * 7 + ["loaded"]
    assert world.rows() == [(1, "Ann"), (2, "Bo")]
    assert world.ledger() == [("landing/a.csv", "loaded"), ("landing/first.csv", "loaded")]


def test_the_file_that_the_warehouse_refuses_is_found_and_the_others_are_loaded(world: World) -> None:
    table = f'"{world.schema}".customers'
    world.admin.execute(f"CREATE TABLE {table} (user_id BIGINT NOT NULL, city VARCHAR(32) NOT NULL)")
    cities = ["Oslo", "Rome", "Bonn", "Lima", "Bern", "Cork", "", "Nice", "Pisa"]
    results = world.load(
        *(world.put(f"{number}.csv", "user_id,city", f"{number},{city}") for number, city in enumerate(cities))
    )

    assert {result.file.key for result in results if result.status == "failed"} == {"landing/6.csv"}
    assert [row[0] for row in world.rows()] == [0, 1, 2, 3, 4, 5, 7, 8]
    assert "city" in next(result.reason or "" for result in results if result.status == "failed")


def test_a_warehouse_that_refuses_access_is_no_fault_of_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = world.put("a.csv", "user_id,name", "1,Ann")
    loader = world.loader()
    refuse(loader, "COPY", monkeypatch, "S3ServiceException:Access Denied,Status 403")
    (result,) = loader.load([file])

    assert result.status == "unfinished"
    assert "Access Denied" in str(result.reason)
    assert "landing/a.csv" in world.object_keys()
    assert world.ledger() == []
    assert statuses(world.load(file)) == ["loaded"]


def test_a_file_that_the_warehouse_does_not_take_holds_up_no_other(world: World) -> None:
    many = range(1_500)  # which do not fit PostgreSQL's page, and that is no fault of the content
    wide = world.put("a.csv", "user_id," + ",".join(f"c{n}" for n in many), "1," + ",".join(str(n) for n in many))
    good = world.put("b.csv", "user_id,name", "1,Ann")
    results = world.load(wide, good)

    assert statuses(results) == ["unfinished", "loaded"]
    assert "row is too big" in str(results[0].reason)
    assert world.rows() == [(1, "Ann")]
    assert world.ledger() == [("landing/b.csv", "loaded")]
    assert wide.key in world.object_keys()


def test_a_run_ends_when_the_warehouse_takes_none_of_its_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [world.put(f"{n}.csv", f"user_id,c{n}", "1,2") for n in range(9)]
    loader = world.loader()
    refuse(loader, "COPY", monkeypatch, "S3ServiceException:Access Denied,Status 403")
    with pytest.raises(WarehouseError, match="Access Denied"):
        loader.load(files)

    assert statuses(loader.results) == ["unfinished", "unfinished"]
    assert statuses(world.load(*files)) == ["loaded"] * 9


def test_a_full_statement_of_a_hostile_header_stays_one_statement(world: World) -> None:
    names = ['a"b', "x'; drop table customers", "back\\slash\\", "order", "%s", ":name"]
    header = ",".join(["user_id", *('"' + name.replace('"', '""') + '"' for name in names)])
    file = world.put("it's a \\ key'.csv", header, "1," + ",".join("123456"))
    (result,) = world.load(file, column_mapping={name: name for name in names})

    assert result.status == "loaded"
    assert list(world.columns()) == ["user_id", *names]
    assert world.rows() == [(1, 1, 2, 3, 4, 5, 6)]
    (row,) = world.ledger("object_key, header_map, columns_added")
    assert row[0] == "landing/it's a \\ key'.csv"
    assert list(json.loads(row[1])) == ["user_id", *names]
    assert json.loads(row[2]) == ["user_id", *names]


def test_a_header_that_is_long_as_a_literal_holds_up_no_other_file(world: World) -> None:
    results = world.load(
        world.put("a.csv", "user_id," + "\\" * 6000 + "x", "1,2"), world.put("b.csv", "user_id,v", "5,5")
    )

    assert statuses(results) == ["loaded", "loaded"]
    assert world.ledger("header_map")[0] == ('{"…": "2 headers"}',)


def test_hostile_values_arrive_as_they_are(world: World) -> None:
    value = "'; DROP TABLE x; -- \\' \\N \x1f"
    world.load(world.put("a.csv", "user_id,name", f"1,{value}"))

    assert world.rows() == [(1, value)]


def test_a_wide_file_is_loaded(world: World) -> None:
    names = [f"a_column_with_a_name_{number:04}" for number in range(1000)]
    (result,) = world.load(world.put("a.csv", ",".join(["user_id", *names]), ",".join(["1"] * 1001)))

    assert result.status == "loaded", result.reason
    assert len(world.columns()) == 1001


def test_a_table_too_wide_for_a_statement_fails_the_file_with_the_remedy(world: World) -> None:
    names = [f"{'long' * 28}{number:04}" for number in range(1500)]
    (result,) = world.load(world.put("a.csv", ",".join(["user_id", *names]), ",".join(["1"] * 1501)))

    assert result.status == "failed"
    assert "shorter column names" in (result.reason or "")


def test_nothing_is_left_in_staging(world: World) -> None:
    world.load(world.put("a.csv", "user_id,name", "1,Ann"), world.put("b.csv", "user_id,name", ",nobody"))

    assert world.object_keys(STAGING) == []


def refuse(
    loader: Loader, word: str, monkeypatch: pytest.MonkeyPatch, message: str = "the warehouse does not want to"
) -> None:
    """Makes the warehouse refuse each statement with the word in it, which nothing of its data explains."""
    warehouse = loader._warehouse
    run, run_batch = warehouse.execute, warehouse.batch

    def execute(sql: str) -> None:
        if word in sql:
            raise WarehouseError(message, sql)
        run(sql)

    def batch(statements: Sequence[str]) -> list[int]:
        for sql in statements:
            if word in sql:
                raise WarehouseError(message, sql)
        return run_batch(statements)

    monkeypatch.setattr(warehouse, "execute", execute)
    monkeypatch.setattr(warehouse, "batch", batch)
