"""The loader as a job: arguments in, an exception out when something is not loaded."""

from __future__ import annotations

import argparse
import logging
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from customer_data import metrics, preview, spread, staging
from customer_data.data_api import DataApi
from customer_data.errors import CustomerDataError, RunFailed, SettingsError
from customer_data.file_result import FileResult
from customer_data.load import Loader, StageTask
from customer_data.manifest import Manifest
from customer_data.s3_url import parse_s3_url
from customer_data.settings import LoaderSettings
from customer_data.staged_file import StagedFile

log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> None:
    """Runs the job. Returns when all files are loaded, else raises RunFailed.

    Glue takes the end of the traceback for the run's error message; of `sys.exit` it would tell only the number.
    """
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    try:
        options = _parser().parse_known_args(arguments)[0]
        settings = LoaderSettings.from_json(options.settings)
        if options.plan:
            print(_preview(options.plan, settings, options.run_id))
            return
        results = _load(options.manifest, settings, options.run_id)
    except (CustomerDataError, BotoCoreError, ClientError) as error:
        log.exception("the run ends here; a file that it has not finished stays where it is")
        sys.stdout.flush()
        raise RunFailed(_one_line(f"{type(error).__name__}: {error}")) from None  # the log has the traceback
    _conclude(results)


def client(service: str) -> Any:
    """A boto3 client that repeats throttled and lost calls."""
    return boto3.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 8}))  # type: ignore[call-overload]


def _load(manifest_url: str, settings: LoaderSettings, run_id: str) -> list[FileResult]:
    s3 = client("s3")
    bucket, key = parse_s3_url(manifest_url)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    manifest = Manifest.from_json(body.decode())
    loader = Loader(
        settings,
        run_id,
        warehouse=DataApi(client("redshift-data"), settings.warehouse),
        s3=s3,
        stage=lambda tasks: _stage(tasks, StageFile(settings, run_id)),
    )
    try:
        return loader.load(manifest.files)
    finally:
        metrics.publish(loader.results, settings.pipeline, client("cloudwatch"))


def _preview(url: str, settings: LoaderSettings, run_id: str) -> str:
    report = preview.preview(
        url,
        settings,
        warehouse=DataApi(client("redshift-data"), settings.warehouse),
        s3=client("s3"),
        stage=lambda tasks: _stage(tasks, StageFile(settings, run_id, write=False)),
    )
    return preview.for_people(report)


@dataclass(frozen=True)
class StageFile:
    """Stages one file; plain data, so that it reaches Spark's workers."""

    settings: LoaderSettings
    run_id: str
    write: bool = True

    def __call__(self, task: StageTask) -> StagedFile:
        return staging.stage_file(
            task.file, task.index, self.settings, task.table, self.run_id, _s3_of_process(), write=self.write
        )


@cache
def _s3_of_process() -> Any:
    """boto3 clients may be shared by threads, and cannot be sent to another process."""
    return client("s3")


def _stage(tasks: Sequence[StageTask], stage_file: StageFile) -> list[StagedFile]:
    distribute = spread.worth_distributing([task.file.size for task in tasks])
    return (spread.over_spark if distribute else spread.in_driver)(stage_file, tasks)


def _conclude(results: Sequence[FileResult]) -> None:
    """Raises RunFailed when a file failed or is left unfinished."""
    failed = [result for result in results if result.status in ("failed", "unfinished")]
    log.info("%d files, %d of them failed", len(results), len(failed))
    if failed:
        named = "; ".join(f"s3://{result.file.bucket}/{result.file.key}: {result.reason}" for result in failed[:5])
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        sys.stdout.flush()
        raise RunFailed(_one_line(f"{len(failed)} of {len(results)} files failed: {named}{more}"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"the job's arguments are not usable: {message}")


def _parser() -> argparse.ArgumentParser:
    # Glue adds arguments of its own; an abbreviation of ours among them would be taken for ours.
    parser = _Parser(allow_abbrev=False)
    parser.add_argument("--settings", required=True)
    work = parser.add_mutually_exclusive_group(required=True)
    work.add_argument("--manifest")
    work.add_argument("--plan")
    parser.add_argument("--JOB_RUN_ID", "--JOB-RUN-ID", dest="run_id", default=f"local-{uuid.uuid4().hex[:12]}")
    parser.add_argument("--JOB_NAME")
    return parser
