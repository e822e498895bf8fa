"""The text of every kind of statement, against files reviewed by hand.

Each golden file starts with the section of the Redshift manual that allows its statement.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TIMESTAMP,
    TIMESTAMPTZ,
    ColumnType,
    TableColumn,
    TableSchema,
    numeric,
    varchar,
)
from customer_data.files.manifest import SourceFile
from customer_data.warehouse import ledger, sql
from customer_data.warehouse.data_api import MAX_STATEMENTS
from customer_data.warehouse.ledger import LedgerRow
from customer_data.warehouse.plan import Growth, LoadPlan, NewColumn, StagedTarget
from customer_data.warehouse.quoting import identifier, literal
from customer_data.warehouse.table_name import TableName

GOLDEN = Path(__file__).parent / "golden"

TABLE = TableName("crm", "customers")
LEDGER = TableName("crm", "customers__loads")
STAGED, STORED = '"__staged_1f"', '"__stored_1f"'
COLUMNS = (
    StagedTarget("user_id", 1, BIGINT, ColumnType("integer")),
    StagedTarget("name", 2, varchar(30), varchar(64)),
    StagedTarget("balance", 3, numeric(10, 2), numeric(18, 4)),
    StagedTarget("born", 4, DATE, DATE),
    StagedTarget("active", 5, BOOLEAN, BOOLEAN),
    StagedTarget("updated", 6, TIMESTAMP, TIMESTAMPTZ),
)
PLAN = LoadPlan(
    table=TableSchema(tuple(TableColumn(column.name, column.type) for column in COLUMNS)),
    staged_types=tuple(column.staged for column in COLUMNS),
    written=COLUMNS,
    key=COLUMNS[:1],
    sequence=None,
    kept=(),
    new_columns=(),
    widenings=(),
    growths=(),
    waiting=(),
)
COMPOSITE = replace(PLAN, key=COLUMNS[:2])
SEQUENCED = replace(PLAN, sequence=COLUMNS[5])
KEEPING = replace(PLAN, kept=("city", "order"))
ROW = LedgerRow(
    file=SourceFile(
        load_id="ab" * 32,
        bucket="landing",
        key="customers/it's.csv",
        version_id="v1",
        etag="d41d8",
        size=10,
        sequencer="0055AED6DCD90281E5",
        event_time="2024-05-06T07:08:09.123Z",
    ),
    status="loaded",
    run_id="jr_1",
    finished_at=datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC),
    rows_read=3,
    rows_loaded=2,
    rows_rejected=1,
    columns_added=("name",),
    header_map={"C:\\Name": "name"},
)
TO_DECIMALS = Growth("balance", BIGINT, numeric(38, 4))
TO_WHOLE_NUMBERS = Growth("balance", BIGINT, numeric(38, 0))
TO_DOUBLES = Growth("balance", numeric(38, 4), DOUBLE)
TO_TIMES = Growth("born", DATE, TIMESTAMP)
NEW = tuple(NewColumn(column.name, column.type) for column in COLUMNS)


TYPES = [column.type for column in COLUMNS]


def growing(growth: Growth, rescue: str | None = None) -> list[str]:
    return sql.grow_column(TABLE, growth, rescue=rescue, ledger=LEDGER, types=TYPES, suffix="1f")


STATEMENTS: dict[str, Callable[[], str]] = {
    "lock_ledger": lambda: sql.lock(LEDGER),
    "create_ledger": lambda: ledger.create(LEDGER),
    "insert_ledger_row": lambda: ledger.insert(LEDGER, [ROW])[0],
    "read_ledger_by_id": lambda: ledger.read_by_id(LEDGER, [ROW.file])[0],
    "read_ledger_by_key": lambda: ledger.read_by_key(LEDGER, [ROW.file, ROW.file])[0],
    "guard_loaded_once": lambda: ledger.once_guard(LEDGER, [ROW]),
    "guard_newest_write": lambda: ledger.newest_guard(LEDGER, [ROW]),
    "guard_columns": lambda: sql.columns_guard(TABLE, TYPES),
    "read_columns": lambda: sql.columns_of(TABLE),
    "create_table": lambda: sql.create_table(TABLE, NEW, ("user_id",)),
    "create_table_composite_key": lambda: sql.create_table(TABLE, NEW[:2], ("user_id", "name")),
    "add_column": lambda: sql.add_column(TABLE, NewColumn('order"s', varchar(128))),
    "widen_column": lambda: sql.widen_column(TABLE, "name", 256),
    "grow_guard_decimals": lambda: growing(TO_DECIMALS)[2],
    "grow_guard_doubles": lambda: growing(TO_DOUBLES)[2],
    "grow_add_column": lambda: growing(TO_DECIMALS)[3],
    "grow_fill_column": lambda: growing(TO_DECIMALS)[4],
    "grow_fill_column_with_rescued_numbers": lambda: growing(TO_DECIMALS, "balance__as_varchar")[4],
    "grow_fill_column_with_rescued_whole_numbers": lambda: growing(TO_WHOLE_NUMBERS, "balance__as_varchar")[4],
    "grow_fill_column_with_rescued_times": lambda: growing(TO_TIMES, "born__as_varchar")[3],
    "grow_drop_column": lambda: growing(TO_DECIMALS)[5],
    "grow_rename_column": lambda: growing(TO_DECIMALS)[6],
    "grow_by_hand_fill_column": lambda: sql.growth_by_hand(TABLE, TO_DECIMALS)[1],
    "count_values_that_stay": lambda: sql.count_values_that_stay(TABLE, TO_DECIMALS, "balance__as_varchar"),
    "count_values_that_stay_all": lambda: sql.count_values_that_stay(TABLE, TO_DOUBLES, "balance__as_varchar"),
    "guard_empty_column": lambda: sql.drop_empty_column(TABLE, "balance__as_varchar")[0],
    "drop_empty_column": lambda: sql.drop_empty_column(TABLE, "balance__as_varchar")[1],
    "obstacles_to_growth": lambda: sql.obstacles_to_growth(TABLE, "balance"),
    "dependants_of_column": lambda: sql.dependants_of_column(TABLE, "balance"),
    "count_rows": lambda: sql.count_rows(TABLE),
    "create_staged": lambda: sql.create_staged(STAGED, PLAN),
    "copy_parquet": lambda: sql.copy_parquet(
        STAGED, "s3://staging/x/1f.manifest", "arn:aws:iam::123456789012:role/copy"
    ),
    "drop_duplicates": lambda: sql.drop_duplicates(STAGED, COMPOSITE),
    "drop_duplicates_by_sequence": lambda: sql.drop_duplicates(STAGED, SEQUENCED),
    "drop_older_than_stored": lambda: sql.drop_older_than_stored(STAGED, TABLE, SEQUENCED),
    "keep_stored_values": lambda: sql.keep_stored_values(STORED, STAGED, TABLE, KEEPING),
    "keep_stored_values_of_newest": lambda: sql.keep_stored_values(
        STORED, STAGED, TABLE, replace(KEEPING, sequence=COLUMNS[5])
    ),
    "delete_stored": lambda: sql.delete_stored(STAGED, TABLE, COMPOSITE),
    "insert_staged": lambda: sql.insert_staged(STAGED, TABLE, PLAN),
    "insert_with_stored_values": lambda: sql.insert_with_stored_values(STAGED, STORED, TABLE, KEEPING),
    "insert_new": lambda: sql.insert_new(STAGED, STORED, TABLE, replace(KEEPING, key=COLUMNS[:2])),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_is_the_reviewed_one(name: str) -> None:
    text = (GOLDEN / f"{name}.sql").read_text()
    comments = [line for line in text.splitlines() if line.startswith("--")]
    statement = "\n".join(line for line in text.splitlines() if not line.startswith("--"))

    assert STATEMENTS[name]() == statement
    assert comments[0].startswith("-- Amazon Redshift Database Developer Guide, "), "says which section allows it"


def test_every_reviewed_statement_is_still_generated() -> None:
    assert {path.stem for path in GOLDEN.glob("*.sql")} == set(STATEMENTS)


@pytest.mark.parametrize("growth", [TO_DECIMALS, TO_DOUBLES, TO_TIMES], ids=["decimals", "doubles", "times"])
def test_a_column_grows_in_one_transaction_that_locks_and_guards_first(growth: Growth) -> None:
    statements = [" ".join(statement.split()[:2]) for statement in growing(growth, "old__as_varchar")]
    guards = ["SELECT CAST(CASE"] * (1 if growth is TO_TIMES else 2)

    assert statements == [
        'LOCK "crm"."customers__loads"',
        *guards,
        "ALTER TABLE",
        'UPDATE "crm"."customers"',
        *["ALTER TABLE"] * 2,
    ]


@pytest.mark.parametrize(
    ("type", "held", "others"),
    [
        (numeric(38, 0), ["0", "-7", "9" * 38], ["1.5", "9" * 39, "007", "5."]),
        (numeric(5, 4), ["0.5", "-9.1234"], ["10", "0.12345", "1."]),
        (numeric(4, 4), ["0", "-0.1234"], ["1", "0.12345"]),
        (numeric(1, 0), ["0", "9"], ["10", "0.5"]),
    ],
)
def test_rescued_numbers_come_back_where_the_type_has_their_digits(
    type: ColumnType, held: list[str], others: list[str]
) -> None:
    (pattern,) = re.findall("~ '([^']*)'", sql.count_values_that_stay(TABLE, Growth("n", BIGINT, type), "old"))
    assert [value for value in held + others if re.search(pattern, value)] == held
    assert "{1,0}" not in pattern


def batch(plan: LoadPlan, url: str | None = "s3://staging/x/1f.manifest", *, distinct: bool = False) -> sql.Batch:
    return sql.upsert_batch(
        plan,
        distinct_keys=distinct,
        target=TABLE,
        ledger=LEDGER,
        ledger_statements=ledger.guarded_insert(LEDGER, [ROW]),
        copy_manifest_url=url,
        copy_role_arn="arn:aws:iam::123456789012:role/copy",
        suffix="1f",
    )


def kinds(built: sql.Batch) -> list[str]:
    return [" ".join(statement.split()[:2]) for statement in built.statements]


def test_the_ledger_is_locked_before_anything_is_read() -> None:
    assert kinds(batch(PLAN))[0] == 'LOCK "crm"."customers__loads"'


def test_the_plain_upsert_has_no_join_and_no_ranking() -> None:
    built = batch(PLAN)

    assert [statement.split()[0] for statement in built.on_data] == ["COPY", "DELETE", "DELETE", "INSERT"]
    assert not any("LEFT JOIN" in statement or "ROW_NUMBER" in statement for statement in built.statements)


def test_distinct_keys_are_not_searched_for_repeated_ones() -> None:
    assert [statement.split()[0] for statement in batch(PLAN, distinct=True).on_data] == ["COPY", "DELETE", "INSERT"]


def test_a_new_table_is_not_searched_for_stored_rows() -> None:
    built = batch(replace(PLAN, table=None, new_columns=NEW, sequence=COLUMNS[5]))

    assert [statement.split()[0] for statement in built.on_data] == ["COPY", "DELETE", "INSERT"]


def test_a_load_without_rows_only_writes_the_ledger() -> None:
    assert all("customers__loads" in statement for statement in batch(PLAN, url=None).statements)


def test_the_longest_batch_stays_within_the_data_api_limit() -> None:
    new = tuple(NewColumn(f"n{number}", BIGINT) for number in range(25))
    built = batch(replace(KEEPING, new_columns=new, sequence=COLUMNS[5]))

    assert len(built.statements) <= MAX_STATEMENTS


def test_refuses_a_batch_of_too_many_statements() -> None:
    new = tuple(NewColumn(f"n{number}", BIGINT) for number in range(40))
    with pytest.raises(sql.BatchTooLarge, match="takes 40 in one transaction: load fewer"):
        batch(replace(PLAN, new_columns=new))


def test_measures_statements_in_bytes() -> None:
    wide = tuple(StagedTarget("ü" * 60 + str(number), number, BIGINT, BIGINT) for number in range(1, 800))
    with pytest.raises(sql.BatchTooLarge, match="takes 100000") as raised:
        batch(replace(PLAN, written=wide, staged_types=(BIGINT,) * 5000))
    assert (raised.value.sql or "").startswith("INSERT")


@pytest.mark.parametrize("type", [BOOLEAN, BIGINT, TIMESTAMP, numeric(38, 17), varchar(64)], ids=lambda type: type.name)
def test_a_table_of_1500_columns_with_names_of_20_bytes_is_loaded_and_kept(type: ColumnType) -> None:
    names = [f"measured_signal_{number:04}" for number in range(1, 1501)]
    columns = tuple(StagedTarget(name, number, type, type) for number, name in enumerate(names, start=1))

    batch(replace(PLAN, written=columns, staged_types=(varchar(64),) * 1500))
    batch(replace(PLAN, kept=tuple(names)))


def test_a_table_too_wide_for_the_data_api_is_said_to_be_so_whoever_brought_the_columns() -> None:
    stored = tuple("x" * 90 + str(number) for number in range(1000))
    with pytest.raises(sql.BatchTooLarge, match=r"names 1,006 columns of crm\.customers, 0 of them new.*RENAME COLUMN"):
        batch(replace(PLAN, kept=stored))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "'plain'"),
        ("it's", "'it''s'"),
        ("\\'; DROP TABLE x; --", "'' || CHR(92) || '''; DROP TABLE x; --'"),
        ("a\x00b", "'ab'"),
        ("", "''"),
        (None, "NULL"),
        (7, "7"),
    ],
)
def test_no_content_breaks_out_of_a_literal(value: str | int | None, expected: str) -> None:
    assert literal(value) == expected


def test_no_name_breaks_out_of_an_identifier() -> None:
    assert identifier('a"; DROP TABLE x; --') == '"a""; DROP TABLE x; --"'


def test_chunks_keep_order_and_limit() -> None:
    chunks = sql.in_chunks(("x" * 30 for _ in range(10)), limit=100)

    assert [value for chunk in chunks for value in chunk] == ["x" * 30] * 10
    assert all(len(", ".join(chunk)) <= 100 for chunk in chunks)
    assert len(chunks) == 4


def test_a_reason_is_cut_with_a_mark_at_a_whole_character() -> None:
    assert ledger.cut("ü" * 10, 12) == "ü" * 4 + "…"
    assert ledger.cut("short", 12) == "short"
