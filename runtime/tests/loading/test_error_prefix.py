"""What happens to the original of a file that cannot be loaded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from world import LANDING, START, World

from customer_data.errors import FileFault, SourceChanged
from customer_data.files import set_aside
from customer_data.loading.settings import RowErrorPolicy

BAD = ("user_id,name", "ann ,Ann")  # a key that ends in a blank


def test_moves_the_file_and_says_why_beside_it(world: World) -> None:
    (result,) = world.load(world.put("sub/a b.csv", *BAD))

    assert result.status == "failed"
    assert (result.reason or "").startswith("line 2: the key user_id 'ann ' ends in a blank")
    assert world.object_keys() == ["error/sub/a b.csv", "error/sub/a b.csv.error.json"]
    explanation = json.loads(read(world, "error/sub/a b.csv.error.json"))
    assert explanation == {
        "reason": result.reason,
        "code": "key_trailing_blank",
        "line": 2,
        "column": "user_id",
        "value": "ann ",
        "run_id": "jr_1",
        "at": explanation["at"],
        "replay": "aws s3 cp 's3://landing/error/sub/a b.csv' 's3://landing/landing/sub/a b.csv'",
    }
    assert datetime.fromisoformat(explanation["at"]).tzinfo is not None
    assert world.ledger("status, reason") == [("failed", result.reason)]


def test_loads_the_other_files_of_the_run(world: World) -> None:
    results = world.load(
        world.put("a.csv", "user_id,name", "1,Ann"),
        world.put("b.csv", *BAD),
        world.put("c.csv", "user_id,name", "2,Bo"),
    )

    assert sorted((result.file.key, result.status) for result in results) == [
        ("landing/a.csv", "loaded"),
        ("landing/b.csv", "failed"),
        ("landing/c.csv", "loaded"),
    ]
    assert world.rows() == [(1, "Ann"), (2, "Bo")]


@pytest.mark.parametrize("row_errors", [RowErrorPolicy.FAIL_FILE, RowErrorPolicy.QUARANTINE_ROWS])
def test_keys_as_long_as_s3_allows_have_room_for_what_is_derived_from_them(
    world: World, row_errors: RowErrorPolicy
) -> None:
    # They differ only in the part that is cut out.
    names = ["ü" * 252 + middle + "é" * 253 + ".csv" for middle in ("-a", "-b")]
    files = [world.put(name, *BAD) for name in names]
    assert [len(file.key.encode()) for file in files] == [1024, 1024]
    world.load(*files, row_errors=row_errors)

    prefix, endings = {
        RowErrorPolicy.FAIL_FILE: ("error/", (".csv", ".csv.error.json")),
        RowErrorPolicy.QUARANTINE_ROWS: ("quarantine/", (".rejected.jsonl",)),
    }[row_errors]
    keys = world.object_keys(prefix=prefix)
    assert len(keys) == 2 * len(endings)
    assert all(key.startswith(f"{prefix}üüü") and key.endswith(endings) for key in keys)


def test_moves_the_version_that_failed_and_leaves_a_newer_one(world: World) -> None:
    bad = world.put("a.csv", *BAD)
    world.put("a.csv", "user_id,name", "1,newer")
    world.load(bad)

    assert read(world, "error/a.csv") == "\n".join(BAD)
    assert read(world, "landing/a.csv").endswith("1,newer")


def test_moves_a_failed_file_once(world: World) -> None:
    bad = world.put("a.csv", *BAD)
    world.load(bad)
    versions = world.s3.list_object_versions(Bucket=LANDING, Prefix="error/")["Versions"]
    (again,) = world.load(bad)

    assert again.status == "already_done"
    assert world.s3.list_object_versions(Bucket=LANDING, Prefix="error/")["Versions"] == versions
    assert len(world.ledger()) == 1


def test_without_versions_leaves_an_object_that_was_copied_back(world: World) -> None:
    bad = replace(world.put("a.csv", *BAD), version_id=None, event_time=START.isoformat())
    set_aside.remove_original(bad, world.s3)

    assert world.object_keys() == ["landing/a.csv"]


def test_without_versions_deletes_the_object_that_was_copied(world: World) -> None:
    bad = replace(world.put("a.csv", *BAD), version_id=None, event_time=datetime.now(UTC).isoformat())
    set_aside.remove_original(bad, world.s3)
    set_aside.remove_original(bad, world.s3)

    assert world.object_keys() == []


def test_without_versions_leaves_other_content(world: World) -> None:
    bad = replace(world.put("a.csv", *BAD), version_id=None, event_time=datetime.now(UTC).isoformat(), etag="other")
    set_aside.remove_original(bad, world.s3)

    assert world.object_keys() == ["landing/a.csv"]


@pytest.mark.parametrize("change", [{"version_id": None, "etag": "0" * 32}, {"key": "landing/gone.csv"}])
def test_copies_nothing_when_the_write_is_gone(world: World, change: dict[str, Any]) -> None:
    bad = replace(world.put("a.csv", *BAD), **change)
    if "key" in change:
        bad = replace(bad, version_id=None)
    with pytest.raises(SourceChanged):
        set_aside.copy_aside(
            bad, FileFault("bad", "bad"), "error/a.csv", run_id="jr_1", at=datetime.now(UTC), s3=world.s3
        )
    assert world.object_keys(prefix="error/") == []


def test_a_file_that_vanished_before_its_move_is_superseded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = world.put("a.csv", *BAD)
    copy = world.s3.copy

    def vanished(*arguments: Any, **options: Any) -> None:
        world.s3.delete_object(Bucket=LANDING, Key=bad.key, VersionId=bad.version_id)
        copy(*arguments, **options)

    monkeypatch.setattr(world.s3, "copy", vanished)
    (result,) = world.load(bad)

    assert result.status == "superseded"
    assert world.object_keys() == []


def read(world: World, key: str) -> str:
    return str(world.s3.get_object(Bucket=LANDING, Key=key)["Body"].read(), "utf-8")
