"""SQL*Plus commands: lines that no database sees.

SQL*Plus User's Guide and Reference, "SQL*Plus Command Reference".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The commands, and how many of their letters are enough.
_ENOUGH_LETTERS = {
    "ACCEPT": 3,
    "ARCHIVE": 7,
    "ATTRIBUTE": 9,
    "BREAK": 3,
    "BTITLE": 3,
    "CLEAR": 2,
    "COLUMN": 3,
    "COMPUTE": 4,
    "CONNECT": 4,
    "COPY": 4,
    "DEFINE": 3,
    "DESCRIBE": 4,
    "DISCONNECT": 4,
    "EDIT": 2,
    "EXECUTE": 4,
    "EXIT": 4,
    "GET": 3,
    "HELP": 4,
    "HOST": 2,
    "PASSWORD": 5,
    "PAUSE": 3,
    "PRINT": 3,
    "PROMPT": 3,
    "QUIT": 4,
    "RECOVER": 7,
    "REMARK": 3,
    "REPFOOTER": 4,
    "REPHEADER": 4,
    "RUN": 3,
    "SAVE": 3,
    "SET": 3,
    "SHOW": 3,
    "SHUTDOWN": 8,
    "SPOOL": 3,
    "START": 3,
    "STARTUP": 7,
    "STORE": 5,
    "TIMING": 4,
    "TTITLE": 3,
    "UNDEFINE": 5,
    "VARIABLE": 3,
    "WHENEVER": 8,
    "XQUERY": 6,
}
_COMMANDS = {
    command[:letters]: command
    for command, enough in _ENOUGH_LETTERS.items()
    for letters in range(enough, len(command) + 1)
}
_SQL_SET = re.compile(r"SET\s+(?:ROLE|TRANSACTION|CONSTRAINTS?)\b", re.IGNORECASE)
_SIGNS = {"@": "START", "!": "HOST", "$": "HOST"}
_FIRST = re.compile(r"[@!$]|[A-Za-z]+(?![\w$#.])")
_LINE = re.compile(r"[^\n]*+")
_CONTINUED = re.compile(r"(?:[^\n]*[ \t]-[ \t]*\n)*+[^\n]*+")
#: A line of dashes is how people underline these: it does not continue.
_ONE_LINE = ("REMARK", "PROMPT")


@dataclass(frozen=True)
class Command:
    """`name` in full, `rest` what follows it, on which continued lines are joined."""

    name: str
    rest: str
    start: int
    end: int


def command_at(text: str, start: int) -> Command | None:
    """The command that begins there, where a statement could begin too."""
    first = _FIRST.match(text, start)
    if first is None:
        return None
    name = _SIGNS.get(first[0]) or _COMMANDS.get(first[0].upper())
    if name is None or _SQL_SET.match(text, start):
        return None
    written = (_LINE if name in _ONE_LINE else _CONTINUED).match(text, start)
    assert written is not None  # both take an empty line
    return Command(name, text[first.end() : written.end()].strip(), start, written.end())
