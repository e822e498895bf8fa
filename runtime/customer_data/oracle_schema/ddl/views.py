"""Views and materialized views: their names, their columns, and the text of their query.

Oracle SQL Language Reference, "CREATE VIEW", "CREATE MATERIALIZED VIEW".
"""

from __future__ import annotations

from customer_data.oracle_schema.ddl.constraints import begins_out_of_line
from customer_data.oracle_schema.ddl.create_table import is_query_next
from customer_data.oracle_schema.ddl.cursor import Cursor
from customer_data.oracle_schema.model import OracleView

_BEFORE_VIEW = ("FORCE", "NO", "NOFORCE", "EDITIONING", "EDITIONABLE", "NONEDITIONABLE")


def begins_view(cursor: Cursor) -> bool:
    further = 0
    while cursor.word(further) in _BEFORE_VIEW:
        further += 1
    return cursor.word(further) == "VIEW" or (
        cursor.word(further) in ("MATERIALIZED", "SNAPSHOT")
        and cursor.word(further + 1) == "VIEW"
        and cursor.word(further + 2) != "LOG"
    )


def read_view(cursor: Cursor, owner: str) -> OracleView:
    """From behind CREATE. Raises NotRead where there is no query."""
    while cursor.take_one(*_BEFORE_VIEW):
        pass
    is_materialized = cursor.take("MATERIALIZED")
    cursor.expect("VIEW")
    cursor.take("IF", "NOT", "EXISTS")
    name = cursor.qualified(owner)
    columns = _columns(cursor.group()) if cursor.is_group() else ()
    while not cursor.is_ended and not is_query_next(cursor):
        cursor.skip_one()
    cursor.expect("AS")
    return OracleView(*name, cursor.rest, columns, is_materialized=is_materialized)


def _columns(items: Cursor) -> tuple[str, ...]:
    """An item is an alias with constraints, or a constraint."""
    return tuple(item.name() for item in items.items() if not begins_out_of_line(item))
