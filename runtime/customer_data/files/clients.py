"""boto3 clients."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config


def client(service: str) -> Any:
    """A client that repeats throttled and lost calls."""
    return boto3.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 8}))  # type: ignore[call-overload]


@cache
def s3_of_process() -> Any:
    """boto3 clients may be shared by threads, and cannot be sent to another process."""
    return client("s3")
