"""The switches for what DMS or S3 may do, each with what happens while it is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.dms import settings
from local.dms.faults import FAULTS
from local.tests.dms.app import App

Switch = Callable[..., None]


@pytest.fixture
def switch(app: App) -> Iterator[Switch]:
    yield app.cloud.dms_fault
    for name in FAULTS:
        app.cloud.dms_fault(name, 0)


def insert(app: App, number: int, notes: str = "NULL") -> None:
    app.sql(f'INSERT INTO "CRM"."CUSTOMERS" VALUES ({number}, \'n\', {notes})')


def written(app: App, table: str = "CUSTOMERS") -> list[str]:
    """The names of the table's files, as the writes came."""
    log = app.cloud.log_path.read_text()
    marker = f"PutObject s3://{app.outputs['Bucket']}/replication/crm/CRM/{table}/"
    return [line.split(marker)[1] for line in log.splitlines() if marker in line]


def each_in_a_file(app: App, *numbers: int) -> None:
    for number in numbers:
        before = app.statistics()["CUSTOMERS"]["AppliedInserts"]
        insert(app, number)
        app.wait_for_counts("CUSTOMERS", AppliedInserts=before + 1)


def test_files_are_written_once_unless_they_are_to_come_twice(app: App, switch: Switch) -> None:
    app.deployed().start()
    each_in_a_file(app, 3)
    app.wait_for_counts("CUSTOMERS", TableState="Table completed")
    assert len(written(app)) == len(set(written(app))) == 2
    switch("files-twice")
    each_in_a_file(app, 4)
    app.cloud.wait_until(lambda: len(written(app)) == 4, 5, "the second write")
    assert len(set(written(app))) == 3


def test_a_change_file_comes_again_under_another_name(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    switch("copies")
    each_in_a_file(app, 3)
    first, second = app.files("CUSTOMERS")
    assert app.parquet("CUSTOMERS", first) == app.parquet("CUSTOMERS", second)


def test_files_come_out_of_order(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    each_in_a_file(app, 3, 4)
    assert written(app) == sorted(written(app))
    switch("out-of-order")
    each_in_a_file(app, 5, 6)
    names = app.cloud.wait_until(lambda: found if len(found := written(app)) == 4 else None, 5, "four files")
    assert [*names[:2], names[3], names[2]] == sorted(names)


def test_files_come_late(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    switch("late")
    each_in_a_file(app, 3, 4)
    assert written(app) == []
    switch("late", 0)
    app.wait_for_changes("CUSTOMERS", 2)


def test_what_is_late_comes_when_the_replication_stops(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    switch("late")
    each_in_a_file(app, 3)
    assert len(app.stop().changes("CUSTOMERS")) == 1


def test_a_replication_starts_again_at_an_older_position(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    each_in_a_file(app, 3, 4, 5)
    app.stop()
    switch("overlap", 2)
    app.start("resume-processing")
    insert(app, 6)
    changes = app.wait_for_changes("CUSTOMERS", 6)
    assert [row["ID"] for row in changes] == [3, 4, 5, 4, 5, 6]
    sequences: dict[int, set[str]] = {row["ID"]: set() for row in changes}
    for row in changes:
        sequences[row["ID"]].add(row["cdp_change_seq"])
    assert all(len(each) == 1 for each in sequences.values())


def test_changes_of_different_seconds_have_the_same_time(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    switch("same-second")
    each_in_a_file(app, 3)
    app.sql("SELECT pg_sleep(1.1)")
    each_in_a_file(app, 4)
    first, second = (row["cdp_change_seq"] for row in app.wait_for_changes("CUSTOMERS", 2))
    assert first[:16] == second[:16]
    assert first < second
    switch("same-second", 0)
    each_in_a_file(app, 5)
    assert app.wait_for_changes("CUSTOMERS", 3)[2]["cdp_change_seq"][:16] > first[:16]


def test_changes_of_a_transaction_have_the_same_sequence(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    switch("equal-sequences")
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'a', NULL), (4, 'b', NULL)""")
    insert(app, 5)
    first, second, third = (row["cdp_change_seq"] for row in app.wait_for_changes("CUSTOMERS", 3))
    assert first == second < third


def test_a_large_object_comes_after_its_row(app: App, switch: Switch) -> None:
    app.deployed(mode="cdc").start()
    insert(app, 3, "'whole'")
    app.wait_for_changes("CUSTOMERS", 1)
    switch("lob-gap")
    insert(app, 4, "'late'")
    insert(app, 5)
    found = [(row["Op"], row["ID"], row["NOTES"], row["BI_ID"]) for row in app.wait_for_changes("CUSTOMERS", 4)]
    assert found == [("I", 3, "whole", None), ("I", 4, None, None), ("U", 4, "late", 4), ("I", 5, None, None)]


def test_an_unknown_fault_names_those_that_there_are(app: App) -> None:
    with pytest.raises(LookupError, match="there is no fault 'fire'; faults: files-twice, copies"):
        app.cloud.dms_fault("fire")


def test_the_readme_has_every_fault() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name in FAULTS if f"| `{name}` |" not in readme] == []


def test_the_readme_has_every_setting_of_the_target() -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name in settings._S3 if f"`{name}`" not in readme] == []
