"""S3 buckets and their policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.cloudformation.api_resource import ApiResource, Calls, chosen, tag_list
from local.cloudformation.registry import Declaration, Deployed, Kind, resource_type
from local.process.context import REGION


@resource_type("AWS::S3::Bucket", Kind.EXECUTED)
class Bucket(ApiResource):
    """Lifecycle rules are kept and can be read; nothing expires while a laptop is on."""

    name_property = "BucketName"
    longest_name = 63
    calls = Calls("s3", "create_bucket", "delete_bucket", "Bucket")

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared, Bucket=declared.name)
        attributes = {
            "Arn": f"arn:aws:s3:::{declared.name}",
            "DomainName": f"{declared.name}.s3.amazonaws.com",
            "RegionalDomainName": f"{declared.name}.s3.{REGION}.amazonaws.com",
            "DualStackDomainName": f"{declared.name}.s3.dualstack.{REGION}.amazonaws.com",
        }
        with self.whole_or_removed(Deployed(declared.name, attributes), declared) as deployed:
            self._configure(declared)
        return deployed

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        self.client.delete_bucket_lifecycle(Bucket=deployed.physical_id)
        self.client.put_bucket_notification_configuration(Bucket=deployed.physical_id, NotificationConfiguration={})
        self._configure(declared)
        return deployed

    def _configure(self, declared: Declaration) -> None:
        s3, bucket, properties = self.client, declared.name, declared.properties
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioning)
        if encryption := properties.get("BucketEncryption"):
            s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_encryption(encryption))
        if block := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
        if ownership := properties.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=ownership)
        if lifecycle := properties.get("LifecycleConfiguration"):
            rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
            s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        if notification := properties.get("NotificationConfiguration"):
            s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration=_notifications(notification)
            )
        if tags := tag_list(properties):
            s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


@resource_type("AWS::S3::BucketPolicy", Kind.EXECUTED)
class BucketPolicy(ApiResource):
    calls = Calls("s3", "put_bucket_policy", "delete_bucket_policy")

    def create(self, declared: Declaration) -> Deployed:
        self.make(declared, Policy=json.dumps(declared.properties["PolicyDocument"]))
        return Deployed(declared.name)


def _encryption(encryption: Mapping[str, Any]) -> dict[str, Any]:
    rules = []
    for rule in encryption["ServerSideEncryptionConfiguration"]:
        default = rule["ServerSideEncryptionByDefault"]
        rules.append({"ApplyServerSideEncryptionByDefault": default, **chosen(rule, "BucketKeyEnabled")})
    return {"Rules": rules}


def _notifications(notification: Mapping[str, Any]) -> dict[str, Any]:
    """Only EventBridge: the platform uses no other. Raises ValueError for another kind of notification."""
    unknown = set(notification) - {"EventBridgeConfiguration"}
    if unknown:
        raise ValueError(f"NotificationConfiguration.{unknown.pop()} is not deployed here: use EventBridge")
    enabled = notification["EventBridgeConfiguration"].get("EventBridgeEnabled", True)
    return {"EventBridgeConfiguration": {}} if str(enabled).lower() == "true" else {}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The template's rule in the words of the API."""
    made: dict[str, Any] = {"Status": rule["Status"], "Filter": _lifecycle_filter(rule)} | chosen(
        rule, "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"
    )
    if "Id" in rule:
        made["ID"] = rule["Id"]
    expiration = {
        name: rule[given]
        for given, name in (
            ("ExpirationInDays", "Days"),
            ("ExpirationDate", "Date"),
            ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker"),
        )
        if given in rule
    }
    if expiration:
        made["Expiration"] = expiration
    if transitions := rule.get("Transitions"):
        made["Transitions"] = [
            {"Days": int(each["TransitionInDays"]), "StorageClass": each["StorageClass"]} for each in transitions
        ]
    if transitions := rule.get("NoncurrentVersionTransitions"):
        made["NoncurrentVersionTransitions"] = [
            {"NoncurrentDays": int(each["TransitionInDays"]), "StorageClass": each["StorageClass"]}
            for each in transitions
        ]
    return made


def _lifecycle_filter(rule: Mapping[str, Any]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if rule.get("Prefix"):
        parts["Prefix"] = rule["Prefix"]
    for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan"):
        if name in rule:
            parts[name] = int(rule[name])
    if tags := rule.get("TagFilters"):
        parts["Tags"] = tags
    if not parts:
        return {"Prefix": ""}
    if len(parts) == 1 and "Tags" not in parts:
        return parts
    return {"And": parts}
