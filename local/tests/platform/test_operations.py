"""What its operators see of the deployed example: metrics, and the plan of a load."""

from __future__ import annotations

import json

from local.tests.platform.loading import Pipeline


def test_counts_what_it_ignores_loads_and_rejects(customers: Pipeline) -> None:
    customers.wait_for_idle()
    names = ("FilesIgnored", "FilesLoaded", "RowsLoaded", "RowsRejected")
    before = [customers.metric(name) for name in names]

    customers.upload("counted.txt", "no CSV by its name")
    version = customers.upload(
        "counted.csv",
        "User ID,Last Purchase,Total Spent\ncounted-1,1997-01-01,1.00\n,1997-01-01,2.00\ncounted-2,1997-01-02,3.00\n",
    )
    assert customers.wait_for(version) == ("loaded", 2, None)
    customers.wait_for_idle()

    added = [customers.metric(name) - earlier for name, earlier in zip(names, before, strict=True)]
    assert added == [1, 1, 2, 1]


def test_plans_a_load_without_writing_anything(customers: Pipeline) -> None:
    customers.wait_for(
        customers.upload("planned-1.csv", "User ID,Last Purchase,Total Spent\nplanned-1,1997-01-01,1.00\n")
    )
    customers.wait_for_idle()
    glue = customers.cloud.client("glue")
    key = customers.error_prefix + "planned-2.csv"  # where a file lies that failed and has been mended
    body = b"User ID,Last Purchase,Shoe Size\nplanned-1,1997-02-01,44\n"
    customers.cloud.client("s3").put_object(Bucket=customers.bucket, Key=key, Body=body)
    try:
        before = everything_written(customers)
        url = f"s3://{customers.bucket}/{key}"
        run_id = glue.start_job_run(JobName=customers.job_name, Arguments={"--plan": url})["JobRunId"]
        customers.wait_for_idle()

        run = glue.get_job_run(JobName=customers.job_name, RunId=run_id)["JobRun"]
        assert run["JobRunState"] == "SUCCEEDED"
        [plan] = [json.loads(line) for line in customers.log_of(run_id) if line.startswith('{"object"')]
        assert plan["object"] == url
        assert plan["columns_added"] == {"shoe_size": "BIGINT"}
        assert (plan["rows_to_load"], plan["creates_table"]) == (1, False)
        assert everything_written(customers) == before
    finally:
        customers.cloud.client("s3").delete_object(Bucket=customers.bucket, Key=key)


def everything_written(pipeline: Pipeline) -> tuple[object, ...]:
    """The table's rows and columns, its ledger, and the objects of all buckets."""
    s3 = pipeline.cloud.client("s3")
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    listings = [s3.get_paginator("list_object_versions").paginate(Bucket=bucket) for bucket in buckets]
    return (
        pipeline.columns(),
        pipeline.sql(f"SELECT * FROM {pipeline.table} ORDER BY 1"),
        pipeline.sql(f"SELECT load_id, status FROM {pipeline.ledger} ORDER BY 1"),
        [
            (version["Key"], version["VersionId"])
            for pages in listings
            for page in pages
            for version in page.get("Versions", [])
        ],
    )
