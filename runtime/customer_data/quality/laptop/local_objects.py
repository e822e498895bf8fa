"""A folder as the few calls of an S3 client that checking a file takes: rules are tried out without a bucket."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True)
class LocalObjects:
    """Buckets are folders of `root`, but for the objects (bucket, key) of `files`, which are read where they are. Plain
    data, so that Spark's workers make one of their own."""

    root: Path
    files: Mapping[tuple[str, str], Path] = field(default_factory=dict)

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        found = self._path(Bucket, Key).stat()
        changed = datetime.fromtimestamp(found.st_mtime, UTC)
        return {"ETag": "", "ContentLength": found.st_size, "LastModified": changed}

    def get_object(self, *, Bucket: str, Key: str, **_conditions: Any) -> dict[str, Any]:
        return {"Body": self._path(Bucket, Key).open("rb")}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_details: Any) -> None:
        self._written(Bucket, Key).write_bytes(Body)

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        shutil.copyfile(path, self._written(bucket, key))

    def upload_fileobj(self, file: IO[bytes], bucket: str, key: str) -> None:
        with self._written(bucket, key).open("wb") as out:
            shutil.copyfileobj(file, out)

    def download_file(self, bucket: str, key: str, path: str) -> None:
        shutil.copyfile(self._path(bucket, key), path)

    def delete_object(self, *, Bucket: str, Key: str) -> None:
        self._path(Bucket, Key).unlink(missing_ok=True)

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> None:
        for listed in Delete["Objects"]:
            self.delete_object(Bucket=Bucket, Key=listed["Key"])

    def _path(self, bucket: str, key: str) -> Path:
        return self.files.get((bucket, key)) or self.root / bucket / key

    def _written(self, bucket: str, key: str) -> Path:
        path = self.root / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path
