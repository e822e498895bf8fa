"""What IAM refuses because it is too large, too many or too long (IAM User Guide, "IAM and AWS STS quotas").

moto takes it all. Here it is refused however it comes, by CloudFormation or by a call of the API, and measured on what
is really put: with every name and ARN filled in. White space does not count.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.iam.exceptions import LimitExceededException, ValidationError
from moto.iam.models import IAMBackend

INLINE_POLICIES_CHARACTERS = {"role": 10_240, "user": 2_048, "group": 5_120}
"""All inline policies of one identity together."""
MANAGED_POLICY_CHARACTERS = 6_144
TRUST_POLICY_CHARACTERS = 2_048
ATTACHED_POLICIES = 10
"""Managed policies of one identity, as long as nobody asked AWS for more."""
LONGEST_NAMES = {"role": 64, "user": 64, "group": 128, "policy": 128}

_NAME = re.compile(r"[\w+=,.@-]*", re.ASCII)

Check = Callable[[IAMBackend, Mapping[str, Any]], None]
"""Gets the arguments of a call of moto's backend by their names, and raises what IAM answers."""


def install() -> None:
    for kind in INLINE_POLICIES_CHARACTERS:
        _check_before(f"put_{kind}_policy", functools.partial(_name, "policy"))
        _check_before(f"put_{kind}_policy", functools.partial(_inline_policies, kind))
        _check_before(f"attach_{kind}_policy", functools.partial(_attached_policies, kind))
    for kind in LONGEST_NAMES:
        _check_before(f"create_{kind}", functools.partial(_name, kind))
    for method in ("create_policy", "create_policy_version"):
        _check_before(method, functools.partial(_document, "PolicySize", MANAGED_POLICY_CHARACTERS, "policy_document"))
    trust = functools.partial(_document, "ACLSizePerRole", TRUST_POLICY_CHARACTERS)
    _check_before("create_role", functools.partial(trust, "assume_role_policy_document"))
    _check_before("update_assume_role_policy", functools.partial(trust, "policy_document"))


def size(document: str) -> int:
    """Characters of a policy as IAM counts them."""
    return sum(not character.isspace() for character in document)


def _check_before(method: str, check: Check) -> None:
    call = getattr(IAMBackend, method)
    signature = inspect.signature(call)

    @functools.wraps(call)
    def checked(self: IAMBackend, *args: Any, **options: Any) -> Any:
        check(self, signature.bind(self, *args, **options).arguments)
        return call(self, *args, **options)

    setattr(IAMBackend, method, checked)


def _inline_policies(kind: str, iam: IAMBackend, given: Mapping[str, Any]) -> None:
    name, limit = given[f"{kind}_name"], INLINE_POLICIES_CHARACTERS[kind]
    policies = getattr(iam, f"get_{kind}")(name).policies | {given["policy_name"]: given["policy_json"]}
    if sum(map(size, policies.values())) > limit:
        raise LimitExceededException(f"Maximum policy size of {limit} bytes exceeded for {kind} {name}")


def _attached_policies(kind: str, iam: IAMBackend, given: Mapping[str, Any]) -> None:
    attached = getattr(iam, f"get_{kind}")(given[f"{kind}_name"]).managed_policies
    if len({*attached, given["policy_arn"]}) > ATTACHED_POLICIES:
        raise LimitExceededException(f"Cannot exceed quota for PoliciesPer{kind.capitalize()}: {ATTACHED_POLICIES}")


def _document(quota: str, limit: int, parameter: str, iam: IAMBackend, given: Mapping[str, Any]) -> None:
    if size(given[parameter]) > limit:
        raise LimitExceededException(f"Cannot exceed quota for {quota}: {limit}")


def _name(kind: str, iam: IAMBackend, given: Mapping[str, Any]) -> None:
    name, limit = str(given[f"{kind}_name"]), LONGEST_NAMES[kind]
    if len(name) > limit:
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at '{kind}Name' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}"
        )
    if not _NAME.fullmatch(name):
        raise ValidationError(
            f"The specified value for {kind}Name is invalid. It must contain only alphanumeric characters and/or the "
            "following: +=,.@_-"
        )
