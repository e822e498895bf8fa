"""ARNs that a resource's name alone does not give: a secret's ends with random characters, a workgroup's with an id."""

from __future__ import annotations

from moto.secretsmanager.models import secretsmanager_backends

from local.process.context import ACCOUNT, REGION, arn

_RANDOM_SUFFIX_LENGTH = len("-AbCdEf")

workgroup_arns: dict[str, str] = {}
"""ARNs of the workgroups that are deployed, by their names."""

clusters: set[str] = set()
"""Identifiers of the clusters that are deployed."""


def workgroup_arn(name_or_arn: str) -> str:
    """The full ARN; for a workgroup that does not exist, one with its name in the place of its id."""
    if name_or_arn.startswith("arn:"):
        return name_or_arn
    return workgroup_arns.get(name_or_arn) or arn("redshift-serverless", f"workgroup/{name_or_arn}")


def find_secret_arn(name_or_arn: str) -> str | None:
    """The full ARN by name, by ARN, or by ARN without the random characters; None when there is no such secret."""
    for secret in secretsmanager_backends[ACCOUNT][REGION].secrets.values():
        if name_or_arn in (secret.name, secret.arn, secret.arn[:-_RANDOM_SUFFIX_LENGTH]):
            return str(secret.arn)
    return None
