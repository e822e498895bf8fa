"""Which of two writes of one key came first, and whether they are two."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_data.files.manifest import SourceFile

#: The time of an event and the one that a listing gives for the same write may differ by this, whole seconds both.
CLOCK_TOLERANCE = timedelta(seconds=2)


@dataclass(frozen=True)
class Write:
    """One write of a key. `sequencer` is padded, and '' when a sweep, not an event, found it."""

    sequencer: str
    time: datetime
    version_id: str | None
    etag: str

    @staticmethod
    def of(file: SourceFile) -> Write:
        return Write(padded(file.sequencer), moment(file.event_time), file.version_id, file.etag)


def in_write_order(files: Iterable[SourceFile]) -> list[SourceFile]:
    """The files in the manifest's order, but the writes of one key in the order of their sequencers."""
    given = list(files)
    of_key: dict[tuple[str, str], list[SourceFile]] = defaultdict(list)
    for file in given:
        writes = of_key[file.bucket, file.key]
        place = len(writes)
        while place and written_after(Write.of(writes[place - 1]), Write.of(file)):
            place -= 1
        writes.insert(place, file)
    queues = {key: deque(writes) for key, writes in of_key.items()}
    return [queues[file.bucket, file.key].popleft() for file in given]


def written_after(theirs: Write, ours: Write) -> bool:
    """Compares two writes of one key: by sequencer when both have one."""
    if theirs.sequencer and ours.sequencer:
        return theirs.sequencer > ours.sequencer
    return theirs.time > ours.time


def loaded_as(theirs: Write, finished_at: datetime, ours: Write) -> bool:
    """Whether our write is the one that was loaded as `theirs`, reported by the event the one time and by a sweep the
    other.

    Without versions the two have no name in common. But what a sweep lists is what the key held from the listed time
    until the load: an event of the same content from that time is the same write.
    """
    if theirs.version_id or ours.version_id or theirs.etag != ours.etag or (theirs.sequencer and ours.sequencer):
        return False
    if ours.sequencer:
        return theirs.time - CLOCK_TOLERANCE <= ours.time <= finished_at
    return theirs.time >= ours.time - CLOCK_TOLERANCE


def padded(sequencer: str | None) -> str:
    """S3 gives sequencers of different lengths, to be compared after padding; '' when a sweep found the file."""
    return sequencer.lower().rjust(64, "0") if sequencer else ""


def moment(text: str) -> datetime:
    """A time from an event (`...Z`) or from the warehouse (`... +00`)."""
    return datetime.fromisoformat(text)
