"""Columns come and go at the source."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from replication_world import CUSTOMERS, Replication, statuses
from world import World

from customer_data.warehouse.schema_contract import SchemaContract

WITH_AGE = {"ID": pa.int64(), "AGE": pa.int16(), "NAME": pa.string()}


@pytest.fixture(params=["parquet", "csv"])
def customers(world: World, request: pytest.FixtureRequest) -> Replication:
    return Replication(world, format=request.param)


def test_a_new_column_of_the_files_is_added_to_the_table(customers: Replication) -> None:
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}))
    new = {**CUSTOMERS, "NOTE": pa.string(), "SEEN": pa.timestamp("us")}
    results = customers.merge(
        customers.changes(("U", 1, {"ID": 1, "NAME": "Ann", "NOTE": "x" * 100}), columns=new, images=True)
    )

    assert results[0].columns_added == (("note", "seen") if customers.format == "parquet" else ("note",))
    assert customers.rows("id, name, note") == [(1, "Ann", "x" * 100), (2, "Bo", None)]
    assert customers.world.columns()["note"] == ("character varying", 256)


def test_a_column_that_comes_half_way_in_a_batch(customers: Replication) -> None:
    customers.merge(
        customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}), ("I", 2, {"ID": 2, "NAME": "Bo"})),
        customers.changes(("U", 3, {"ID": 1, "NAME": "Ann", "AGE": 40}), columns=WITH_AGE),
        customers.changes(("U", 4, {"ID": 2, "NAME": "Bob", "AGE": 41, "BI_ID": 2}), columns=WITH_AGE),
    )

    assert customers.rows("id, name, age") == [(1, "Ann", 40), (2, "Bob", 41)]


def test_the_order_of_columns_may_differ_from_file_to_file(customers: Replication) -> None:
    """A positional read would put one column's values into another."""
    columns = {"A": pa.string(), "ID": pa.int64(), "B": pa.string()}
    table = Replication(
        customers.world, columns=columns, ddl="id BIGINT NOT NULL, a VARCHAR(9), b VARCHAR(9), PRIMARY KEY (id)",
        name="PAIRS", format=customers.format,
    )  # fmt: skip
    table.merge(
        table.changes(("I", 1, {"ID": 1, "A": "a", "B": "b"})),
        table.changes(("I", 2, {"ID": 2, "A": "a", "B": "b"}), columns=dict(reversed(columns.items()))),
    )

    assert table.rows("id, a, b") == [(1, "a", "b"), (2, "a", "b")]


def test_a_change_keeps_the_stored_values_of_columns_that_its_file_lacks(customers: Replication) -> None:
    customers.merge(
        customers.load({"ID": 1, "NAME": "Ann", "AGE": 40}, {"ID": 2, "NAME": "Bo", "AGE": 41}, columns=WITH_AGE)
    )
    customers.merge(
        customers.changes(
            ("U", 1, {"ID": 1, "NAME": "Anna"}), ("D", 2, {"ID": 2}), ("I", 3, {"ID": 2, "NAME": "another Bo"})
        )
    )

    assert customers.rows("id, name, age") == [(1, "Anna", 40), (2, "another Bo", None)]


def test_a_column_that_goes_half_way_in_a_batch_keeps_its_values(customers: Replication) -> None:
    customers.merge(
        customers.load({"ID": 1, "NAME": "Ann", "AGE": 40}, {"ID": 2, "NAME": "Bo", "AGE": 41}, columns=WITH_AGE)
    )
    customers.merge(
        customers.changes(
            ("U", 1, {"ID": 1, "NAME": "Ann", "AGE": 50}),
            ("I", 2, {"ID": 3, "NAME": "Cy", "AGE": 52}),
            columns=WITH_AGE,
        ),
        customers.changes(
            ("U", 3, {"ID": 1, "NAME": "Anna"}), ("U", 4, {"ID": 2, "NAME": "Bob"}), ("U", 5, {"ID": 3, "NAME": "Cyd"})
        ),
    )

    assert customers.rows("id, name, age") == [(1, "Anna", 50), (2, "Bob", 41), (3, "Cyd", 52)]


