"""`--replay`: sends the records of a quarantine file, corrected by somebody, the way of a new file again."""

from __future__ import annotations

import csv
import io
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any

from botocore.exceptions import ClientError

from customer_data.csv.dialect import CsvDialect
from customer_data.csv.format import CsvFormat
from customer_data.csv.text import codec_named
from customer_data.errors import SettingsError
from customer_data.files.s3_url import parse_s3_url
from customer_data.quality.gate.passed_rows import null_text

log = logging.getLogger(__name__)

_ENDING = ".rejected.jsonl"
_MOST_NAME_BYTES = 900


def replay(url: str, prefix: str, format: CsvFormat, s3: Any) -> str:
    """Writes the `record` of each line of `url` (JSON Lines, `s3://bucket/key.rejected.jsonl`) as a CSV under
    `<prefix>replayed/` in the same bucket, written as `format` says; returns its URL.

    The quarantine file stays. Raises SettingsError, and writes nothing, for a line that holds no record, or one that
    `format` has no way to write: then it names the line.
    """
    bucket, key = parse_s3_url(url)
    with tempfile.TemporaryFile(prefix="replay-") as local:
        _download(s3, bucket, key, local)
        header = list(dict.fromkeys(name for _, record in _records(url, local) for name in record))
        if not header:
            raise SettingsError(f"--replay {url}: the file has no record; nothing was sent")
        with tempfile.TemporaryFile(prefix="replayed-") as out:
            rows = _write(url, out, header, _records(url, local), format)
            out.seek(0)
            target = f"{prefix}replayed/{_name(key)}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}.csv"
            s3.upload_fileobj(out, bucket, target)
    log.info("replayed %d records of %s as s3://%s/%s", rows, url, bucket, target)
    return f"s3://{bucket}/{target}"


def _download(s3: Any, bucket: str, key: str, local: IO[bytes]) -> None:
    try:
        s3.download_fileobj(bucket, key, local)
    except ClientError as error:
        raise SettingsError(f"--replay s3://{bucket}/{key} cannot be read: {error}") from error


def _records(url: str, local: IO[bytes]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    local.seek(0)
    for number, line in enumerate(local, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)["record"]
        except (ValueError, TypeError, KeyError) as error:
            raise _unusable(url, number, f"it is not a rejected record: {type(error).__name__} {error}") from error
        if not isinstance(record, dict) or not record:
            raise _unusable(
                url,
                number,
                f"its record is {str(record)[:100]!r}; write it as an object of header to value, or delete it",
            )
        for name, value in record.items():
            if isinstance(value, dict | list):
                raise _unusable(url, number, f"the value of {name!r} is a {type(value).__name__}; write text, or null")
        yield number, record


def _unusable(url: str, number: int, what: str) -> SettingsError:
    return SettingsError(f"--replay {url}, line {number}: {what}; nothing was sent")


def _write(
    url: str, out: IO[bytes], header: list[str], records: Iterator[tuple[int, Mapping[str, Any]]], format: CsvFormat
) -> int:
    dialect = CsvDialect(format.delimiter or ",", format.quote, format.escape)
    null = null_text(format, len(header)) or ""
    text = io.TextIOWrapper(out, encoding=codec_named(format.encoding or "utf-8"), newline="", write_through=True)
    rows, at = 0, 1
    try:
        text.write(dialect.lead(header, format))
        dialect.write([header], text)
        for at, record in records:  # noqa: B007 (the error names it)
            values = [null if value is None else _as_text(value) for value in map(record.get, header)]
            if not dialect.quote and any("\r" in value or "\n" in value for value in values):
                raise csv.Error("a line break needs quotes")
            dialect.write([values], text)
            rows += 1
        text.write(dialect.trail(format))
    except (UnicodeEncodeError, csv.Error) as error:
        raise _unusable(url, at, f"CsvFormat has no way to write it: {error}") from error
    text.detach()
    return rows


def _as_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _name(key: str) -> str:
    name = PurePosixPath(key).name.removesuffix(_ENDING)
    return name.encode()[:_MOST_NAME_BYTES].decode(errors="ignore")
