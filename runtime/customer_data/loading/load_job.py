"""The loader as a job."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from customer_data.files.clients import client, s3_of_process
from customer_data.job import new_parser, read_manifest, require_all_done, run_job
from customer_data.loading import preview, staging
from customer_data.loading.contract import known_columns
from customer_data.loading.load import Loader, StageTask
from customer_data.loading.metrics import of_loads
from customer_data.loading.named_types import types_in_table
from customer_data.loading.settings import LoaderSettings
from customer_data.loading.staged_file import StagedFile
from customer_data.metrics import publish
from customer_data.quality.gate.replay import replay
from customer_data.quality.running.all_rows import AllRowRules, AllRows, load_rules
from customer_data.quality.running.file_check import Checks
from customer_data.quality.running.line_findings import LineFindings
from customer_data.quality.running.row_parts import ColumnNaming
from customer_data.records import spread
from customer_data.warehouse.data_api import DataApi


def main(arguments: Sequence[str]) -> None:
    """Runs the job. Returns when all files are loaded, else raises RunFailed."""
    parser = new_parser()
    work = parser.add_mutually_exclusive_group(required=True)
    for argument in ("--manifest", "--plan", "--replay"):
        work.add_argument(argument)
    run_job(arguments, parser, _work)


def _work(options: argparse.Namespace) -> None:
    settings = LoaderSettings.from_json(options.settings)
    if options.replay:
        replay(options.replay, settings.prefix, settings.csv, client("s3"))
    elif options.plan:
        print(_preview(options.plan, settings, options.run_id))
    else:
        _load(options.manifest, settings, options.run_id)


def _load(manifest_url: str, settings: LoaderSettings, run_id: str) -> None:
    s3 = client("s3")
    files = read_manifest(manifest_url, s3)
    with closing(Staging(settings, run_id)) as stage:
        loader = Loader(
            settings, run_id, warehouse=DataApi(client("redshift-data"), settings.warehouse), s3=s3, stage=stage
        )
        try:
            results = loader.load(files)
        finally:
            publish(of_loads(loader.results, settings.pipeline), client("cloudwatch"))
    failed = [(result.file, result.reason) for result in results if result.status in ("failed", "unfinished")]
    require_all_done(len(results), failed)


def _preview(url: str, settings: LoaderSettings, run_id: str) -> str:
    with closing(Staging(settings, run_id, write=False)) as stage:
        warehouse = DataApi(client("redshift-data"), settings.warehouse)
        report = preview.preview(url, settings, warehouse=warehouse, s3=client("s3"), stage=stage)
    return preview.for_people(report)


class Staging:
    """Stages files, in the driver or over Spark, after the rules that need all of their rows have run."""

    def __init__(self, settings: LoaderSettings, run_id: str, *, write: bool = True) -> None:
        checks, self._rules = None, None
        if settings.quality:
            checks = Checks(settings.quality, settings.pipeline, run_id, datetime.now(UTC), csv=settings.csv)
            checks = load_rules(checks, client("s3"))
            work = AllRows(checks, settings.csv, settings.primary_key, settings.staging, s3_of_process)
            self._rules = AllRowRules(work)
        self._settings = settings
        self._stage_file = StageFile(settings, run_id, write, checks)

    def __call__(self, tasks: Sequence[StageTask]) -> list[StagedFile]:
        files = [task.file for task in tasks]
        found: list[LineFindings | None] = [None] * len(tasks)
        if self._rules and tasks:
            settings, table = self._settings, tasks[0].table
            naming = ColumnNaming(
                settings.column_mapping,
                known_columns(table, settings),
                settings.primary_key,
                types_in_table(table, settings),
            )
            found = self._rules.find(files, naming)
        distribute = spread.worth_distributing([file.size for file in files])
        items = list(zip(tasks, found, strict=True))
        staged = (spread.over_spark if distribute else spread.in_driver)(self._stage_file, items)
        if self._rules:
            self._rules.delete(found)
        return staged

    def close(self) -> None:
        if self._rules:
            self._rules.close()


@dataclass(frozen=True)
class StageFile:
    """Stages one file; plain data, so that it reaches Spark's workers."""

    settings: LoaderSettings
    run_id: str
    write: bool
    checks: Checks | None

    def __call__(self, item: tuple[StageTask, LineFindings | None]) -> StagedFile:
        task, found = item
        stage = partial(staging.stage_file, write=self.write, checks=self.checks, found=found)
        return stage(task.file, task.index, self.settings, task.table, self.run_id, s3_of_process())