def test_a_later_change_in_a_file_that_comes_first_stays(customers: Replication) -> None:
    """Files of two schemas, neither of which has the later changes."""
    customers.merge(customers.load({"ID": 1, "NAME": "Ann", "AGE": 40}, {"ID": 2, "NAME": "Bo"}, columns=WITH_AGE))
    customers.merge(
        customers.changes(("U", 9, {"ID": 1, "NAME": "later"}), ("D", 8, {"ID": 2}), ("U", 2, {"ID": 3, "NAME": "c"})),
        customers.changes(
            ("U", 3, {"ID": 1, "NAME": "earlier", "AGE": 1}),
            ("U", 4, {"ID": 2, "NAME": "deleted", "AGE": 2}),
            ("U", 5, {"ID": 3, "NAME": "later", "AGE": 3}),
            columns=WITH_AGE,
        ),
    )

    assert customers.rows("id, name, age") == [(1, "later", 40), (3, "later", 3)]


def test_columns_that_come_and_go_from_file_to_file(customers: Replication) -> None:
    """More schemas than one transaction has room for."""
    files = [
        customers.changes(
            ("U", number, {"ID": 1, "NAME": f"name {number}", "AGE": number}),
            columns=CUSTOMERS if number % 2 else WITH_AGE,
        )
        for number in range(1, 10)
    ]
    results = customers.merge(customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}), *files)

    assert set(statuses(results).values()) == {"loaded"}
    assert ("age",) in {result.columns_added for result in results}
    assert customers.rows("id, name, age") == [(1, "name 9", 8), (2, "Bo", None)]


def test_a_late_load_before_changes_of_several_schemas(customers: Replication) -> None:
    """They are merged once more, behind it."""
    with_age = customers.changes(("U", 1, {"ID": 1, "NAME": "Ann", "AGE": 50}), columns=WITH_AGE, minute=1)
    customers.merge(with_age, customers.changes(("U", 2, {"ID": 1, "NAME": "Anna"}), minute=2))
    customers.merge(customers.load({"ID": 1, "NAME": "A", "AGE": 40}, {"ID": 2, "NAME": "B"}, columns=WITH_AGE))

    assert customers.rows("id, name, age") == [(1, "Anna", 50), (2, "B", None)]


def test_a_row_that_was_made_anew_has_nothing_of_the_one_before(customers: Replication) -> None:
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann", "AGE": 40}), columns=WITH_AGE))
    customers.merge(
        customers.changes(
            ("D", 2, {"ID": 1}), ("I", 3, {"ID": 1, "NAME": "another"}), ("U", 4, {"ID": 1, "NAME": "another one"})
        )
    )

    assert customers.rows("id, name, age") == [(1, "another one", None)]


def test_a_row_that_moved_to_a_key_has_nothing_of_the_one_that_left_it(customers: Replication) -> None:
    stored = [("I", 1, {"ID": 1, "NAME": "Ann", "AGE": 40}), ("I", 2, {"ID": 2, "NAME": "Bob", "AGE": 50})]
    customers.merge(customers.changes(*stored, columns=WITH_AGE))
    customers.merge(
        customers.changes(
            ("U", 3, {"ID": 3, "NAME": "Bob", "BI_ID": 2}), ("U", 4, {"ID": 2, "NAME": "Ann", "BI_ID": 1})
        )
    )

    assert customers.rows("id, name, age") == [(2, "Ann", None), (3, "Bob", None)]


@pytest.mark.parametrize(
    ("contract", "status", "rows"),
    [(SchemaContract.FREEZE, "failed", []), (SchemaContract.DISCARD, "loaded", [(1, "Ann")])],
)
def test_the_contract_says_what_becomes_of_a_new_column(
    customers: Replication, contract: SchemaContract, status: str, rows: Any
) -> None:
    file = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann", "AGE": 40}), columns=WITH_AGE)
    results = customers.merge(file, schema_contract=contract)

    assert set(statuses(results).values()) == {status}
    assert customers.rows() == rows
    assert "age" not in customers.world.columns()


