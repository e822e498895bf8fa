"""Redshift's data types in PostgreSQL's terms ("Data types" in the Amazon Redshift manual)."""

from __future__ import annotations

from collections.abc import Sequence

from local.redshift.errors import RedshiftError, syntax_error
from local.redshift.tokenizer import Kind, Token

MAX_VARCHAR = 65_535
_SIMPLE = {
    **dict.fromkeys(("smallint", "int2"), "SMALLINT"),
    **dict.fromkeys(("integer", "int", "int4"), "INTEGER"),
    **dict.fromkeys(("bigint", "int8"), "BIGINT"),
    **dict.fromkeys(("real", "float4"), "REAL"),
    **dict.fromkeys(("float8", "float"), "DOUBLE PRECISION"),
    **dict.fromkeys(("boolean", "bool"), "BOOLEAN"),
    "date": "DATE",
    "timestamptz": "TIMESTAMPTZ",
    "timetz": "TIMETZ",
    "super": "JSONB",
    # Of the leader node's catalog.
    "regclass": "REGCLASS",
    "oid": "OID",
}
_CHARACTER = {
    "varchar": "VARCHAR",
    "nvarchar": "VARCHAR",
    "text": "VARCHAR",
    "char": "CHAR",
    "nchar": "CHAR",
    "bpchar": "CHAR",
}


def read_type(tokens: Sequence[Token], start: int) -> tuple[str, int]:
    """The PostgreSQL type that the tokens from `start` name, and the index after them.

    Raises RedshiftError for a type that Redshift does not have (SERIAL, JSONB, BYTEA, UUID, arrays...).
    """
    if start >= len(tokens):
        raise RedshiftError("syntax error at end of input: a data type is expected")
    if not tokens[start].is_identifier:
        raise syntax_error(tokens[start].text)
    name, index = tokens[start].name, start + 1
    if index < len(tokens) and tokens[index].is_symbol("."):
        raise RedshiftError(f'type "{name}" does not exist')
    if name == "double" and _word(tokens, index, "precision"):
        return "DOUBLE PRECISION", index + 1
    if name in ("character", "char", "nchar") and _word(tokens, index, "varying"):
        name, index = "varchar", index + 1
    elif name == "character":
        name = "char"
    elif name == "binary" and _word(tokens, index, "varying"):
        name, index = "varbyte", index + 1
    arguments, index = _arguments(tokens, index)
    if name in ("timestamp", "time"):
        zoned, index = _time_zone(tokens, index)
        translated = f"{name.upper()}TZ" if zoned else name.upper()
    elif name in ("numeric", "decimal", "dec"):
        translated = _numeric(arguments)
    elif name in _CHARACTER:
        translated = _character(name, arguments)
    elif name in ("varbyte", "varbinary"):
        translated = "BYTEA"
    elif name in _SIMPLE and not arguments:
        translated = _SIMPLE[name]
    else:
        raise RedshiftError(f'type "{name}" does not exist')
    if index < len(tokens) and tokens[index].is_symbol("["):
        raise RedshiftError(f"Column type {name}[] is not supported: Redshift has no arrays")
    return translated, index


def _numeric(arguments: list[str]) -> str:
    """DECIMAL alone is DECIMAL(18,0); at most 38 digits, 37 of them after the point."""
    precision, scale = (int(text) for text in [*(arguments or ["18"]), "0"][:2])
    if not 1 <= precision <= 38:
        raise RedshiftError(f"DECIMAL precision {precision} must be between 1 and 38")
    if not 0 <= scale <= min(precision, 37):
        raise RedshiftError(f"DECIMAL scale {scale} must be between 0 and {min(precision, 37)}")
    return f"NUMERIC({precision},{scale})"


def _character(name: str, arguments: list[str]) -> str:
    """VARCHAR alone is VARCHAR(256), CHAR alone CHAR(1), TEXT VARCHAR(256), BPCHAR CHAR(256)."""
    target = _CHARACTER[name]
    maximum = MAX_VARCHAR if target == "VARCHAR" else 4_096
    default = "1" if name in ("char", "nchar") else "256"
    given = default if name in ("text", "bpchar") else (arguments or [default])[0]
    length = maximum if given == "max" else int(given)
    if not 1 <= length <= maximum:
        raise RedshiftError(f"length for type {name} cannot exceed {maximum}: {length}")
    return f"{target}({length})"


def _arguments(tokens: Sequence[Token], index: int) -> tuple[list[str], int]:
    if index >= len(tokens) or not tokens[index].is_symbol("("):
        return [], index
    arguments: list[str] = []
    while not tokens[index].is_symbol(")"):
        index += 1
        if index + 1 >= len(tokens):
            raise RedshiftError("syntax error at end of input: a data type is not closed")
        if tokens[index].kind is Kind.NUMBER and tokens[index].text.isdigit():
            arguments.append(tokens[index].text)
        elif tokens[index].is_word("max"):
            arguments.append("max")
        else:
            raise syntax_error(tokens[index].text)
        index += 1
        if not tokens[index].is_symbol(",", ")"):
            raise syntax_error(tokens[index].text)
    return arguments, index + 1


def _time_zone(tokens: Sequence[Token], index: int) -> tuple[bool, int]:
    for word, zoned in (("with", True), ("without", False)):
        if _word(tokens, index, word) and _word(tokens, index + 1, "time") and _word(tokens, index + 2, "zone"):
            return zoned, index + 3
    return False, index


def _word(tokens: Sequence[Token], index: int, word: str) -> bool:
    return index < len(tokens) and tokens[index].is_word(word)
