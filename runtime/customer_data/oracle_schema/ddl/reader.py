"""The statements of a script, one after the other, as a schema. Each of them has a fate: nothing gets lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from customer_data.oracle_schema.ddl.alter_table import read_changes
from customer_data.oracle_schema.ddl.columns import UNKNOWN
from customer_data.oracle_schema.ddl.commands import Command
from customer_data.oracle_schema.ddl.create_table import begins_table, read_table
from customer_data.oracle_schema.ddl.cursor import Cursor, Name, NotRead
from customer_data.oracle_schema.ddl.other_objects import read_attributes, read_other
from customer_data.oracle_schema.ddl.script import Script, Statement
from customer_data.oracle_schema.ddl.tables import TableDraft, UnreadItem
from customer_data.oracle_schema.ddl.unread import beginning
from customer_data.oracle_schema.ddl.views import begins_view, read_view
from customer_data.oracle_schema.model import (
    OracleColumn,
    OracleConstraint,
    OracleSchema,
    OracleTable,
    OracleType,
    OracleView,
    OtherObject,
    Unread,
)


class Fate(StrEnum):
    TABLE = "table"
    VIEW = "view"
    OTHER = "other object"
    CHANGE = "change"
    IGNORED = "ignored"
    LATER = "later"  # until the end: its table is not there yet
    UNREAD = "unread"


#: Statements that say nothing of tables and views.
_IGNORED = frozenset(
    (
        *("ADMINISTER", "ANALYZE", "ASSOCIATE", "AUDIT", "CALL", "COMMIT", "DELETE", "DISASSOCIATE", "EXPLAIN"),
        *("FLASHBACK", "GRANT", "INSERT", "LOCK", "MERGE", "NOAUDIT", "PURGE", "REVOKE", "ROLLBACK", "SAVEPOINT"),
        *("SELECT", "SET", "TRUNCATE", "UPDATE", "WITH"),
    )
)
#: What CREATE makes of a database, beside the objects of a schema.
_OF_DATABASE = (
    *("AUDIT", "CONTROLFILE", "DATABASE", "DISKGROUP", "FLASHBACK", "INMEMORY", "LOCKDOWN", "PFILE", "PLUGGABLE"),
    *("PROFILE", "RESTORE", "ROLE", "ROLLBACK", "SPFILE", "TABLESPACE", "UNDO", "BIGFILE", "SMALLFILE", "TEMPORARY"),
    "USER",
)
_USER = re.compile(r"([A-Za-z][\w$#]*)")
_ADMINISTRATORS = ("SYS", "SYSTEM")  # who make objects for others
_MAKES_OBJECTS = re.compile(r"\b(?:CREATE|ALTER|COMMENT|RENAME)\s", re.IGNORECASE)


@dataclass(frozen=True)
class _Deferred:
    """A change of a table that no statement before it made."""

    number: int
    statement: Statement
    key: Name
    apply: Callable[[TableDraft], list[UnreadItem]]


class Reader:
    """`fates` has one for each statement and command of the script, in order."""

    def __init__(self, text: str, default_owner: str) -> None:
        self._script = Script(text)
        self._owner = default_owner
        self._tables: dict[Name, TableDraft] = {}
        self._views: dict[Name, OracleView] = {}
        self._others: dict[OtherObject, None] = {}
        self._object_types: dict[Name, tuple[OracleColumn, ...]] = {}
        self._not_made: set[Name] = set()
        self._deferred: list[_Deferred] = []
        self._unread: list[Unread] = []
        self.fates: list[Fate] = []

    def read(self) -> OracleSchema:
        for part in self._script.parts():
            self.fates.append(self._command(part) if isinstance(part, Command) else self._try(part))
        for deferred in self._deferred:
            self.fates[deferred.number] = self._apply_deferred(deferred)
        self._unread.sort(key=lambda one: one.line or 0)
        return OracleSchema(
            tuple(_with_known_types(self._tables).values()),
            tuple(self._views.values()),
            tuple(self._others),
            tuple(self._unread),
        )

    # Statements

    def _command(self, command: Command) -> Fate:
        if command.name == "START":
            self._add_unread(command.start, f"@{command.rest}", "the file that it runs is not read: give that file too")
            return Fate.UNREAD
        user = _USER.match(command.rest) if command.name == "CONNECT" else None
        if user and user[1].upper() not in _ADMINISTRATORS:
            self._owner = user[1].upper()
            return Fate.CHANGE
        return Fate.IGNORED

    def _try(self, statement: Statement) -> Fate:
        try:
            if statement.fault:
                raise NotRead(*statement.fault)
            return self._statement(statement)
        except NotRead as error:
            self._remember_not_made(statement)
            return self._not_read(statement, error)

    def _statement(self, statement: Statement) -> Fate:
        cursor = Cursor(statement.source, statement.tokens)
        if cursor.take("CREATE"):
            return self._create(cursor, statement)
        if cursor.take("ALTER"):
            return self._alter(cursor, statement)
        if cursor.take("COMMENT", "ON"):
            return self._comment(cursor, statement)
        if cursor.take("DROP"):
            return self._drop(cursor)
        if cursor.take("RENAME"):
            return self._rename(cursor)
        if statement.is_plsql:
            return _block(statement)
        if cursor.word() in _IGNORED:
            return Fate.IGNORED
        raise NotRead("no statement of Oracle's begins so")

    def _create(self, cursor: Cursor, statement: Statement) -> Fate:
        cursor.take("OR", "REPLACE")
        if begins_table(cursor):
            return self._table(cursor, statement)
        if begins_view(cursor):
            view = read_view(cursor, self._owner)
            self._views[view.owner, view.name] = view
            return Fate.VIEW
        other = read_other(cursor, self._owner)
        if other is not None:
            self._add_other(other, cursor)
            return Fate.OTHER
        if cursor.take("SCHEMA", "AUTHORIZATION"):
            self._owner = cursor.name()
            if not cursor.is_ended:
                raise NotRead("a line has to begin between CREATE SCHEMA and the first statement in it", cursor.start)
            return Fate.CHANGE
        if cursor.word() in _OF_DATABASE:
            return Fate.IGNORED
        raise cursor.not_read("the kind of an object")

    def _table(self, cursor: Cursor, statement: Statement) -> Fate:
        table, unread = read_table(cursor, self._owner, self._object_types)
        if table.key in self._tables:
            if statement.is_only_if_new:
                return Fate.IGNORED
            raise NotRead(f"a statement before it makes {'.'.join(table.key)} already")
        self._tables[table.key] = table
        return self._with_unread(unread, Fate.TABLE)

    def _add_other(self, other: OtherObject, cursor: Cursor) -> None:
        if other.kind == "TYPE" and (attributes := read_attributes(cursor, other.owner)):
            self._object_types[other.owner, other.name] = attributes
        self._others[other] = None

    def _alter(self, cursor: Cursor, statement: Statement) -> Fate:
        if cursor.take("TABLE"):
            cursor.take("IF", "EXISTS")
            key = cursor.qualified(self._owner)
            return self._change(statement, key, lambda table: self._change_table(cursor, table))
        if cursor.take("SESSION", "SET", "CURRENT_SCHEMA"):
            if not cursor.take_symbol("="):
                raise cursor.not_read("=")
            self._owner = cursor.name()
            return Fate.CHANGE
        if not cursor.word():
            raise cursor.not_read("the kind of an object")
        return Fate.IGNORED

    def _change_table(self, cursor: Cursor, table: TableDraft) -> list[UnreadItem]:
        before = table.key
        unread = read_changes(cursor, table)
        if table.key != before:
            self._move(before, table.key)
        return unread

    def _comment(self, cursor: Cursor, statement: Statement) -> Fate:
        if cursor.take("COLUMN"):
            names = cursor.names()
            if not 2 <= len(names) <= 3:
                raise cursor.not_read("a table and its column")
            key, column = (names[0] if len(names) == 3 else self._owner, names[-2]), names[-1]
            text = _comment_text(cursor)
            return self._change(statement, key, lambda table: _comment_column(table, column, text))
        if cursor.take("TABLE") or cursor.take("MATERIALIZED", "VIEW"):
            key = cursor.qualified(self._owner)
            text = _comment_text(cursor)
            if key in self._views:
                self._views[key] = replace(self._views[key], comment=text)
            if key in self._views and key not in self._tables:
                return Fate.CHANGE
            return self._change(statement, key, lambda table: _comment_table(table, text))
        if cursor.take_one("EDITION", "INDEXTYPE", "MINING", "OPERATOR"):
            return Fate.IGNORED
        raise cursor.not_read("TABLE or COLUMN")

    def _drop(self, cursor: Cursor) -> Fate:
        cursor.take("PUBLIC")
        kind = "MATERIALIZED VIEW" if cursor.take("MATERIALIZED", "VIEW") else cursor.next().word
        if kind not in ("TABLE", "VIEW", "MATERIALIZED VIEW") or cursor.follows("LOG"):
            return Fate.IGNORED
        cursor.take("IF", "EXISTS")
        key = cursor.qualified(self._owner)
        dropped: object = self._tables.pop(key, None) if kind == "TABLE" else self._views.pop(key, None)
        if dropped is None:
            return Fate.IGNORED
        self._others[OtherObject(f"DROPPED {kind}", *key)] = None
        return Fate.CHANGE

    def _rename(self, cursor: Cursor) -> Fate:
        old = (self._owner, cursor.name())
        cursor.expect("TO")
        new = (self._owner, cursor.name())
        if old in self._views:
            self._views[new] = replace(self._views.pop(old), name=new[1])
            return Fate.CHANGE
        if old not in self._tables:
            raise NotRead(f"{'.'.join(old)} is not made before it")
        self._move(old, new)
        return Fate.CHANGE

    def _move(self, old: Name, new: Name) -> None:
        """Oracle renames it in foreign keys too."""
        table = self._tables.pop(old)
        table.name = new[1]
        if new in self._tables:
            self._tables[old] = replace(table, name=old[1])
            raise NotRead(f"there is a table {'.'.join(new)} already")
        self._tables[new] = table
        for other in self._tables.values():
            other.constraints = [
                replace(one, references=new) if one.references == old else one for one in other.constraints
            ]

    # Changes of tables

    def _change(self, statement: Statement, key: Name, apply: Callable[[TableDraft], list[UnreadItem]]) -> Fate:
        if key in self._tables:
            return self._with_unread(apply(self._tables[key]), Fate.CHANGE)
        if key in self._views:
            return Fate.IGNORED  # keys and comments of a view's columns
        self._deferred.append(_Deferred(len(self.fates), statement, key, apply))
        return Fate.LATER

    def _apply_deferred(self, deferred: _Deferred) -> Fate:
        """The file may have its tables behind what belongs to them."""
        statement, key = deferred.statement, deferred.key
        try:
            if key in self._tables:
                return self._with_unread(deferred.apply(self._tables[key]), Fate.CHANGE)
            if key in self._views:
                return Fate.IGNORED
            why = "its CREATE TABLE is not read" if key in self._not_made else "no statement of the text makes it"
            raise NotRead(f"it is about {'.'.join(key)}: {why}")
        except NotRead as error:
            return self._not_read(statement, error)

    # What is not read

    def _remember_not_made(self, statement: Statement) -> None:
        """The table that the statement would have made, of which others may speak."""
        cursor = Cursor(statement.source, statement.tokens)
        try:
            cursor.expect("CREATE")
            while begins_table(cursor) and not cursor.take("TABLE"):
                cursor.next()
            key = cursor.qualified(self._owner)
        except NotRead:
            return
        self._not_made.add(key)

    def _not_read(self, statement: Statement, error: NotRead) -> Fate:
        """Lines in a reason are counted from the statement's first: the text may be that of several files."""
        start = statement.start if error.start is None else error.start
        line = self._script.line(start) - self._script.line(statement.start) + 1
        reason = f"{error} (line {line:,} of it)" if line > 1 else str(error)
        self._add_unread(statement.start, statement.text, reason, is_broken=statement.fault is not None)
        return Fate.UNREAD

    def _with_unread(self, items: Iterable[UnreadItem], fate: Fate) -> Fate:
        for item in items:
            self._add_unread(item.start, item.text, item.reason)
            fate = Fate.UNREAD
        return fate

    def _add_unread(self, start: int, text: str, reason: str, *, is_broken: bool = False) -> None:
        self._unread.append(Unread(self._script.line(start), beginning(text, is_broken=is_broken), reason))


