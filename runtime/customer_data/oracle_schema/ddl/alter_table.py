"""ALTER TABLE, as far as it says something of columns and constraints.

Oracle SQL Language Reference, "ALTER TABLE".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from customer_data.oracle_schema.ddl.constraints import read_state
from customer_data.oracle_schema.ddl.cursor import Cursor, NotRead
from customer_data.oracle_schema.ddl.tables import TableDraft
from customer_data.oracle_schema.ddl.unread import UnreadItem
from customer_data.oracle_schema.model import OracleConstraint

#: What begins the next action of a statement that has several.
_ACTIONS = ("ADD", "MODIFY", "DROP")
#: Parts of a table that are no columns, behind ADD, MODIFY, DROP and RENAME.
_STORED_PARTS = (
    *("PARTITION", "SUBPARTITION", "SUPPLEMENTAL", "OVERFLOW", "LOB", "VARRAY", "NESTED", "OPAQUE", "DEFAULT"),
    *("PERIOD", "UNUSED", "COLUMNS", "LOGICAL"),
)
#: Actions that say how a table is stored and used.
_OF_STORAGE = frozenset(
    (
        *("ALLOCATE", "CACHE", "CLUSTERING", "COALESCE", "COMPRESS", "DEALLOCATE", "DISABLE", "ENABLE", "EXCHANGE"),
        *("FLASHBACK", "ILM", "INDEXING", "INITRANS", "INMEMORY", "LOGGING", "MAXTRANS", "MERGE", "MINIMIZE"),
        *("MINIMIZE_RECORDS_PER_BLOCK", "MOVE", "NO", "NOCACHE", "NOCOMPRESS", "NOLOGGING", "NOMINIMIZE", "NOPARALLEL"),
        *("PARALLEL", "PCTFREE", "PCTUSED", "READ", "RESULT_CACHE", "ROW", "SET", "SHRINK", "SPLIT", "STORAGE"),
        *("TABLESPACE", "TRUNCATE", "UPGRADE", "PARTITION", "SUBPARTITION", "NOMINIMIZE_RECORDS_PER_BLOCK"),
        *("MEMOPTIMIZE", "ANNOTATIONS", "LOCATION", "ACCESS", "REJECT", "PROJECT"),
    )
)


def read_changes(cursor: Cursor, table: TableDraft) -> list[UnreadItem]:
    """From behind the table's name. Gives what was not read; raises NotRead where nothing more can be."""
    unread: list[UnreadItem] = []
    while not cursor.is_ended:
        if action := cursor.take_one("ADD", "MODIFY"):
            unread += _add_or_modify(cursor, table, changing=action == "MODIFY")
        elif cursor.take("DROP"):
            _drop(cursor, table)
        elif cursor.take("RENAME"):
            _rename(cursor, table)
        elif cursor.take("SET", "UNUSED"):
            _drop_columns(cursor, table)
        elif not _switch(cursor, table):
            if cursor.word() not in _OF_STORAGE:
                raise cursor.not_read("a change of a table")
            cursor.skip_all()
    return unread


def _add_or_modify(cursor: Cursor, table: TableDraft, *, changing: bool) -> list[UnreadItem]:
    if cursor.word() in _STORED_PARTS:
        table.switch_logging(cursor, on=True)
        return []
    if changing and (cursor.word() == "CONSTRAINT" or _begins_key(cursor)):
        _change_state(cursor, table, read_state)
        return []
    cursor.take("COLUMN")
    if cursor.is_group():
        unread = table.read_items(cursor.group(), changing=changing)
        _skip_storage(cursor)
        return unread
    return table.read_items(_one_item(cursor), changing=changing)


def _one_item(cursor: Cursor) -> Cursor:
    """What stands without parentheses: up to the next action."""
    start = cursor.at
    while not cursor.is_ended and (cursor.at == start or not (_begins_action(cursor) or _begins_storage(cursor))):
        cursor.skip_one()
    item = cursor.between(start, cursor.at)
    _skip_storage(cursor)
    return item


def _begins_action(cursor: Cursor) -> bool:
    return cursor.word() in _ACTIONS and not cursor.follows("DROP", "IDENTITY")


