"""Which of two writes of one key counts."""

from __future__ import annotations

from customer_data.files.manifest import SourceFile
from customer_data.files.write_order import Write, in_write_order, written_after


def write(key: str, sequencer: str | None, second: int) -> SourceFile:
    return SourceFile(f"{key}{sequencer}", "b", key, None, "e", 1, sequencer, f"2024-01-01T00:00:{second:02}Z")


def test_sequencers_of_different_lengths_are_compared_as_numbers() -> None:
    assert written_after(Write.of(write("a", "100", 1)), Write.of(write("a", "FF", 2)))
    assert not written_after(Write.of(write("a", "ff", 2)), Write.of(write("a", "100", 1)))


def test_times_decide_when_a_sequencer_is_missing() -> None:
    assert written_after(Write.of(write("a", None, 2)), Write.of(write("a", "FF", 1)))
    assert not written_after(Write.of(write("a", "FF", 1)), Write.of(write("a", None, 2)))


def test_writes_of_one_key_are_put_in_order_and_other_files_stay_in_place() -> None:
    newer, other, older, swept = write("a", "2", 1), write("b", "9", 2), write("a", "1", 3), write("a", None, 4)

    assert in_write_order([newer, other, older, swept]) == [older, other, newer, swept]
