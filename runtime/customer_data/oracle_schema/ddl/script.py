"""A script as its statements: where each ends, whether it is SQL, PL/SQL or a line for SQL*Plus."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from customer_data.oracle_schema.ddl.commands import Command, command_at
from customer_data.oracle_schema.ddl.tokens import Lexer, Token


@dataclass(frozen=True)
class Statement:
    """`fault` says why it cannot be read at all, and where in the text that is. `source` is the text in which its
    tokens stand: the script, or a literal that is at the place `within` of the script."""

    tokens: list[Token] = field(repr=False)
    source: str = field(repr=False)
    is_plsql: bool = False
    fault: tuple[str, int] | None = None
    within: int | None = None

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def text(self) -> str:
        return self.source[self.start : self.tokens[-1].end]

    @property
    def is_only_if_new(self) -> bool:
        words = [token.word for token in self.tokens[:8]]
        return any(words[at : at + 3] == ["IF", "NOT", "EXISTS"] for at in range(len(words)))


#: Words between CREATE and the kind of object.
_MODIFIERS = frozenset(
    ("OR", "REPLACE", "EDITIONABLE", "NONEDITIONABLE", "FORCE", "NOFORCE", "AND", "RESOLVE", "COMPILE")
)
_PLSQL_KINDS = frozenset(("PROCEDURE", "FUNCTION", "PACKAGE", "TRIGGER", "JAVA"))
#: What begins a statement wherever it opens a line: PL/SQL has none of it but in literals, and SQL only in parentheses.
#: `AFTER CREATE OR ALTER ON SCHEMA` in a trigger is no beginning.
_BEGINNING = re.compile(
    r"""(?:CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:NO)?FORCE|(?:NON)?EDITION(?:ABLE|ING)|GLOBAL|PRIVATE|UNIQUE|BITMAP|PUBLIC
          |TABLE|VIEW|MATERIALIZED|INDEX|SEQUENCE|SYNONYM|TRIGGER|PACKAGE|PROCEDURE|FUNCTION|TYPE|DATABASE|JAVA|CLUSTER
          |IMMUTABLE|BLOCKCHAIN|SHARDED|DUPLICATED|DIRECTORY|USER|ROLE|TABLESPACE|CONTEXT|LIBRARY)
    |(?:ALTER|DROP)\s+(?:TABLE|VIEW|MATERIALIZED|INDEX|SEQUENCE|TRIGGER|PACKAGE|PROCEDURE|FUNCTION|TYPE|SESSION)
    |COMMENT\s+ON\s+(?:TABLE|COLUMN|MATERIALIZED))\b""",
    re.VERBOSE | re.IGNORECASE,
)
_FIRST_WORDS = frozenset(("CREATE", "ALTER", "DROP", "COMMENT"))
#: A literal that holds the end of one statement and the beginning of the next lost its own end.
_RUN_AWAY = re.compile(
    rf"[;/][ \t]*+\n(?:\s++|(?:--|REM|PROMPT)[^\n]*+\n)*+(?P<next>{_BEGINNING.pattern})", re.VERBOSE | re.IGNORECASE
)
#: What ends statements, where none is open. A point alone ends what SQL*Plus then does not run.
_ENDS = ";/."
#: They name statements, at the beginning of lines too, until these words.
_NAMING = frozenset(("GRANT", "REVOKE", "AUDIT", "NOAUDIT"))
_AFTER_NAMES = frozenset(("TO", "FROM", "BY", "WHENEVER"))
_LONGEST_JAVA_HEAD = 8
_SLASH_LINE = re.compile(r"/[ \t]*(?:--[^\n]*)?(?:\n|\Z)")
_JAVA_END = re.compile(r"^[ \t]*/[ \t]*$", re.MULTILINE)
_DEFINITION = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|\"([^\"]*)\"|(\S+))")


class Script:
    """Line ends may be any system's. Substitution variables have the values that DEFINE gives them."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._lexer = Lexer(self.text)
        self._lines = [found.end() for found in re.finditer("\n", self.text)]
        self._variables: dict[str, str] = {}

    def line(self, position: int) -> int:
        return bisect_right(self._lines, position) + 1

    def parts(self) -> Iterator[Statement | Command]:
        while True:
            self._lexer.skip()
            start = self._lexer.position
            if start >= len(self.text):
                return
            if command := command_at(self.text, start):
                self._lexer.position = command.end
                self._define(command)
                yield command
            elif self.text[start] in _ENDS and not self.text.startswith("/*", start):
                self._lexer.position += 1
            else:
                yield self._statement()

    def _define(self, command: Command) -> None:
        found = _DEFINITION.match(command.rest) if command.name == "DEFINE" else None
        if found:
            self._variables[found[1].upper()] = next(value for value in found.groups()[1:] if value is not None)

    def _statement(self) -> Statement:
        tokens: list[Token] = []
        depth = 0
        is_naming = False
        is_plsql: bool | None = None
        fault: tuple[str, int] | None = None
        while token := self._lexer.next():
            is_inside = is_naming or (depth > 0 and not is_plsql and fault is None)
            if tokens and not is_inside and self._begins_another(token, tokens[-1]):
                self._lexer.position = token.start
                break
            if token.is_symbol(";") and not is_plsql:
                break
            if token.is_symbol("/") and token.opens_line and _SLASH_LINE.match(self.text, token.start):
                break
            token = self._with_value(token)
            tokens.append(token)
            is_naming = tokens[0].word in _NAMING if len(tokens) == 1 else is_naming and token.word not in _AFTER_NAMES
            depth += token.is_symbol("(") - token.is_symbol(")")
            if is_plsql is None:
                is_plsql = _is_plsql(tokens)
                if is_plsql and token.word == "JAVA":
                    tokens += self._java_head()
                    break
            if token.kind == "broken":
                fault = fault or _without_end(token)
            elif not is_plsql and token.kind == "string" and (ended := _RUN_AWAY.search(token.text)):
                self._lexer.position = token.start + ended.start("next")
                fault = _without_end(token)
                break
        return Statement(tokens, self.text, bool(is_plsql), fault)

    def _begins_another(self, token: Token, before: Token) -> bool:
        opens = token.opens_line or before.is_symbol(";")
        return opens and token.word in _FIRST_WORDS and _BEGINNING.match(self.text, token.start) is not None

    def _with_value(self, token: Token) -> Token:
        if token.kind != "variable":
            return token
        value = self._variables.get(token.text.strip("&.").upper())
        return token if value is None else token._replace(kind="word", text=value, word=value.upper())

    def _java_head(self) -> list[Token]:
        """The words up to the source. Java has quotes and semicolons of its own, so that nothing after them is read:
        SQL*Plus takes it up to a line with a slash."""
        head: list[Token] = []
        while len(head) < _LONGEST_JAVA_HEAD and (token := self._lexer.next()) and token.word not in ("AS", "USING"):
            head.append(token)
        ended = _JAVA_END.search(self.text, self._lexer.position)
        self._lexer.position = ended.end() if ended else len(self.text)
        return head


def _without_end(token: Token) -> tuple[str, int]:
    what = {"/": "comment", '"': "quoted name"}.get(token.text[0], "literal")
    advice = "; a quote within it is doubled" if what == "literal" else ""
    return f"a {what} does not end{advice}", token.start


def _is_plsql(tokens: list[Token]) -> bool | None:
    """None while the first words do not say it."""
    first, last = tokens[0], tokens[-1]
    if first.word in ("DECLARE", "BEGIN") or first.is_symbol("<<"):
        return True
    if first.word == "CREATE":
        if last is first or last.word in _MODIFIERS:
            return None
        if last.word == "TYPE":
            return None
        # The specification of a type has one semicolon, its body many.
        return last.word in _PLSQL_KINDS or (last.word == "BODY" and tokens[-2].word == "TYPE")
    return False
