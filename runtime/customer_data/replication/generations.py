"""Which of a table's files belong to which full load, and what they come after.

A full load is a generation: it has the time at which it began, and replaces what older ones brought. Times that decide
are all of DMS's clock: the start of its task, its names of files, the events of its writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from customer_data.errors import FileFault
from customer_data.files.write_order import moment
from customer_data.replication.dms_files import DmsFile, Kind, digits
from customer_data.replication.reading import Inspected

#: The generation of changes to a table that no full load has brought.
NO_LOAD = "0" * 17


@dataclass(frozen=True)
class LoadedFile:
    """A file of a full load that is merged, and the task's start that its rows name."""

    key: str
    generation: str
    start: str
    rows: int


@dataclass(frozen=True)
class Known:
    """What the ledger says of the table: its newest generation and the time of the first file of changes merged in it
    (17 digits, None: there is none), the loads, and of the complete generations when the table's load began."""

    generation: str = NO_LOAD
    first_change: str | None = None
    loads: tuple[LoadedFile, ...] = ()
    complete: Mapping[str, str] = field(default_factory=dict)

    def rows(self, generation: str) -> int:
        return sum(load.rows for load in self.loads if load.generation == generation)


@dataclass(frozen=True)
class Completion:
    """A `complete.json`: the table's full load has brought `rows` rows."""

    file: DmsFile
    rows: int
    started: str
    ended: str

    @staticmethod
    def read(file: DmsFile, body: bytes) -> Completion:
        """Raises FileFault."""
        try:
            given = json.loads(body)
            return Completion(
                file,
                int(given["full_load_rows"]),
                digits(given["full_load_started_at"]),
                digits(given["full_load_ended_at"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise FileFault(
                "no_completion",
                f"{file.url} is not what the reconciler writes ({type(error).__name__}: {error}): an object with"
                " full_load_rows, full_load_started_at and full_load_ended_at; remove it",
            ) from error


@dataclass(frozen=True)
class Course:
    """What a batch does, in this order: the full load's files, the changes after it, its completion. What was written
    before the table's load had `begun` is in it. `again` says that changes merged before this load came are merged once
    more. The reasons are by load id."""

    generation: str
    begun: str
    loads: tuple[Inspected, ...] = ()
    changes: tuple[Inspected, ...] = ()
    completion: Completion | None = None
    again: bool = False
    superseded: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)


def course(files: Sequence[Inspected], completions: Sequence[Completion], known: Known) -> Course:
    """`files` are not merged yet. `completions` are in the order of their writes."""
    superseded, unfinished = {}, {}
    assigned = _assigned([file for file in files if file.file.kind is Kind.LOAD and file.load_start], known)
    generation = max([known.generation, *assigned.values()])
    empty = [each.started for each in completions if not each.rows and each.started > generation]
    generation = max([generation, *empty])
    loads = [file for file in files if assigned.get(file.file.source.load_id) == generation]
    completion = None
    for each in completions:
        load_id = each.file.source.load_id
        if each.ended < generation and not (not each.rows and each.started == generation):
            superseded[load_id] = f"a newer full load has begun ({shown(generation)})"
        elif reason := _not_complete(each, generation, loads, known):
            unfinished[load_id] = reason
        else:
            completion = each
    # A table that a task loads later than others, or again, has all that was written before its own load began.
    begun = max(generation, completion.started if completion else "", known.complete.get(generation, ""))
    loads, changes = [], []
    for file in sorted(files, key=lambda each: (each.file.time, each.file.name)):
        if file.file.kind is Kind.LOAD:
            if not file.load_start:
                superseded[file.file.source.load_id] = "it has no rows"
            elif assigned[file.file.source.load_id] < generation:
                superseded[file.file.source.load_id] = f"a newer full load has begun ({shown(generation)})"
            else:
                loads.append(file)
        elif file.file.time < begun:
            superseded[file.file.source.load_id] = f"its changes are in the full load of {shown(begun)}"
        else:
            changes.append(file)
    return Course(
        generation,
        begun,
        tuple(loads),
        tuple(changes),
        completion,
        again=generation > known.generation,
        superseded=superseded,
        unfinished=unfinished,
    )


def _assigned(loads: Sequence[Inspected], known: Known) -> dict[str, str]:
    """The generation of each file of a full load: the task's start, or for a table that a running task loads again the
    first write of that load.

    A file is of no load that is complete, nor of one that has a file of its name already. A load of a table that had no
    rows has no file: then the task's start is older than a generation that is older than the write.
    """
    assigned: dict[str, str] = {}
    seen = [(load.start, load.generation, load.key) for load in known.loads]
    newest = known.generation
    for file in sorted(loads, key=lambda each: (moment(each.file.source.event_time), each.file.name)):
        key, start, written = file.file.source.key, file.load_start, digits(file.file.source.event_time)
        of_start = {generation for began, generation, _ in seen if began == start} or {start}
        is_open = [of for of in sorted(of_start) if of not in known.complete and (start, of, key) not in seen]
        before = [of for of in is_open if of <= written]
        if not is_open:
            generation = written if written > newest else _after(newest)
        elif before and before[-1] < newest < written and before[-1] == start:
            generation = written
        else:
            generation = before[-1] if before else is_open[0]
        assigned[file.file.source.load_id] = generation
        seen.append((start, generation, key))
        newest = max(newest, generation)
    return assigned


def _after(generation: str) -> str:
    time = datetime.strptime(generation + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    return digits(time + timedelta(milliseconds=1))


def _not_complete(completion: Completion, generation: str, loads: Sequence[Inspected], known: Known) -> str | None:
    if not completion.rows and completion.started == generation:
        return None
    first_change = known.first_change if generation == known.generation else None
    if first_change and first_change < completion.started:
        return (
            "changes from before this full load are merged after it, since an earlier load of the same task never came;"
            " reload the table"
        )
    if generation in known.complete:
        return "the files of the full load that it completes have not come"
    merged, rows = known.rows(generation), sum(load.rows or 0 for load in loads)
    if any(load.rows is None for load in loads):
        return None  # those of a CSV are counted in the warehouse
    if merged + rows != completion.rows:
        return (
            f"the full load has {completion.rows:,} rows, of which {merged + rows:,} have come; it is completed when"
            " the others are merged"
        )
    return None


def shown(generation: str) -> str:
    """For people."""
    g = generation
    return f"{g[:4]}-{g[4:6]}-{g[6:8]} {g[8:10]}:{g[10:12]}:{g[12:14]}.{g[14:]} UTC"
