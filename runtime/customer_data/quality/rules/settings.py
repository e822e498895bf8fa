"""The part of a job's arguments that is about rules; `src/quality/` writes the same JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from customer_data.errors import SettingsError


@dataclass(frozen=True)
class RulesFileLocation:
    """`name` is what people call the file, `url` where the construct put it (`s3://bucket/key`)."""

    name: str
    url: str


@dataclass(frozen=True)
class QualitySettings:
    """`rules` is the JSON list of the rules that are written in code. `max_fail_ratio` (0 to 1, None: no limit) is the
    greatest share of rejected records of a file of which the others pass. Reports go to
    the file's bucket. `unmasked_columns` are shown in reports as they are."""

    report_prefix: str
    rules: Annotated[str, tuple[Mapping[str, Any], ...]] = "[]"
    rules_files: tuple[RulesFileLocation, ...] = ()
    max_fail_ratio: float | None = None
    unmasked_columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises SettingsError."""
        require_ratio("quality.max_fail_ratio", self.max_fail_ratio)


def require_ratio(where: str, ratio: float | None) -> None:
    """Raises SettingsError for what is no share of a file."""
    if ratio is not None and not 0 <= ratio <= 1:
        raise SettingsError(f"{where} is {ratio}, but a share from 0 to 1 is needed")
