"""Rejected records as JSON Lines: one shape for every part of the platform, wherever its records come from.

One line a record:

- `record`: field to text; or the text as written, where it could not be parsed as a record
- `source`: `bucket`, `key` and `version` of the object that it was read from
- `line`: where in the object it begins, from 1; null where records have no lines, as in Parquet
- `errors`: `rule` (the requirement), `code` (stable, for programs), `reason` (for people), `severity`. A warning alone
  rejects no record: it stands beside an error, or in a file of warnings.
- `run_id`, `at`: the run that rejected it, and when it began
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Literal

from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_json = json.JSONEncoder(ensure_ascii=False).encode

#: What rejects records beside users' rules, as messages and reports call it.
_REQUIREMENTS = {
    "csv": "A line of the file is one record with as many fields as the header",
    "primary_key": "The columns of the key tell each record apart",
    "column_type": "A value is one of its column's type in the table",
    "max_bytes": "A value is no longer than a column of the warehouse holds",
}
_MOST_COLUMNS_NAMED = 5


@dataclass(frozen=True)
class RowError:
    """One reason why a record is rejected; `rule` is the requirement, `code` is stable and for programs. A `warning`
    alone rejects no record."""

    rule: str
    code: str
    reason: str
    column: str | None = None
    value: str | None = None
    warning: bool = False

    @property
    def severity(self) -> Literal["error", "warning"]:
        return "warning" if self.warning else "error"


@dataclass(frozen=True)
class Rejection:
    """A record in which something is wrong: field to text, or its text as written where it is not one record. `line`
    is None where records have no lines."""

    line: int | None
    record: dict[str, str | None] | str
    errors: tuple[RowError, ...]

    @property
    def is_warning(self) -> bool:
        """Whether the record is reported and goes on."""
        return all(error.warning for error in self.errors)


@dataclass(frozen=True)
class RejectionReason:
    """In how many records the same is wrong: the same rule about the same column. `line` and `error` are of the first
    of them; its reason quotes a value, which belongs into no message."""

    error: RowError
    line: int | None
    rows: int

    def summary(self) -> dict[str, Any]:
        """For an outcome: names and a count, and nothing of a record."""
        error = self.error
        columns = [error.column] if error.column else []
        return {
            "rule": error.rule,
            "description": requirement(error.rule, columns),
            "rows": self.rows,
            "severity": error.severity,
        }


def requirement(rule: str, columns: Sequence[str]) -> str:
    """What a rule that is no user's asks of records, and which columns had it broken."""
    text = _REQUIREMENTS.get(rule, rule)
    if not columns:
        return text
    more = len(columns) - _MOST_COLUMNS_NAMED
    return f"{text}: {', '.join(columns[:_MOST_COLUMNS_NAMED])}{f' and {more} more' if more > 0 else ''}"


#: Rule, column, whether it is a warning.
_Kind = tuple[str, str | None, bool]


class RejectedRecords:
    """Counts rejections and, where they are to be kept, gathers them in a local file. A context: the local file goes
    with it."""

    def __init__(self, file: SourceFile, run_id: str, *, keep: bool) -> None:
        self._file = file
        self._source = _json({"bucket": file.bucket, "key": file.key, "version": file.version_id})
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._run = f'"run_id": {_json(run_id)}, "at": {_json(at)}'
        self._lines: IO[bytes] | None = tempfile.SpooledTemporaryFile(max_size=2**20) if keep else None  # noqa: SIM115
        self._rows: Counter[_Kind] = Counter()
        self._first: dict[_Kind, tuple[RowError, int | None]] = {}
        self._digest = hashlib.sha256()
        self.count = 0

    def __enter__(self) -> RejectedRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, rejection: Rejection) -> None:
        self.count += 1
        place = rejection.line if rejection.line is not None else _json(rejection.record)
        self._digest.update(f"{place}\n".encode())
        for error in rejection.errors:
            kind = (error.rule, error.column, error.warning)
            self._rows[kind] += 1
            self._first.setdefault(kind, (error, rejection.line))
        if self._lines is None:
            return
        errors = [
            {"rule": error.rule, "code": error.code, "reason": error.reason, "severity": error.severity}
            for error in rejection.errors
        ]
        # What is the same in every line is made JSON once: most rows of a file may be bad.
        line = (
            f'{{"record": {_json(rejection.record)}, "source": {self._source}, "line": {_json(rejection.line)},'
            f' "errors": {_json(errors)}, {self._run}}}\n'
        )
        self._lines.write(line.encode())

    @property
    def reasons(self) -> tuple[RejectionReason, ...]:
        """Why records were rejected, as often as each: errors before warnings, then most rows first."""
        reasons = [RejectionReason(*first, self._rows[kind]) for kind, first in self._first.items()]
        return tuple(sorted(reasons, key=lambda reason: (reason.error.warning, -reason.rows)))

    @property
    def digest(self) -> str:
        """The same for the same records, which one file has in one order."""
        return self._digest.hexdigest()

    def upload(self, s3: S3Client, key: str) -> None:
        """To the bucket of the file."""
        if self._lines is not None:
            self._lines.seek(0)
            s3.upload_fileobj(self._lines, self._file.bucket, key)

    def fault(self, remedy: str) -> FileFault:
        """The fault of a file that may not have rejected records: the first one, and how many there are. Only errors
        are named: a warning would not have rejected it."""
        error, line = next(first for first in self._first.values() if not first[0].warning)
        place = "" if line is None else f"line {line}: "
        others = f" ({self.count - 1:,} more records are rejected)" if self.count > 1 else ""
        return FileFault(
            error.code,
            f"{place}{error.reason}{others}; {remedy}",
            line=line,
            column=error.column,
            value=error.value,
        )

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
