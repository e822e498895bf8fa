"""Who calls: the administrator's keys, temporary keys of the stack's roles, and back from a key to its role."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from moto.iam.models import IAMBackend, Role, iam_backends
from moto.sts.models import sts_backends

from local.policies import Effect, Principal, Request, evaluate

ADMINISTRATOR = "administrator"
_ADMINISTRATOR_POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
_SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True)
class AccessKey:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def environment(self) -> dict[str, str]:
        """The variables that every AWS SDK reads."""
        variables = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}
        return variables | ({"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {})


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


def role_access_key(role_arn: str, session_name: str) -> AccessKey:
    """Temporary keys as a service gets them when it assumes a role. Raises when the role does not exist."""
    account = role_arn.split(":")[4]
    iam_backends[account]["aws"].get_role_by_arn(role_arn)
    session = sts_backends[account]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name=session_name[:64],
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


class Clients:
    """boto3 clients of one endpoint, kept: making one costs more than most calls."""

    def __init__(self, endpoint: str, region: str, administrator: AccessKey) -> None:
        self.endpoint = endpoint
        self.region = region
        self.administrator = administrator
        self._lock = threading.Lock()
        self._session = boto3.Session()
        self._keys: dict[str, AccessKey] = {}
        self._clients: dict[tuple[str, str | None], Any] = {}

    def access_key(self, role_arn: str) -> AccessKey:
        with self._lock:
            if role_arn not in self._keys:
                self._keys[role_arn] = role_access_key(role_arn, "local-cloud")
            return self._keys[role_arn]

    def client(self, service: str, role_arn: str | None = None) -> Any:
        key = self.access_key(role_arn) if role_arn else self.administrator
        with self._lock:
            found = self._clients.get((service, role_arn))
            if not found:
                found = make_client(self._session, service, self.endpoint, key, self.region)
                self._clients[service, role_arn] = found
            return found


def make_client(session: boto3.Session, service: str, endpoint: str, key: AccessKey, region: str) -> Any:
    """No retries: an error is shown as it comes. Long read timeout: deploying a stack is one call."""
    return session.client(
        service,  # type: ignore[call-overload]
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=key.access_key_id,
        aws_secret_access_key=key.secret_access_key,
        aws_session_token=key.session_token,
        config=Config(read_timeout=900, retries={"total_max_attempts": 1}, max_pool_connections=50),
    )
