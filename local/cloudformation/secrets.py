"""Secrets, encryption keys and parameters."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from typing import Any

from moto.kms.models import kms_backends

from local.cloudformation.api_resource import ApiResource, Calls, chosen_id, tag_list
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, moto_types, resource_type
from local.process.context import ACCOUNT, REGION, arn

moto_types(Kind.API_ONLY, "AWS::SSM::Parameter")

_PASSWORD_LENGTH = 32


@resource_type("AWS::SecretsManager::Secret", Kind.EXECUTED)
class Secret(ApiResource):
    name_property = "Name"
    longest_name = 512
    calls = Calls("secretsmanager", "create_secret", "delete_secret")

    def create(self, declared: Declaration) -> Deployed:
        made = self.make(declared, SecretString=_value(declared.properties), Tags=tag_list(declared.properties))
        return Deployed(made["ARN"], {"Id": made["ARN"]})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        """A generated value stays as it is: only a value that the template itself gives is written again."""
        if "SecretString" in declared.properties:
            self.call("put_secret_value", declared, SecretId=deployed.physical_id)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.client.delete_secret(SecretId=deployed.physical_id, ForceDeleteWithoutRecovery=True)


@resource_type("AWS::SecretsManager::SecretTargetAttachment", Kind.RECORD_ONLY)
class SecretTargetAttachment(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        return Deployed(declared.properties["SecretId"])

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        """Nothing was made."""


@resource_type("AWS::SecretsManager::ResourcePolicy", Kind.API_ONLY)
class ResourcePolicy(ApiResource):
    calls = Calls("secretsmanager", "put_resource_policy", "delete_resource_policy")

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared, ResourcePolicy=json.dumps(declared.properties["ResourcePolicy"]))
        return Deployed(declared.properties["SecretId"])


@resource_type("AWS::KMS::Key", Kind.API_ONLY)
class Key(ApiResource):
    """Exists, with its policy; nothing is encrypted on this machine."""

    calls = Calls("kms", "create_key", "schedule_key_deletion", "KeyId")

    def create(self, declared: Declaration) -> Deployed:
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tag_list(declared.properties)]
        key = self.make(declared, Policy=json.dumps(declared.properties["KeyPolicy"]), Tags=tags)["KeyMetadata"]
        key_id = chosen_id(declared.properties) or key["KeyId"]
        keys = kms_backends[ACCOUNT][REGION].keys
        made = keys[key_id] = keys.pop(key["KeyId"])
        made.id, made.arn = key_id, arn("kms", f"key/{key_id}")
        return Deployed(key_id, {"Arn": made.arn, "KeyId": key_id})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        document = json.dumps(declared.properties["KeyPolicy"])
        self.client.put_key_policy(KeyId=deployed.physical_id, PolicyName="default", Policy=document)
        return deployed


@resource_type("AWS::KMS::Alias", Kind.API_ONLY)
class Alias(ApiResource):
    name_property = "AliasName"
    calls = Calls("kms", "create_alias", "delete_alias")


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
