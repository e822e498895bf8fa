"""CREATE TABLE.

Oracle SQL Language Reference, "CREATE TABLE".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from customer_data.oracle_schema.ddl.cursor import Cursor, Name, NotRead
from customer_data.oracle_schema.ddl.tables import TableDraft
from customer_data.oracle_schema.ddl.unread import UnreadItem
from customer_data.oracle_schema.model import OracleColumn

_KINDS = ("GLOBAL", "PRIVATE", "TEMPORARY", "SHARDED", "DUPLICATED", "IMMUTABLE", "BLOCKCHAIN")


def begins_table(cursor: Cursor) -> bool:
    """Whether TABLE follows, or words that stand before it."""
    further = 0
    while cursor.word(further) in _KINDS:
        further += 1
    return cursor.word(further) == "TABLE"


def read_table(
    cursor: Cursor, owner: str, object_types: Mapping[Name, Sequence[OracleColumn]]
) -> tuple[TableDraft, list[UnreadItem]]:
    """From behind CREATE. Raises NotRead where the table has no columns that the text says."""
    is_temporary = False
    while word := cursor.take_one(*_KINDS):
        is_temporary = is_temporary or word == "TEMPORARY"
    cursor.expect("TABLE")
    cursor.take("IF", "NOT", "EXISTS")
    made = TableDraft(*cursor.qualified(owner), kind="temporary" if is_temporary else "table")
    if cursor.take("SHARING"):
        cursor.take_symbol("=")
        cursor.next()
    if cursor.take("OF"):
        return _object_table(cursor, made, object_types)
    if not cursor.is_group():
        _read_properties(cursor, made)
        raise cursor.not_read("( and the columns")
    columns = cursor.group()
    _read_properties(cursor, made)
    unread = made.read_items(columns)
    if not made.columns and not unread:
        raise NotRead(f"{made.owner}.{made.name} has no columns", columns.start)
    return made, unread


def _object_table(
    cursor: Cursor, made: TableDraft, object_types: Mapping[Name, Sequence[OracleColumn]]
) -> tuple[TableDraft, list[UnreadItem]]:
    type_name = cursor.qualified(made.owner)
    attributes = object_types.get(type_name)
    if attributes is None:
        raise NotRead(
            f"the columns of {made.owner}.{made.name} are the attributes of {'.'.join(type_name)}, which no CREATE TYPE"
            " before it says; read the catalog instead"
        )
    made.kind = "object"
    made.columns = {column.name: column for column in attributes}
    unread = made.read_items(cursor.group(), changing=True) if cursor.is_group() else []
    _read_properties(cursor, made)
    return made, unread


def _read_properties(cursor: Cursor, made: TableDraft) -> None:
    """What follows the columns: most of it says how Oracle stores them."""
    while not cursor.is_ended:
        if cursor.take("ORGANIZATION", "EXTERNAL"):
            made.kind = "external"
        elif cursor.follows("PARTITION", "BY") and made.partitioning is None:
            _read_partitioning(cursor, made)
        elif cursor.take("FOR", "EXCHANGE", "WITH", "TABLE"):
            raise NotRead(f"{made.owner}.{made.name} has the columns of {'.'.join(cursor.names())}: write them")
        elif is_query_next(cursor):
            raise NotRead(
                f"the columns of {made.owner}.{made.name} are those of its query: read the catalog instead, or write"
                " them",
            )
        else:
            cursor.skip_one()


def _read_partitioning(cursor: Cursor, made: TableDraft) -> None:
    cursor.expect("PARTITION", "BY")
    words = []
    while cursor.word():
        words.append(cursor.next().word)
    made.partitioning = " ".join(words) or None
    if not cursor.is_group():
        return
    columns = cursor.group()
    if words not in (["REFERENCE"], ["SYSTEM"]):  # which name a foreign key, and partitions
        made.partitioned_by = tuple(name for item in columns.items() if (name := item.peek().name))


def is_query_next(cursor: Cursor) -> bool:
    """Whether AS and a query follow, which may stand in parentheses: STORE AS has other things in them."""
    if cursor.word() != "AS":
        return False
    further = 1
    while cursor.peek(further).is_symbol("("):
        further += 1
    return cursor.word(further) in ("SELECT", "WITH")
