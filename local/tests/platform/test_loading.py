"""Files through the whole deployed example: event, queue, dispatcher, Glue run, warehouse, notification."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest

from local.tests.platform.loading import Pipeline, s3_event

CUSTOMERS_HEADER = "User ID,Last Purchase,Total Spent"


def test_loads_a_file_into_a_new_table(customers: Pipeline) -> None:
    records = "".join(f"happy-{number:03},1997-01-{number % 28 + 1:02},{number}.25\n" for number in range(100))
    version = customers.upload("happy.csv", f"{CUSTOMERS_HEADER}\n{records}")

    assert customers.wait_for(version) == ("loaded", 100, None)

    rows = customers.rows("user_id, last_purchase::text, total_spent::numeric(18,4)::text", "happy-%")
    assert len(rows) == 100
    assert rows[7] == ("happy-007", "1997-01-08 00:00:00", "7.2500")
    customers.wait_for_idle()
    [summary] = [
        line
        for line in customers.cloud.log_path.read_text().splitlines()
        if "happy.csv" in line and "rows_loaded" in line
    ]
    assert '"rows_loaded": 100' in summary


def test_adds_a_column_that_a_file_brings_and_keeps_what_it_lacks(customers: Pipeline) -> None:
    customers.wait_for(
        customers.upload("evolve-1.csv", f"{CUSTOMERS_HEADER}\nevolve-1,1997-01-01,10.00\nevolve-2,1997-01-01,5.00\n")
    )
    customers.wait_for(
        customers.upload("evolve-2.csv", "User ID,Last Purchase,E-Mail\nevolve-1,1997-02-01,one@example.com\n")
    )

    assert "e_mail" in customers.columns()
    assert customers.rows("user_id, total_spent::numeric(18,4)::text, e_mail", "evolve-%") == [
        ("evolve-1", "10.0000", "one@example.com"),
        ("evolve-2", "5.0000", None),
    ]


def test_moves_a_file_that_is_no_csv_to_the_error_prefix_and_tells_people(customers: Pipeline) -> None:
    good = customers.upload("error-good.csv", f"{CUSTOMERS_HEADER}\nerror-good,1997-01-01,1.00\n")
    bad = customers.upload("error-bad.csv", "Colour,Size\nred,1\n")

    assert customers.wait_for(good)[0] == "loaded"
    assert customers.wait_for(bad)[0] == "failed"

    s3 = customers.cloud.client("s3")
    moved = s3.get_object(Bucket=customers.bucket, Key=customers.error_prefix + "error-bad.csv")["Body"].read()
    assert moved == b"Colour,Size\nred,1\n"
    reason = json.load(
        s3.get_object(Bucket=customers.bucket, Key=customers.error_prefix + "error-bad.csv.error.json")["Body"]
    )
    assert "user_id" in reason["reason"]
    left = s3.list_objects_v2(Bucket=customers.bucket, Prefix=customers.prefix + "error-bad.csv")
    assert left["KeyCount"] == 0
    [message] = customers.cloud.wait_until(
        lambda: customers.messages_about("error-bad.csv"), 30, "a message about the bad file"
    )
    assert "user_id" in message["message"]
    group, run_id = linked_log(message["message"])
    streams = customers.cloud.client("logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=run_id)
    assert [stream["logStreamName"] for stream in streams["logStreams"]] == [run_id]
    assert customers.rows("user_id", "red%") == []


def test_spreads_large_files_over_spark(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    note = "x" * 20_000
    with purchases.batching_window(10):
        versions = [
            purchases.upload(
                f"large-{file}.csv",
                "Purchase ID,Note\n" + "".join(f"{8_000_000 + file * 10_000 + row},{note}\n" for row in range(7_000)),
            )
            for file in range(2)
        ]
        for version in versions:
            assert purchases.wait_for(version) == ("loaded", 7_000, None)

    assert "spreading 2 files over Spark tasks" in purchases.cloud.log_path.read_text()
    assert purchases.sql(
        f"SELECT count(DISTINCT purchase_id), min(length(note)) FROM {purchases.table}"
        " WHERE purchase_id BETWEEN 8000000 AND 8999999"
    ) == [(14_000, 20_000)]


def test_loads_a_redelivered_event_once(purchases: Pipeline) -> None:
    version = purchases.upload("again.csv", "Purchase ID,Amount\n900001,1.00\n")
    assert purchases.wait_for(version) == ("loaded", 1, None)
    purchases.wait_for_idle()
    [file] = [
        file for run in purchases.runs() for file in purchases.manifest_files(run) if file["version_id"] == version
    ]
    runs = len(purchases.runs())

    purchases.cloud.client("sqs").send_message(QueueUrl=purchases.queue_url, MessageBody=s3_event(file))
    purchases.cloud.wait_until(lambda: len(purchases.runs()) > runs, 60, "a run of the redelivered event")
    purchases.wait_for_idle()

    assert purchases.runs()[0]["JobRunState"] == "SUCCEEDED"
    assert purchases.loads(version) == [("loaded", 1, None)]
    assert purchases.rows("purchase_id, amount::numeric(18,4)::text", "900001") == [(900001, "1.0000")]


def test_loads_each_write_of_a_key_in_order(purchases: Pipeline) -> None:
    writes = [
        purchases.upload("rewritten.csv", f"Purchase ID,Amount\n910001,{amount}\n")
        for amount in ("1.00", "2.00", "1.00")
    ]

    for version in writes:
        assert purchases.wait_for(version)[0] == "loaded"

    assert purchases.rows("amount::numeric(18,4)::text", "910001") == [("1.0000",)]


@pytest.mark.full
def test_loads_300_small_files_in_few_runs(purchases: Pipeline) -> None:
    purchases.wait_for_idle()
    runs = len(purchases.runs())
    with purchases.batching_window(20):
        versions = [
            purchases.upload(
                f"many/{file:03}.csv",
                "Purchase ID,Amount\n" + "".join(f"{7_000_000 + file * 10 + row},{row}.00\n" for row in range(10)),
            )
            for file in range(300)
        ]
        many = f"object_key LIKE '{purchases.prefix}many/%%'"
        in_ledger = f"SELECT version_id, status FROM {purchases.ledger} WHERE {many}"
        purchases.cloud.wait_until(lambda: len(purchases.sql(in_ledger)) >= 300, 600, "300 files in the ledger")

    assert sorted(purchases.sql(in_ledger)) == sorted((version, "loaded") for version in versions)
    totals = f"SELECT count(*), count(DISTINCT purchase_id), sum(amount)::numeric(18,4)::text FROM {purchases.table}"
    assert purchases.sql(f"{totals} WHERE purchase_id BETWEEN 7000000 AND 7999999") == [(3000, 3000, "13500.0000")]
    assert len(purchases.runs()) - runs < 30


def linked_log(text: str) -> tuple[str, str]:
    """Log group and beginning of the stream's name that the message's link to the CloudWatch console shows."""
    [link] = [line.removeprefix("Log: ") for line in text.splitlines() if line.startswith("Log: https://")]
    group, _, stream = link.partition("log-group/")[2].partition("/log-events")
    # The console escapes twice, the second time with a dollar for the percent sign.
    return unquote(unquote(group.replace("$", "%"))), unquote(stream.replace("$", "%")).rpartition("=")[2]
