"""One S3 object as a stream that survives broken connections and never mixes two writes of a key."""

from __future__ import annotations

import hashlib
import io
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError, ResponseStreamingError

from customer_data.errors import SourceChanged, SourceUnreadable
from customer_data.files.manifest import SourceFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ATTEMPTS = 5
_CHANGED = frozenset(("NoSuchKey", "NoSuchVersion", "404", "412", "PreconditionFailed"))
_NOT_THERE = _CHANGED | {"NoSuchBucket"}
_REFUSED = frozenset(("403", "AccessDenied", "400"))
# What would let the job read the object. What KMS says comes from S3 as `KMS.DisabledException` and the like.
_REMEDIES = {
    "AccessDenied": "let the job's role read it (bucket policy, owner of the object, key policy)",
    "InvalidObjectState": "it is archived: restore it or copy it to another storage class",
    "KMS": "enable the key that it is encrypted with, or copy it under another",
}
# What a body raises when the connection goes while it is read; a request that fails is retried by boto3 itself.
_BROKEN_STREAM = (HTTPClientError, IncompleteReadError, ResponseStreamingError, ConnectionError)


class SourceObject(io.RawIOBase):
    """Reads exactly the write that the manifest names: by its version id, else as long as the ETag is the same.

    Raises SourceChanged when that write is gone, SourceUnreadable when S3 does not give it out. A stream that breaks is
    taken up again where it broke.
    """

    def __init__(self, s3: S3Client, file: SourceFile) -> None:
        self._s3 = s3
        self._file = file
        self.position = 0
        self._body: Any = None
        self._body = self._open()

    def close(self) -> None:
        if self._body is not None:
            self._body.close()  # else the connection would wait for bytes that nobody reads
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                chunk: bytes = self._body.read(len(buffer))
                break
            except _BROKEN_STREAM:
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(0.1 * 2**attempt)
                self._body = self._open()
        buffer[: len(chunk)] = chunk
        self.position += len(chunk)
        return len(chunk)

    def _open(self) -> Any:
        return get_write(self._s3, self._file, f"bytes={self.position}-" if self.position else None)["Body"]


class RangedObject(io.RawIOBase):
    """The same, read here and there: what is asked for is fetched, and nothing else of the object."""

    def __init__(self, s3: S3Client, file: SourceFile) -> None:
        self._s3 = s3
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}[whence]
        self._position = max(start + offset, 0)
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        left = max(self._file.size - self._position, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        if not wanted:
            return b""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                last = self._position + wanted - 1
                content: bytes = get_write(self._s3, self._file, f"bytes={self._position}-{last}")["Body"].read()
                break
            except _BROKEN_STREAM:
                if attempt == _ATTEMPTS:
                    raise
                time.sleep(0.1 * 2**attempt)
        self._position += len(content)
        return content


def get_write(s3: S3Client, file: SourceFile, range: str | None) -> Any:
    """S3's answer for the write that the manifest names. Raises SourceChanged, SourceUnreadable."""
    request: dict[str, str] = {"Bucket": file.bucket, "Key": file.key}
    if file.version_id and file.version_id != "null":  # 'null' is one id for every write without versioning
        request["VersionId"] = file.version_id
    else:
        request["IfMatch"] = '"' + file.etag.strip('"') + '"'
    if range:
        request["Range"] = range
    try:
        return s3.get_object(**request)  # type: ignore[arg-type]
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _CHANGED:
            raise SourceChanged(
                f"s3://{file.bucket}/{file.key} (version {file.version_id}, ETag {file.etag}) is gone or was"
                f" overwritten ({code}); the event of the newer write covers it"
            ) from error
        if remedy := _REMEDIES.get(code.partition(".")[0]):
            raise SourceUnreadable(f"it cannot be read ({error}): {remedy}") from error
        raise


def object_now(bucket: str, key: str, s3: Any) -> SourceFile:
    """An object without an event, as it is now. Raises SourceUnreadable when it is not there or not given out."""
    try:
        head = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if reason := why_unreadable(bucket, key, error):
            raise SourceUnreadable(reason) from error
        raise
    version = head.get("VersionId")
    return SourceFile(
        load_id=hashlib.sha256(f"{bucket}\n{key}".encode()).hexdigest(),
        bucket=bucket,
        key=key,
        version_id=None if version in (None, "null") else version,
        etag=head["ETag"].strip('"'),
        size=head["ContentLength"],
        sequencer=None,
        event_time=head["LastModified"].isoformat(),
    )


def why_unreadable(bucket: str, key: str, error: ClientError) -> str | None:
    """Why an object that somebody named is not read, and what to do; None for what may pass when it is tried again."""
    code = error.response["Error"]["Code"]
    if code in _NOT_THERE:
        return f"is not there ({code}): the bucket {bucket!r} has no object {key!r}; check both"
    if code in _REFUSED:
        return (
            f"cannot be read ({code}): the job's role has no s3:GetObject for the key {key!r} of the bucket"
            f" {bucket!r}, or no kms:Decrypt for what encrypts it, or the key does not exist (which S3 does not say"
            " without s3:ListBucket)"
        )
    return None
