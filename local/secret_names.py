"""Finds a secret by any of its names: its name, its ARN, or its ARN without the six random characters."""

from __future__ import annotations

from moto.secretsmanager.models import secretsmanager_backends

from local.context import ACCOUNT, REGION

_RANDOM_SUFFIX_LENGTH = len("-AbCdEf")


def find_secret_arn(name_or_arn: str) -> str | None:
    """The full ARN, or None when there is no such secret."""
    for secret in secretsmanager_backends[ACCOUNT][REGION].secrets.values():
        if name_or_arn in (secret.name, secret.arn, secret.arn[:-_RANDOM_SUFFIX_LENGTH]):
            return str(secret.arn)
    return None
