"""GRANT and REVOKE, role membership and scoped permissions."""

from __future__ import annotations

from collections.abc import Sequence

from local.redshift.errors import NotEmulated, RedshiftError, syntax_error
from local.redshift.expressions import Expressions, literal
from local.redshift.tokenizer import Token, render, split_by_comma, starts_with
from local.redshift.translation import Translation

_SCOPED = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "ALTER", "DROP"))


def grant_or_revoke(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    granting = tokens[0].is_word("grant")
    verb = tokens[0].text.upper()
    divider = next(
        (i for i, token in enumerate(tokens) if i and token.is_word("to" if granting else "from")), len(tokens)
    )
    privileges, grantees = tokens[1:divider], tokens[divider + 1 :]
    if not grantees:
        raise syntax_error("end of input", f"{verb} needs {'TO' if granting else 'FROM'} and a grantee")
    if starts_with(privileges, "role"):
        roles = ", ".join(expressions.name(role[0].name) for role in split_by_comma(privileges[1:]))
        return Translation(f"{verb} {roles} {'TO' if granting else 'FROM'} {_grantees(grantees, expressions)}")
    scope = next((i for i, token in enumerate(privileges) if token.is_word("for")), None)
    if scope is not None:
        if not granting:
            raise NotEmulated("REVOKE of a scoped permission")
        return _scoped(privileges[:scope], privileges[scope + 1 :], grantees, expressions)
    target = next((i for i, token in enumerate(privileges) if token.is_word("on")), len(privileges))
    for token in privileges[:target]:
        if token.is_word("alter", "drop"):
            raise NotEmulated(
                f"{verb} {token.text.upper()} on an object (use a scoped permission, FOR TABLES IN SCHEMA)"
            )
    left = expressions.translate(privileges)
    return Translation(f"{verb} {left} {'TO' if granting else 'FROM'} {_grantees(grantees, expressions)}")


def default_privileges(tokens: Sequence[Token], expressions: Expressions) -> Translation:
    """ALTER DEFAULT PRIVILEGES: as PostgreSQL's, without the word ROLE before a grantee."""
    kept = [
        token
        for index, token in enumerate(tokens)
        if not (token.is_word("role") and tokens[index - 1].is_word("to", "from"))
    ]
    return Translation(expressions.translate(kept))


def _scoped(
    privileges: Sequence[Token], scope: Sequence[Token], grantees: Sequence[Token], expressions: Expressions
) -> Translation:
    """GRANT ... FOR TABLES IN SCHEMA: for the tables that there are and the ones to come."""
    if not starts_with(scope, "tables", "in", "schema") or len(scope) != 4:
        raise NotEmulated(f"a permission scoped FOR {render(scope).upper()} (TABLES IN SCHEMA is)")
    names = [render(part).upper() for part in split_by_comma(privileges)]
    if unknown := set(names) - _SCOPED:
        raise RedshiftError(f"invalid privilege type {', '.join(sorted(unknown))} for scoped permissions on tables")
    if len(split_by_comma(grantees)) != 1 or not grantees[0].is_word("role"):
        raise NotEmulated("a scoped permission for anything but one ROLE")
    schema, role = (literal(expressions.name(token.name)[1:-1]) for token in (scope[3], grantees[1]))
    granted = ", ".join(literal(name) for name in names)
    return Translation(f"SELECT redshift_catalog.scope({schema}, {role}, ARRAY[{granted}])", command=True)


def _grantees(tokens: Sequence[Token], expressions: Expressions) -> str:
    """`ROLE r, GROUP g, user, PUBLIC [WITH ... OPTION]`: one name space in PostgreSQL."""
    grantees: list[str] = []
    for part in split_by_comma(tokens):
        words = part[1:] if len(part) > 1 and part[0].is_word("role", "group") else part
        name = "PUBLIC" if words[0].is_word("public") else expressions.name(words[0].name)
        grantees.append(" ".join([name, *(token.text.upper() for token in words[1:])]))
    return ", ".join(grantees)
