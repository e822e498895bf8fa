"""Where the files are staged: in the driver when there is little to do, over Spark tasks when there is more.

A CSV with line breaks in quotes cannot be split, so a file is the unit. Starting a Spark session takes 4 to 5
seconds, in which one core stages several hundred megabytes (`bench/upsert.py --files 2`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")

DRIVER_BYTES = 256 * 1024**2
_DRIVER_THREADS = 4


def worth_distributing(sizes: Sequence[int]) -> bool:
    """Several files, and more bytes than the driver stages while a session would start."""
    return len(sizes) > 1 and sum(sizes) > DRIVER_BYTES


def in_driver(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Applies the function in a few threads, for the time goes into waiting for S3; results are in order."""
    if len(items) == 1:
        return [function(items[0])]
    with ThreadPoolExecutor(_DRIVER_THREADS) as pool:
        return list(pool.map(function, items))


def over_spark(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Applies the function in Spark tasks, one item a task; results are in order.

    `function` and the items travel by pickle: they hold plain data and make their own clients.
    """
    from pyspark.sql import SparkSession  # only where it is needed: importing it starts a JVM gateway's machinery

    log.info("spreading %d files over Spark tasks", len(items))
    context = SparkSession.builder.getOrCreate().sparkContext
    return list(context.parallelize(items, len(items)).map(function).collect())
