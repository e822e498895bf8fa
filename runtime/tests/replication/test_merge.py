"""What ends in the table, for each way in which files come."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest
from replication_world import TASK_START, Replication, statuses
from world import World


@pytest.fixture(params=["parquet", "csv", "csv.gz"])
def customers(world: World, request: pytest.FixtureRequest) -> Replication:
    return Replication(world, format=request.param)


@pytest.fixture
def replication(world: World) -> Replication:
    return Replication(world)


def test_a_full_load_and_the_changes_after_it(customers: Replication) -> None:
    load = customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}, {"ID": 3, "NAME": "Cy"})
    changes = customers.changes(
        ("U", 1, {"ID": 1, "NAME": "Anna"}), ("D", 2, {"ID": 2}), ("I", 3, {"ID": 4, "NAME": "Di"}), images=True
    )
    results = customers.merge(changes, load)

    assert set(statuses(results).values()) == {"loaded"}
    assert customers.rows() == [(1, "Anna"), (3, "Cy"), (4, "Di")]


def test_changes_without_a_full_load(customers: Replication) -> None:
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}), ("U", 2, {"ID": 2, "NAME": "Bo"})))

    assert customers.rows() == [(1, "Ann"), (2, "Bo")]


def test_the_last_change_of_a_key_wins_by_its_sequence(customers: Replication) -> None:
    customers.merge(
        customers.changes(("U", 9, {"ID": 1, "NAME": "nine"}), ("U", 10, {"ID": 1, "NAME": "ten"})),
        customers.changes(("I", 1, {"ID": 1, "NAME": "one"})),
    )

    assert customers.rows() == [(1, "ten")]


def test_sequences_of_fewer_digits_are_compared_as_numbers(customers: Replication) -> None:
    customers.merge(
        customers.changes(
            ("U", "9", {"ID": 1, "NAME": "nine"}), ("D", "10", {"ID": 1}), ("I", "8", {"ID": 2, "NAME": "b"})
        )
    )
    customers.merge(customers.changes(("U", "0009", {"ID": 1, "NAME": "late"}), ("U", "11", {"ID": 2, "NAME": "B"})))

    assert customers.rows() == [(2, "B")]


def test_an_older_change_that_comes_late_is_no_news(customers: Replication) -> None:
    customers.merge(customers.changes(("U", 5, {"ID": 1, "NAME": "new"}), ("D", 6, {"ID": 2})))
    results = customers.merge(
        customers.changes(
            ("I", 1, {"ID": 1, "NAME": "old"}),
            ("U", 2, {"ID": 2, "NAME": "deleted since"}),
            ("I", 3, {"ID": 3, "NAME": "late but the only one"}),
        )
    )

    assert set(statuses(results).values()) == {"loaded"}
    assert customers.rows() == [(1, "new"), (3, "late but the only one")]


def test_a_deleted_key_may_come_back(customers: Replication) -> None:
    customers.merge(customers.changes(("D", 1, {"ID": 1})))
    customers.merge(customers.changes(("I", 2, {"ID": 1, "NAME": "again"})))

    assert customers.rows() == [(1, "again")]


def test_a_change_of_the_key_deletes_the_old_one(customers: Replication) -> None:
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}))
    customers.merge(
        customers.changes(
            ("U", 5, {"ID": 11, "NAME": "Ann", "BI_ID": 1}), ("U", 6, {"ID": 2, "NAME": "Bob", "BI_ID": 2})
        )
    )
    late = customers.changes(("U", 4, {"ID": 1, "NAME": "before its key changed", "BI_ID": 1}))
    customers.merge(late)

    assert customers.rows() == [(2, "Bob"), (11, "Ann")]


def test_a_key_that_changes_away_and_back_in_one_batch(replication: Replication) -> None:
    replication.merge(replication.load({"ID": 1, "NAME": "Ann"}))
    replication.merge(
        replication.changes(
            ("U", 1, {"ID": 2, "NAME": "Ann", "BI_ID": 1}),
            ("U", 2, {"ID": 3, "NAME": "Ann", "BI_ID": 2}),
            ("U", 3, {"ID": 1, "NAME": "back", "BI_ID": 3}),
        )
    )

    assert replication.rows() == [(1, "back")]


def test_a_file_that_comes_twice_is_merged_once(customers: Replication) -> None:
    file = customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"}))
    customers.merge(file)

    assert statuses(customers.merge(file, file)) == {file.key.rpartition("/")[2]: "already_done"}
    assert customers.rows() == [(1, "Ann")]


def test_changes_that_come_in_two_files_are_one(customers: Replication) -> None:
    """As after a restart of the task from an older position."""
    change = ("U", 3, {"ID": 1, "NAME": "Ann"})
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "A"}), change), customers.changes(change))

    assert customers.rows() == [(1, "Ann")]


def test_of_two_changes_with_one_sequence_the_later_file_wins_and_in_it_the_later_place(customers: Replication) -> None:
    later = customers.changes(("U", 3, {"ID": 1, "NAME": "b"}), ("U", 3, {"ID": 1, "NAME": "c"}), minute=9)
    earlier = customers.changes(("U", 3, {"ID": 1, "NAME": "a"}), ("I", 4, {"ID": 2, "NAME": "Bo"}), minute=8)
    customers.merge(later, earlier)

    assert customers.rows() == [(1, "c"), (2, "Bo")]


def test_rows_that_a_full_load_lacks_go_when_it_is_complete(customers: Replication) -> None:
    customers.merge(
        customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "gone since"}),
        customers.changes(("I", 1, {"ID": 3, "NAME": "truncated"})),
    )
    day = TASK_START + timedelta(days=1)
    customers.merge(customers.load({"ID": 1, "NAME": "Anna"}, start=day))
    assert customers.rows() == [(1, "Anna"), (2, "gone since"), (3, "truncated")]

    results = customers.merge(customers.complete(1, started=day + timedelta(seconds=1)))
    assert statuses(results) == {"complete.json": "loaded"}
    assert customers.rows() == [(1, "Anna")]


def test_a_full_load_is_not_complete_before_all_of_its_rows_have_come(customers: Replication) -> None:
    customers.merge(customers.changes(("I", 1, {"ID": 9, "NAME": "not in the load"}), minute=-5))
    first = customers.load({"ID": 1, "NAME": "Ann"}, number=1)
    complete = customers.complete(3)
    results = customers.merge(first, complete)

    assert statuses(results) == {"LOAD00000001." + customers.format: "loaded", "complete.json": "unfinished"}
    assert customers.rows() == [(1, "Ann"), (9, "not in the load")]
    second = customers.load({"ID": 2, "NAME": "Bo"}, {"ID": 3, "NAME": "Cy"}, number=2)
    customers.merge(second)
    assert set(statuses(customers.merge(complete)).values()) == {"loaded"}
    assert customers.rows() == [(1, "Ann"), (2, "Bo"), (3, "Cy")]


def test_a_late_full_load_hides_no_newer_change(customers: Replication) -> None:
    before = customers.changes(("I", 1, {"ID": 5, "NAME": "before the load"}), minute=-5)
    after = customers.changes(
        ("U", 10, {"ID": 1, "NAME": "newer"}), ("D", 11, {"ID": 2}), ("I", 12, {"ID": 3, "NAME": "new"}), minute=5
    )
    customers.merge(before, after)
    customers.merge(customers.load({"ID": 1, "NAME": "old"}, {"ID": 2, "NAME": "deleted"}), customers.complete(2))

    assert customers.rows() == [(1, "newer"), (3, "new")]
    assert customers.ledger("object_key, status, generation")[0][1:] == ("loaded", "0" * 17)


def test_changes_before_a_full_load_are_in_it(customers: Replication) -> None:
    customers.merge(customers.load({"ID": 1, "NAME": "loaded"}))
    results = customers.merge(customers.changes(("U", 99, {"ID": 1, "NAME": "older"}), minute=-1))

    assert [result.status for result in results] == ["superseded"]
    assert customers.rows() == [(1, "loaded")]


def test_a_table_that_a_running_task_loads_again(customers: Replication) -> None:
    """The task's start is the same, and so are the names of the files."""
    customers.merge(customers.load({"ID": 1, "NAME": "a"}, {"ID": 2, "NAME": "b"}), customers.complete(2))
    customers.merge(customers.changes(("I", 5, {"ID": 3, "NAME": "truncated"}), minute=10))
    again = TASK_START + timedelta(hours=1)
    first = customers.load({"ID": 1, "NAME": "A"}, at=again)
    second = customers.load({"ID": 4, "NAME": "D"}, at=again + timedelta(seconds=5), number=2)
    customers.merge(first)
    customers.merge(second)
    customers.merge(customers.complete(2, started=again))

    assert customers.rows() == [(1, "A"), (4, "D")]


