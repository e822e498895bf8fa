"""A column's definition, in CREATE TABLE and in ALTER TABLE.

Oracle SQL Language Reference, "CREATE TABLE": column_definition, virtual_column_definition, identity_clause.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from customer_data.oracle_schema.ddl.constraints import NotNull, begins_inline, read_inline, read_state
from customer_data.oracle_schema.ddl.cursor import Cursor, NotRead
from customer_data.oracle_schema.ddl.types import read_type
from customer_data.oracle_schema.model import OracleColumn, OracleConstraint, OracleType

#: The type of a column whose definition leaves it out: that of an expression, or of the column it refers to.
UNKNOWN = OracleType("(unknown)")

#: What ends a default's expression and begins something else.
_AFTER_EXPRESSION = frozenset(
    (
        *("CONSTRAINT", "UNIQUE", "CHECK", "REFERENCES", "ENABLE", "DISABLE", "VISIBLE", "INVISIBLE", "ENCRYPT"),
        *("DECRYPT", "COLLATE", "SORT", "GENERATED", "ANNOTATIONS", "NULL", "RESERVABLE"),
    )
)
_IDENTITY_WORDS = frozenset(
    (
        *("START", "WITH", "LIMIT", "VALUE", "INCREMENT", "BY", "MAXVALUE", "NOMAXVALUE", "MINVALUE", "NOMINVALUE"),
        *("CYCLE", "NOCYCLE", "CACHE", "NOCACHE", "ORDER", "NOORDER", "KEEP", "NOKEEP", "SCALE", "NOSCALE"),
        *("EXTEND", "NOEXTEND", "SHARD", "NOSHARD", "GLOBAL", "SESSION"),
    )
)
#: Clauses that say nothing about values, with one word after them or a group.
_WITHOUT_VALUES = ("VIRTUAL", "SORT", "DECRYPT", "RESERVABLE", "NOT", "SUBSTITUTABLE", "AT", "ALL", "LEVELS")


@dataclass
class ReadColumn:
    """What a definition says; None is what it does not. `unread` is why some of it was not read."""

    name: str
    type: OracleType | None = None
    default: str | None = None
    expression: str | None = None
    is_identity: bool | None = None
    is_hidden: bool | None = None
    not_null: NotNull | None = None
    constraints: list[OracleConstraint] = field(default_factory=list)
    unread: NotRead | None = None

    def new(self) -> OracleColumn:
        return self.changed(OracleColumn(self.name, UNKNOWN))

    def changed(self, column: OracleColumn) -> OracleColumn:
        return replace(
            column,
            type=self.type or column.type,
            nullable=self._nullable(column),
            default=column.default if self.default is None else self.default,
            expression=column.expression if self.expression is None else self.expression,
            is_identity=column.is_identity if self.is_identity is None else self.is_identity,
            is_hidden=column.is_hidden if self.is_hidden is None else self.is_hidden,
        )

    def _nullable(self, column: OracleColumn) -> bool:
        """A NOT NULL with a name is a constraint, from which it follows later."""
        if self.not_null is None or self.not_null.as_check(self.name):
            return column.nullable and not self.is_identity
        return self.not_null.is_null

    @property
    def all_constraints(self) -> list[OracleConstraint]:
        check = self.not_null.as_check(self.name) if self.not_null else None
        return [*([check] if check else []), *self.constraints]


def read_column(cursor: Cursor, owner: str) -> ReadColumn:
    """`owner` is that of the table. Raises NotRead where not even a name and a type are there; what is not understood
    behind them is the result's `unread`."""
    made = ReadColumn(cursor.name())
    if not _begins_clause(cursor):
        made.type = read_type(cursor, owner)
    try:
        while not cursor.is_ended:
            _read_clause(cursor, made, owner)
    except NotRead as error:
        made.unread = error
    return made


def _begins_clause(cursor: Cursor) -> bool:
    words = ("AS", "GENERATED", "DEFAULT", "VISIBLE", "INVISIBLE", "SORT", "ENCRYPT", "DECRYPT", "COLLATE", "DROP")
    return cursor.is_ended or cursor.word() in words or begins_inline(cursor) or cursor.follows("USING", "INDEX")


def _read_clause(cursor: Cursor, made: ReadColumn, owner: str) -> None:
    if cursor.take("DEFAULT"):
        made.default = _read_default(cursor)
    elif cursor.word() in ("GENERATED", "AS"):
        _read_generated(cursor, made)
    elif begins_inline(cursor):
        constraint = read_inline(cursor, made.name, owner)
        if isinstance(constraint, NotNull):
            made.not_null = constraint
        else:
            made.constraints.append(constraint)
    elif cursor.take("INVISIBLE"):
        made.is_hidden = True
    elif cursor.take("VISIBLE"):
        made.is_hidden = False
    elif cursor.take("DROP", "IDENTITY"):
        made.is_identity = False
    elif not _skip_clause(cursor):
        raise cursor.not_read("a clause of a column")


def _read_default(cursor: Cursor) -> str:
    if cursor.take("ON", "NULL") and cursor.take("FOR", "INSERT"):
        cursor.take("ONLY")
        cursor.take("AND", "UPDATE")
    return _read_expression(cursor)


def _read_expression(cursor: Cursor) -> str:
    start = cursor.at
    cases = 0
    while not cursor.is_ended:
        if cursor.at > start and not cases and _ends_expression(cursor):
            break
        cases += (cursor.word() == "CASE") - (cursor.word() == "END")
        cursor.skip_one()
    if cursor.at == start:
        raise cursor.not_read("an expression")
    return cursor.text_from(start)


def _ends_expression(cursor: Cursor) -> bool:
    return cursor.word() in _AFTER_EXPRESSION or cursor.follows("NOT", "NULL") or cursor.follows("PRIMARY", "KEY")


def _read_generated(cursor: Cursor, made: ReadColumn) -> None:
    if cursor.take("GENERATED"):
        if cursor.take("BY", "DEFAULT"):
            cursor.take("ON", "NULL")
            cursor.take("FOR", "INSERT", "ONLY") or cursor.take("FOR", "INSERT", "AND", "UPDATE")
        else:
            cursor.take("ALWAYS")
    cursor.expect("AS")
    if cursor.take("IDENTITY"):
        made.is_identity = True
        _skip_identity_options(cursor)
    else:
        expression = cursor.group()
        made.expression = expression.rest or "?"


def _skip_identity_options(cursor: Cursor) -> None:
    if cursor.is_group():
        cursor.skip_one()
    while cursor.word() in _IDENTITY_WORDS or cursor.peek().kind == "number" or cursor.peek().is_symbol("-"):
        cursor.next()


def _skip_clause(cursor: Cursor) -> bool:
    """Whether there was one that says nothing about the values."""
    if cursor.take("ENCRYPT"):
        if cursor.take("USING") or cursor.take("IDENTIFIED", "BY"):
            cursor.next()
            cursor.take("IDENTIFIED", "BY") and cursor.next()
        while cursor.peek().kind == "string" or cursor.word() in ("NO", "SALT"):
            cursor.next()
        return True
    if cursor.take("COLLATE") or cursor.take("SCOPE", "IS"):
        cursor.names()
        return True
    if cursor.take("CHARACTER", "SET"):
        cursor.name()
        return True
    if cursor.take("WITH", "ROWID"):
        return True
    if cursor.take("ANNOTATIONS") or cursor.take("EVALUATE", "USING"):
        cursor.skip_one()
        return True
    return bool(cursor.take_one(*_WITHOUT_VALUES)) or read_state(cursor) is not None