def _begins_storage(cursor: Cursor) -> bool:
    """How new columns are stored, as in ADD (c CLOB) LOB (c) STORE AS ..."""
    if cursor.word() in ("LOB", "VARRAY"):
        return True
    return cursor.follows("NESTED", "TABLE") or cursor.follows("XMLTYPE", "COLUMN")


def _skip_storage(cursor: Cursor) -> None:
    if _begins_storage(cursor):
        while not (cursor.is_ended or _begins_action(cursor)):
            cursor.skip_one()


def _drop(cursor: Cursor, table: TableDraft) -> None:
    if cursor.word() in _STORED_PARTS:
        table.switch_logging(cursor, on=False)
    elif cursor.word() == "COLUMN" or cursor.is_group():
        _drop_columns(cursor, table)
    else:
        is_dropped = _named(cursor, table)
        table.drop_constraints(is_dropped)
        while cursor.take_one("CASCADE", "KEEP", "DROP", "INDEX", "ONLINE"):
            pass


def _drop_columns(cursor: Cursor, table: TableDraft) -> None:
    cursor.take("COLUMN")
    for name in cursor.column_names() if cursor.is_group() else (cursor.name(),):
        table.drop_column(name)
    while cursor.take_one("CASCADE", "CONSTRAINTS", "INVALIDATE", "ONLINE"):
        pass
    if cursor.take("CHECKPOINT"):
        cursor.next()


def _rename(cursor: Cursor, table: TableDraft) -> None:
    if cursor.take("TO"):
        table.name = cursor.name()
    elif cursor.take("COLUMN"):
        old = cursor.name()
        cursor.expect("TO")
        table.rename_column(old, cursor.name())
    elif cursor.take("CONSTRAINT"):
        old = cursor.name()
        cursor.expect("TO")
        new = cursor.name()
        table.constraints = [replace(one, name=new) if one.name == old else one for one in table.constraints]
    elif cursor.word() in _STORED_PARTS:
        cursor.skip_all()
    else:
        raise cursor.not_read("TO, COLUMN or CONSTRAINT")


def _switch(cursor: Cursor, table: TableDraft) -> bool:
    """ENABLE and DISABLE of a constraint; whether it was one."""
    further = 2 if cursor.word(1) in ("VALIDATE", "NOVALIDATE") else 1
    if cursor.word() not in ("ENABLE", "DISABLE") or not (
        cursor.word(further) == "CONSTRAINT" or _begins_key(cursor, further)
    ):
        return False
    is_enforced = cursor.next().word == "ENABLE"
    is_enforced = cursor.take_one("VALIDATE", "NOVALIDATE") != "NOVALIDATE" and is_enforced

    def after(rest: Cursor) -> bool:
        read_state(rest)
        while rest.take_one("CASCADE", "KEEP", "DROP", "INDEX"):
            pass
        return is_enforced

    _change_state(cursor, table, after)
    return True


def _change_state(cursor: Cursor, table: TableDraft, state: Callable[[Cursor], bool | None]) -> None:
    is_changed = _named(cursor, table)
    is_enforced = state(cursor)
    if is_enforced is not None:
        table.constraints = [
            replace(one, is_enabled=is_enforced) if is_changed(one) else one for one in table.constraints
        ]


def _begins_key(cursor: Cursor, further: int = 0) -> bool:
    if cursor.word(further) == "PRIMARY" and cursor.word(further + 1) == "KEY":
        return True
    return cursor.word(further) == "UNIQUE" and cursor.peek(further + 1).is_symbol("(")


def _named(cursor: Cursor, table: TableDraft) -> Callable[[OracleConstraint], bool]:
    """Which constraint CONSTRAINT n, PRIMARY KEY or UNIQUE (columns) means. Raises NotRead where the table lacks it."""
    start = cursor.start
    if cursor.take("PRIMARY", "KEY"):
        what, is_meant = "primary key", lambda one: one.kind == "P"
    elif cursor.take("UNIQUE"):
        columns = cursor.column_names()
        what, is_meant = "such UNIQUE", lambda one: one.kind == "U" and one.columns == columns
    else:
        cursor.expect("CONSTRAINT")
        name = cursor.name()
        what, is_meant = f"constraint {name}", lambda one: one.name == name
    if not any(map(is_meant, table.constraints)):
        raise NotRead(f"{table.owner}.{table.name} has no {what}", start)
    return is_meant
