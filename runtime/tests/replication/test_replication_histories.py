"""Whatever a source's history, however its files come and wherever runs are killed: the table has the source's rows."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from fuse import Fuse
from hypothesis import HealthCheck, Phase, given, settings
from near import nearer
from replication_world import CUSTOMERS, TASK_START, Columns, Replication
from source_model import (
    AddColumn,
    DropColumn,
    Flush,
    History,
    Load,
    Run,
    Source,
    Transaction,
    histories,
    histories_of_a_lost_column,
)
from test_killed_merges import killed_merge
from world import World

from customer_data.files.manifest import SourceFile

EXAMPLES = 20
_SETTINGS = settings(
    deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_DONE = ("loaded", "superseded", "already_done")


@pytest.fixture
def near(world: World, postgres_url: str) -> World:
    return nearer(world, postgres_url)


# To look for a smaller history takes minutes, and is left to the many.
@settings(_SETTINGS, max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate])
@given(history=histories())
def test_the_table_has_the_rows_of_the_source(near: World, history: History) -> None:
    check(near, history)


@pytest.mark.full
@settings(_SETTINGS, max_examples=15 * EXAMPLES)
@given(history=histories())
def test_the_table_has_the_rows_of_the_source_in_many_histories(near: World, history: History) -> None:
    check(near, history)


@settings(_SETTINGS, max_examples=EXAMPLES, derandomize=True, phases=[Phase.generate])
@given(history=histories_of_a_lost_column())
def test_rows_keep_the_values_of_a_column_that_is_lost(near: World, history: History) -> None:
    check(near, history)


@pytest.mark.full
@settings(_SETTINGS, max_examples=5 * EXAMPLES)
@given(history=histories_of_a_lost_column())
def test_rows_keep_the_values_of_a_column_that_is_lost_in_many_histories(near: World, history: History) -> None:
    check(near, history)


def check(world: World, history: History) -> None:
    world.schema = world.new_schema()
    playing = Playing(world, history)
    for step in history.steps:
        playing.play(step)
    playing.end()
    columns = "id, name, note" if playing.has_note_in_table else "id, name"
    found = playing.replication.rows(columns)
    source = playing.source
    expected = [
        (key, row["NAME"], *([row.get("NOTE")] if playing.has_note_in_table else []))
        for key, row in sorted(source.rows.items())
    ]
    assert found == expected


class Playing:
    """A history's steps against a table. `waiting` are files whose merge is not done."""

    def __init__(self, world: World, history: History) -> None:
        self.source = Source()
        self.replication = Replication(world, format=history.format)
        self._minute = 0.0
        self._task_start = TASK_START
        self._waiting: dict[str, SourceFile] = {}
        self._done: list[SourceFile] = []
        self._with_lost_column: set[str] = set()

    @property
    def has_note_in_table(self) -> bool:
        return "note" in self.replication.world.columns("customers")

    def play(self, step: object) -> None:
        self._minute += 1
        if isinstance(step, Transaction):
            self.source.run(step)
        elif isinstance(step, Flush):
            self._flush(step)
        elif isinstance(step, Load):
            self._load(step)
        elif isinstance(step, AddColumn):
            self._flush(Flush())
            self.source.has_note = True
        elif isinstance(step, DropColumn):
            self._flush(Flush())
            self.source.has_note = False
            self.source.changes = []  # restarted from before it, DMS would write changes again without the column
            self._with_lost_column = set(self._waiting)
        elif isinstance(step, Run):
            self._run(step)

    def end(self) -> None:
        """All files come in the end, and what waits for others is tried again, as the notifier does."""
        self._minute += 1
        self._flush(Flush())
        self._run_all()
        if self._waiting:  # a load that another replaced before it was merged: people are told to reload
            assert {file.key.rpartition("/")[2] for file in self._waiting.values()} == {"complete.json"}
            self._load(Load(True, 1, False, ()))
            self._run_all()
        assert not self._waiting

    def _run_all(self) -> None:
        for attempt in range(4):
            if self._waiting:
                self._run(Run(4, attempt))

    @property
    def _now(self) -> datetime:
        return TASK_START + timedelta(minutes=self._minute)

    @property
    def _columns(self) -> Columns:
        return {**CUSTOMERS, "NOTE": pa.int64()} if self.source.has_note else CUSTOMERS

    def _wait(self, file: SourceFile) -> None:
        self._waiting[file.load_id] = file

    def _flush(self, flush: Flush) -> None:
        changes = self.source.written(flush)
        if changes:
            rows = [(change.operation, change.sequence, change.values) for change in changes]
            self._wait(self.replication.changes(*rows, minute=self._minute, columns=self._columns, images=True))

    def _load(self, load: Load) -> None:
        if load.truncated:
            # A change from before a truncate that is written after the load is a limit: nobody can tell.
            self._flush(Flush())
            self.source.changes, self.source.rows = [], {}
        self._minute += 1
        if load.new_task:
            self._task_start = self._now
        started = self._now
        for transaction in load.seen:
            self.source.run(transaction)
        rows = [self.source.rows[key] for key in sorted(self.source.rows)]
        for number in range(load.files):
            if part := rows[number :: load.files]:
                at = started + timedelta(seconds=1 + number)
                self._wait(
                    self.replication.load(
                        *part, start=self._task_start, number=number + 1, at=at, columns=self._columns
                    )
                )
        self._wait(self.replication.complete(len(rows), started=started, seconds=20))

    def _run(self, run: Run) -> None:
        chosen = random.Random(run.seed)
        files = list(self._waiting.values())
        chosen.shuffle(files)
        files = files[: max(len(files) * run.share // 4, 1)]
        if any(file.load_id not in self._with_lost_column for file in files):  # in its order, or its values are late
            early = self._with_lost_column & set(self._waiting)
            files += [self._waiting[load_id] for load_id in sorted(early - {file.load_id for file in files})]
        if run.again:
            files += self._done[-2:]
        if not files:
            return
        if run.kill:
            killed_merge(self.replication, Fuse(run.kill, after=run.after), *files)
            if run.seed % 2:
                return
        merge = killed_merge(self.replication, Fuse(0, after=False), *files)
        assert {result.status for result in merge.result.files} <= {*_DONE, "unfinished"}
        for result in merge.result.files:
            if result.status in _DONE and self._waiting.pop(result.file.load_id, None):
                self._done.append(result.file)
