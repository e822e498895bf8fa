"""Values and tables of every kind, whole in a full load and in changes alike."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from local.tests.dms.app import App

COLUMNS = {
    "ID": ("numeric(10)", pa.decimal128(10, 0)),
    "TINY": ("numeric(2)", pa.int8()),
    "SMALL": ("numeric(4)", pa.int16()),
    "MIDDLE": ("numeric(9)", pa.int32()),
    "EXACT": ("numeric(38, 10)", pa.decimal128(38, 10)),
    "ROUND": ("numeric(5, -2)", pa.float64()),
    "TINY_SCALE": ("numeric(3, 5)", pa.decimal128(5, 5)),
    "BARE": ("numeric", pa.decimal128(38, 10)),
    "WIDE": ("double precision", pa.float64()),
    "NARROW": ("real", pa.float32()),
    "SCORE": ("oracle_catalog.float", pa.float64()),
    "TEXT": ("varchar(4000)", pa.string()),
    "DAY": ("timestamp(0)", pa.timestamp("us")),
    "FIRST": ("timestamp(6)", pa.timestamp("us")),
    "LAST": ("timestamp(6)", pa.timestamp("us")),
    "ZONED": ("timestamp(6) with time zone", pa.string()),
    "PICTURE": ("bytea", pa.binary()),
    "HASH": ("oracle_catalog.raw", pa.binary()),
    "OLD": ("oracle_catalog.long", pa.string()),
    "EMPTY_OBJECT": ("text", pa.string()),
}
VALUES = (
    "{id}, 99, 9999, 999999999, 1234567890123456789012345678.0123456789, 12300, 0.00999,"
    " 12345678901234567890.5, 0.1, 0.5, 1.5, repeat('😀', 1000), '1582-10-04 23:59:59', '0001-01-01 00:00:00',"
    " '9999-12-31 23:59:59.999999', '2024-03-31 02:30:00.123456+02', '\\x00ff', '\\x0102', 'long', ''"
)
EXPECTED: dict[str, Any] = {
    "TINY": 99,
    "SMALL": 9999,
    "MIDDLE": 999999999,
    "EXACT": Decimal("1234567890123456789012345678.0123456789"),
    "ROUND": 12300.0,
    "TINY_SCALE": Decimal("0.00999"),
    "BARE": Decimal("12345678901234567890.5000000000"),
    "WIDE": 0.1,
    "NARROW": 0.5,
    "SCORE": 1.5,
    "TEXT": "😀" * 1000,
    "DAY": datetime(1582, 10, 4, 23, 59, 59),
    "FIRST": datetime(1, 1, 1),
    "LAST": datetime(9999, 12, 31, 23, 59, 59, 999999),
    "ZONED": "2024-03-31 00:30:00.123456 +00:00",
    "PICTURE": b"\x00\xff",
    "HASH": b"\x01\x02",
    "OLD": "long",
    "EMPTY_OBJECT": None,
}


def test_every_type_has_dms_type_and_its_whole_value(app: App) -> None:
    columns = ", ".join(f'"{name}" {declared}' for name, (declared, _) in COLUMNS.items())
    app.sql(f'CREATE TABLE "CRM"."KINDS" ({columns}, "VIRTUAL" int GENERATED ALWAYS AS (1) STORED)')
    app.sql(f'INSERT INTO "CRM"."KINDS" VALUES ({VALUES.format(id=1)})', 'INSERT INTO "CRM"."KINDS" ("ID") VALUES (2)')
    app.deployed().start()
    app.wait_for_counts("KINDS", TableState="Table completed")
    app.sql(f'INSERT INTO "CRM"."KINDS" VALUES ({VALUES.format(id=3)})')
    [change] = app.wait_for_changes("KINDS", 1)
    whole, empty = app.loaded("KINDS")
    for row in (whole, change):
        assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert {empty[name] for name in EXPECTED} == {None}
    expected = [(name, kind) for name, (_, kind) in COLUMNS.items()]
    for name in app.files("KINDS"):
        schema = app.parquet("KINDS", name).schema
        assert {name: schema.field(name).type for name in COLUMNS} == {
            name: kind for name, (_, kind) in COLUMNS.items()
        }
        assert "VIRTUAL" not in schema.names


def test_an_update_has_the_large_values_that_it_left_alone(app: App) -> None:
    app.sql(
        """UPDATE "CRM"."CUSTOMERS" SET "NOTES" = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 900) n)"""
    )
    app.deployed(task={"TargetMetadata": {"LimitedSizeLobMode": False}}).start()
    app.sql("""UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'X' WHERE "ID" = 1""")
    [change] = app.wait_for_changes("CUSTOMERS", 1)
    assert len(change["NOTES"]) == 900 * 32


def test_partitions_are_their_table(app: App) -> None:
    app.sql(
        'CREATE TABLE "CRM"."ORDERS" ("ID" numeric(5), "Y" numeric(4), PRIMARY KEY ("ID", "Y"))'
        ' PARTITION BY LIST ("Y")',
        'CREATE TABLE "CRM"."ORDERS_1" PARTITION OF "CRM"."ORDERS" FOR VALUES IN (1)',
        'CREATE TABLE "CRM"."ORDERS_2" PARTITION OF "CRM"."ORDERS" FOR VALUES IN (2)',
        'INSERT INTO "CRM"."ORDERS" VALUES (1, 1), (2, 2)',
    )
    app.deployed().start()
    app.sql('UPDATE "CRM"."ORDERS" SET "ID" = 9 WHERE "Y" = 2')
    [change] = app.wait_for_changes("ORDERS", 1)
    assert (change["Op"], change["ID"], change["BI_ID"], change["BI_Y"]) == ("U", 9, 2, 2)
    assert [row["ID"] for row in app.loaded("ORDERS")] == [1, 2]
    assert (app.files("ORDERS_1"), app.files("ORDERS_2")) == ([], [])


def test_a_table_without_a_key_has_no_before_images(app: App) -> None:
    app.sql('CREATE TABLE "CRM"."NOTES" ("TEXT" varchar(9))', """INSERT INTO "CRM"."NOTES" VALUES ('a'), ('a')""")
    app.deployed().start()
    app.sql("""UPDATE "CRM"."NOTES" SET "TEXT" = 'b'""")
    changes = app.wait_for_changes("NOTES", 2)
    assert [(row["Op"], row["TEXT"]) for row in changes] == [("U", "b"), ("U", "b")]
    assert not [name for name in changes[0] if name.startswith("BI_")]


def test_an_empty_table_has_no_file(app: App) -> None:
    app.sql('CREATE TABLE "CRM"."EMPTY" ("ID" numeric(5))')
    app.deployed(mode="full-load").start(until="stopped")
    assert app.files("EMPTY") == []
    assert app.statistics()["EMPTY"]["TableState"] == "Table completed"


@pytest.mark.parametrize("count", [30_000])
def test_more_changes_than_are_read_at_once(app: App, count: int) -> None:
    """Each transaction has some, and so that they do not fit one reading they are not written one by one."""
    app.deployed(mode="cdc", s3={"CdcMaxBatchInterval": 36000}).start()
    for start in range(10, count, 5000):
        app.sql(
            f"""INSERT INTO "CRM"."CUSTOMERS" SELECT n, 'n', NULL FROM generate_series({start}, {start + 4999}) AS n"""
        )
    app.wait_for_counts("CUSTOMERS", Inserts=count)
    rows = app.stop().changes("CUSTOMERS")
    assert len({row["ID"] for row in rows}) == len(rows) == count
    sequences = [row["cdp_change_seq"] for row in rows]
    assert sequences == sorted(set(sequences))
