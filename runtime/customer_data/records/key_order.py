"""Whether no two records of some files have one key, as far as the order of their keys shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class KeySpan:
    """The first and the last key of records whose keys ascend."""

    first: tuple[Any, ...]
    last: tuple[Any, ...]


class KeyOrder:
    """Follows the keys of a file. Most exports are sorted by them, and then the warehouse need not look for repeated
    ones."""

    def __init__(self) -> None:
        self._ascends = True
        self._first: tuple[Any, ...] | None = None
        self._last: list[pa.Array] = []

    def add(self, keys: Sequence[pa.Array]) -> None:
        """One array for each column of the key, without NULLs."""
        if not self._ascends or not len(keys[0]):
            return
        keys = list(map(_as_numbers, keys))
        if self._first is None:
            self._first = _key(keys, 0)
        elif any(last.type != values.type for last, values in zip(self._last, keys, strict=True)):
            self._ascends = False
            return
        else:
            keys = [pa.concat_arrays([last, values]) for last, values in zip(self._last, keys, strict=True)]
        self._ascends = all(_is_ordered(values.type) for values in keys) and _ascend(keys)
        self._last = [values.slice(len(values) - 1) for values in keys]

    @property
    def span(self) -> KeySpan | None:
        """None where a key is not greater than the one before it."""
        return KeySpan(self._first, _key(self._last, 0)) if self._ascends and self._first is not None else None


def are_distinct(spans: Sequence[KeySpan | None]) -> bool:
    """Whether no key can be in two places."""
    known = sorted((span for span in spans if span is not None), key=lambda span: span.first)
    if len(known) < len(spans):
        return False
    return all(before.last < after.first for before, after in pairwise(known))


def _as_numbers(values: pa.Array) -> pa.Array:
    """Python has no dates before the year 1 or after 9999, which another zone's may be."""
    if pa.types.is_timestamp(values.type):
        return values.view(pa.int64())
    return values.view(pa.int32()) if pa.types.is_date32(values.type) else values


def _is_ordered(type: pa.DataType) -> bool:
    """Not text: two texts may be one key to the warehouse, which may ignore their case."""
    ordered: bool = pa.types.is_integer(type) or pa.types.is_decimal(type)
    return ordered


def _ascend(keys: Sequence[pa.Array]) -> bool:
    ascends = pa.scalar(False)
    for values in reversed(keys):
        before, after = values.slice(0, len(values) - 1), values.slice(1)
        ascends = pc.or_(pc.greater(after, before), pc.and_(pc.equal(after, before), ascends))
    return not pc.any(pc.invert(ascends)).as_py()


def _key(keys: Sequence[pa.Array], row: int) -> tuple[Any, ...]:
    return tuple(values[row].as_py() for values in keys)
