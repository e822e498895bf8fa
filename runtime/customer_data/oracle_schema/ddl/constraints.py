"""Constraints, within a column's definition and beside it, and what is said of their state.

Oracle SQL Language Reference, "constraint".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from customer_data.oracle_schema.ddl.cursor import Cursor
from customer_data.oracle_schema.model import OracleConstraint

#: What begins a constraint within a column's definition.
_INLINE = (("NOT", "NULL"), ("NULL",), ("PRIMARY", "KEY"), ("UNIQUE",), ("CHECK",), ("REFERENCES",), ("CONSTRAINT",))
_STATES = (
    *(("ENABLE",), ("DISABLE",), ("VALIDATE",), ("NOVALIDATE",), ("RELY",), ("NORELY",), ("PRECHECK",)),
    *(("NOPRECHECK",), ("DEFERRABLE",), ("NOT", "DEFERRABLE"), ("INITIALLY",), ("EXCEPTIONS", "INTO")),
)
_OUT_OF_LINE = (("PRIMARY", "KEY"), ("FOREIGN", "KEY"))


@dataclass(frozen=True)
class NotNull:
    """NOT NULL or NULL in a column's definition. Oracle keeps it as a check where it has a name or is off."""

    is_null: bool
    name: str | None = None
    is_enabled: bool = True

    def as_check(self, column: str) -> OracleConstraint | None:
        if self.is_null or (self.name is None and self.is_enabled):
            return None
        return OracleConstraint(
            "C", (column,), self.name, condition=not_null_condition(column), is_enabled=self.is_enabled
        )


def not_null_condition(column: str) -> str:
    """As Oracle writes it in its catalog."""
    return f'"{column}" IS NOT NULL'


def begins_inline(cursor: Cursor) -> bool:
    return any(cursor.follows(*words) for words in _INLINE)


def begins_out_of_line(cursor: Cursor) -> bool:
    """Whether a constraint stands where a column could: CONSTRAINT, PRIMARY and FOREIGN may name columns too."""
    named = 2 if cursor.word() == "CONSTRAINT" else 0
    if any(cursor.word(named) == first and cursor.word(named + 1) == second for first, second in _OUT_OF_LINE):
        return True
    return cursor.word(named) in ("UNIQUE", "CHECK") and cursor.peek(named + 1).is_symbol("(")


def read_inline(cursor: Cursor, column: str, owner: str) -> OracleConstraint | NotNull:
    name = cursor.name() if cursor.take("CONSTRAINT") else None
    if cursor.take("NOT", "NULL"):
        return NotNull(False, name, _read_state(cursor))
    if cursor.take("NULL"):
        _read_state(cursor)
        return NotNull(True, name)
    made = _read_rule(cursor, owner, name, (column,))
    return replace(made, is_enabled=_read_state(cursor))


def read_out_of_line(cursor: Cursor, owner: str) -> OracleConstraint:
    name = cursor.name() if cursor.take("CONSTRAINT") else None
    made = _read_rule(cursor, owner, name, None)
    return replace(made, is_enabled=_read_state(cursor))


def _read_rule(cursor: Cursor, owner: str, name: str | None, columns: tuple[str, ...] | None) -> OracleConstraint:
    """`columns` is that of the definition in which it stands."""
    if cursor.take("PRIMARY", "KEY"):
        return OracleConstraint("P", columns or cursor.column_names(), name)
    if cursor.take("UNIQUE"):
        return OracleConstraint("U", columns or cursor.column_names(), name)
    if cursor.take("CHECK"):
        condition = cursor.group()
        return OracleConstraint("C", columns or _named_in(condition), name, condition=condition.rest)
    if columns is None:
        cursor.expect("FOREIGN", "KEY")
        columns = cursor.column_names()
    cursor.expect("REFERENCES")
    target = cursor.qualified(owner)
    referenced = cursor.column_names() if cursor.is_group() else ()
    if cursor.take("ON", "DELETE") and not (cursor.take("CASCADE") or cursor.take("NO", "ACTION")):
        cursor.expect("SET", "NULL")
    return OracleConstraint("R", columns, name, references=target, referenced_columns=referenced)


def _named_in(condition: Cursor) -> tuple[str, ...]:
    """All names of a condition, each once: those that are no columns are left out when the table is known."""
    found: dict[str, None] = {}
    for further in range(condition.end - condition.at):
        name = condition.peek(further).name
        if name is not None:
            found[name] = None
    return tuple(found)


def read_state(cursor: Cursor) -> bool | None:
    """Whether Oracle enforces the constraint for all rows; None where nothing is said."""
    start = cursor.at
    is_enforced = True
    while True:
        if cursor.take_one("DISABLE", "NOVALIDATE"):
            is_enforced = False
        elif cursor.take("USING", "INDEX"):
            _skip_index(cursor)
        elif cursor.take("INITIALLY"):
            if not cursor.take_one("DEFERRED", "IMMEDIATE"):
                raise cursor.not_read("DEFERRED or IMMEDIATE")
        elif cursor.take("EXCEPTIONS", "INTO"):
            cursor.names()
        elif not any(cursor.take(*words) for words in _STATES):
            return None if cursor.at == start else is_enforced


def _read_state(cursor: Cursor) -> bool:
    return read_state(cursor) is not False


def _skip_index(cursor: Cursor) -> None:
    """An index's name, its definition, or only its storage."""
    while not (cursor.is_ended or begins_inline(cursor) or any(cursor.follows(*words) for words in _STATES)):
        cursor.skip_one()
