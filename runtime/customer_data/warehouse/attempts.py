"""When work on a table that others write too is given up, and what a refusal of the warehouse means."""

from __future__ import annotations

from collections.abc import Callable, Collection

from customer_data.errors import FileFault, WarehouseError
from customer_data.warehouse.data_api import backoff_seconds
from customer_data.warehouse.failure_texts import is_about_values, is_already_there, is_guard
from customer_data.warehouse.table_name import TableName

#: Attempts without anything finished, after which a run gives up.
MAX_STALLS = 60


class Attempts:
    """Counts the attempts since something was finished."""

    def __init__(self, table: TableName, sleep: Callable[[float], None]) -> None:
        self._table = table
        self._sleep = sleep
        self._stalls = 0

    def count(self, *, finished: bool) -> None:
        """After an attempt. Raises WarehouseError after too many without a result."""
        self._stalls = 0 if finished else self._stalls + 1
        if self._stalls > MAX_STALLS:
            raise WarehouseError(
                f"{self._stalls} attempts to load into {self._table} were overtaken by other writers of the"
                " table; run the manifest again"
            )

    def back_off(self, longest: int = MAX_STALLS) -> None:
        """Waits, the longer the more attempts there were, as after `longest` at most."""
        self._sleep(backoff_seconds(min(self._stalls, longest)))


def is_overtaken(error: WarehouseError) -> bool:
    """Whether a guard refused what another run has changed, or that run has added the same column."""
    return (is_guard(error.sql) and is_about_values(str(error))) or is_already_there(str(error))


def refused_values(error: WarehouseError, on_data: Collection[str], table: TableName) -> FileFault | None:
    """The fault of the files, where a statement on their data failed because of what they hold."""
    if error.sql not in on_data or not is_about_values(str(error)):
        return None
    return FileFault(
        "refused_by_warehouse",
        f"Redshift refused rows of the file for {table}: {error}; correct"
        " what it names in the file, or the constraint of the table",
    )
