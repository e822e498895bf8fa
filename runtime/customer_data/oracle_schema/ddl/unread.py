"""What was not read, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from customer_data.oracle_schema.ddl.cursor import NotRead
from customer_data.oracle_schema.ddl.script import Statement
from customer_data.oracle_schema.ddl.tokens import Lexer
from customer_data.oracle_schema.model import Unread

_LONGEST = 200
_LOOKED_AT = 2_000
_PASSWORD = re.compile(r"(IDENTIFIED\s+BY\s+(?:VALUES\s+)?)\S+", re.IGNORECASE)


@dataclass(frozen=True)
class UnreadItem:
    """A part of a statement: a column, a constraint."""

    start: int
    text: str
    reason: str


class UnreadList:
    """`line` says on which line of the script a place is."""

    def __init__(self, line: Callable[[int], int]) -> None:
        self._line = line
        self._found: list[Unread] = []

    def add(self, start: int, text: str, reason: str) -> None:
        self._found.append(Unread(self._line(start), text, reason))

    def add_items(self, items: Iterable[UnreadItem], of: Statement) -> bool:
        """Whether there were any."""
        before = len(self._found)
        for item in items:
            self.add(item.start if of.within is None else of.within, beginning(item.text), item.reason)
        return len(self._found) > before

    def add_statement(self, statement: Statement, error: NotRead) -> None:
        """Lines in a reason are counted from the statement's first: the script may be several files."""
        if statement.within is not None:
            self.add(statement.within, beginning(statement.text), str(error))
            return
        start = statement.start if error.start is None else error.start
        line = self._line(start) - self._line(statement.start) + 1
        text = beginning(statement.text, is_broken=statement.fault is not None)
        self.add(statement.start, text, f"{error} (line {line:,} of it)" if line > 1 else str(error))

    def in_order(self) -> tuple[Unread, ...]:
        return tuple(sorted(self._found, key=lambda one: one.line or 0))


def beginning(text: str, *, is_broken: bool = False) -> str:
    """On one line, without comments, passwords and what literals say: they can hold values of records. Where a literal
    does not end (`is_broken`) nobody knows what is in one: nothing behind the first is shown."""
    lexer = Lexer(text[:_LOOKED_AT])
    words: list[str] = []
    end = 0
    while token := lexer.next():
        is_literal = token.kind == "string" or (token.kind == "broken" and token.text[0] != '"')
        glue = " " if words and token.start > end else ""
        words.append(glue + ("'…'" if is_literal else token.text))
        end = token.end
        if is_literal and is_broken:
            break
    flat = _PASSWORD.sub(r"\1…", "".join(words))
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
