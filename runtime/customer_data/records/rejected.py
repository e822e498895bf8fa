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
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from customer_data.errors import FileFault
from customer_data.files.manifest import SourceFile
from customer_data.records.json_objects import text_bytes, to_json
from customer_data.records.rejections import Rejections, RowError

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

    def add(self, rejections: Rejections) -> None:
        if not len(rejections):
            return
        self.count += len(rejections)
        lines = rejections.lines.cast(pa.string())
        self._digest.update(text_bytes(pc.binary_join_element_wise(pc.coalesce(lines, rejections.records), "\n", "")))
        for errors in rejections.errors:
            row, first = errors.first
            kind = (first.rule, first.column, first.warning)
            self._rows[kind] = self._rows.get(kind, 0) + errors.count
            found = first, rejections.lines[row].as_py()
            self._first[kind] = min(self._first.get(kind, found), found, key=_line)
        if self._lines is not None:
            self._lines.write(text_bytes(self._as_lines(rejections, lines)))

    def _as_lines(self, rejections: Rejections, lines: pa.StringArray) -> pa.StringArray:
        wrong = [errors.as_json() for errors in rejections.errors]
        return pc.binary_join_element_wise(
            '{"record": ',
            rejections.records,
            f', "source": {self._source}, "line": ',
            pc.fill_null(lines, "null"),
            ', "errors": [',
            pc.binary_join_element_wise(*wrong, ", ", null_handling="skip"),
            f"], {self._run}}}\n",
            "",
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
        errors = [first for first in self._first.values() if not first[0].warning]
        error, line = min(errors, key=_line)
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


def _line(found: tuple[RowError, int | None]) -> int:
    return found[1] or 0
