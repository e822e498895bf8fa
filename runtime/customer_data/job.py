"""What all jobs have in common: arguments in, an exception out when something is not done."""

from __future__ import annotations

import argparse
import logging
import sys
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from customer_data.errors import CustomerDataError, RunFailed, SettingsError
from customer_data.files.manifest import Manifest, SourceFile
from customer_data.files.s3_url import parse_s3_url

log = logging.getLogger(__name__)


def run_job(
    arguments: Sequence[str], parser: argparse.ArgumentParser, work: Callable[[argparse.Namespace], None]
) -> None:
    """Runs the job. Returns when all is done, else raises RunFailed.

    Glue takes the end of the traceback for the run's error message; of `sys.exit` it would tell only the number.
    """
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("botocore", "py4j"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        work(parser.parse_known_args(arguments)[0])
    except RunFailed:
        sys.stdout.flush()
        raise
    except (CustomerDataError, BotoCoreError, ClientError) as error:
        log.exception("the run ends here; a file that it has not finished stays where it is")
        sys.stdout.flush()
        raise RunFailed(one_line(f"{type(error).__name__}: {error}")) from None  # the log has the traceback


def new_parser() -> argparse.ArgumentParser:
    """With the arguments that every job has."""
    # Glue adds arguments of its own; an abbreviation of ours among them would be taken for ours.
    parser = _Parser(allow_abbrev=False)
    parser.add_argument("--settings", required=True)
    parser.add_argument("--JOB_RUN_ID", "--JOB-RUN-ID", dest="run_id", default=f"local-{uuid.uuid4().hex[:12]}")
    parser.add_argument("--JOB_NAME")
    return parser


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"the job's arguments are not usable: {message}")


def not_understood(error: Exception) -> SettingsError:
    """What to raise for a `--settings` argument that is not as this version writes it."""
    return SettingsError(
        f"the --settings argument is not what this job understands: {error}; deploy the construct and the job from one"
        " version of the library"
    )


def read_manifest(url: str, s3: Any) -> tuple[SourceFile, ...]:
    """Raises SettingsError."""
    bucket, key = parse_s3_url(url)
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return Manifest.from_json(body.decode()).files


def require_all_done(files: int, failed: Sequence[tuple[SourceFile, str | None]]) -> None:
    """Raises RunFailed, which names the files that failed or are left unfinished, and why."""
    log.info("%d files, %d of them failed", files, len(failed))
    if failed:
        named = "; ".join(f"s3://{file.bucket}/{file.key}: {reason}" for file, reason in failed[:5])
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise RunFailed(one_line(f"{len(failed)} of {files} files failed: {named}{more}"))


def one_line(text: str) -> str:
    return " ".join(text.split())
