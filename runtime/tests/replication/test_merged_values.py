"""Every value of the source is the same one in the table, through Parquet and CSV."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from replication_world import Change, Replication
from world import World

from customer_data.columns.types import ColumnType
from customer_data.replication.casts import cast

FOUR_BYTES = "\U0001f600"
DIGITS = "1234567890123456789012345678"
CASES: list[tuple[str, pa.DataType, list[tuple[Any, Any]]]] = [
    ("NUMERIC(38,0)", pa.decimal128(38, 0), [(Decimal(10**38 - 1), str(10**38 - 1)), (Decimal(1 - 10**38), None)]),
    ("NUMERIC(38,10)", pa.decimal128(38, 10), [(Decimal(f"-{DIGITS}.0000000001"), None)]),
    ("NUMERIC(38,37)", pa.decimal128(38, 37), [(Decimal("1.0000000000000000000000000000000000001"), None)]),
    ("TIMESTAMP", pa.timestamp("us"), [(datetime(1, 1, 1), "0001-01-01 00:00:00")]),
    ("TIMESTAMP", pa.timestamp("us"), [(datetime(9999, 12, 31, 23, 59, 59), "9999-12-31 23:59:59")]),
    ("TIMESTAMP", pa.timestamp("us"), [(datetime(1582, 10, 5, 1, 2, 3, 4), "1582-10-05 01:02:03.000004")]),
    ("TIMESTAMP", pa.timestamp("us"), [(datetime(1899, 12, 31, 23, 59, 59, 999999), "1899-12-31 23:59:59.999999")]),
    ("DATE", pa.date32(), [(date(1, 1, 1), "0001-01-01"), (date(1582, 10, 10), "1582-10-10")]),
    ("DATE", pa.date32(), [(date(9999, 12, 31), "9999-12-31")]),
    ("VARCHAR(8)", pa.string(), [("ab  ", "ab  "), ("  ", "  "), ("\\N", "\\N"), ('"', '"'), ("a\nb,", "a\nb,")]),
    ("CHAR(4)", pa.string(), [("ab  ", "ab  "), ("abcd", "abcd")]),
    ("VARCHAR(16000)", pa.string(), [(FOUR_BYTES * 4000, FOUR_BYTES * 4000)]),
    ("VARBYTE(16)", pa.binary(), [(b"\x00\xff\\N,", "\\x00ff5c4e2c"), (b"", "\\x")]),
    ("DOUBLE PRECISION", pa.float64(), [(5e-324, 5e-324), (-1.7976931348623157e308, None), (0.1, 0.1)]),
    ("REAL", pa.float32(), [(1.5, 1.5)]),
    ("SMALLINT", pa.int16(), [(-32768, -32768)]),
    ("BIGINT", pa.int64(), [(-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1)]),
    ("TIMESTAMPTZ", pa.timestamp("us", "UTC"), [(datetime(1899, 1, 1, tzinfo=UTC), "1899-01-01 00:00:00+00")]),
    ("TIMESTAMPTZ", pa.string(), [("2024-01-31 10:20:30.000005 +02:00", "2024-01-31 08:20:30.000005+00")]),
    ("TIMESTAMPTZ", pa.string(), [("2024-01-31 10:20:30.5", "2024-01-31 10:20:30.5+00")]),
    ("INTEGER", pa.decimal128(9, 0), [(Decimal(-999999999), -999999999)]),
    ("NUMERIC(10,2)", pa.decimal128(38, 10), [(Decimal("12345678.9000000000"), "12345678.90")]),
    ("VARCHAR(20)", pa.int64(), [(12, "12")]),
    ("BOOLEAN", pa.bool_(), [(True, True), (False, False)]),
]  # fmt: skip


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_values_survive_whole(world: World, format: str) -> None:
    """One table with a column for each case, so that one merge shows them all."""
    columns: dict[str, pa.DataType] = {"ID": pa.int64()}
    ddl = "id BIGINT NOT NULL"
    rows: list[dict[str, Any]] = [{"ID": number} for number in range(5)]
    for number, (type, values, cases) in enumerate(CASES):
        columns[f"V{number}"] = values
        ddl += f", v{number} {type}"
        for row, (value, _) in zip(rows, cases, strict=False):
            row[f"V{number}"] = value
    table = Replication(world, columns=columns, ddl=f"{ddl}, PRIMARY KEY (id)", format=format)
    table.merge(table.load(*rows[:1]), table.changes(*[("I", row["ID"] + 1, row) for row in rows[1:]], images=True))

    stored = {row[0]: row[1:] for row in table.rows()}
    assert len(stored) == len(rows)
    for number, (type, _, cases) in enumerate(CASES):
        for row, (value, expected) in zip(rows, cases, strict=False):
            found = stored[row["ID"]][number]
            wanted = str(value) if expected is None and not isinstance(value, float) else expected
            assert found == (value if wanted is None else wanted), f"{value!r} of {type}, {format}"


def test_of_38_decimals_redshift_has_37(world: World) -> None:
    columns = {"ID": pa.int64(), "PART": pa.decimal128(38, 38)}
    table = Replication(world, columns=columns, ddl="id BIGINT NOT NULL, part NUMERIC(38,37), PRIMARY KEY (id)")
    part = "-0." + "9" * 37
    table.merge(
        table.load({"ID": 1, "PART": Decimal("0.5")}), table.changes(("I", 1, {"ID": 2, "PART": Decimal(part)}))
    )
    assert table.rows() == [(1, "0.5" + "0" * 36), (2, part)]

    [refused] = table.merge(table.changes(("I", 2, {"ID": 3, "PART": Decimal("1E-38")})))
    assert refused.status == "failed"
    assert "has more than 37 decimals" in str(refused.reason)
    assert len(table.rows()) == 2


def test_a_value_is_never_rounded(world: World) -> None:
    """The column grows instead, as in the loader."""
    columns = {"ID": pa.int64(), "AMOUNT": pa.decimal128(38, 10)}
    table = Replication(world, columns=columns, ddl="id BIGINT NOT NULL, amount NUMERIC(10,2), PRIMARY KEY (id)")
    table.merge(table.load({"ID": 1, "AMOUNT": Decimal("1.2300000000")}))
    table.merge(table.changes(("U", 1, {"ID": 1, "AMOUNT": Decimal("1.2345000000")}), ("I", 2, {"ID": 2})))

    assert table.rows() == [(1, "1.2345"), (2, None)]


@pytest.mark.parametrize(
    "changes",
    [
        [("I", 5, {"ID": Decimal("5.50")}), ("I", 6, {"ID": Decimal("6.00")})],
        [("U", 5, {"ID": Decimal("7.00"), "BI_ID": Decimal("0.60")})],
    ],
    ids=["two rows would have one key", "another row would lose its key"],
)
def test_a_key_is_never_rounded(world: World, changes: list[Change]) -> None:
    table = Replication(world, columns={"ID": pa.int64(), "NAME": pa.string()})
    table.merge(table.load({"ID": 1, "NAME": "Ann"}))
    [result] = table.merge(table.changes(*changes, columns={"ID": pa.decimal128(38, 2), "NAME": pa.string()}))

    assert (result.status, table.rows()) == ("failed", [(1, "Ann")])


def test_a_word_that_is_neither_true_nor_false_is_not_false(world: World) -> None:
    table = Replication(world, ddl="id BIGINT NOT NULL, name BOOLEAN, PRIMARY KEY (id)")
    table.merge(table.changes(("I", 1, {"ID": 1, "NAME": "Y"}), ("I", 2, {"ID": 2, "NAME": "no"}), ("I", 3, {"ID": 3})))
    [result] = table.merge(table.changes(("I", 4, {"ID": 4, "NAME": "J"})))

    assert (result.status, table.rows()) == ("failed", [(1, True), (2, False), (3, None)])
    assert "the value of 'NAME' is none of the column 'name', BOOLEAN" in str(result.reason)


def test_a_number_with_more_digits_grows_its_column(world: World) -> None:
    columns = {"ID": pa.int64(), "N": pa.int64()}
    table = Replication(world, columns=columns, ddl="id BIGINT NOT NULL, n SMALLINT, PRIMARY KEY (id)")
    table.merge(table.load({"ID": 1, "N": 7}))
    table.merge(table.changes(("U", 1, {"ID": 1, "N": 40000})))

    assert table.rows() == [(1, 40000)]


def test_a_longer_text_widens_its_column_by_bytes(world: World) -> None:
    table = Replication(world, ddl="id BIGINT NOT NULL, name VARCHAR(4), PRIMARY KEY (id)")
    table.merge(table.changes(("I", 1, {"ID": 1, "NAME": FOUR_BYTES * 2})))

    assert table.rows() == [(1, FOUR_BYTES * 2)]
    assert world.columns()["name"] == ("character varying", 32)


@pytest.mark.parametrize(("contract", "status"), [("freeze", "failed"), ("discard", "failed")])
def test_a_value_that_does_not_fit_fails_where_the_table_may_not_change(
    world: World, contract: str, status: str
) -> None:
    from customer_data.warehouse.schema_contract import SchemaContract

    table = Replication(world, ddl="id BIGINT NOT NULL, name VARCHAR(4), PRIMARY KEY (id)")
    [result] = table.merge(
        table.changes(("I", 1, {"ID": 1, "NAME": "too long"})), schema_contract=SchemaContract(contract)
    )

    assert result.status == status
    assert "'name'" in (result.reason or "")
    assert "too long" not in (result.reason or "")
    assert table.rows() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-31 10:20:30", "2024-01-31 10:20:30+00"),
        ("2024-01-31 10:20:30.25-05", "2024-01-31 15:20:30.25+00"),
        ("2024-01-31 10:20:30 UTC", "2024-01-31 10:20:30+00"),
    ],
)
def test_a_time_without_a_zone_is_in_utc_whatever_the_sessions_zone(
    postgres_url: str, text: str, expected: str
) -> None:
    cast_as = cast("v", ColumnType("varchar", length=64), ColumnType("timestamptz"))
    assert cast_as is not None
    with psycopg.connect(postgres_url, options="-c TimeZone=Asia/Tokyo") as connection:
        query = f"SELECT ({cast_as.sql} AT TIME ZONE 'UTC')::text || '+00' FROM (SELECT '{text}'::varchar AS v) AS t"
        assert connection.execute(query.encode()).fetchone() == (expected,)
