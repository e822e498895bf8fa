"""How a CSV is read when the first, fast reading meets what it cannot decide as it goes: again, knowing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from customer_data.columns.checked import Decision
from customer_data.csv.reader import IrregularCsv
from customer_data.csv.text import NotUtf8

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What earlier readings of a file found out; plain data."""

    encoding: str | None = None
    exact: bool = False
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def guessed_encoding(self) -> str | None:
        return self.encoding and self.encoding.replace("cp", "windows-")


class ReadAgain(Exception):
    """The survey of all values is over, and what it found changes how the file is staged."""

    def __init__(self, decisions: Mapping[str, Decision]) -> None:
        self.decisions = decisions


@contextmanager
def read_ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items, the next of which is already made by another thread while one is worked on. The context ends when
    that thread has."""
    with ThreadPoolExecutor(1, "read-ahead") as worker:
        yield _ahead(items, worker)


def _ahead(items: Iterator[T], worker: ThreadPoolExecutor) -> Iterator[T]:
    end = object()
    coming = worker.submit(next, items, end)
    while (item := coming.result()) is not end:
        coming = worker.submit(next, items, end)
        yield cast(T, item)


def read_until_decided(read: Callable[[Reading], T], reading: Reading | None = None) -> T:
    """Calls `read` until it has met nothing new; each reason to read again comes up once, so this ends."""
    reading = reading or Reading()
    while True:
        try:
            return read(reading)
        except NotUtf8 as wrong:
            reading = replace(reading, encoding=wrong.encoding)
        except IrregularCsv:
            reading = replace(reading, exact=True, decisions={})  # they were made with lines that were only assumed
        except ReadAgain as again:
            reading = replace(reading, decisions=again.decisions)
