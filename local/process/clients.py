"""Access keys and the boto3 clients that are made with them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config


@dataclass(frozen=True)
class AccessKey:
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    def environment(self) -> dict[str, str]:
        """The variables that every AWS SDK reads."""
        variables = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key}
        return variables | ({"AWS_SESSION_TOKEN": self.session_token} if self.session_token else {})


class Clients:
    """boto3 clients of one endpoint, kept: making one costs more than most calls."""

    def __init__(
        self,
        endpoint: str,
        region: str,
        administrator: AccessKey,
        role_access_key: Callable[[str], AccessKey],
    ) -> None:
        """`role_access_key` gives temporary keys of a role, by its ARN."""
        self.endpoint = endpoint
        self.region = region
        self.administrator = administrator
        self._role_access_key = role_access_key
        self._lock = threading.Lock()
        self._session = boto3.Session()
        self._keys: dict[str, AccessKey] = {}
        self._clients: dict[tuple[str, str | None], Any] = {}

    def access_key(self, role_arn: str) -> AccessKey:
        with self._lock:
            if role_arn not in self._keys:
                self._keys[role_arn] = self._role_access_key(role_arn)
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