def _block(statement: Statement) -> Fate:
    """A block that only changes rows is no loss; one may also make tables, as dynamic SQL."""
    if any(token.kind == "string" and _MAKES_OBJECTS.search(token.text) for token in statement.tokens):
        raise NotRead("a PL/SQL block makes or changes objects: write its statements outside, or read the catalog")
    return Fate.IGNORED


def _comment_text(cursor: Cursor) -> str | None:
    cursor.expect("IS")
    text = cursor.peek().value
    if text is None:
        raise cursor.not_read("a literal")
    cursor.next()
    if not cursor.is_ended:
        raise cursor.not_read("the end of the comment (a quote within it is doubled)")
    return text or None


def _comment_table(table: TableDraft, text: str | None) -> list[UnreadItem]:
    table.comment = text
    return []


def _comment_column(table: TableDraft, name: str, text: str | None) -> list[UnreadItem]:
    table.columns[name] = replace(table.column(name), comment=text)
    return []


def _with_known_types(drafts: dict[Name, TableDraft]) -> dict[Name, OracleTable]:
    """A column without a type that refers to another has the type of that."""
    for table in drafts.values():
        for constraint in table.constraints:
            for column, type in zip(constraint.columns, _referenced_types(constraint, drafts), strict=False):
                if column in table.columns and table.columns[column].type is UNKNOWN:
                    table.columns[column] = replace(table.columns[column], type=type)
    return {key: table.build() for key, table in drafts.items()}


def _referenced_types(constraint: OracleConstraint, drafts: dict[Name, TableDraft]) -> list[OracleType]:
    target = drafts.get(constraint.references) if constraint.references else None
    if target is None:
        return []
    key = next((one.columns for one in target.constraints if one.kind == "P"), ())
    names = constraint.referenced_columns or key
    return [target.columns[name].type for name in names if name in target.columns]
