"""Columns come and go at the source."""

from __future__ import annotations

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
    """The files have no schema in common: they go through one that all have."""
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


def test_many_new_columns_at_once(world: World) -> None:
    table = Replication(world)
    new = {f"C{number}": pa.int32() for number in range(30)}
    values = {name: 7 for name in new}
    table.merge(table.changes(("I", 1, {"ID": 1, **values}), columns={**CUSTOMERS, **new}))

    assert table.rows("id, c0, c29") == [(1, 7, 7)]
