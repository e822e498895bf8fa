"""What a check of a file came to, for messages and metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CheckSummary:
    """Plain data, without a value of any record. `rows_broken` goes from rule to records, warnings included. A plan has
    no report."""

    rows_warned: int
    rows_broken: Mapping[str, int]
    top_reasons: tuple[Mapping[str, Any], ...]
    report_url: str | None
