"""A bucket without versions: a sweep and an event tell of one write, and have no name for it in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from world import LANDING, START, World

from customer_data.errors import WarehouseError
from customer_data.files import set_aside
from customer_data.files.manifest import SourceFile
from customer_data.files.write_order import moment
from customer_data.loading.file_result import FileResult
from customer_data.warehouse import ledger, sql
from customer_data.warehouse.ledger import Ledger
from customer_data.warehouse.table_name import TableName


def unversioned(world: World, name: str, *lines: str) -> SourceFile:
    return world.put(name, *lines, version_id=None)


def as_swept(file: SourceFile, seconds: float = 0) -> SourceFile:
    """As a listing tells of it, whose time is `seconds` from the event's."""
    listed_at = (moment(file.event_time) + timedelta(seconds=seconds)).isoformat()
    return replace(file, load_id="5" * 64, sequencer=None, event_time=listed_at)


@pytest.mark.parametrize("sweep_first", [True, False])
def test_loads_a_write_once_and_leaves_newer_rows(world: World, sweep_first: bool) -> None:
    waiting = unversioned(world, "a.csv", "user_id,name", "1,old")
    first, second = (as_swept(waiting), waiting) if sweep_first else (waiting, as_swept(waiting))
    world.load(first)
    world.load(unversioned(world, "b.csv", "user_id,name", "1,new"))
    (again,) = world.load(second)

    assert (again.status, again.reason) == ("superseded", "the same write is already loaded")
    assert world.rows() == [(1, "new")]


LISTED = SourceFile("1" * 64, LANDING, "a.csv", None, "etag", 1, None, START.isoformat())
LOADED_AT = START + timedelta(hours=2)


def event(seconds: float, **changes: Any) -> SourceFile:
    time = (START + timedelta(seconds=seconds)).isoformat()
    return replace(LISTED, **{"load_id": "2" * 64, "sequencer": "AB", "event_time": time, **changes})


@pytest.mark.parametrize(
    ("theirs", "ours", "superseded"),
    [
        pytest.param(LISTED, event(0), True, id="swept, then its event"),
        pytest.param(LISTED, event(-2), True, id="swept, then its event, clocks differ"),
        pytest.param(LISTED, event(3600), True, id="swept while a long upload's event waited"),
        pytest.param(LISTED, event(7201), False, id="swept, then the same content written again"),
        pytest.param(LISTED, event(1, etag="other"), False, id="swept, then other content"),
        pytest.param(LISTED, event(1, version_id="v1"), False, id="swept, then a version"),
        pytest.param(event(0), LISTED, True, id="loaded, then swept"),
        pytest.param(event(-2), LISTED, True, id="loaded, then swept, clocks differ"),
        pytest.param(event(-3), LISTED, False, id="loaded, then the same content written, whose event was lost"),
        pytest.param(event(0, etag="other"), LISTED, False, id="loaded, then other content, whose event was lost"),
        pytest.param(event(1, etag="other"), LISTED, True, id="newer content loaded, then swept"),
        pytest.param(
            event(0, load_id="3" * 64), event(1, sequencer="AC"), False, id="the same content twice, by events"
        ),
    ],
)
def test_ledger_and_guard_agree(world: World, theirs: SourceFile, ours: SourceFile, superseded: bool) -> None:
    kept = Ledger(world.admin, TableName(world.schema, "customers"))
    kept.ensure()
    world.admin.batch(ledger.insert(kept.name, [FileResult(theirs, "loaded", "jr_1", LOADED_AT)]))

    assert (kept.read([ours]).superseded_by(ours) is not None) == superseded

    later = [FileResult(ours, "loaded", "jr_2", LOADED_AT + timedelta(hours=1))]
    batch = [sql.lock(kept.name), *ledger.guarded_insert(kept.name, later)]
    if superseded:
        with pytest.raises(WarehouseError, match="already loaded"):
            world.admin.batch(batch)
    else:
        world.admin.batch(batch)


def test_deletes_no_write_that_comes_after_the_check(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = unversioned(world, "a.csv", "user_id,name", "1,bad")
    bad = replace(bad, event_time=(moment(bad.event_time) + timedelta(days=100_000)).isoformat())
    head_object = world.s3.head_object

    def overtaken(**request: Any) -> Any:
        head = head_object(**request)
        world.put("a.csv", "user_id,name", "1,newer")
        return head

    monkeypatch.setattr(world.s3, "head_object", overtaken)
    set_aside.remove_original(bad, world.s3)

    assert world.object_keys() == ["landing/a.csv"]