def test_a_type_that_changes_at_the_source_half_way(world: World) -> None:
    """NUMBER(9) became NUMBER(19): DMS writes another type from then on."""
    narrow, wide = ({"ID": pa.int64(), "N": type} for type in (pa.int32(), pa.decimal128(19, 0)))
    table = Replication(world, columns=narrow, ddl="id BIGINT NOT NULL, n INTEGER, PRIMARY KEY (id)")
    table.merge(
        table.changes(("I", 1, {"ID": 1, "N": 5})), table.changes(("I", 2, {"ID": 2, "N": 10**12}), columns=wide)
    )

    assert table.rows() == [(1, 5), (2, 10**12)]


@pytest.mark.parametrize("by", ["load", "changes"])
def test_columns_that_were_widened_at_the_source(customers: Replication, by: str) -> None:
    """VARCHAR2(10), NUMBER(5) and NUMBER(7,2) became VARCHAR2(40), NUMBER(10) and NUMBER(12,4)."""
    columns = {"ID": pa.int64(), "T": pa.string(), "N": pa.int32(), "D": pa.decimal128(7, 2)}
    ddl = "id BIGINT NOT NULL, t VARCHAR(10) NOT NULL, n INTEGER, d NUMERIC(7,2), PRIMARY KEY (id)"
    table = Replication(customers.world, columns, ddl, name="WIDENED", format=customers.format)
    table.merge(table.load({"ID": 1, "T": "short", "N": 5, "D": Decimal("1.25")}))

    wide = {**columns, "N": pa.int64(), "D": pa.decimal128(12, 4)}
    row = {"ID": 2, "T": "x" * 40, "N": 9_999_999_999, "D": Decimal("12345678.1234")}
    written = table.load(row, columns=wide, number=2) if by == "load" else table.changes(("I", 1, row), columns=wide)
    [result] = table.merge(written)
    assert result.status == "loaded", result.reason
    assert table.rows("id, t, n, d") == [
        (1, "short", 5, "1.2500"),
        (2, "x" * 40, 9_999_999_999, "12345678.1234"),
    ]


def test_a_column_with_a_comment_keeps_its_type_and_the_reason_has_the_sql(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Redshift changes no type of a number in place."""
    columns = {"ID": pa.int64(), "N": pa.int64()}
    table = Replication(world, columns, "id BIGINT NOT NULL, n INTEGER, PRIMARY KEY (id)")
    world.admin.execute(f"COMMENT ON COLUMN {table.target}.n IS 'counted'")
    caplog.set_level("INFO")
    [result] = table.merge(table.changes(("I", 1, {"ID": 1, "N": 9_999_999_999})))
    assert result.status == "failed"
    assert "comment" in (result.reason or "") and 'RENAME COLUMN "n__grown" TO "n"' in (result.reason or "")
    assert "n stays INTEGER: it has a comment" in caplog.text


def test_a_new_column_of_several_types(world: World) -> None:
    narrow, wide = ({"ID": pa.int64(), "N": type} for type in (pa.int32(), pa.decimal128(19, 2)))
    table = Replication(world, columns=narrow, ddl="id BIGINT NOT NULL, PRIMARY KEY (id)")
    table.merge(
        table.changes(("I", 1, {"ID": 1, "N": 5})),
        table.changes(("I", 2, {"ID": 2, "N": Decimal(10**12) + Decimal("0.25")}), columns=wide),
    )

    assert table.rows() == [(1, "5.00"), (2, "1000000000000.25")]


def test_many_new_columns_at_once(world: World) -> None:
    table = Replication(world)
    new = {f"C{number}": pa.int32() for number in range(30)}
    values = {name: 7 for name in new}
    table.merge(table.changes(("I", 1, {"ID": 1, **values}), columns={**CUSTOMERS, **new}))

    assert table.rows("id, c0, c29") == [(1, 7, 7)]
