"""What DMS or S3 may do to a pipeline that must survive it: each is a switch, off unless somebody turns it on."""

from __future__ import annotations

import threading

FAULTS = {
    "files-twice": "each file is written a second time, under its own name",
    "copies": "each change file is written a second time, under another name",
    "out-of-order": "the change files of a batch come after those of the next",
    "late": "change files are kept until this is off again",
    "overlap": "a resumed replication starts at an older position: this many batches back",
    "same-second": "all changes have the same time in their sequences",
    "equal-sequences": "all changes of a transaction have the same sequence",
    "lob-gap": "a row with a large object is inserted with NULL in its place, and updated afterwards",
}


class Faults:
    """The switches of a cloud. 0 is off; `overlap` takes a number of batches, the others 1."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, int] = {}

    def set(self, name: str, value: int) -> None:
        """Raises LookupError naming the switches that there are."""
        if name not in FAULTS:
            raise LookupError(f"there is no fault {name!r}; faults: {', '.join(FAULTS)}")
        with self._lock:
            self._values[name] = value

    def __getitem__(self, name: str) -> int:
        assert name in FAULTS
        with self._lock:
            return self._values.get(name, 0)
