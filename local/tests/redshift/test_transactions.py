"""One transaction per call, isolation, locks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import IsolationLevel

from local.redshift.client import client
from local.redshift.data_api import RedshiftDataApi
from local.tests.redshift.warehouse import StatementFailed, Warehouse

WRITERS = 20


def test_a_batch_is_one_transaction(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a INT)")
    with pytest.raises(StatementFailed, match=r"^Query #2 failed with ERROR: "):
        admin.run(f"INSERT INTO {table} VALUES (1)", "SELECT 1 / 0", "SELECT 2")
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_table_made_in_a_failed_batch_is_not_there(admin: Warehouse) -> None:
    with pytest.raises(StatementFailed):
        admin.run(f"CREATE TABLE {admin.schema}.t (a VARCHAR(4) PRIMARY KEY ENCODE lzo)", "SELECT 1 / 0")
    with pytest.raises(StatementFailed, match="does not exist"):
        admin.rows(f"SELECT * FROM {admin.schema}.t")


@pytest.mark.parametrize("create", ["CREATE TEMP TABLE stage", 'CREATE TEMP TABLE "#stage"', "CREATE TABLE #stage"])
def test_a_temporary_table_lives_as_long_as_its_batch(admin: Warehouse, create: str) -> None:
    name = create.split()[-1]
    done = admin.run(f"{create} (a VARCHAR(3))", f"INSERT INTO {name} VALUES ('é')", f"SELECT a FROM {name}")
    assert done["HasResultSet"] and done["ResultRows"] == 1
    with pytest.raises(StatementFailed, match="does not exist"):
        admin.run(f"SELECT a FROM {name}")


def test_truncate_commits_what_was_done_before_it(admin: Warehouse) -> None:
    kept, emptied = f"{admin.schema}.kept", f"{admin.schema}.emptied"
    admin.run(f"CREATE TABLE {kept} (a INT)", f"CREATE TABLE {emptied} (a INT)", f"INSERT INTO {emptied} VALUES (1)")
    with pytest.raises(StatementFailed):
        admin.run(
            f"INSERT INTO {kept} VALUES (1)", f"TRUNCATE {emptied}", f"INSERT INTO {kept} VALUES (2)", "SELECT 1 / 0"
        )
    assert admin.rows(f"SELECT a FROM {kept}") == [(1,)]
    assert admin.rows(f"SELECT a FROM {emptied}") == []


def test_append_moves_the_rows_and_commits(admin: Warehouse) -> None:
    target, source = f"{admin.schema}.target", f"{admin.schema}.source"
    admin.run(
        f"CREATE TABLE {target} (a INT)", f"CREATE TABLE {source} (a INT)", f"INSERT INTO {source} VALUES (1), (2)"
    )
    admin.run(f"ALTER TABLE {target} APPEND FROM {source}")
    assert admin.rows(f"SELECT (SELECT count(*) FROM {target}), (SELECT count(*) FROM {source})") == [(2, 0)]
    admin.run(f"ALTER TABLE {source} ADD COLUMN b INT")
    with pytest.raises(StatementFailed, match="differ"):
        admin.run(f"ALTER TABLE {target} APPEND FROM {source}")


def _increment_at_once(warehouse: Warehouse, *before: str) -> list[dict[str, Any]]:
    table = f"{warehouse.schema}.counter"
    warehouse.run(f"CREATE TABLE {table} (a INT)", f"INSERT INTO {table} VALUES (0)")
    statements = [
        warehouse.submit(*before, f"SELECT a FROM {table}", f"UPDATE {table} SET a = a + 1") for _ in range(WRITERS)
    ]
    return [warehouse.wait(statement) for statement in statements]


@pytest.mark.parametrize("isolation", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_writers_that_lock_first_all_succeed(
    postgres_url: str, admin: Warehouse, s3: Any, isolation: IsolationLevel
) -> None:
    api = RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: s3, isolation=isolation)
    warehouse = Warehouse(client(api), admin.schema)
    ended = _increment_at_once(warehouse, f"LOCK {admin.schema}.counter")
    assert [described["Status"] for described in ended] == ["FINISHED"] * WRITERS
    assert warehouse.rows(f"SELECT a FROM {admin.schema}.counter") == [(WRITERS,)]


def test_writers_without_a_lock_fail_with_error_1023_and_lose_no_update(admin: Warehouse) -> None:
    ended = _increment_at_once(admin)
    failed = [described["Error"] for described in ended if described["Status"] == "FAILED"]
    assert failed and all("ERROR: 1023\n" in error and "Serializable isolation violation" in error for error in failed)
    assert admin.rows(f"SELECT a FROM {admin.schema}.counter") == [(WRITERS - len(failed),)]


@pytest.mark.parametrize(
    ("isolation", "fails"), [(IsolationLevel.REPEATABLE_READ, False), (IsolationLevel.SERIALIZABLE, True)]
)
def test_write_skew_is_an_error_under_serializable_only(
    postgres_url: str, admin: Warehouse, s3: Any, isolation: IsolationLevel, fails: bool
) -> None:
    api = RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: s3, isolation=isolation)
    warehouse = Warehouse(client(api), admin.schema)
    table, gate = f"{admin.schema}.skew", f"{admin.schema}.gate"
    warehouse.run(f"CREATE TABLE {table} (a INT)", f"CREATE TABLE {gate} (a INT)")
    # Both read before either writes: they meet at a gate that opens when both wait at it.
    with _locked(postgres_url, gate, until_waiting=2):
        writers = [
            warehouse.submit(f"SELECT count(*) FROM {table}", f"LOCK {gate}", f"INSERT INTO {table} VALUES ({n})")
            for n in range(2)
        ]
    statuses = sorted(warehouse.wait(writer)["Status"] for writer in writers)
    assert statuses == (["FAILED", "FINISHED"] if fails else ["FINISHED", "FINISHED"])


@contextmanager
def _locked(postgres_url: str, table: str, until_waiting: int) -> Iterator[None]:
    """Holds a lock while the block submits statements, and then until so many sessions wait for it."""
    query = "SELECT count(*) FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    with psycopg.connect(postgres_url) as holder, psycopg.connect(postgres_url, autocommit=True) as observer:
        holder.execute(f"LOCK {table}".encode())
        yield
        deadline = time.monotonic() + 30
        while observer.execute(query, [table]).fetchone() != (until_waiting,):
            assert time.monotonic() < deadline, f"{until_waiting} sessions should wait for {table}"
            time.sleep(0.005)


def test_a_lock_on_a_table_makes_its_readers_wait(postgres_url: str, admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a INT)")
    with _locked(postgres_url, table, until_waiting=1):
        reader = admin.submit(f"SELECT count(*) FROM {table}")
    assert admin.wait(reader)["Status"] == "FINISHED"
