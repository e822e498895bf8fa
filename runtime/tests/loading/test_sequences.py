"""A sequence of dates is one of times from the start: a later file has them."""

from __future__ import annotations

import pytest
from loader_job import plan
from world import World

from customer_data.csv.format import CsvFormat

SEQUENCE = {"sequence_column": "changed"}


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one after the other"])
@pytest.mark.parametrize(
    ("written", "formats"), [("2020-01-02", ()), ("02/01/2020", ("DD/MM/YYYY",))], ids=["ISO 8601", "a format"]
)
def test_times_follow_dates_and_the_newest_counts(
    world: World, written: str, formats: tuple[str, ...], together: bool
) -> None:
    files = [
        world.put("a.csv", "user_id,changed,name", f"1,{written},midnight", f"2,{written},midnight", "3,,unknown"),
        world.put("b.csv", "user_id,changed,name", "1,2020-01-02T00:00:22,later", "2,2020-01-01T23:59:59,earlier"),
        world.put("c.csv", "user_id,changed,name", f"1,{written},midnight again", f"3,{written},midnight"),
    ]
    results = []
    for batch in [files] if together else [[file] for file in files]:
        results += world.load(*batch, **SEQUENCE, csv=CsvFormat(date_formats=formats))

    assert [(result.status, result.rows_rejected, result.rows_rescued) for result in results] == [("loaded", 0, 0)] * 3
    assert world.columns()["changed"][0] == "timestamp without time zone"
    assert world.rows("user_id, changed, name") == [
        (1, "2020-01-02 00:00:22", "later"), (2, "2020-01-02 00:00:00", "midnight"),
        (3, "2020-01-02 00:00:00", "midnight"),
    ]  # fmt: skip


def test_a_sequence_that_is_added_to_a_table_is_one_of_times_too(world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, name VARCHAR(9))')
    world.load(world.put("a.csv", "user_id,changed", "1,2020-01-02"), **SEQUENCE)
    assert world.columns()["changed"][0] == "timestamp without time zone"


def test_other_dates_stay_dates(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    file = world.put("a.csv", "user_id,changed,born", "1,2020-01-02,1990-01-02")
    _, report = plan(world, file, capsys, **SEQUENCE)
    assert report["columns_added"] == {"user_id": "BIGINT", "changed": "TIMESTAMP", "born": "DATE"}


def test_a_stored_sequence_of_dates_takes_midnight_and_says_what_to_do_about_times(world: World) -> None:
    world.admin.execute(f'CREATE TABLE "{world.schema}".customers (user_id BIGINT NOT NULL, changed DATE)')
    midnight, later = (
        world.put("a.csv", "user_id,changed", "1,2020-01-02T00:00:00"),
        world.put("b.csv", "user_id,changed", "1,2020-01-02T00:00:22"),
    )
    [good] = world.load(midnight, **SEQUENCE)
    [bad] = world.load(later, **SEQUENCE)
    assert (good.status, bad.status) == ("loaded", "failed")
    assert world.rows() == [(1, "2020-01-02")]
    for said in ("'2020-01-02T00:00:22'", "the column changed DATE", "make the column TIMESTAMP", "rename the new one"):
        assert said in str(bad.reason)
