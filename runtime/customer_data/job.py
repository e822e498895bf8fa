"""What all jobs have in common: arguments in, an exception out when something is not done."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import uuid
from collections.abc import Callable, Sequence
from traceback import format_exception_only
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from customer_data.errors import CustomerDataError, RunFailed, SettingsError
from customer_data.files.manifest import Manifest, SourceFile
from customer_data.files.s3_url import parse_s3_url
from customer_data.files.source_object import why_unreadable
from customer_data.typed_json import read_as

T = TypeVar("T")

log = logging.getLogger(__name__)


def run_job(
    arguments: Sequence[str],
    parser: argparse.ArgumentParser,
    work: Callable[[argparse.Namespace], None],
    *,
    when_it_fails: str = "a file that it has not finished stays where it is",
) -> None:
    """Runs the job. Returns when all is done, else raises RunFailed; the log says what holds `when_it_fails`.

    Glue takes the exception's text for the run's error message; of `sys.exit` it would show only the number.
    """
    sys.excepthook = _print_exception
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("botocore", "py4j"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        work(parser.parse_known_args(arguments)[0])
    except RunFailed:
        sys.stdout.flush()
        raise
    except (CustomerDataError, BotoCoreError, ClientError) as error:
        # Our own errors say what is wrong and what to do; where in this code it was found helps nobody.
        where = None if isinstance(error, CustomerDataError) else error
        log.error("the run ends here; %s: %s", when_it_fails, error, exc_info=where)
        sys.stdout.flush()
        raise RunFailed(one_line(f"{type(error).__name__}: {error}")) from None


def _print_exception(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Of a RunFailed its message, and no traceback of frames that all runs have. Glue's own hook sees the exception."""
    if issubclass(kind, RunFailed):
        sys.stderr.write("".join(format_exception_only(kind, error)))
    else:
        sys.__excepthook__(kind, error, traceback)


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
        raise SettingsError(
            f"the job's arguments are not usable: {message}; start it with those of a run in the Glue console, with one"
            " argument in place of --manifest where it is to do something else"
        )


def read_settings(kind: type[T], text: str) -> T:
    """The `--settings` argument. Raises SettingsError where it is not as this version writes it."""
    try:
        return read_as(kind, json.loads(text))
    except (ValueError, SettingsError) as error:
        raise SettingsError(
            f"the --settings argument is not what this job understands: {error}; deploy the construct and the job from"
            " one version of the library"
        ) from error


def read_manifest(url: str, s3: Any) -> tuple[SourceFile, ...]:
    """Raises SettingsError."""
    bucket, key = parse_s3_url(url)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if reason := why_unreadable(bucket, key, error):
            raise SettingsError(
                f"--manifest {url!r} {reason}; the staging bucket keeps the manifests of 90 days under manifests/"
            ) from error
        raise
    try:
        return Manifest.from_json(body.decode()).files
    except (ValueError, SettingsError) as error:
        raise SettingsError(f"--manifest {url!r}: {error}; give it a manifest that the dispatcher wrote") from error


def require_all_done(files: int, failed: Sequence[tuple[SourceFile, str | None]]) -> None:
    """Raises RunFailed, which names the files that failed or are left unfinished, and why."""
    log.info("%d files, %d of them failed", files, len(failed))
    if failed:
        named = "; ".join(f"s3://{file.bucket}/{file.key}: {reason}" for file, reason in failed[:5])
        more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
        raise RunFailed(one_line(f"{len(failed)} of {files} files failed: {named}{more}"))


def one_line(text: str) -> str:
    return " ".join(text.split())
