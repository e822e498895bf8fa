"""ALTER TABLE, within what Redshift allows (Amazon Redshift manual, "ALTER TABLE" and "ALTER TABLE APPEND")."""

from __future__ import annotations

from collections.abc import Sequence

from local.redshift import columns
from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.expressions import Expressions, literal
from local.redshift.tokenizer import Token, render, split_by_comma, starts_with
from local.redshift.translation import Translation
from local.redshift.types import read_type


def alter_table(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if starts_with(tokens[2:], "if", "exists"):
        raise syntax_error("EXISTS", "Redshift has no ALTER TABLE IF EXISTS")
    parts, index = expressions.qualified_name(tokens, 2)
    table = expressions.relation(parts)
    action = tokens[index:]
    if len(split_by_comma(action)) > 1:
        raise syntax_error(",", "ALTER TABLE takes one action, ADD COLUMN one column")
    if starts_with(action, "append", "from"):
        return _append(table, action, expressions)
    if starts_with(action, "add"):
        return _add(table, action[1:], expressions)
    if starts_with(action, "drop"):
        return _drop(table, action[1:], expressions)
    if starts_with(action, "rename") or starts_with(action, "owner", "to"):
        return Translation(f"ALTER TABLE {table} {expressions.translate(action)}")
    if starts_with(action, "alter", "column"):
        return _alter_column(table, action[2:], expressions)
    raise NotEmulated(f"ALTER TABLE ... {render(action[:3]).upper()}")


def _add(table: str, action: Sequence[Token], expressions: Expressions) -> Translation:
    if action and action[0].is_word("primary", "unique", "foreign", "constraint"):
        constraint = columns.read_constraint(action, expressions)
        return Translation(columns.remember_constraint(table, constraint, expressions), command=True)
    definition = action[1:] if starts_with(action, "column") else action
    if starts_with(definition, "if"):
        raise syntax_error("NOT", "Redshift has no ADD COLUMN IF NOT EXISTS")
    column = columns.read_column(definition, expressions)
    if column.is_identity or column.constraints or column.distkey or column.sortkey:
        raise RedshiftError(
            "ALTER TABLE ADD COLUMN takes no IDENTITY, UNIQUE, PRIMARY KEY, REFERENCES, DISTKEY or SORTKEY"
        )
    if column.not_null and not column.has_default:
        raise RedshiftError("ALTER TABLE ADD COLUMN defined as NOT NULL must have a non-null default expression")
    after = (columns.remember_column(table, column, expressions),) if column.encoding else ()
    not_null = " NOT NULL" if column.not_null else ""
    return Translation(f"ALTER TABLE {table} ADD COLUMN {column.sql}{not_null}", after=after)


def _drop(table: str, action: Sequence[Token], expressions: Expressions) -> Translation:
    if starts_with(action, "constraint") and len(action) > 1:
        name = literal(expressions.name(action[1].name)[1:-1])
        return Translation(
            f"SELECT redshift_catalog.forget_constraint({literal(table)}::regclass, {name})", command=True
        )
    words = action[1:] if starts_with(action, "column") else action
    if starts_with(words, "if"):
        raise syntax_error("EXISTS", "Redshift has no DROP COLUMN IF EXISTS")
    return Translation(f"ALTER TABLE {table} DROP COLUMN {expressions.translate(words)}")


def _alter_column(table: str, action: Sequence[Token], expressions: Expressions) -> Translation:
    if len(action) < 3:
        raise syntax_error(action[-1].text if action else "end of input")
    column = expressions.name(action[0].name)
    if action[1].is_word("encode"):
        changed = columns.Column(action[0].name, "", encoding=columns.read_encoding(action, 2))
        remembered = columns.remember_column(table, changed, expressions)
        return Translation(remembered, alone="ALTER TABLE ALTER COLUMN ENCODE", command=True)
    if not action[1].is_word("type"):
        raise NotEmulated(f"ALTER TABLE ... ALTER COLUMN {render(action[1:3]).upper()}")
    type_name, after = read_type(action, 2)
    if after != len(action):
        raise syntax_error(action[after].text)
    if not type_name.startswith("VARCHAR("):
        raise RedshiftError(f"cannot alter column {column} to {type_name}: only the size of a VARCHAR can be changed")
    check = (
        f"SELECT redshift_catalog.check_new_length({literal(table)}::regclass, {literal(column[1:-1])},"
        f" {type_name[8:-1]})"
    )
    return Translation(
        f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {type_name}",
        before=(check,),
        alone="ALTER TABLE ALTER COLUMN TYPE",
    )


def _append(table: str, action: Sequence[Token], expressions: Expressions) -> Translation:
    source, after = expressions.qualified_name(action, 2)
    if after != len(action):
        raise NotEmulated(f"ALTER TABLE APPEND ... {render(action[after:]).upper()}")
    return Translation(
        f"SELECT redshift_catalog.append({literal(table)}::regclass,"
        f" {literal(expressions.relation(source))}::regclass)",
        alone="ALTER TABLE APPEND",
        command=True,
    )
