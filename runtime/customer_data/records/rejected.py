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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile
from customer_data.records.json_objects import to_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: What rejects records beside users' rules, as messages and reports call it.
_REQUIREMENTS = {
    "csv": "A line of the file is one record with as many fields as the header",
    "primary_key": "The columns of the key tell each record apart",
    "column_type": "A value is one of its column's type in the table",
    "max_bytes": "A value is no longer than a column of the warehouse holds",
}
_MOST_COLUMNS_NAMED = 5


class RowError(NamedTuple):
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


class Rejection(NamedTuple):
    """A record in which something is wrong. `json` is the record as JSON: field to text, or its text as written where
    it is not one record. `line` is None where records have no lines."""

    line: int | None
    json: str
    errors: tuple[RowError, ...]

    @staticmethod
    def of(line: int | None, record: Mapping[str, str | None] | str, *errors: RowError) -> Rejection:
        return Rejection(line, to_json(record), errors)

    @property
    def record(self) -> dict[str, str | None] | str:
        record: dict[str, str | None] | str = json.loads(self.json)
        return record

    @property
    def is_warning(self) -> bool:
        """Whether the record is reported and goes on."""
        return self.errors[0].warning and all(error.warning for error in self.errors)


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
        self._source = to_json({"bucket": file.bucket, "key": file.key, "version": file.version_id})
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._run = f'"run_id": {to_json(run_id)}, "at": {to_json(at)}'
        self._lines: IO[bytes] | None = tempfile.SpooledTemporaryFile(max_size=2**20) if keep else None  # noqa: SIM115
        self._rows: dict[_Kind, int] = {}
        self._first: dict[_Kind, tuple[RowError, int | None]] = {}
        self._digest = hashlib.sha256()
        self.count = 0

    def __enter__(self) -> RejectedRecords:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, rejections: Sequence[Rejection]) -> None:
        self.count += len(rejections)
        places = [f"{record if line is None else line}\n" for line, record, _ in rejections]
        self._digest.update("".join(places).encode())
        for line, _, errors in rejections:
            for error in errors:
                kind = (error.rule, error.column, error.warning)
                if kind in self._rows:
                    self._rows[kind] += 1
                else:
                    self._rows[kind] = 1
                    self._first[kind] = (error, line)
        if self._lines is not None:
            self._lines.write("".join(map(self._line, rejections)).encode())

    def _line(self, rejection: Rejection) -> str:
        """Put together from JSON: most rows of a file may be bad."""
        line, record, errors = rejection
        return (
            f'{{"record": {record}, "source": {self._source}, "line": {"null" if line is None else line},'
            f' "errors": [{", ".join(map(_error_json, errors))}], {self._run}}}\n'
        )

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


def _error_json(error: RowError) -> str:
    text = encode_basestring
    return (
        f'{{"rule": {text(error.rule)}, "code": {text(error.code)}, "reason": {text(error.reason)},'
        f' "severity": "{error.severity}"}}'
    )
