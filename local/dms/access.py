"""Ways to both ends of a replication, each with the rights of the role that its endpoint names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import psycopg
from botocore.exceptions import ClientError

from local.dms.errors import ReplicationError, connection_failure
from local.dms.faults import Faults
from local.dms.settings import S3Settings
from local.dms.target import Target
from local.identity.arns import find_secret_arn
from local.identity.credentials import require_trust
from local.process.context import REGION, CloudContext

CONNECT_SECONDS = 5


def connected(endpoint: str, connection: Mapping[str, Any]) -> psycopg.Connection[Any]:
    """A connection to the source. Raises ReplicationError with the source's reason."""
    options = {"connect_timeout": CONNECT_SECONDS, "autocommit": True, **connection}
    try:
        return psycopg.connect(**options)
    except psycopg.Error as error:
        raise connection_failure(endpoint, error) from error


def source_connection(context: CloudContext, endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """How to connect: as the endpoint's secret says, which its role reads. Raises ReplicationError."""
    oracle = endpoint.get("OracleSettings") or {}
    if not endpoint.get("DatabaseName"):
        raise ReplicationError(
            f"The endpoint '{endpoint['EndpointIdentifier']}' has no DatabaseName: it is the service name"
        )
    if secret := oracle.get("SecretsManagerSecretId"):
        login = _login(context, secret, str(oracle.get("SecretsManagerAccessRoleArn") or ""))
    else:
        login = {
            "username": endpoint.get("Username"),
            "password": endpoint.get("Password"),
            "host": endpoint.get("ServerName"),
            "port": endpoint.get("Port"),
        }
    return {
        "host": login["host"],
        "port": int(login["port"]),
        "user": login["username"],
        "password": login["password"],
        "dbname": endpoint["DatabaseName"],
    }


def make_target(context: CloudContext, settings: S3Settings, faults: Faults) -> Target:
    return Target(_client(context, "s3", settings.role_arn, "dms.amazonaws.com"), settings, faults)


def _client(context: CloudContext, service: str, role_arn: str, principal: str) -> Any:
    """A client with a role's rights. Raises ReplicationError when the role does not let DMS assume it."""
    try:
        require_trust(role_arn, principal)
        return context.client(service, role_arn)
    except Exception as error:  # moto has one of its own for a role that is not there
        raise ReplicationError(f"The IAM role {role_arn} cannot be assumed by {principal}: {error}") from error


def _login(context: CloudContext, secret: str, role_arn: str) -> Mapping[str, Any]:
    # The role of the secret trusts DMS in its region (DMS User Guide, "Using secrets to access AWS DMS endpoints").
    manager = _client(context, "secretsmanager", role_arn, f"dms.{REGION}.amazonaws.com")
    try:
        value = manager.get_secret_value(SecretId=find_secret_arn(secret) or secret)["SecretString"]
    except ClientError as error:
        reason = error.response["Error"]["Code"]
        raise ReplicationError(f"Unable to retrieve the secret {secret} as {role_arn}: {reason}") from error
    try:
        login: Mapping[str, Any] = json.loads(value)
    except ValueError:
        login = {}
    missing = [name for name in ("username", "password", "host", "port") if not login.get(name)]
    if missing:
        raise ReplicationError(f"The secret {secret} lacks {', '.join(missing)}")
    return login
