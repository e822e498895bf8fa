"""A source in memory and the files that DMS would write of it: random transactions, loads, restarts and reloads.

The model knows nothing of the merge. Times are minutes after the first task's start; a change's sequence is its number.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

KEYS = range(1, 7)


@dataclass(frozen=True)
class Transaction:
    """Operations by number, each on a key: what it does depends on what the source has by then. All of it may be rolled
    back, and then DMS writes nothing of it."""

    operations: tuple[tuple[int, int, int], ...]
    rolled_back: bool = False


@dataclass(frozen=True)
class Flush:
    """DMS writes the changes since the last flush, in any order, and again so many before them: it was restarted from
    an older position."""

    overlap: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Load:
    """The table is loaded, by a new task or again by the running one, in so many files. The load sees transactions that
    the files of changes bring too. A truncate just before it leaves no trace in those."""

    new_task: bool
    files: int
    truncated: bool
    seen: tuple[Transaction, ...]


@dataclass(frozen=True)
class AddColumn:
    """The table gets the column NOTE, and each file from then on."""


@dataclass(frozen=True)
class DropColumn:
    """The table loses NOTE, and each file from then on; the rows of the warehouse keep its values."""


@dataclass(frozen=True)
class Run:
    """A merge of some of the files whose events are there, in any order, some of them again. It may be killed at its
    nth step; then its manifest is merged once more, now or with the next run."""

    share: int
    seed: int
    again: bool = False
    kill: int | None = None
    after: bool = True


Step = Transaction | Flush | Load | AddColumn | DropColumn | Run


@dataclass(frozen=True)
class History:
    steps: tuple[Step, ...]
    format: str


@dataclass
class WrittenChange:
    operation: str
    sequence: int
    values: Mapping[str, Any]


@dataclass
class Source:
    """The table, and the changes that DMS has read and not written yet."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    changes: list[WrittenChange] = field(default_factory=list)
    unwritten: int = 0
    has_note: bool = False
    sequence: int = 0
    values: int = 0

    def run(self, transaction: Transaction) -> None:
        rows = {key: dict(row) for key, row in self.rows.items()}
        changes: list[WrittenChange] = []
        for what, key, other in transaction.operations:
            self._operate(rows, changes, what, key, other)
        if not transaction.rolled_back:
            self.rows = rows
            self.changes += changes
            self.unwritten += len(changes)

    def written(self, flush: Flush) -> list[WrittenChange]:
        first = len(self.changes) - self.unwritten
        chosen = self.changes[max(first - flush.overlap, 0) :]
        self.unwritten = 0
        random.Random(flush.seed).shuffle(chosen)
        return chosen

    def _operate(
        self, rows: dict[int, dict[str, Any]], changes: list[WrittenChange], what: int, key: int, other: int
    ) -> None:
        self.sequence += 1
        self.values += 1
        row = {"ID": key, "NAME": f"value {self.values}"} | ({"NOTE": self.values} if self.has_note else {})
        if key not in rows:
            rows[key] = row
            changes.append(WrittenChange("I", self.sequence, row))
        elif what == 0:
            del rows[key]
            changes.append(WrittenChange("D", self.sequence, {"ID": key}))
        elif what == 1 and other not in rows:  # a key that another row has now is the documented limit
            del rows[key]
            rows[other] = row | {"ID": other}
            changes.append(WrittenChange("U", self.sequence, rows[other] | {"BI_ID": key}))
        else:
            rows[key] = rows[key] | row
            changes.append(WrittenChange("U", self.sequence, row | {"BI_ID": key}))


_operation = st.tuples(st.integers(0, 3), st.sampled_from(KEYS), st.sampled_from(KEYS))
_transaction = st.builds(
    Transaction,
    st.lists(_operation, min_size=1, max_size=5).map(tuple),
    st.sampled_from([False, False, False, True]),
)
_seed = st.integers(0, 2**16)
_flush = st.builds(Flush, st.sampled_from([0, 0, 1, 3, 20]), _seed)
_load = st.builds(Load, st.booleans(), st.integers(1, 3), st.booleans(), st.lists(_transaction, max_size=2).map(tuple))
_run = st.builds(
    Run,
    st.integers(1, 4),
    _seed,
    st.booleans(),
    st.none() | st.none() | st.integers(1, 9),
    st.booleans(),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    step = st.one_of(_transaction, _transaction, _flush, _flush, _run, _run, _load)
    steps = draw(st.lists(step, min_size=4, max_size=14))
    if draw(st.booleans()):
        steps.insert(draw(st.integers(0, len(steps))), AddColumn())
    return History(tuple(steps), draw(st.sampled_from(["parquet", "parquet", "csv"])))


@st.composite
def histories_of_a_lost_column(draw: st.DrawFn) -> History:
    """A column comes and goes. There is no load once it has gone, which would bring rows without it."""
    step = st.one_of(_transaction, _transaction, _flush, _run)
    before = draw(st.lists(st.one_of(step, _load), min_size=2, max_size=6))
    with_column = draw(st.lists(st.one_of(step, _load), min_size=1, max_size=6))
    after = draw(st.lists(step, min_size=3, max_size=8))
    steps = (*before, AddColumn(), *with_column, DropColumn(), *after)
    return History(steps, draw(st.sampled_from(["parquet", "parquet", "csv"])))
