"""The objects in the staging bucket: the list that COPY reads, and their removal behind the load."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from customer_data.records.parquet_parts import StagedPart

log = logging.getLogger(__name__)

_KEYS_PER_CALL = 1_000


@contextmanager
def copy_manifest(parts: Iterable[StagedPart], bucket: str, key: str, s3: Any) -> Iterator[str]:
    """The URL of the list of parts, which is there as long as the context."""
    url = put_copy_manifest(parts, bucket, key, s3)
    try:
        yield url
    finally:
        delete(bucket, [key], s3)


def put_copy_manifest(parts: Iterable[StagedPart], bucket: str, key: str, s3: Any) -> str:
    """Writes the list of parts and returns its URL. Parquet needs the length of each part."""
    entries = [
        {"url": f"s3://{part.bucket}/{part.key}", "mandatory": True, "meta": {"content_length": part.size}}
        for part in parts
    ]
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps({"entries": entries}).encode())
    return f"s3://{bucket}/{key}"


def delete_parts(parts: Iterable[StagedPart], s3: Any) -> None:
    """Deletes parts from staging; the bucket's lifecycle removes what is left behind."""
    by_bucket: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        by_bucket[part.bucket].append(part.key)
    for bucket, keys in by_bucket.items():
        delete(bucket, keys, s3)


def delete(bucket: str, keys: list[str], s3: Any) -> None:
    try:
        for start in range(0, len(keys), _KEYS_PER_CALL):
            listed = [{"Key": key} for key in keys[start : start + _KEYS_PER_CALL]]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": listed, "Quiet": True})
    except (BotoCoreError, ClientError) as error:
        log.warning("staged objects stay until the bucket's lifecycle removes them: %s", error)