def test_changes_from_before_a_table_was_loaded_late_in_its_task_are_in_it(customers: Replication) -> None:
    """Else a row of before a truncate, which leaves no trace, would come back."""
    began = TASK_START + timedelta(minutes=30)
    with_load = customers.changes(("I", 1, {"ID": 8, "NAME": "truncated"}), minute=10)
    late = customers.changes(("I", 2, {"ID": 9, "NAME": "truncated"}), minute=20)
    after = customers.changes(("I", 3, {"ID": 2, "NAME": "new"}), minute=40)
    load = customers.load({"ID": 1, "NAME": "loaded"}, at=began + timedelta(seconds=5))
    customers.merge(with_load, load, customers.complete(1, started=began))
    customers.merge(late, after)

    assert customers.rows() == [(1, "loaded"), (2, "new")]


def test_a_table_that_was_emptied_and_loaded_again(customers: Replication) -> None:
    customers.merge(customers.load({"ID": 1, "NAME": "a"}), customers.complete(1))
    customers.merge(customers.complete(0, started=TASK_START + timedelta(days=1)))

    assert customers.rows() == []


def test_the_ledger_remembers_what_a_killed_drop_of_it_loses(customers: Replication) -> None:
    """Without a ledger the table's own rows say which changes are older."""
    customers.merge(customers.changes(("U", 5, {"ID": 1, "NAME": "new"})))
    customers.world.admin.execute(f'DROP TABLE "{customers.world.schema}".customers__loads')
    customers.merge(customers.changes(("U", 4, {"ID": 1, "NAME": "old"})))

    assert customers.rows() == [(1, "new")]


