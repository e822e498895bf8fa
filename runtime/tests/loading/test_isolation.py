"""Runs at once under both of Redshift's isolation levels, and what happens when the transaction has no LOCK."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import IsolationLevel
from world import World

from customer_data.warehouse import sql

RUNS = 4
serializable = pytest.mark.parametrize("isolation", [IsolationLevel.SERIALIZABLE])


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction begins with a statement that takes its snapshot and locks nothing."""
    monkeypatch.setattr(sql, "lock", lambda name: f"SELECT COUNT(*) FROM {sql.table(name)}")


@serializable
@pytest.mark.full
def test_twenty_serializable_runs_at_once_lose_nothing(world: World) -> None:
    files = [
        world.put(f"{number}.csv", f"user_id,name,c{number % 2 * number}", f"{number},n{number},5", "100,shared,1")
        for number in range(20)
    ]
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(world.load, files))

    assert [[result.status for result in run] for run in results] == [["loaded"]] * 20
    assert [row[0] for row in world.rows("user_id")] == [*range(20), 100]
    assert len(world.columns()) == 2 + 11


def test_overlapping_runs_store_a_key_once(world: World, postgres_url: str) -> None:
    assert overlapping_loads_of_one_key(world, postgres_url) == 1


@pytest.mark.usefixtures("without_lock")
def test_without_the_lock_overlapping_runs_would_store_a_key_several_times(world: World, postgres_url: str) -> None:
    assert overlapping_loads_of_one_key(world, postgres_url) == RUNS


@serializable
def test_overlapping_serializable_runs_do_not_conflict(
    world: World, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    assert overlapping_loads_of_one_key(world, postgres_url) == 1
    assert "isolation violation" not in caplog.text


@serializable
@pytest.mark.usefixtures("without_lock")
def test_without_the_lock_overlapping_serializable_runs_would_conflict(
    world: World, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    assert overlapping_loads_of_one_key(world, postgres_url) == 1
    assert "isolation violation" in caplog.text


def overlapping_loads_of_one_key(world: World, postgres_url: str) -> int:
    """Loads files that all bring the same new key, each transaction begun before the first one may write.

    Returns how many rows the key has then.
    """
    world.load(world.put("first.csv", "user_id,name", "1,Ann"))
    files = [world.put(f"{number}.csv", "user_id,name", f"2,n{number}") for number in range(RUNS)]
    with ThreadPoolExecutor(RUNS) as pool, psycopg.connect(postgres_url) as writer:
        writer.execute(f'LOCK TABLE "{world.schema}"."customers" IN EXCLUSIVE MODE')
        loads = [pool.submit(world.load, file) for file in files]
        deadline = time.monotonic() + 30
        while writer.execute("SELECT COUNT(*) FROM pg_locks WHERE NOT granted").fetchone() != (RUNS,):
            assert time.monotonic() < deadline, f"{RUNS} transactions never waited at the same time"
            time.sleep(0.02)
        writer.rollback()
        assert [result.status for load in loads for result in load.result()] == ["loaded"] * RUNS
    return [row[0] for row in world.rows("user_id")].count(2)
