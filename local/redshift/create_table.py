"""CREATE TABLE, with column definitions or from a query."""

from __future__ import annotations

from collections.abc import Sequence

from local.redshift.columns import (
    Column,
    Constraint,
    names_of,
    read_column,
    read_constraint,
    remember_column,
    remember_constraint,
)
from local.redshift.errors import RedshiftError, syntax_error
from local.redshift.expressions import Expressions
from local.redshift.tokenizer import Token, closing, split_by_comma, starts_with
from local.redshift.translation import Translation

MAX_COLUMNS = 1_600


def create_table(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """CREATE [TEMP] TABLE, with definitions or AS a query."""
    index, temporary = 1, False
    if tokens[index].is_word("local"):
        index += 1
    if tokens[index].is_word("temp", "temporary"):
        index, temporary = index + 1, True
    index += 1
    if_not_exists = starts_with(tokens[index:], "if", "not", "exists")
    parts, index = expressions.qualified_name(tokens, index + 3 if if_not_exists else index)
    table = expressions.relation(parts)
    temporary = temporary or parts[-1].startswith("#")
    head = f"CREATE {'TEMP ' if temporary else ''}TABLE {table}"
    inside: Sequence[Token] = ()
    if index < len(tokens) and tokens[index].is_symbol("("):
        end = closing(tokens, index)
        inside, index = tokens[index + 1 : end], end + 1
    distkey, sortkeys, index = _table_attributes(tokens, index)
    creates = table if if_not_exists else None
    if index < len(tokens):
        if not tokens[index].is_word("as"):
            raise syntax_error(tokens[index].text)
        names = [expressions.name(item[0].name) for item in split_by_comma(inside) if item]
        listed = f" ({', '.join(names)})" if names else ""
        sql = f"{head}{listed} AS {expressions.translate(tokens[index + 1 :])}"
        after = _remember(table, [], distkey, sortkeys, expressions)
        return Translation(sql, after=after, parameters=tuple(expressions.parameters), creates=creates)
    columns, constraints, likes = _definitions(inside, expressions)
    if len(columns) > MAX_COLUMNS:
        raise RedshiftError(f"tables can have at most {MAX_COLUMNS} columns")
    for constraint in constraints:
        if constraint.kind == "p":
            for column in columns:
                column.not_null = column.not_null or column.name in constraint.columns
    body = ", ".join([*likes, *(column.sql + (" NOT NULL" if column.not_null else "") for column in columns)])
    after = (
        *_remember(table, columns, distkey, sortkeys, expressions),
        *(remember_constraint(table, constraint, expressions) for constraint in constraints),
    )
    return Translation(f"{head} ({body})", after=after, creates=creates)


def _definitions(inside: Sequence[Token], expressions: Expressions) -> tuple[list[Column], list[Constraint], list[str]]:
    columns: list[Column] = []
    constraints: list[Constraint] = []
    likes: list[str] = []
    for item in split_by_comma(inside):
        if item and item[0].is_word("primary", "unique", "foreign", "constraint"):
            constraints.append(read_constraint(item, expressions))
        elif item and item[0].is_word("like"):
            likes.append(expressions.translate(item))
        else:
            columns.append(read_column(item, expressions))
            constraints.extend(columns[-1].constraints)
    return columns, constraints, likes


def _table_attributes(tokens: Sequence[Token], index: int) -> tuple[str | None, tuple[str, ...], int]:
    distkey: str | None = None
    sortkeys: tuple[str, ...] = ()
    while index < len(tokens):
        rest = tokens[index:]
        if starts_with(rest, "diststyle"):
            if len(rest) < 2 or not rest[1].is_word("even", "key", "all", "auto"):
                raise syntax_error(rest[-1].text, "DISTSTYLE is AUTO, EVEN, KEY or ALL")
            index += 2
        elif starts_with(rest, "backup") or starts_with(rest, "encode", "auto") or starts_with(rest, "sortkey", "auto"):
            index += 2
        elif starts_with(rest, "compound") or starts_with(rest, "interleaved"):
            index += 1
        elif rest[0].is_word("distkey", "sortkey") and len(rest) > 1 and rest[1].is_symbol("("):
            end = closing(tokens, index + 1)
            names = names_of(tokens[index + 2 : end])
            if rest[0].is_word("sortkey"):
                sortkeys = names
            elif len(names) != 1:
                raise RedshiftError("DISTKEY takes one column")
            else:
                distkey = names[0]
            index = end + 1
        else:
            break
    return distkey, sortkeys, index


def _remember(
    table: str, columns: Sequence[Column], distkey: str | None, sortkeys: Sequence[str], expressions: Expressions
) -> tuple[str, ...]:
    remembered = {column.name: column for column in columns if column.encoding or column.distkey or column.sortkey}
    known = {column.name: column for column in columns}
    for position, name in enumerate(sortkeys, start=1):
        column = remembered.setdefault(name, known.get(name, Column(name, "")))
        column.sortkey = position
    if distkey is not None:
        remembered.setdefault(distkey, known.get(distkey, Column(distkey, ""))).distkey = True
    return tuple(remember_column(table, column, expressions) for column in remembered.values())
