"""S3 as a folder: plain data, so that Spark's workers, which are other processes, see the same objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from botocore.exceptions import ClientError


@dataclass(frozen=True)
class FolderS3:
    """What reading, staging and checking a file asks of S3. An object is written once: conditions always hold."""

    root: Path

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: Any) -> None:
        path = self._path(Bucket, Key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(Body)

    def get_object(self, *, Bucket: str, Key: str, **_: Any) -> dict[str, Any]:
        return {"Body": self._existing(Bucket, Key).open("rb")}

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        size = self._existing(Bucket, Key).stat().st_size
        return {"ETag": '"etag"', "ContentLength": size, "LastModified": datetime(2024, 1, 1, tzinfo=UTC)}

    def upload_file(self, path: str, bucket: str, key: str) -> None:
        self.put_object(Bucket=bucket, Key=key, Body=Path(path).read_bytes())

    def upload_fileobj(self, file: IO[bytes], bucket: str, key: str) -> None:
        self.put_object(Bucket=bucket, Key=key, Body=file.read())

    def download_file(self, bucket: str, key: str, path: str) -> None:
        Path(path).write_bytes(self._existing(bucket, key).read_bytes())

    def delete_object(self, *, Bucket: str, Key: str) -> None:
        self._path(Bucket, Key).unlink(missing_ok=True)

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> None:
        for listed in Delete["Objects"]:
            self.delete_object(Bucket=Bucket, Key=listed["Key"])

    def keys(self, bucket: str) -> list[str]:
        folder = Path(self.root, bucket)
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def _path(self, bucket: str, key: str) -> Path:
        return Path(self.root, bucket, key)

    def _existing(self, bucket: str, key: str) -> Path:
        path = self._path(bucket, key)
        if not path.is_file():
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": key}}, "GetObject")
        return path
