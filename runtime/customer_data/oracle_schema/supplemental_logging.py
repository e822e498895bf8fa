"""What Oracle's redo log has of a row that is updated, which is all that DMS can bring.

Where only the changed columns are logged, the others arrive as NULL, and nobody can tell them from those that were set
to NULL. (Oracle Database Utilities, "Supplemental Logging".)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from customer_data.oracle_schema.assessed import Assessed, needs_person
from customer_data.oracle_schema.model import Logged, OracleTable
from customer_data.oracle_schema.types import Effort

#: The kind of what is assessed.
SUPPLEMENTAL_LOGGING = "supplemental logging"

_YES = "YES"
_ALL = ("SUPPLEMENTAL_LOG_DATA_ALL", "ALL_COLUMN")
_KEY = ("SUPPLEMENTAL_LOG_DATA_PK", "PRIMARY_KEY")


def logged(of_table: Collection[str | None] | None, of_database: Iterable[Mapping[str, str | None]]) -> Logged:
    """From the LOG_GROUP_TYPEs of the table's log groups (None: nobody knows them), and from the rows of the views that
    say what holds for the whole database."""
    switches = {name for row in of_database for name, value in row.items() if value == _YES}
    groups = of_table or ()
    if "ALL COLUMN LOGGING" in groups or not switches.isdisjoint(_ALL):
        return "all"
    if of_table is None:
        return "unknown"
    return "key" if "PRIMARY KEY LOGGING" in groups or not switches.isdisjoint(_KEY) else "none"


def assess_logging(table: OracleTable) -> Assessed | None:
    """None where all columns are logged, or nothing is known of it. It is no fault of the schema: a full load is whole,
    and what the database has switched on may be out of the user's sight."""
    if table.logged not in ("key", "none"):
        return None
    has = "the changed columns of an UPDATE" + (" and its primary key" if table.logged == "key" else "")
    reason = (
        f"as far as the user sees, Oracle logs only {has}: its other columns would arrive as NULL. Run in Oracle:"
        f" {statement(table)}; reload the table if it is replicated already"
    )
    return needs_person(SUPPLEMENTAL_LOGGING, "all columns", reason, Effort.SIMPLE)


def statement(table: OracleTable) -> str:
    owner, name = (part.replace('"', '""') for part in (table.owner, table.name))
    return f'ALTER TABLE "{owner}"."{name}" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS'
