"""Moves the original of a faulty file aside, in steps that can each be repeated.

Copy, write the reason beside it, (the caller keeps the ledger row,) delete the original. A run that is killed between
two steps leaves the original in place or the ledger row written, and the next run goes on from there.
"""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from customer_data.errors import FileFault, SourceChanged
from customer_data.files.manifest import SourceFile
from customer_data.files.write_order import moment

#: One CopyObject copies up to 5 GB (S3 API reference); what is larger is copied in parts.
COPY = TransferConfig(multipart_threshold=5 * 1000**3, multipart_chunksize=512 * 1024**2, max_concurrency=4)
GONE_CODES = frozenset({"404", "NoSuchKey", "NoSuchVersion", "412", "PreconditionFailed", "ConditionalRequestConflict"})
_MAX_VALUE_CHARACTERS = 1_000


def copy_aside(file: SourceFile, fault: FileFault, key: str, *, run_id: str, at: datetime, s3: Any) -> None:
    """Copies exactly the faulty write to the key, in its bucket, and writes `<key>.error.json` beside it.

    Raises SourceChanged when that write is no longer there.
    """
    copy_write(file, key, s3)
    s3.put_object(
        Bucket=file.bucket,
        Key=f"{key}.error.json",
        Body=json.dumps(_explanation(file, fault, key, run_id, at), ensure_ascii=False, indent=2).encode(),
        ContentType="application/json",
    )


def copy_write(file: SourceFile, key: str, s3: Any, **extra: Any) -> None:
    """Copies exactly this write, with its tags, within its bucket; `extra` are further arguments of the copy.

    Raises SourceChanged when that write is no longer there.
    """
    source = {"Bucket": file.bucket, "Key": file.key}
    if file.version_id:
        source["VersionId"] = file.version_id
    try:
        arguments = {"CopySourceIfMatch": _quoted(file.etag), **extra}
        s3.copy(source, file.bucket, key, ExtraArgs=arguments, Config=COPY)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE_CODES:
            raise SourceChanged(f"s3://{file.bucket}/{file.key} is gone or was overwritten") from error
        raise


def remove_original(file: SourceFile, s3: Any) -> None:
    """Deletes the write that was copied, and no other: by version, or if nothing was written since."""
    if file.version_id:
        s3.delete_object(Bucket=file.bucket, Key=file.key, VersionId=file.version_id)
        return
    try:
        head = s3.head_object(Bucket=file.bucket, Key=file.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE_CODES:
            return
        raise
    # A file that was copied back has the same ETag and a later time (S3 tells it in whole seconds).
    written_since = head["LastModified"] > moment(file.event_time) + timedelta(seconds=1)
    if head["ETag"].strip('"') == file.etag.strip('"') and not written_since:
        _delete_if_unchanged(file, s3)


def _delete_if_unchanged(file: SourceFile, s3: Any) -> None:
    """DeleteObject with `If-Match` (S3 user guide, "How to perform conditional deletes").

    The boto3 of Glue has no parameter for it, so the header is added to the request.
    """

    def add_condition(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["If-Match"] = _quoted(file.etag)

    s3.meta.events.register("before-call.s3.DeleteObject", add_condition)
    try:
        s3.delete_object(Bucket=file.bucket, Key=file.key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE_CODES:
            raise
    finally:
        s3.meta.events.unregister("before-call.s3.DeleteObject", add_condition)


def _explanation(file: SourceFile, fault: FileFault, key: str, run_id: str, at: datetime) -> dict[str, Any]:
    origin = shlex.quote(f"s3://{file.bucket}/{file.key}")
    explanation = {
        "reason": fault.reason,
        "code": fault.code,
        "line": fault.line,
        "column": fault.column,
        "value": fault.value[:_MAX_VALUE_CHARACTERS] if fault.value is not None else None,
        "run_id": run_id,
        "at": at.isoformat(),
        "replay": f"aws s3 cp {shlex.quote(f's3://{file.bucket}/{key}')} {origin}",
    }
    return {name: value for name, value in explanation.items() if value is not None}


def _quoted(etag: str) -> str:
    return '"' + etag.strip('"') + '"'
