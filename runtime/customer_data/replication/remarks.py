"""What no guard stops, because it mostly does no harm, and yet somebody has to know."""

from __future__ import annotations

from collections.abc import Sequence

from customer_data.replication.batch import Batch
from customer_data.replication.dms_files import Kind
from customer_data.replication.merge_sql import Role
from customer_data.replication.segments import Segments

#: Redshift Database Developer Guide, "Character types", "Significance of trailing blanks".
_BLANK_KEYS = (
    "keys came that end in a blank: Redshift ignores blanks at the end of a text when it compares, so that of rows"
    " whose keys differ in nothing else only the last one is kept; look for them in the source"
)


def remarks(batch: Batch, counts: Sequence[int], ready: Segments) -> list[str]:
    """Of a batch that was merged, given the number of rows of each of its statements."""
    found = [_unseen_keys(ready)] if batch.rows(Role.UNSEEN_KEYS, counts) else []
    return [*found, _BLANK_KEYS] if batch.rows(Role.BLANK_KEYS, counts) else found


def _unseen_keys(ready: Segments) -> str:
    changes = [segment.lined_up for segment in ready.segments if segment.kind is Kind.CHANGES]
    unseen = {each.columns[place].header for each in changes for _, place, before in each.key if before is None}
    return (
        f"the updates do not say what {', '.join(sorted(unseen))} of the key was before (there is no column BI_...; DMS"
        " brings none where a name has #, /, \\ or -): one that changed the key leaves the old row. If keys were"
        " updated, reload the table; rename the column in Oracle, so that it does not happen again"
    )
