"""A file of SQL as its statements: split at semicolons that stand in no literal, name or comment."""

from __future__ import annotations

import re

from customer_data.errors import SettingsError

_PIECE = re.compile(
    r"""(?P<string>'(?:[^'\\]|''|\\.)*')|(?P<quoted>"(?:[^"]|"")*")|(?P<dollar>\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
    |(?P<remark>--[^\n]*)|(?P<comment>/\*)|(?P<end>;)|(?P<open>['"])|(?P<plain>[^'"$/;-]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_IN_COMMENT = re.compile(r"/\*|\*/")


def split_statements(text: str) -> list[str]:
    """The statements without their semicolons; those that are only comments are left out. Comments between statements
    go with the next one. Raises SettingsError that names the line where a literal, name or comment does not end."""
    found: list[str] = []
    start = position = 0
    has_words = False
    while position < len(text):
        match = _PIECE.match(text, position)
        assert match is not None  # the last choice takes any character
        kind = match.lastgroup if match.lastgroup != "tag" else "dollar"
        position = match.end()
        if kind == "comment":
            position = _after_comment(text, match.start())
        elif kind == "open":
            raise _unfinished(text, match.start(), "literal" if match[0] == "'" else "quoted name")
        elif kind == "end":
            if has_words:
                found.append(text[start : match.start()].strip())
            start, has_words = position, False
        elif kind != "remark" and match[0].strip():
            has_words = True
    if has_words:
        found.append(text[start:].strip())
    return found


def _after_comment(text: str, start: int) -> int:
    """Comments nest in Redshift."""
    depth, position = 0, start
    while match := _IN_COMMENT.search(text, position):
        position = match.end()
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return position
    raise _unfinished(text, start, "comment")


def _unfinished(text: str, at: int, what: str) -> SettingsError:
    return SettingsError(f"line {text.count(chr(10), 0, at) + 1:,}: a {what} begins there and does not end; close it")
