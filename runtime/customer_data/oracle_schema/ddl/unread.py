"""How a statement that was not read is shown."""

from __future__ import annotations

import re

from customer_data.oracle_schema.ddl.tokens import Lexer

_LONGEST = 200
_LOOKED_AT = 2_000
_PASSWORD = re.compile(r"(IDENTIFIED\s+BY\s+(?:VALUES\s+)?)\S+", re.IGNORECASE)


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
