"""Secrets, encryption keys and parameters."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from local.cloudformation.registry import (
    Declaration,
    Deployed,
    Kind,
    ResourceType,
    chosen,
    moto_types,
    resource_type,
    tag_list,
)

moto_types(Kind.API_ONLY, "AWS::SSM::Parameter")

_PASSWORD_LENGTH = 32


@resource_type("AWS::SecretsManager::Secret", Kind.EXECUTED)
class Secret(ResourceType):
    name_property = "Name"
    longest_name = 512

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        arn = self.context.client("secretsmanager").create_secret(
            Name=declared.name,
            SecretString=_value(properties),
            Tags=tag_list(properties),
            **chosen(properties, "Description", "KmsKeyId"),
        )["ARN"]
        return Deployed(arn, {"Id": arn})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """A generated value stays as it is: only a value that the template itself gives is written again."""
        if "SecretString" in declared.properties:
            self.context.client("secretsmanager").put_secret_value(
                SecretId=deployed.physical_id, SecretString=declared.properties["SecretString"]
            )
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("secretsmanager").delete_secret(
            SecretId=deployed.physical_id, ForceDeleteWithoutRecovery=True
        )


@resource_type("AWS::SecretsManager::SecretTargetAttachment", Kind.RECORD_ONLY)
class SecretTargetAttachment(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        return Deployed(declared.properties["SecretId"])

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        """Nothing was made."""


@resource_type("AWS::SecretsManager::ResourcePolicy", Kind.API_ONLY)
class ResourcePolicy(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        document = json.dumps(declared.properties["ResourcePolicy"])
        secret = declared.properties["SecretId"]
        self.context.client("secretsmanager").put_resource_policy(SecretId=secret, ResourcePolicy=document)
        return Deployed(secret)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("secretsmanager").delete_resource_policy(SecretId=deployed.physical_id)


@resource_type("AWS::KMS::Key", Kind.API_ONLY)
class Key(ResourceType):
    """Exists, with its policy; nothing is encrypted on this machine."""

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        key = self.context.client("kms").create_key(
            Policy=json.dumps(properties["KeyPolicy"]), **chosen(properties, "Description", "KeySpec", "KeyUsage")
        )["KeyMetadata"]
        return Deployed(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        document = json.dumps(declared.properties["KeyPolicy"])
        self.context.client("kms").put_key_policy(KeyId=deployed.physical_id, PolicyName="default", Policy=document)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("kms").schedule_key_deletion(KeyId=deployed.physical_id, PendingWindowInDays=7)


@resource_type("AWS::KMS::Alias", Kind.API_ONLY)
class Alias(ResourceType):
    name_property = "AliasName"

    def create(self, declared: Declaration) -> Deployed:
        self.context.client("kms").create_alias(AliasName=declared.name, TargetKeyId=declared.properties["TargetKeyId"])
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("kms").delete_alias(AliasName=deployed.physical_id)


def generated_password(length: int = _PASSWORD_LENGTH, excluded: str = "") -> str:
    """Letters and digits, so that it needs no quoting anywhere."""
    alphabet = [letter for letter in string.ascii_letters + string.digits if letter not in excluded]
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _value(properties: Mapping[str, Any]) -> str:
    if "SecretString" in properties:
        return str(properties["SecretString"])
    generate = properties.get("GenerateSecretString", {})
    password = generated_password(
        int(generate.get("PasswordLength", _PASSWORD_LENGTH)), generate.get("ExcludeCharacters", "")
    )
    if "GenerateStringKey" not in generate:
        return password
    template = json.loads(generate.get("SecretStringTemplate", "{}"))
    return json.dumps(template | {generate["GenerateStringKey"]: password})
