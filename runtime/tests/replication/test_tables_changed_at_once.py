"""The schema job and runs of the merge may change a table at once, in the same way: who is slower has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg
import pyarrow as pa
import pytest
from oracle_schema.test_schema_job import crm, run, stored
from replication_world import CUSTOMERS, Replication, statuses
from world import World

T = TypeVar("T")


class Faster:
    """A session that changes the table while others wait for it."""

    def __init__(self, world: World, postgres_url: str) -> None:
        self._url = postgres_url
        self._table = f'"{world.schema}"."customers"'

    def than(self, slower: Callable[[], T], *changes: str) -> T:
        """Makes the changes, which `slower` does not see yet, and commits them once it waits to make its own."""
        with ThreadPoolExecutor(1) as pool, psycopg.connect(self._url) as session:
            for change in changes:
                statement = change if change.startswith("CREATE") else f"ALTER TABLE {self._table} {change}"
                session.execute(statement.encode())
            waiting = pool.submit(slower)
            deadline = time.monotonic() + 30
            while session.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted").fetchone() == (0,):
                assert not waiting.done() and time.monotonic() < deadline, "it never waited"
                time.sleep(0.02)
            session.commit()
            return waiting.result()


@pytest.fixture
def faster(world: World, postgres_url: str) -> Faster:
    return Faster(world, postgres_url)


@pytest.mark.parametrize("added", ["born TIMESTAMP", "born VARCHAR(32)"])
def test_a_schema_job_after_a_merge(world: World, faster: Faster, added: str) -> None:
    run(world, crm(("NAME", "VARCHAR2")))
    faster.than(
        lambda: run(world, crm(("NAME", "VARCHAR2"), ("BORN", "DATE"), ("SIZE", "NUMBER"))), f"ADD COLUMN {added}"
    )
    assert list(stored(world)) == ["id", "name", "born", "size"]


def test_a_schema_job_after_a_merge_that_made_the_column_shorter(world: World, faster: Faster) -> None:
    run(world, crm())
    faster.than(lambda: run(world, crm(("NAME", "VARCHAR2"))), "ADD COLUMN name VARCHAR(5)")
    lengths = "SELECT character_maximum_length FROM svv_columns WHERE column_name = 'name' AND table_schema = "
    assert world.admin.query(f"{lengths}'{world.schema}'") == [(20,)]


@pytest.mark.parametrize(("count", "same"), [(1, "c0"), (9, "c8")])
def test_a_merge_after_a_schema_job(world: World, faster: Faster, count: int, same: str) -> None:
    """Of nine new columns some are added before the merge's own transaction."""
    customers = Replication(world)
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}))
    columns = {**CUSTOMERS, **{f"C{number}": pa.int32() for number in range(count)}}
    changes = customers.changes(("I", 1, {"ID": 2, "NAME": "Bo", same.upper(): 7}), columns=columns)
    results = faster.than(lambda: customers.merge(changes), f"ADD COLUMN {same} INTEGER")
    assert set(statuses(results).values()) == {"loaded"}
    assert customers.rows(f"id, name, {same}") == [(1, "Ann", None), (2, "Bo", 7)]


def test_a_merge_that_widens_after_a_schema_job(world: World, faster: Faster) -> None:
    customers = Replication(world)
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}))
    changes = customers.changes(("I", 1, {"ID": 2, "NAME": "x" * 40}))
    results = faster.than(
        lambda: customers.merge(changes), "ALTER COLUMN name TYPE VARCHAR(160)", "ADD COLUMN c INTEGER"
    )
    assert set(statuses(results).values()) == {"loaded"}
    assert len(customers.rows("id, name")) == 2


def test_a_merge_that_makes_the_tombstones_after_another(world: World, faster: Faster) -> None:
    customers = Replication(world)
    name = f'"{world.schema}"."customers__tombstones"'
    create = f"CREATE TABLE {name} (id BIGINT, cdp_sequence VARCHAR(64), deleted_at TIMESTAMP)"
    results = faster.than(lambda: customers.merge(customers.changes(("D", 1, {"ID": 1}))), create)
    assert set(statuses(results).values()) == {"loaded"}
