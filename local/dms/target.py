"""The S3 target: names of files, and writing them with the rights of the endpoint's role."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from local.dms.errors import ReplicationError
from local.dms.faults import Faults
from local.dms.settings import S3Settings
from local.dms.tables import Table

File = tuple[str, bytes]
"""A key and its content."""


class Target:
    def __init__(self, s3: Any, settings: S3Settings, faults: Faults) -> None:
        self._s3 = s3
        self._settings = settings
        self._faults = faults
        self._held: list[File] = []
        self._delayed: list[File] = []

    def test(self) -> None:
        self._call("list_objects_v2", Prefix=self._settings.folder, MaxKeys=1)

    def load_key(self, table: Table, number: int) -> str:
        """`LOAD00000001`: the number is hexadecimal."""
        return f"{self._folder(table.schema, table.name)}LOAD{number:08X}.{self._settings.extension}"

    def change_key(self, table: Table, time: datetime) -> str:
        """`yyyymmdd-hhmmssfff`, of when the file is written."""
        name = time.strftime("%Y%m%d-%H%M%S") + f"{time.microsecond // 1000:03d}"
        return f"{self._folder(table.schema, table.name)}{name}.{self._settings.extension}"

    def put_load(self, key: str, body: bytes) -> None:
        self._put([(key, body)])

    def put_changes(self, files: Sequence[File]) -> None:
        """Writes the files of a batch, or keeps them, as the faults that are on have it."""
        if self._faults["late"]:
            self._held += files
            return
        if self._faults["out-of-order"] and not self._delayed:
            self._delayed = list(files)
            return
        self._put(files)
        self._put_delayed()

    def release(self) -> None:
        """Writes what a fault held back and that is off now."""
        if not self._faults["out-of-order"]:
            self._put_delayed()
        if not self._faults["late"]:
            self._put_held()

    def finish(self) -> None:
        """Writes all that is left."""
        self._put_delayed()
        self._put_held()

    def _put_delayed(self) -> None:
        delayed, self._delayed = self._delayed, []
        self._put(delayed)

    def _put_held(self) -> None:
        held, self._held = self._held, []
        self._put(held)

    def clear(self, schema: str, table: str) -> None:
        """Deletes the files of a table, as DMS does for one that is truncated, dropped or loaded again."""
        while found := self._call("list_objects_v2", Prefix=self._folder(schema, table)).get("Contents"):
            keys = [{"Key": each["Key"]} for each in found]
            answer = self._call("delete_objects", Delete={"Objects": keys})
            if errors := answer.get("Errors"):
                raise ReplicationError(f"Failed to delete {errors[0]['Key']}: {errors[0]['Code']}")

    def _folder(self, schema: str, table: str) -> str:
        return f"{self._settings.folder_of(schema, table)}/"

    def _put(self, files: Sequence[File]) -> None:
        for key, body in files:
            for _ in range(2 if self._faults["files-twice"] else 1):
                self._call("put_object", Key=key, Body=body, **(self._settings.encryption or {}))

    def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        bucket = self._settings.bucket
        try:
            answer: dict[str, Any] = getattr(self._s3, method)(Bucket=bucket, **arguments)
            return answer
        except ClientError as error:
            code = error.response["Error"]["Code"]
            key = arguments.get("Key", arguments.get("Prefix", ""))
            raise ReplicationError(
                f"Failed to access the target s3://{bucket}/{key} as {self._settings.role_arn}: {method}: {code}"
            ) from error


def next_file_time(last: datetime | None) -> datetime:
    """Now, to a millisecond, and later than the last: a file's name is never given twice."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return max(now, last + timedelta(milliseconds=1)) if last else now
