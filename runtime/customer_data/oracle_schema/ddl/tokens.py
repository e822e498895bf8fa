"""Oracle SQL text as tokens: blanks and comments are dropped, everything else keeps its text and its place.

Oracle SQL Language Reference, "Literals", "Database Object Names and Qualifiers", "Comments".
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Token(NamedTuple):
    """`kind` is word, quoted, string, number, variable, symbol, or broken: a literal, name or comment without an end,
    of which the text is the rest of its line. `opens_line` says that nothing but blanks and comments is before it."""

    kind: str
    text: str
    start: int
    end: int
    opens_line: bool

    @property
    def word(self) -> str:
        """In upper case; empty where it is none, so that a quoted name is never taken for a keyword."""
        return self.text.upper() if self.kind == "word" else ""

    def is_symbol(self, symbol: str) -> bool:
        return self.kind == "symbol" and self.text == symbol

    @property
    def name(self) -> str | None:
        """What it names in Oracle's catalog, if it is a name."""
        if self.kind == "word":
            return self.text.upper()
        return self.text[1:-1].replace('""', '"') if self.kind == "quoted" else None

    @property
    def value(self) -> str | None:
        """What a literal says."""
        if self.kind != "string":
            return None
        text = self.text[1:] if self.text[0] in "nN" else self.text
        return text[3:-2] if text[0] in "qQ" else text[1:-1].replace("''", "'")


#: A byte order mark stands where files were joined, a zero-width space where text was copied from a page.
_GAP = re.compile(r"(?:[\s\ufeff\u200b]++|--[^\n]*+)*+")
_TOKEN = re.compile(
    r"""(?P<string>[nN]?'(?:[^']++|'')*+')
    |(?P<custom>[nN]?[qQ]'(?P<opening>\S))
    |(?P<quoted>"(?:[^"\n]++|"")++")
    |(?P<word>[^\W\d][\w$\#]*+)
    |(?P<number>\d[\w.]*+)
    |(?P<variable>&&?\w++\.?)
    |(?P<broken>[nN]?'[^\n]*+|"[^\n]*+)
    |(?P<symbol><<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}
_LINE = re.compile(r"[^\n]*+")


class Lexer:
    """Reads tokens from `position`, which may be moved between two of them. All of them take linear time together."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self._without_end: set[str] = set()

    def skip(self) -> bool:
        """Moves past blanks and comments; whether a line began among them."""
        opens_line = self.position == 0
        while True:
            start = self.position
            found = _GAP.match(self.text, start)
            assert found is not None  # it takes nothing at all
            self.position = found.end()
            opens_line = opens_line or "\n" in found[0]
            if not self.text.startswith("/*", self.position):
                return opens_line
            closed = self._find("*/", self.position + 2)
            if closed is None:
                return opens_line
            opens_line = opens_line or self.text.find("\n", self.position, closed) >= 0
            self.position = closed

    def next(self) -> Token | None:
        """None at the end of the text."""
        opens_line = self.skip()
        start = self.position
        if start >= len(self.text):
            return None
        if self.text.startswith("/*", start):
            return self._broken(start, opens_line)
        found = _TOKEN.match(self.text, start)
        assert found is not None  # the last choice takes any character
        if not found["custom"]:
            self.position = found.end()
            return Token(found.lastgroup or "symbol", found[0], start, self.position, opens_line)
        opening = found["opening"]
        end = self._find(_CLOSING.get(opening, opening) + "'", found.end())
        if end is None:
            return self._broken(start, opens_line)
        self.position = end
        return Token("string", self.text[start:end], start, end, opens_line)

    def _broken(self, start: int, opens_line: bool) -> Token:
        line = _LINE.match(self.text, start)
        assert line is not None  # it takes nothing at all
        self.position = line.end()
        return Token("broken", line[0], start, self.position, opens_line)

    def _find(self, closing: str, start: int) -> int | None:
        """Where the closing mark ends. One that was missing before is not looked for again."""
        if closing in self._without_end:
            return None
        found = self.text.find(closing, start)
        if found < 0:
            self._without_end.add(closing)
            return None
        return found + len(closing)
