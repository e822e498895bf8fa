"""One Redshift statement into PostgreSQL's terms. What Redshift refuses and what is not emulated is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from local.redshift import rights
from local.redshift.alter_table import alter_table
from local.redshift.create_table import create_table
from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.expressions import Expressions, literal
from local.redshift.identifiers import StoredName
from local.redshift.s3_commands import parse_copy, parse_unload
from local.redshift.tokenizer import Token, render, split_by_comma, starts_with, tokenize
from local.redshift.translation import Translation

_Rule = Callable[[Sequence[Token], Expressions], Translation]
_SETTINGS = ("search_path", "timezone", "statement_timeout")


def translate(sql: str, stored: StoredName) -> Translation:
    """Raises RedshiftError for what Redshift would not run, NotEmulated for what this stand-in does not."""
    tokens = tokenize(sql)
    if not tokens:
        raise RedshiftError("the statement is empty")
    expressions = Expressions(stored)
    for head, rule in _RULES:
        if starts_with(tokens, *head):
            return rule(tokens, expressions)
    raise NotEmulated(render(tokens[:3]).upper())


def _as_is(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    sql = expressions.translate(tokens)
    return Translation(sql, parameters=tuple(expressions.parameters))


def _merge(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """Amazon Redshift, "MERGE": the target has no alias, the source is a table, both branches are there."""
    if not starts_with(tokens, "merge", "into"):
        raise syntax_error(tokens[-1].text)
    _, index = expressions.qualified_name(tokens, 2)
    if index >= len(tokens) or not tokens[index].is_word("using"):
        raise syntax_error(tokens[min(index, len(tokens) - 1)].text, "the target of MERGE cannot have an alias")
    if index + 1 < len(tokens) and tokens[index + 1].is_symbol("("):
        raise syntax_error("(", "the source of MERGE must be a table")
    source, _ = expressions.qualified_name(tokens, index + 1)
    if starts_with(tokens[-2:], "remove", "duplicates"):
        raise NotEmulated("MERGE ... REMOVE DUPLICATES")
    if sum(token.is_word("when") for token in tokens) != 2:
        raise syntax_error("end of input", "MERGE needs WHEN MATCHED and WHEN NOT MATCHED, once each")
    check = f"SELECT redshift_catalog.check_merge_source({literal(expressions.relation(source))}::regclass)"
    return Translation(expressions.translate(tokens), before=(check,), parameters=tuple(expressions.parameters))


def _create_schema(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if any(token.is_word("quota") for token in tokens):
        raise NotEmulated("a schema's QUOTA")
    return _as_is(tokens, expressions)


def _create_view(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if starts_with(tokens[-4:], "with", "no", "schema", "binding"):
        raise NotEmulated("a view WITH NO SCHEMA BINDING")
    return _as_is(tokens, expressions)


def _create_role(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if len(tokens) != 3:
        raise syntax_error(tokens[min(3, len(tokens) - 1)].text, "CREATE ROLE takes a name")
    return Translation(f"CREATE ROLE {expressions.name(tokens[2].name)} NOLOGIN")


def _create_user(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """The password is not kept: callers come by IAM or by the administrator's secret."""
    if len(tokens) != 5 or not tokens[3].is_word("password"):
        raise NotEmulated("CREATE USER with anything but PASSWORD")
    return Translation(f"CREATE ROLE {expressions.name(tokens[2].name)} LOGIN")


def _truncate(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """Amazon Redshift, "TRUNCATE": commits the transaction in which it is run."""
    parts, after = expressions.qualified_name(tokens, 2 if starts_with(tokens, "truncate", "table") else 1)
    if after != len(tokens):
        raise syntax_error(tokens[after].text)
    return Translation(f"TRUNCATE TABLE {expressions.relation(parts)}", commits=True)


def _lock(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """Redshift's LOCK has one mode, ACCESS EXCLUSIVE, which is PostgreSQL's default."""
    tables = split_by_comma(tokens[2 if starts_with(tokens, "lock", "table") else 1 :])
    names: list[str] = []
    for table in tables:
        parts, after = expressions.qualified_name(table, 0)
        if after != len(table):
            raise syntax_error(table[after].text)
        names.append(expressions.relation(parts))
    return Translation(f"LOCK TABLE {', '.join(names)}")


def _vacuum(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    names = [
        token for token in tokens[1:] if not token.is_word("full", "sort", "delete", "only", "reindex", "recluster")
    ]
    if any(token.is_word("to", "boost") for token in names):
        raise NotEmulated("VACUUM with TO or BOOST")
    return Translation(f"VACUUM {expressions.translate(names)}", alone="VACUUM", outside_transaction=True)


def _analyze(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if starts_with(tokens, "analyze", "compression"):
        raise NotEmulated("ANALYZE COMPRESSION")
    return _as_is(tokens, expressions)


def _set(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    if len(tokens) < 4 or not tokens[1].is_word(*_SETTINGS):
        raise NotEmulated(f"{render(tokens[:3]).upper()} (SET is for {', '.join(_SETTINGS)})")
    return _as_is(tokens, expressions)


def _copy(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    return Translation("", s3=parse_copy(tokens))


def _unload(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    unload = parse_unload(tokens)
    return Translation(expressions.translate(tokenize(unload.query)), s3=unload)


_RULES: tuple[tuple[tuple[str, ...], _Rule], ...] = (
    *(((word,), _as_is) for word in ("select", "with", "insert", "update", "delete", "comment", "show")),
    (("merge",), _merge),
    (("create", "table"), create_table),
    (("create", "temp", "table"), create_table),
    (("create", "temporary", "table"), create_table),
    (("create", "local", "temp", "table"), create_table),
    (("create", "local", "temporary", "table"), create_table),
    (("create", "view"), _create_view),
    (("create", "or", "replace", "view"), _create_view),
    (("create", "schema"), _create_schema),
    (("create", "role"), _create_role),
    (("create", "user"), _create_user),
    (("create", "group"), _as_is),
    (("alter", "table"), alter_table),
    (("alter", "default", "privileges"), rights.default_privileges),
    *((("drop", kind), _as_is) for kind in ("table", "view", "schema", "role", "user", "group")),
    (("truncate",), _truncate),
    (("lock",), _lock),
    (("copy",), _copy),
    (("unload",), _unload),
    (("grant",), rights.grant_or_revoke),
    (("revoke",), rights.grant_or_revoke),
    (("analyze",), _analyze),
    (("vacuum",), _vacuum),
    (("set",), _set),
)
