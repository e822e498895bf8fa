"""Where a pipeline stages data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StagingLocation:
    bucket: str
    prefix: str
