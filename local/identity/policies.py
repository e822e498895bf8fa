"""Evaluates IAM policies: pure functions, from documents and a request to allowed or not.

After the IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Effect(Enum):
    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


@dataclass(frozen=True)
class Principal:
    """Who asks: an IAM identity by its ARNs (role and session), or a service by its name."""

    arns: tuple[str, ...] = ()
    account: str = ""
    service: str = ""


@dataclass(frozen=True)
class Request:
    """`resources` are the ways to write the one resource that is meant; a statement needs to match one of them."""

    action: str
    resources: Sequence[str]
    context: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    request: Request,
    identity_policies: Iterable[str],
    resource_policies: Iterable[str] = (),
    principal: Principal | None = None,
) -> Effect:
    """Within one account an explicit deny wins, and an allow from either side is enough.

    Raises ValueError for a condition operator that is not known here: a policy is never half understood.
    """
    allowed = False
    for document, of_resource in [(d, False) for d in identity_policies] + [(d, True) for d in resource_policies]:
        for statement in _statements(document):
            if of_resource and not (principal and _principal_matches(statement, principal)):
                continue
            if not _statement_applies(statement, request):
                continue
            if statement["Effect"] == "Deny":
                return Effect.DENIED
            # A resource policy that names the account only hands the decision over to the identity's own policies.
            allowed = allowed or not (of_resource and _names_only_account(statement, principal))
    return Effect.ALLOWED if allowed else Effect.NOT_ALLOWED


def matches(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """IAM's wildcards: `*` is any text, `?` is one character, everything else is itself."""
    return bool(_compiled(pattern, ignore_case).fullmatch(value))


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(character) or re.escape(character) for character in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


@functools.lru_cache(maxsize=1024)
def _statements(document: str) -> list[dict[str, Any]]:
    return _listed(json.loads(document).get("Statement", []))


def _statement_applies(statement: Mapping[str, Any], request: Request) -> bool:
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    named = any(matches(action, request.action, ignore_case=True) for action in actions)
    if named == ("NotAction" in statement):
        return False
    if "Resource" in statement or "NotResource" in statement:
        patterns = [
            _with_variables(pattern, request.context)
            for pattern in _listed(statement.get("Resource", statement.get("NotResource")))
        ]
        covered = any(matches(pattern, resource) for pattern in patterns for resource in request.resources)
        if covered == ("NotResource" in statement):
            return False
    return all(
        _condition_holds(operator, key, _listed(expected), request.context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, expected in keys.items()
    )


def _principal_matches(statement: Mapping[str, Any], principal: Principal) -> bool:
    element = statement.get("Principal")
    if element is None:
        return False
    if element == "*":
        return True
    if principal.service:
        return principal.service in _listed(element.get("Service", []))
    names = (*principal.arns, *_account_names(principal))
    return any(pattern == "*" or pattern in names for pattern in _listed(element.get("AWS", [])))


def _names_only_account(statement: Mapping[str, Any], principal: Principal | None) -> bool:
    element = statement.get("Principal")
    if principal is None or principal.service or not isinstance(element, dict):
        return False
    named = _listed(element.get("AWS", []))
    return not any(name == "*" or name in principal.arns for name in named)


def _account_names(principal: Principal) -> tuple[str, str]:
    return principal.account, f"arn:aws:iam::{principal.account}:root"


def _with_variables(pattern: str, context: Mapping[str, str]) -> str:
    return re.sub(r"\$\{([^}*?$]+)\}", lambda found: context.get(found[1].lower(), found[0]), pattern)


def _condition_holds(operator: str, key: str, expected: Sequence[Any], context: Mapping[str, str]) -> bool:
    name = operator.removeprefix("ForAnyValue:").removeprefix("ForAllValues:")
    value = context.get(key.lower())
    if name == "Null":
        return (value is None) == (str(expected[0]).lower() == "true")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in _NEGATED
    test = _OPERATORS.get(_NEGATED.get(name, name))
    if test is None:
        raise ValueError(f"condition operator {operator!r} is not known here; known: {', '.join(sorted(_OPERATORS))}")
    if value is None:
        return negated or if_exists or operator.startswith("ForAllValues:")
    return any(test(_with_variables(_text(each), context), value) for each in expected) != negated


def _number(test: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda expected, value: test(float(value), float(expected))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda expected, value: expected == value,
    "StringEqualsIgnoreCase": lambda expected, value: expected.lower() == value.lower(),
    "StringLike": matches,
    "ArnEquals": matches,
    "ArnLike": matches,
    "Bool": lambda expected, value: expected.lower() == value.lower(),
    "NumericEquals": _number(lambda value, expected: value == expected),
    "NumericLessThan": _number(lambda value, expected: value < expected),
    "NumericLessThanEquals": _number(lambda value, expected: value <= expected),
    "NumericGreaterThan": _number(lambda value, expected: value > expected),
    "NumericGreaterThanEquals": _number(lambda value, expected: value >= expected),
}

_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
