"""What a table does with what it has no place for."""

from __future__ import annotations

from enum import StrEnum


class SchemaContract(StrEnum):
    """What happens to a column that the table lacks, and to a value that its column cannot hold.

    EVOLVE adds and widens columns, and keeps a value that still does not fit as text in a rescue column. FREEZE fails
    the file. DISCARD leaves new columns out, and rejects the record that has the value.
    """

    EVOLVE = "evolve"
    FREEZE = "freeze"
    DISCARD = "discard"

    @property
    def may_evolve(self) -> bool:
        """Whether the table may be changed."""
        return self is SchemaContract.EVOLVE
