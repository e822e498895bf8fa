"""Names and values as SQL text, which no content breaks out of."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Always quoted: `user`, `order`, `group` and `tag` are reserved words."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int | None) -> str:
    """A string, number or NULL.

    Redshift reads a backslash in a literal as an escape, standard SQL does not. CHR(92) says it in both.
    """
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    pieces = ["'" + piece.replace("'", "''") + "'" for piece in value.replace("\x00", "").split("\\")]
    return " || CHR(92) || ".join(pieces)
