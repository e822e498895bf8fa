"""Where files are staged."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from customer_data.errors import FileFault
from customer_data.records.spread import DRIVER_BYTES, in_driver, over_spark, worth_distributing


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [([10 * DRIVER_BYTES], False), ([1] * 300, False), ([DRIVER_BYTES, 1], True), ([], False)],
)
def test_starts_spark_only_for_several_files_with_much_to_do(sizes: list[int], expected: bool) -> None:
    assert worth_distributing(sizes) is expected


def test_results_are_in_the_order_of_the_items() -> None:
    barrier = threading.Barrier(2)

    def second_first(item: int) -> int:
        if item < 2:
            barrier.wait(timeout=30)  # two at once, or this never passes
        return item * 10

    assert in_driver(second_first, [0, 1, 2]) == [0, 10, 20]


def test_one_item_needs_no_thread() -> None:
    assert in_driver(lambda item: threading.current_thread(), [1]) == [threading.current_thread()]


def fault_in_worker(item: int) -> tuple[int, int, FileFault]:
    return item, os.getpid(), FileFault("code", f"reason {item}", line=item)


def test_spark_tasks_run_elsewhere_and_their_results_come_back_in_order(spark: Any) -> None:
    results = over_spark(fault_in_worker, list(range(6)))

    assert [item for item, _, _ in results] == list(range(6))
    assert os.getpid() not in {process for _, process, _ in results}
    assert [(fault.reason, fault.line) for _, _, fault in results] == [(f"reason {n}", n) for n in range(6)]
