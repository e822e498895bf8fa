"""What a replication writes: the full load, then every change, as transactions commit them."""

from __future__ import annotations

import itertools
import re
import threading
from datetime import UTC, datetime

import psycopg
import pytest

from local.tests.dms.app import App


def test_loads_all_rows_and_then_follows_every_change(app: App) -> None:
    app.deployed().start()
    app.wait_for_counts("CUSTOMERS", TableState="Table completed", FullLoadRows=2)
    app.sql(
        """INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'Linus', NULL)""",
        """UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'Ada L.' WHERE "ID" = 1""",
        """DELETE FROM "CRM"."CUSTOMERS" WHERE "ID" = 2""",
    )
    changes = app.wait_for_changes("CUSTOMERS", 3)
    loaded = app.loaded("CUSTOMERS")
    assert app.files("CUSTOMERS")[-1] == "LOAD00000001.parquet"
    assert all(re.fullmatch(r"\d{8}-\d{9}\.parquet|LOAD00000001\.parquet", name) for name in app.files("CUSTOMERS"))
    started = app.describe()["ReplicationStats"]["FreshStartDate"].astimezone(UTC).replace(tzinfo=None)
    assert [(row["ID"], row["NAME"], row["NOTES"]) for row in loaded] == [(1, "Ada", None), (2, "Grace", "Admiral")]
    for row in loaded:
        assert row["Op"] == "I"
        assert abs(datetime.fromisoformat(row["cdp_commit_time"]) - started).total_seconds() < 0.01
        assert (row["cdp_change_seq"], row["BI_ID"]) == (None, None)
    assert list(loaded[0]) == ["Op", "cdp_commit_time", "ID", "NAME", "NOTES", "cdp_change_seq", "BI_ID"]
    assert [(row["Op"], row["ID"], row["NAME"], row["BI_ID"]) for row in changes] == [
        ("I", 3, "Linus", None),
        ("U", 1, "Ada L.", 1),
        ("D", 2, "Grace", None),
    ]
    sequences = [row["cdp_change_seq"] for row in changes]
    assert all(re.fullmatch(r"\d{35}", sequence) for sequence in sequences)
    assert sequences == sorted(set(sequences))
    for row in changes:
        committed = datetime.fromisoformat(row["cdp_commit_time"])
        assert committed.microsecond == 0
        assert row["cdp_change_seq"].startswith(f"{committed:%Y%m%d%H%M%S}00")
    counts = app.statistics()["CUSTOMERS"]
    assert (counts["Inserts"], counts["Updates"], counts["Deletes"]) == (1, 1, 1)
    assert (counts["AppliedInserts"], counts["AppliedUpdates"], counts["AppliedDeletes"]) == (1, 1, 1)
    assert counts["FullLoadStartTime"] <= counts["FullLoadEndTime"]


def test_a_changed_key_has_the_old_one_beside_it(app: App) -> None:
    app.deployed().start()
    app.sql("""UPDATE "CRM"."CUSTOMERS" SET "ID" = 10 WHERE "ID" = 1""")
    [change] = app.wait_for_changes("CUSTOMERS", 1)
    assert (change["Op"], change["ID"], change["BI_ID"]) == ("U", 10, 1)


def test_what_is_rolled_back_is_not_written(app: App) -> None:
    app.deployed().start()
    with pytest.raises(psycopg.errors.DivisionByZero), app.oracle.transaction():
        app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (4, 'Never', NULL)""", "SELECT 1 / 0")
    with app.oracle.transaction():
        app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (5, 'Kept', NULL)""")
        with pytest.raises(psycopg.errors.UniqueViolation), app.oracle.transaction():
            app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (6, 'Never', NULL), (5, 'Twice', NULL)""")
    assert [row["ID"] for row in app.wait_for_changes("CUSTOMERS", 1)] == [5]
    assert app.stop().statistics()["CUSTOMERS"]["Inserts"] == 1


def test_writers_at_the_same_time_as_the_load_lose_nothing(app: App) -> None:
    """The load is a snapshot: each row is in it or among the changes, and never in both."""
    url = app.cloud.start_oracle(app.service, app.secret)
    enough = threading.Event()
    written: list[int] = []

    def write(first: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for number in itertools.count(first):
                connection.execute('INSERT INTO "CRM"."CUSTOMERS" VALUES (%s, %s, NULL)', [number, f"n{number}"])
                written.append(number)
                if enough.is_set():
                    return

    writers = [threading.Thread(target=write, args=(100_000 * n,)) for n in (1, 2, 3)]
    app.deployed()
    for writer in writers:
        writer.start()
    app.start()
    app.wait_for_counts("CUSTOMERS", TableState="Table completed")
    enough.set()
    for writer in writers:
        writer.join()
    loaded = [row["ID"] for row in app.loaded("CUSTOMERS")]
    app.wait_for_counts("CUSTOMERS", AppliedInserts=2 + len(written) - len(loaded))
    changed = [row["ID"] for row in app.changes("CUSTOMERS")]
    assert sorted(loaded + changed) == sorted([1, 2, *written])
    assert len(loaded) > 2
    assert changed


def test_a_stopped_replication_resumes_where_it_was(app: App) -> None:
    app.deployed().start()
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'Before', NULL)""")
    app.wait_for_changes("CUSTOMERS", 1)
    app.stop()
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (4, 'Meanwhile', NULL)""")
    app.start("resume-processing")
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (5, 'After', NULL)""")
    changes = app.wait_for_changes("CUSTOMERS", 3)
    assert [row["ID"] for row in changes] == [3, 4, 5]
    sequences = [row["cdp_change_seq"] for row in changes]
    assert sequences == sorted(set(sequences))
    assert len(app.loaded("CUSTOMERS")) == 2


def test_what_was_not_written_when_it_stopped_is_written_by_then(app: App) -> None:
    """Changes that wait for their batch are written when it stops."""
    app.deployed(s3={"CdcMaxBatchInterval": 36000}).start()
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'Waits', NULL)""")
    app.wait_for_counts("CUSTOMERS", Inserts=1)
    assert app.changes("CUSTOMERS") == []
    assert [row["ID"] for row in app.stop().changes("CUSTOMERS")] == [3]