def test_a_lost_ledger_hides_no_newer_change_and_brings_nothing_back(customers: Replication) -> None:
    """The rows say in which generation they are, too, and the last change may have been a deletion."""
    customers.merge(customers.load({"ID": 1, "NAME": "old"}, {"ID": 2, "NAME": "Bo"}))
    customers.merge(customers.changes(("D", 7, {"ID": 2}), minute=7))
    customers.world.admin.execute(f'DROP TABLE "{customers.world.schema}".customers__loads')
    late, newer = ("U", 6, {"ID": 2, "NAME": "late"}), ("U", 8, {"ID": 1, "NAME": "new"})
    customers.merge(customers.changes(late, minute=6), customers.changes(newer, minute=8))

    assert customers.rows() == [(1, "new")]


def test_a_table_that_lost_its_key_is_refused_until_it_has_one(customers: Replication) -> None:
    """Tables are made anew by CREATE TABLE AS, which takes no key over."""
    customers.merge(customers.changes(("I", 1, {"ID": 1, "NAME": "Ann"})))
    schema = customers.world.schema
    customers.world.admin.execute(f"ALTER TABLE {customers.target} DROP CONSTRAINT customers_pkey")
    file = customers.changes(("U", 2, {"ID": 1, "NAME": "newer"}))
    [result] = customers.merge(file)
    assert (result.status, customers.rows()) == ("failed", [(1, "Ann")])
    assert f"{schema}.customers has no PRIMARY KEY any more" in str(result.reason)

    customers.world.admin.execute(f"ALTER TABLE {customers.target} ADD PRIMARY KEY (id)")
    customers.merge(file)
    assert customers.rows() == [(1, "newer")]


def test_tombstones_of_another_key_are_named(customers: Replication) -> None:
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}), customers.changes(("D", 1, {"ID": 2}), minute=1))
    schema = customers.world.schema
    customers.world.admin.execute(f"DROP TABLE {customers.target}")
    customers.world.admin.execute(
        f"CREATE TABLE {customers.target} (id BIGINT NOT NULL, name VARCHAR(32) NOT NULL, PRIMARY KEY (id, name))"
    )
    file = customers.changes(("D", 2, {"ID": 1, "NAME": "Ann"}), minute=2)
    [result] = customers.merge(file)
    assert result.status == "failed"
    assert f"drop {schema}.customers__tombstones, which is made anew" in str(result.reason)

    customers.world.admin.execute(f'DROP TABLE "{schema}".customers__tombstones')
    assert statuses(customers.merge(file)) == {file.key.rpartition("/")[2]: "loaded"}


def test_a_table_without_a_key_gets_every_version_once(world: World) -> None:
    log = Replication(world, ddl="id BIGINT, name VARCHAR(32)", name="LOG", key=())
    log.merge(log.load({"ID": 1, "NAME": "a"}, {"ID": 1, "NAME": "a"}))
    first = log.changes(("I", 1, {"ID": 2, "NAME": "b"}), ("U", 2, {"ID": 2, "NAME": "c"}), ("D", 3, {"ID": 1}))
    log.merge(first)
    results = log.merge(log.changes(("U", 2, {"ID": 2, "NAME": "c"}), ("I", 4, {"ID": 4, "NAME": "d"})), first)

    assert sorted(statuses(results).values()) == ["already_done", "loaded"]
    assert log.rows("id, name, cdp_operation") == [
        (1, "a", "I"), (1, "a", "I"), (1, None, "D"), (2, "b", "I"), (2, "c", "U"), (4, "d", "I")
    ]  # fmt: skip


