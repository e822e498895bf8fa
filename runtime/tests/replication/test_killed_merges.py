"""A run may end anywhere: the next one with the same manifest leaves the table as one undisturbed run would."""

from __future__ import annotations

import itertools
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
from fuse import Fuse, Killed, briefly
from replication_world import CUSTOMERS, NOW, Replication
from world import World

from customer_data.files.manifest import SourceFile
from customer_data.replication.dms_files import by_table
from customer_data.replication.table_merge import TableMerge
from customer_data.warehouse.data_api import DataApi


def killed_merge(replication: Replication, fuse: Fuse, *files: SourceFile, **changes: Any) -> TableMerge:
    """Of one table, in this thread: a kill ends more than one."""
    settings = replication.settings(**changes)
    tables, _ = by_table(files, settings.prefix)
    [(table, of_table)] = tables.items()
    merge = TableMerge(
        settings,
        "jr_killed",
        table,
        warehouse=DataApi(fuse.wrap(replication.world.redshift_data), settings.warehouse, sleep=briefly),
        s3=fuse.wrap(replication.world.s3),
        now=lambda: NOW,
        sleep=briefly,
    )
    with suppress(Killed):
        merge.merge(of_table)
    return merge


@pytest.mark.parametrize(
    "after",
    [pytest.param(False, id="before_the_step", marks=pytest.mark.full), pytest.param(True, id="after_the_step")],
)
def test_a_killed_run_is_completed_by_the_next_one(world: World, after: bool) -> None:
    """A load that comes late, a column that comes half way, a text that is too long, changes twice, a completion."""
    for step in itertools.count(1):
        world.schema = world.new_schema()
        customers = Replication(world, ddl="id BIGINT NOT NULL, name VARCHAR(8), PRIMARY KEY (id)")
        customers.merge(
            customers.changes(("U", 10, {"ID": 1, "NAME": "newer"}), ("I", 11, {"ID": 9, "NAME": "late"}), minute=5),
            customers.changes(("I", 1, {"ID": 7, "NAME": "truncated"}), minute=-5),
        )
        new = {**CUSTOMERS, "AGE": pa.int32()}
        change = ("U", 12, {"ID": 2, "NAME": "b" * 40})
        files = [
            customers.load({"ID": 1, "NAME": "old"}, {"ID": 2, "NAME": "Bo"}, {"ID": 3, "NAME": "Cy"}),
            customers.changes(change, ("D", 13, {"ID": 3}), minute=6),
            customers.changes(change, ("I", 14, {"ID": 4, "AGE": 40}), minute=7, columns=new),
            customers.complete(3),
        ]
        fuse = Fuse(step, after=after)
        killed_merge(customers, fuse, *files)
        killed_merge(customers, Fuse(0, after=after), *files)

        assert customers.rows("id, name, age") == [
            (1, "newer", None), (2, "b" * 40, None), (4, None, 40), (9, "late", None)
        ], f"killed at step {step}"  # fmt: skip
        assert {status for _, status in customers.ledger()} == {"loaded"}, f"killed at step {step}"
        if not fuse.killed:
            assert step > 8, "the run had fewer steps than a merge has: the fuse does not see them"
            return
