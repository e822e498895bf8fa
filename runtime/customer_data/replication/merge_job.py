"""The merge as a job."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from customer_data.files.clients import client
from customer_data.job import new_parser, read_manifest, require_all_done, run_job
from customer_data.metrics import publish
from customer_data.replication.merge import Merge
from customer_data.replication.metrics import of_merges
from customer_data.replication.schema_job_run import SchemaJobRun
from customer_data.replication.settings import MergeSettings
from customer_data.warehouse.data_api import DataApi


def main(arguments: Sequence[str]) -> None:
    """Runs the job. Returns when all files are merged, else raises RunFailed."""
    parser = new_parser()
    parser.add_argument("--manifest", required=True)
    run_job(arguments, parser, _work)


def _work(options: argparse.Namespace) -> None:
    settings = MergeSettings.from_json(options.settings)
    s3 = client("s3")
    files = read_manifest(options.manifest, s3)
    warehouse = DataApi(client("redshift-data"), settings.warehouse)
    run_schema_job = SchemaJobRun(client("glue"), settings.schema_job) if settings.schema_job else None
    merge = Merge(settings, options.run_id, warehouse=warehouse, s3=s3, run_schema_job=run_schema_job)
    try:
        results = merge.merge(files)
    finally:
        publish(of_merges(merge.results, settings.pipeline), client("cloudwatch"))
    failed = [(result.file, result.reason) for result in results if result.status in ("failed", "unfinished")]
    require_all_done(len(results), failed)
