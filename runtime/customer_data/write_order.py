"""Which of two writes of one key came first."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from datetime import datetime

from customer_data.manifest import SourceFile


def in_write_order(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The files in the manifest's order, but the writes of one key in the order of their sequencers."""
    given = list(files)
    of_key: dict[tuple[str, str], list[SourceFile]] = defaultdict(list)
    for file in given:
        writes = of_key[file.bucket, file.key]
        place = len(writes)
        while place and written_after(_write(writes[place - 1]), _write(file)):
            place -= 1
        writes.insert(place, file)
    queues = {key: deque(writes) for key, writes in of_key.items()}
    return [queues[file.bucket, file.key].popleft() for file in given]


def written_after(theirs: tuple[str, datetime], ours: tuple[str, datetime]) -> bool:
    """Compares two writes of one key, each (padded sequencer, event time): by sequencer when both have one."""
    if theirs[0] and ours[0]:
        return theirs[0] > ours[0]
    return theirs[1] > ours[1]


def padded(sequencer: str | None) -> str:
    """S3 gives sequencers of different lengths, to be compared after padding; '' when a sweep found the file."""
    return sequencer.lower().rjust(64, "0") if sequencer else ""


def moment(text: str) -> datetime:
    """A time from an event (`...Z`) or from the warehouse (`... +00`)."""
    return datetime.fromisoformat(text)


def _write(file: SourceFile) -> tuple[str, datetime]:
    return padded(file.sequencer), moment(file.event_time)
