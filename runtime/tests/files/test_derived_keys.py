"""Where something about a source file is written."""

from __future__ import annotations

import pytest

from customer_data.files.derived_keys import derived_key
from customer_data.files.manifest import SourceFile

#: The longest that the app allows (src/dispatch/names.ts), and the load id that the quarantine has after it.
_LONGEST_PREFIX = "p" * 899 + "/"
_LOAD_ID = "0123456789ab/"


@pytest.mark.parametrize("name", ["a.csv", "n" * 1000 + ".csv", "ä" * 500 + ".csv"])
def test_the_longest_prefix_leaves_room_for_both_ends_of_a_name_and_for_an_ending(name: str) -> None:
    file = SourceFile("0" * 64, "b", f"in/{name}", None, "e", 1, "1", "2024-01-01T00:00:00Z")

    key = derived_key(file, _LONGEST_PREFIX + _LOAD_ID, "in/")

    assert len(f"{key}.20240301T100000Z-0123456789ab.warnings.jsonl".encode()) <= 1024
    assert key.startswith(_LONGEST_PREFIX + _LOAD_ID + name[0])
    assert key.endswith("a.csv" if len(name) == 5 else f"{name[-5]}.csv")
