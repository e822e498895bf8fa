"""Column definitions and constraints: PostgreSQL gets names, types and defaults, the side catalog remembers the rest.

Redshift does not enforce PRIMARY KEY, UNIQUE and FOREIGN KEY, and stores by ENCODE, DISTKEY and SORTKEY.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.expressions import Expressions, literal
from local.redshift.reserved_words import RESERVED_WORDS
from local.redshift.tokenizer import Kind, Token, closing, split_by_comma, starts_with
from local.redshift.types import read_type

_ENCODINGS = frozenset(
    [
        "auto",
        "raw",
        "az64",
        "bytedict",
        "delta",
        "delta32k",
        "lzo",
        "mostly8",
        "mostly16",
        "mostly32",
        "runlength",
        "text255",
        "text32k",
        "zstd",
    ]
)
_ATTRIBUTES = (
    "default",
    "identity",
    "generated",
    "encode",
    "distkey",
    "sortkey",
    "not",
    "null",
    "unique",
    "primary",
    "references",
    "collate",
)


@dataclass(frozen=True)
class Constraint:
    """An informational constraint: `kind` is p, u or f as in pg_constraint."""

    kind: str
    columns: tuple[str, ...]
    name: str | None = None
    target: tuple[str, ...] | None = None
    target_columns: tuple[str, ...] = ()


@dataclass
class Column:
    name: str
    sql: str
    not_null: bool = False
    has_default: bool = False
    is_identity: bool = False
    encoding: str | None = None
    distkey: bool = False
    sortkey: int = 0
    constraints: list[Constraint] = field(default_factory=list)


def read_column(tokens: Sequence[Token], expressions: Expressions) -> Column:
    """`name type [attributes]`, of CREATE TABLE or ADD COLUMN."""
    if not tokens or not tokens[0].is_identifier:
        raise syntax_error(tokens[0].text if tokens else ")", "a column name is expected")
    if tokens[0].kind is Kind.WORD and tokens[0].text.lower() in RESERVED_WORDS:
        raise syntax_error(tokens[0].text, "a reserved word is a column name in double quotes only")
    type_name, index = read_type(tokens, 1)
    name = tokens[0].name
    column = Column(name, f"{expressions.name(name)} {type_name}")
    while index < len(tokens):
        index = _attribute(column, tokens, index, expressions)
    return column


def read_constraint(tokens: Sequence[Token], expressions: Expressions) -> Constraint:
    """`[CONSTRAINT name] PRIMARY KEY | UNIQUE | FOREIGN KEY ...` of a table."""
    name = None
    index = 0
    if tokens[0].is_word("constraint"):
        name, index = tokens[1].name, 2
    kind = tokens[index].text.lower()
    index += 1 if kind == "unique" else 2
    if index >= len(tokens) or not tokens[index].is_symbol("("):
        raise syntax_error(tokens[-1].text)
    end = closing(tokens, index)
    columns = names_of(tokens[index + 1 : end])
    if kind != "foreign":
        return Constraint(kind[0], columns, name)
    if end + 1 >= len(tokens) or not tokens[end + 1].is_word("references"):
        raise syntax_error(tokens[end].text, "REFERENCES is expected")
    target, target_columns, _ = _reference(tokens, end + 2, expressions)
    return Constraint("f", columns, name, target, target_columns)


def remember_constraint(table: str, constraint: Constraint, expressions: Expressions) -> str:
    def names(columns: Sequence[str]) -> str:
        return f"ARRAY[{', '.join(literal(_unquoted(expressions, name)) for name in columns)}]::name[]"

    given = "NULL" if constraint.name is None else literal(_unquoted(expressions, constraint.name))
    target = "NULL" if constraint.target is None else f"{literal(expressions.relation(constraint.target))}::regclass"
    return (
        f"SELECT redshift_catalog.remember_constraint({given}, '{constraint.kind}', {literal(table)}::regclass,"
        f" {names(constraint.columns)}, {target}, {names(constraint.target_columns)})"
    )


def remember_column(table: str, column: Column, expressions: Expressions) -> str:
    encoding = "NULL" if column.encoding is None else literal(column.encoding)
    return (
        f"SELECT redshift_catalog.remember_column({literal(table)}::regclass,"
        f" {literal(_unquoted(expressions, column.name))}, {encoding}, {column.distkey}, {column.sortkey})"
    )


def read_encoding(tokens: Sequence[Token], index: int) -> str:
    encoding = tokens[index].text.lower() if index < len(tokens) else ""
    if encoding not in _ENCODINGS:
        raise RedshiftError(f'encoding type "{encoding}" is not supported; supported: {", ".join(sorted(_ENCODINGS))}')
    return "none" if encoding == "raw" else encoding


def _attribute(column: Column, tokens: Sequence[Token], index: int, expressions: Expressions) -> int:
    """Reads one attribute at `index` into `column`; returns the index after it."""
    word = tokens[index].text.lower()
    if starts_with(tokens[index:], "not", "null"):
        column.not_null = True
        return index + 2
    if word == "null":
        return index + 1
    if word == "default":
        end = index + 1
        while end < len(tokens) and not tokens[end].is_word(*_ATTRIBUTES):
            end = closing(tokens, end) + 1 if tokens[end].is_symbol("(") else end + 1
        end = max(end, index + 2)  # DEFAULT NULL
        column.has_default = not tokens[index + 1].is_word("null")
        column.sql += f" DEFAULT {expressions.translate(tokens[index + 1 : end])}"
        return end
    if word == "identity" or starts_with(tokens[index:], "generated", "by", "default", "as", "identity"):
        opening = index + (1 if word == "identity" else 5)
        end = closing(tokens, opening)
        seed, step = (_whole_number(part) for part in split_by_comma(tokens[opening + 1 : end]))
        column.is_identity = True
        always = "ALWAYS" if word == "identity" else "BY DEFAULT"
        column.sql += f" GENERATED {always} AS IDENTITY (START {seed} INCREMENT {step} MINVALUE {seed})"
        return end + 1
    if word == "encode":
        column.encoding = read_encoding(tokens, index + 1)
        return index + 2
    if word == "distkey":
        column.distkey = True
        return index + 1
    if word == "sortkey":
        column.sortkey = 1
        return index + 1
    if word == "unique" or starts_with(tokens[index:], "primary", "key"):
        column.constraints.append(Constraint(word[0], (column.name,)))
        return index + (1 if word == "unique" else 2)
    if word == "references":
        target, target_columns, after = _reference(tokens, index + 1, expressions)
        column.constraints.append(Constraint("f", (column.name,), None, target, target_columns))
        return after
    if starts_with(tokens[index:], "collate", "case_sensitive"):
        return index + 2
    if word == "collate":
        raise NotEmulated("a collation other than CASE_SENSITIVE")
    raise syntax_error(tokens[index].text)


def _whole_number(tokens: Sequence[Token]) -> int:
    text = "".join(token.text for token in tokens)
    try:
        return int(text)
    except ValueError:
        raise syntax_error(text, "a whole number is expected") from None


def _reference(
    tokens: Sequence[Token], index: int, expressions: Expressions
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    target, index = expressions.qualified_name(tokens, index)
    columns: tuple[str, ...] = ()
    if index < len(tokens) and tokens[index].is_symbol("("):
        end = closing(tokens, index)
        columns, index = names_of(tokens[index + 1 : end]), end + 1
    return tuple(target), columns, index


def names_of(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(item[0].name for item in split_by_comma(tokens) if item)


def _unquoted(expressions: Expressions, name: str) -> str:
    return expressions.name(name)[1:-1].replace('""', '"')
