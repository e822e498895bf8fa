"""Errors, by what has to happen next.

A `FileFault` is the content's: the file moves to the error prefix and the others go on. Everything else is a run
fault: the run ends, the files stay where they are and are loaded again.
"""

from __future__ import annotations

from collections.abc import Sequence

_MOST_NAMED = 20


class CustomerDataError(Exception):
    """Base of all errors of this package."""


class RunFailed(CustomerDataError):
    """What the job ends with when a file is not loaded: one line that says why, for Glue's error message."""


class SettingsError(CustomerDataError):
    """The job's arguments do not fit together; nothing was read or written."""


class FileFault(CustomerDataError):
    """A file that cannot be loaded because of what it contains.

    `code` is stable and for programs; `reason` is for people and names the object, the value, what is allowed and
    what to do. `line` counts physical lines from 1 (the header is line 1), `column` is the header as written.
    """

    def __init__(
        self,
        code: str,
        reason: str,
        *,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.line = line
        self.column = column
        self.value = value

    def __reduce__(self) -> tuple[object, ...]:
        # Spark tasks send faults back by pickle, which would otherwise call __init__ with the message alone.
        return (_rebuild_file_fault, (self.code, self.reason, self.line, self.column, self.value))


def _rebuild_file_fault(code: str, reason: str, line: int | None, column: str | None, value: str | None) -> FileFault:
    return FileFault(code, reason, line=line, column=column, value=value)


class RowsLost(CustomerDataError):
    """Not every row that was read is among those that are passed on or rejected: nothing of the file goes on."""


def require_every_row(url: str, *, read: int, passed: int, rejected: int) -> None:
    """Raises RowsLost."""
    if passed + rejected != read:
        raise RowsLost(
            f"{url}: {read:,} rows were read, {passed:,} passed and {rejected:,} were rejected, which does not"
            " add up, so that nothing of the file goes on; run the manifest again"
        )


class ValuesLost(CustomerDataError):
    """A value is neither in its column nor in the rescue column: nothing of the file goes on."""


class SourceChanged(CustomerDataError):
    """The object of an event is gone or was overwritten: a newer event covers it."""


class SourceUnreadable(CustomerDataError):
    """The object is there, and S3 does not give it out: a right, a key or a restore is missing. Others can be read."""


class WarehouseError(CustomerDataError):
    """A statement failed for good; `sql` is the statement, without bound values."""

    def __init__(self, message: str, sql: str | None = None) -> None:
        super().__init__(message)
        self.sql = sql


class TransientWarehouseError(WarehouseError):
    """A serialization failure, a write conflict or a throttled call: the same work may succeed when repeated."""


def some_of(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are: a table has up to 1,600 columns."""
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")
