"""The statements of a script, one after the other, as a schema. Each of them has a fate: nothing gets lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from customer_data.oracle_schema.ddl.alter_table import read_changes
from customer_data.oracle_schema.ddl.commands import Command
from customer_data.oracle_schema.ddl.comments import read_comment
from customer_data.oracle_schema.ddl.create_table import begins_table, read_table
from customer_data.oracle_schema.ddl.cursor import Cursor, Name, NotRead
from customer_data.oracle_schema.ddl.other_objects import read_attributes, read_other
from customer_data.oracle_schema.ddl.script import Script, Statement
from customer_data.oracle_schema.ddl.tables import TableDraft, build_all
from customer_data.oracle_schema.ddl.unread import UnreadItem, UnreadList
from customer_data.oracle_schema.ddl.views import begins_view, read_view
from customer_data.oracle_schema.model import OracleColumn, OracleSchema, OracleView, OtherObject


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
_DROPPED = "DROPPED TABLE"
_USER = re.compile(r"([A-Za-z][\w$#]*)")
_ADMINISTRATORS = ("SYS", "SYSTEM")  # who make objects for others
_DYNAMIC_SQL = "a PL/SQL block makes or changes objects: write its statements outside, or read the catalog"
_MAKES_OBJECTS = re.compile(r"\b(?:CREATE|ALTER|COMMENT|RENAME)\s", re.IGNORECASE)


@dataclass(frozen=True)
class _Change:
    """What a statement does to a table or view, which may stand behind it in the text."""

    statement: Statement
    key: Name
    on_table: Callable[[TableDraft], list[UnreadItem]]
    on_view: Callable[[OracleView], OracleView]


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
        self._deferred: list[tuple[int, _Change]] = []
        self._unread = UnreadList(self._script.line)
        self.fates: list[Fate] = []

    def read(self) -> OracleSchema:
        for part in self._script.parts():
            self.fates.append(self._command(part) if isinstance(part, Command) else self._try(part))
        for number, change in self._deferred:
            self.fates[number] = self._apply_deferred(change)
        return OracleSchema(
            build_all(self._tables), tuple(self._views.values()), tuple(self._others), self._unread.in_order()
        )

    # Statements

    def _command(self, command: Command) -> Fate:
        if command.name == "START":
            self._unread.add(command.start, f"@{command.rest}", "the file that it runs is not read: give that file too")
            return Fate.UNREAD
        if command.name == "EXECUTE" and _MAKES_OBJECTS.search(command.rest):
            self._unread.add(command.start, f"EXECUTE {command.rest}", _DYNAMIC_SQL)
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
            self._unread.add_statement(statement, error)
            return Fate.UNREAD

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
            return self._block(statement)
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
        self._others.pop(OtherObject(_DROPPED, *table.key), None)
        return Fate.UNREAD if self._unread.add_items(unread, statement) else Fate.TABLE

    def _block(self, statement: Statement) -> Fate:
        """A block that only changes rows is no loss; one may also make tables, as dynamic SQL."""
        making = [
            at
            for at, token in enumerate(statement.tokens)
            if token.kind == "string" and _MAKES_OBJECTS.search(token.text)
        ]
        fates = [self._try(dynamic) for dynamic in [_dynamic_statement(statement, at) for at in making]]
        if not fates:
            return Fate.IGNORED
        return Fate.UNREAD if Fate.UNREAD in fates else Fate.CHANGE

    def _add_other(self, other: OtherObject, cursor: Cursor) -> None:
        if other.kind == "TYPE" and (attributes := read_attributes(cursor, other.owner)):
            self._object_types[other.owner, other.name] = attributes
        self._others[other] = None

    def _alter(self, cursor: Cursor, statement: Statement) -> Fate:
        if cursor.take("TABLE"):
            cursor.take("IF", "EXISTS")
            key = cursor.qualified(self._owner)
            # Of a materialized view it says keys and storage.
            return self._change(
                _Change(statement, key, lambda table: self._alter_table(cursor, table), lambda view: view)
            )
        if cursor.take("SESSION", "SET", "CURRENT_SCHEMA"):
            if not cursor.take_symbol("="):
                raise cursor.not_read("=")
            self._owner = cursor.name()
            return Fate.CHANGE
        if cursor.take("SESSION", "SET", "NLS_LENGTH_SEMANTICS"):
            cursor.take_symbol("=")
            if cursor.next().text.strip("'").upper() == "BYTE":
                return Fate.IGNORED
            raise NotRead("sizes of text count characters from here on: write CHAR behind them, or read the catalog")
        if not cursor.word():
            raise cursor.not_read("the kind of an object")
        return Fate.IGNORED

    def _alter_table(self, cursor: Cursor, table: TableDraft) -> list[UnreadItem]:
        before = table.key
        unread = read_changes(cursor, table)
        if table.key != before:
            self._move(before, table.key)
        return unread

    def _comment(self, cursor: Cursor, statement: Statement) -> Fate:
        comment = read_comment(cursor, self._owner)
        if comment is None:
            return Fate.IGNORED

        def on_table(table: TableDraft) -> list[UnreadItem]:
            comment.add_to_table(table)
            return []

        return self._change(_Change(statement, comment.on, on_table, comment.added_to_view))

    def _drop(self, cursor: Cursor) -> Fate:
        cursor.take("PUBLIC")
        kind = "MATERIALIZED VIEW" if cursor.take("MATERIALIZED", "VIEW") else cursor.next().word
        if kind not in ("TABLE", "VIEW", "MATERIALIZED VIEW") or cursor.follows("LOG"):
            return Fate.IGNORED
        cursor.take("IF", "EXISTS")
        key = cursor.qualified(self._owner)
        if kind != "TABLE":
            return Fate.CHANGE if self._views.pop(key, None) else Fate.IGNORED
        if self._tables.pop(key, None) is None:
            return Fate.IGNORED
        self._others[OtherObject(_DROPPED, *key)] = None
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

    # Changes

    def _change(self, change: _Change) -> Fate:
        fate = self._apply(change)
        if fate is None:
            self._deferred.append((len(self.fates), change))
        return fate or Fate.LATER

    def _apply(self, change: _Change) -> Fate | None:
        """None where there is nothing of that name."""
        fate = None
        if view := self._views.get(change.key):
            self._views[change.key] = change.on_view(view)
            fate = Fate.CHANGE
        if table := self._tables.get(change.key):
            fate = Fate.UNREAD if self._unread.add_items(change.on_table(table), change.statement) else Fate.CHANGE
        return fate

    def _apply_deferred(self, change: _Change) -> Fate:
        try:
            if fate := self._apply(change):
                return fate
            why = (
                "its CREATE TABLE is not read" if change.key in self._not_made else "no statement of the text makes it"
            )
            raise NotRead(f"it is about {'.'.join(change.key)}: {why}")
        except NotRead as error:
            self._unread.add_statement(change.statement, error)
            return Fate.UNREAD

    def _remember_not_made(self, statement: Statement) -> None:
        """The table that the statement would have made, of which others may speak."""
        cursor = Cursor(statement.source, statement.tokens)
        try:
            cursor.expect("CREATE")
            while begins_table(cursor) and not cursor.take("TABLE"):
                cursor.next()
            self._not_made.add(cursor.qualified(self._owner))
        except NotRead:
            return  # no table, or one without a name


def _dynamic_statement(statement: Statement, at: int) -> Statement:
    """What EXECUTE IMMEDIATE runs with the literal at this place. Raises NotRead where it is only a part of it."""
    tokens, literal = statement.tokens, statement.tokens[at]
    is_executed = [token.word for token in tokens[max(at - 2, 0) : at]] == ["EXECUTE", "IMMEDIATE"]
    if not is_executed or not (at + 1 < len(tokens) and tokens[at + 1].is_symbol(";")):
        raise NotRead(_DYNAMIC_SQL, literal.start)
    parts = list(Script(literal.value or "").parts())
    if len(parts) != 1 or not isinstance(parts[0], Statement) or parts[0].fault:
        raise NotRead(_DYNAMIC_SQL, literal.start)
    return replace(parts[0], within=literal.start if statement.within is None else statement.within)
