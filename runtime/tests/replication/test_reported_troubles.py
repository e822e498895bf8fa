"""What people have reported of merging change files, each rebuilt as a small input of ours; the reports are named as in
public issue trackers."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pytest
from replication_world import CUSTOMERS, TASK_START, Replication, statuses
from world import STAGING, World


@pytest.fixture
def customers(world: World) -> Replication:
    customers = Replication(world)
    customers.merge(customers.load({"ID": 1, "NAME": "Ann"}, {"ID": 2, "NAME": "Bo"}))
    return customers


def test_an_insert_and_a_delete_of_one_row_in_one_batch(customers: Replication) -> None:
    """apache/hudi#2057, apache/hudi#8968, lance-format/lance-flink#74: the row stayed, or the merge failed."""
    customers.merge(customers.changes(("I", 1, {"ID": 4, "NAME": "brief"}), ("D", 2, {"ID": 4})))

    assert customers.rows() == [(1, "Ann"), (2, "Bo")]


def test_a_delete_of_a_row_that_was_never_there(customers: Replication) -> None:
    """apache/hudi#8968: an exception."""
    customers.merge(customers.changes(("D", 1, {"ID": 77})))

    assert customers.rows() == [(1, "Ann"), (2, "Bo")]


def test_a_delete_that_has_the_key_and_nothing_else(world: World) -> None:
    """apache/hudi#5036, apache/hudi#9143: columns that must have a value had none in the row of a deletion."""
    orders = Replication(
        world,
        columns={"ID": pa.int64(), "AT": pa.timestamp("us"), "NAME": pa.string()},
        ddl="id BIGINT NOT NULL, at TIMESTAMP NOT NULL, name VARCHAR(9) NOT NULL, PRIMARY KEY (id)",
        name="ORDERS",
    )
    orders.merge(orders.load({"ID": 1, "AT": TASK_START.replace(tzinfo=None), "NAME": "a"}))
    orders.merge(orders.changes(("D", 1, {"ID": 1})))

    assert orders.rows() == []


def test_a_key_that_changes_more_than_once_between_two_runs(customers: Replication) -> None:
    """ardent-data/weevr#185: several source rows matched one of the target."""
    customers.merge(customers.changes(*[("U", number, {"ID": 1, "NAME": str(number)}) for number in range(1, 6)]))

    assert customers.rows() == [(1, "5"), (2, "Bo")]


def test_an_insert_and_an_update_before_the_first_merge(customers: Replication) -> None:
    """GoogleCloudPlatform/DataflowTemplates#133: the last operation is an update of a row that the table lacks."""
    customers.merge(customers.changes(("I", 1, {"ID": 3, "NAME": "C"}), ("U", 2, {"ID": 3, "NAME": "Cy"})))

    assert customers.rows() == [(1, "Ann"), (2, "Bo"), (3, "Cy")]


def test_the_old_row_goes_when_a_primary_key_is_updated(customers: Replication) -> None:
    """apache/hudi#9186: both rows stayed."""
    customers.merge(customers.changes(("U", 1, {"ID": 3, "NAME": "Ann", "BI_ID": 1})))

    assert customers.rows() == [(2, "Bo"), (3, "Ann")]


def test_a_delete_that_comes_before_an_older_update(customers: Replication) -> None:
    """apache/hudi#4880: the deletion lost its place in the order, and the row came back."""
    customers.merge(customers.changes(("D", 9, {"ID": 1})))
    customers.merge(customers.changes(("U", 8, {"ID": 1, "NAME": "older"})))

    assert customers.rows() == [(2, "Bo")]


def test_changes_of_one_second_are_in_order(customers: Replication) -> None:
    """apache/hudi#7191 and others order by the commit's time, which is of a second here: any of the three could win."""
    changes = [("U", 3, {"ID": 1, "NAME": "third"}), ("U", 1, {"ID": 1, "NAME": "1st"}), ("U", 2, {"ID": 1})]
    customers.merge(customers.changes(*changes))

    assert customers.rows() == [(1, "third"), (2, "Bo")]


def test_a_column_without_a_single_value_in_one_of_the_files(world: World) -> None:
    """PostHog/posthog#66202: a file of nothing but NULL had another type, and the files no common schema."""
    notes = Replication(
        world,
        columns={"ID": pa.int64(), "N": pa.int32()},
        ddl="id BIGINT NOT NULL, n INTEGER, PRIMARY KEY (id)",
        name="NOTES",
    )
    notes.merge(
        notes.changes(("I", 1, {"ID": 1}), columns={"ID": pa.int64(), "N": pa.string()}),
        notes.changes(("I", 2, {"ID": 2, "N": 5})),
    )

    assert notes.rows() == [(1, None), (2, 5)]


def test_a_manifest_for_parquet_has_the_length_of_each_file(
    customers: Replication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """awslabs/aws-lambda-redshift-loader#221: COPY refused a manifest without `meta.content_length`."""
    manifests = []
    put = customers.world.s3.put_object

    def kept(**given: object) -> object:
        if str(given["Key"]).endswith(".manifest"):
            manifests.append(json.loads(given["Body"]))  # type: ignore[arg-type]
        return put(**given)

    monkeypatch.setattr(customers.world.s3, "put_object", kept)
    file = customers.changes(("U", 1, {"ID": 1, "NAME": "A"}))
    customers.merge(file)

    [manifest] = manifests
    assert manifest["entries"] == [
        {"url": f"s3://{STAGING}/{file.key}", "mandatory": True, "meta": {"content_length": file.size}}
    ]


def test_a_parquet_file_that_ends_too_early(customers: Replication) -> None:
    """duckdb/duckdb#14990, aws/aws-sdk-pandas#1043: no magic bytes at its end, and the others were not read either."""
    others = Replication(customers.world, name="OTHERS")
    body = customers.body([("I", 1, {"ID": 9, "NAME": "x"})], CUSTOMERS, commit=TASK_START)
    broken = customers.put("20240101-000500000.parquet", body[: len(body) // 2])
    results = customers.merge(broken, others.changes(("I", 1, {"ID": 9, "NAME": "Zoe"}), minute=6))

    assert statuses(results) == {"20240101-000500000.parquet": "failed", "20240101-000600000.parquet": "loaded"}
    assert (customers.rows(), others.rows()) == ([(1, "Ann"), (2, "Bo")], [(9, "Zoe")])


def test_a_large_value_that_is_null_in_an_update_is_null(customers: Replication) -> None:
    """datazip-inc/olake#984: a LOB that is not looked up arrives as NULL. The merge takes what DMS says; that DMS fails
    instead is a setting of the task (failTasksOnLobTruncation)."""
    customers.merge(customers.changes(("U", 1, {"ID": 1, "NAME": None})))

    assert customers.rows() == [(1, None), (2, "Bo")]


def test_a_reload_brings_no_row_twice_and_leaves_none_that_is_gone(customers: Replication) -> None:
    """apache/hudi#5689, apache/hudi#7191: rows of the first load and of later ones stood side by side."""
    day = TASK_START + timedelta(days=1)
    customers.merge(
        customers.load({"ID": 2, "NAME": "Bob"}, {"ID": 3, "NAME": "Cy"}, start=day),
        customers.complete(2, started=day + timedelta(seconds=1)),
    )

    assert customers.rows() == [(2, "Bob"), (3, "Cy")]
