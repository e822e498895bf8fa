"""Rejected records as JSON Lines, one shape for every part of the platform."""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile
from customer_data.records.checks import Rejection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


_json = json.JSONEncoder(ensure_ascii=False).encode


class RejectedRecords:
    """Counts rejections and, where they are to be kept, gathers them in a local file."""

    def __init__(self, file: SourceFile, run_id: str, *, keep: bool) -> None:
        self._file = file
        self._source = _json({"bucket": file.bucket, "key": file.key, "version": file.version_id})
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._run = f'"run_id": {_json(run_id)}, "at": {_json(at)}'
        self._lines: IO[bytes] | None = tempfile.SpooledTemporaryFile(max_size=2**20) if keep else None  # noqa: SIM115
        self.first: Rejection | None = None
        self.count = 0
        self._rejected_lines = hashlib.sha256()

    def add(self, rejection: Rejection) -> None:
        self.count += 1
        self._rejected_lines.update(b"%d\n" % rejection.line)
        self.first = self.first or rejection
        if self._lines is None:
            return
        errors = [{"rule": error.rule, "code": error.code, "reason": error.reason} for error in rejection.errors]
        # What is the same in every line is made JSON once: most rows of a file may be bad.
        line = (
            f'{{"record": {_json(rejection.record)}, "source": {self._source}, "line": {rejection.line},'
            f' "errors": {_json(errors)}, {self._run}}}\n'
        )
        self._lines.write(line.encode())

    @property
    def digest(self) -> str:
        """The same for the same lines, which one file has in one order."""
        return self._rejected_lines.hexdigest()

    def upload(self, s3: S3Client, key: str) -> None:
        """To the bucket of the file."""
        if self._lines is not None:
            self._lines.seek(0)
            s3.upload_fileobj(self._lines, self._file.bucket, key)

    def fault(self) -> FileFault:
        """The fault of a file that may not have rejected records: the first one, and how many there are."""
        assert self.first is not None
        error = self.first.errors[0]
        others = f" ({self.count - 1:,} more records are rejected)" if self.count > 1 else ""
        return FileFault(
            error.code,
            f"line {self.first.line}: {error.reason}{others}; correct the file, or load the other records with"
            " RowErrorPolicy.QUARANTINE_ROWS",
            line=self.first.line,
            column=error.column,
            value=error.value,
        )

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
