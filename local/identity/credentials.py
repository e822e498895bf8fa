"""Who calls: the administrator's keys, temporary keys of the stack's roles, and back from a key to its role."""

from __future__ import annotations

import json
from dataclasses import dataclass

from moto.iam.models import IAMBackend, Role, iam_backends
from moto.sts.models import sts_backends

from local.identity.policies import Effect, Principal, Request, evaluate
from local.process.clients import AccessKey

ADMINISTRATOR = "administrator"
_ADMINISTRATOR_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_SESSION_NAME = "local-cloud"
_SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Caller:
    """The identity behind an access key. `role` is None for a user."""

    arn: str
    user_id: str
    name: str
    role: Role | None


def create_administrator(account: str) -> AccessKey:
    iam: IAMBackend = iam_backends[account]["aws"]
    iam.create_user(region_name="us-east-1", user_name=ADMINISTRATOR)
    iam.put_user_policy(ADMINISTRATOR, "administrator", _ADMINISTRATOR_POLICY)
    key = iam.create_access_key(ADMINISTRATOR)
    return AccessKey(key.access_key_id, key.secret_access_key)


def role_access_key(role_arn: str) -> AccessKey:
    """Temporary keys as a service gets them when it assumes a role. Raises when the role does not exist."""
    account = role_arn.split(":")[4]
    iam_backends[account]["aws"].get_role_by_arn(role_arn)
    session = sts_backends[account]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name=_SESSION_NAME,
        role_arn=role_arn,
        policy="",
        duration=_SESSION_SECONDS,
        external_id="",
    )
    return AccessKey(session.access_key_id, session.secret_access_key, session.session_token)


def require_trust(role_arn: str, *services: str) -> None:
    """Raises PermissionError unless the role lets one of the services assume it."""
    account = role_arn.split(":")[4]
    role: Role = iam_backends[account]["aws"].get_role_by_arn(role_arn)
    request = Request("sts:AssumeRole", ["*"], {"aws:sourceaccount": account})
    trusts = (evaluate(request, (), [role.assume_role_policy_document], Principal(service=name)) for name in services)
    if Effect.ALLOWED not in trusts:
        raise PermissionError(f"the role {role.name} does not let {' or '.join(services)} assume it")


def caller_of(account: str, access_key_id: str) -> Caller | None:
    """The user or role session that an access key belongs to; None for a key that this cloud never gave out."""
    iam: IAMBackend = iam_backends[account]["aws"]
    for session in sts_backends[account]["aws"].assumed_roles:
        if session.access_key_id == access_key_id:
            role = iam.get_role_by_arn(session.role_arn)
            arn = f"arn:aws:sts::{account}:assumed-role/{role.name}/{session.session_name}"
            return Caller(arn, f"{role.id}:{session.session_name}", role.name, role)
    for user in iam.users.values():
        if any(key.access_key_id == access_key_id for key in user.access_keys):
            return Caller(user.arn, user.id, user.name, None)
    return None
