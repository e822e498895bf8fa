"""What becomes of each object of an Oracle schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from customer_data.oracle_schema.types import Effort


class Outcome(StrEnum):
    CONVERTED = "converted"
    NOTED = "noted"  # converted, or not needed, and somebody should know something about it
    PERSON = "person"


@dataclass(frozen=True)
class Assessed:
    """One object. `name` is Oracle's with its schema, or within its table; `source` what Oracle says of it (a type, a
    condition), `target` what it is in Redshift. `effort` is given where it needs a person; `parts` are a table's
    columns and constraints. `proposals` are of how Redshift stores a table: they are nothing to be done."""

    kind: str
    name: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    effort: Effort | None = None
    source: str | None = None
    target: str | None = None
    parts: tuple[Assessed, ...] = ()
    proposals: tuple[str, ...] = ()


def converted(kind: str, name: str, target: str, notes: Iterable[str] = (), source: str | None = None) -> Assessed:
    reasons = tuple(notes)
    return Assessed(kind, name, Outcome.NOTED if reasons else Outcome.CONVERTED, reasons, None, source, target)


def noted(kind: str, name: str, reason: str, source: str | None = None) -> Assessed:
    return Assessed(kind, name, Outcome.NOTED, (reason,), source=source)


def needs_person(kind: str, name: str, reason: str, effort: Effort, source: str | None = None) -> Assessed:
    return Assessed(kind, name, Outcome.PERSON, (reason,), effort, source)


_OUTCOMES = tuple(Outcome)
_EFFORTS = tuple(Effort)


def worst_outcome(outcomes: Iterable[Outcome]) -> Outcome:
    return max(outcomes, key=_OUTCOMES.index, default=Outcome.CONVERTED)


def most_effort(efforts: Iterable[Effort | None]) -> Effort | None:
    return max((effort for effort in efforts if effort), key=_EFFORTS.index, default=None)