def test_a_table_without_a_key_has_no_version_twice_after_a_late_load(world: World) -> None:
    log = Replication(world, ddl="id BIGINT, name VARCHAR(32)", name="LOG", key=())
    log.merge(log.changes(("I", 1, {"ID": 2, "NAME": "b"}), ("I", 2, {"ID": 3, "NAME": "c"})))
    log.merge(log.load({"ID": 1, "NAME": "a"}))
    expected = [(1, "a"), (2, "b"), (3, "c")]
    assert log.rows() == expected

    log.merge(log.complete(1), log.changes(("I", 2, {"ID": 3, "NAME": "c"})))
    assert log.rows() == expected


def test_a_key_of_two_columns(world: World) -> None:
    import pyarrow as pa

    lines = Replication(
        world,
        columns={"QTY": pa.int32(), "LINE": pa.string(), "ORDER": pa.int64()},
        ddl='"order" BIGINT NOT NULL, line CHAR(3) NOT NULL, qty INTEGER, PRIMARY KEY ("order", line)',
        key=("ORDER", "LINE"),
        name="ORDER LINES",
    )
    lines.merge(lines.load({"ORDER": 1, "LINE": "a", "QTY": 1}, {"ORDER": 1, "LINE": "b", "QTY": 2}))
    lines.merge(
        lines.changes(
            ("U", 1, {"ORDER": 2, "LINE": "a  ", "QTY": 1, "BI_ORDER": 1, "BI_LINE": "a  "}),
            ("D", 2, {"ORDER": 1, "LINE": "b  "}),
        )
    )

    assert lines.rows('"order", line, qty') == [(2, "a  ", 1)]


def test_updates_that_do_not_say_what_their_key_was_are_merged_and_remarked_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """DMS adds no before-images of columns with `#`, `/`, `\\` or `-` in their names."""
    parts = Replication(
        world,
        columns={"PART#": pa.int64(), "NAME": pa.string()},
        ddl='"part#" BIGINT NOT NULL, name VARCHAR(9), PRIMARY KEY ("part#")',
        key=("PART#",),
        name="PARTS",
    )
    parts.merge(parts.load({"PART#": 1, "NAME": "bolt"}), parts.changes(("I", 1, {"PART#": 2}), ("D", 2, {"PART#": 2})))
    assert "PART#" not in caplog.text

    changed = parts.changes(("U", 3, {"PART#": 1, "NAME": "nut"}), ("D", 4, {"PART#": 1}))
    parts.merge(changed, parts.changes(("U", 5, {"PART#": 9, "NAME": "nut"})))
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "CRM.PARTS" in warning and "what PART# of the key was before" in warning and "reload the table" in warning
    assert parts.rows('"part#", name') == [(9, "nut")]


def test_no_remark_where_updates_say_what_their_key_was(
    customers: Replication, caplog: pytest.LogCaptureFixture
) -> None:
    customers.merge(customers.changes(("U", 1, {"ID": 3, "NAME": "Ann", "BI_ID": 1})))
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


@pytest.mark.parametrize(
    ("codes", "is_remarked"),
    [
        (["A", "B"], False),
        (["A", "A "], True),
        ([""], False),
        (["AB      ", "ÄÖ      "], False),  # a CHAR(8 CHAR) of Oracle's
        (["AB" + " " * 30], False),  # a CHAR(32) of Oracle's, in bytes
    ],
)
def test_keys_that_end_in_a_blank_are_remarked_on(world: World, codes: list[str], is_remarked: bool) -> None:
    """Redshift takes `A` and `A ` for one key. What stands for it here does not, so that both rows are there."""
    for name, merged in (("LOADED", True), ("CHANGED", False)):
        table = Replication(
            world,
            {"CODE": pa.string(), "N": pa.int64()},
            "code VARCHAR(32), n BIGINT, PRIMARY KEY (code)",
            ("CODE",),
            name,
        )
        rows = [{"CODE": code, "N": number} for number, code in enumerate(codes)]
        changes = [("I", number, row) for number, row in enumerate(rows)]
        merger = table.merger()
        merger.merge([table.load(*rows) if merged else table.changes(*changes)])
        [result] = merger.results
        assert table.rows() == sorted((row["CODE"], row["N"]) for row in rows)
        assert any("keys came that end in a blank" in remark for remark in result.remarks) is is_remarked
