"""A run may end anywhere: the next one with the same manifest leaves the same result as one undisturbed run."""

from __future__ import annotations

import itertools
from contextlib import suppress

import pytest
from fuse import Fuse, Killed, loader_of
from world import World


# Before a step is after the one before it, but for what the warehouse was still doing.
@pytest.mark.parametrize(
    "after",
    [pytest.param(False, id="before_the_step", marks=pytest.mark.full), pytest.param(True, id="after_the_step")],
)
def test_a_killed_run_is_completed_by_the_next_one(world: World, after: bool) -> None:
    for step in itertools.count(1):
        world.schema = world.new_schema()
        table = f'"{world.schema}".customers'
        world.admin.execute(f"CREATE TABLE {table} (user_id BIGINT NOT NULL, name VARCHAR(32))")
        world.admin.execute(f"INSERT INTO {table} VALUES (1, 'Ann')")
        files = [
            world.put("good.csv", "user_id,name,age", "1,Anna,40", "2,Bo,41"),
            world.put("bad.csv", "user_id,name", ",nobody"),
            world.put("long.csv", "user_id,name", "4," + "x" * 100),
        ]
        fuse = Fuse(step, after=after)
        with suppress(Killed):
            loader_of(world, fuse).load(files)
        loader_of(world, Fuse(0, after=after)).load(files)

        assert world.rows() == [(1, "Anna", 40), (2, "Bo", 41), (4, "x" * 100, None)], f"killed at step {step}"
        assert world.ledger() == [
            ("landing/bad.csv", "failed"),
            ("landing/good.csv", "loaded"),
            ("landing/long.csv", "loaded"),
        ], f"killed at step {step}"
        assert "landing/bad.csv" not in world.object_keys()
        assert {"error/bad.csv", "error/bad.csv.error.json"} <= set(world.object_keys())
        if not fuse.killed:
            assert step > 10, "the run had fewer steps than a load has: the fuse does not see them"
            return
