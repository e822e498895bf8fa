"""What Oracle's names become in Redshift: one function, so that the converter and the merge agree."""

from __future__ import annotations

from collections.abc import Sequence

from customer_data.columns.names import SYSTEM_COLUMNS, shortened
from customer_data.columns.types import MAX_IDENTIFIER_BYTES

#: Columns that the merge adds to the tables it writes.
SEQUENCE_COLUMN = "cdp_sequence"
OPERATION_COLUMN = "cdp_operation"

#: Tables that the merge makes beside those it writes.
TOMBSTONES_SUFFIX = "__tombstones"
SUFFIXES_OF_TABLES = ("__loads", TOMBSTONES_SUFFIX)

_MOST_BYTES_IN_DMS = 30
_NOT_TRANSFORMED = frozenset("#\\/-")


def target_name(source: str) -> str:
    """The schema, table or column in Redshift: in lower case, as Redshift folds names, quoted ones too.

    A name over 127 bytes of UTF-8, which Oracle's of 128 can be, is cut and ends with a hash. One of the columns that
    Redshift's tables have anyway, such as `oid`, gets a `_`.
    """
    name = source.lower()
    return f"{name}_" if name in SYSTEM_COLUMNS else shortened(name, MAX_IDENTIFIER_BYTES)


def too_long_for_dms(source: str) -> bool:
    """DMS replicates no table and no column whose name has more than 30 bytes. (DMS User Guide, "Limitations on using
    Oracle as a source".)"""
    return len(source.encode()) > _MOST_BYTES_IN_DMS


def has_no_before_image(source: str) -> bool:
    """DMS transforms no column with one of these in its name, so that none says what it was before a change. (DMS User
    Guide, "Transformation rules and actions".)"""
    return not _NOT_TRANSFORMED.isdisjoint(source)


def colliding(sources: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names that several sources become, each with those sources: Oracle's "Id" and ID are two columns."""
    by_target: dict[str, list[str]] = {}
    for source in sources:
        by_target.setdefault(target_name(source), []).append(source)
    return {target: tuple(names) for target, names in by_target.items() if len(names) > 1}
