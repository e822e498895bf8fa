"""The events that S3 sends to EventBridge, in S3's form, and which buckets send them.

moto's own event has the same sequencer for every write, `eTag` for `etag`, a version id for unversioned buckets and
the wrong reason (S3 User Guide, "EventBridge event message structure"). It keeps to itself that a bucket's events go to
EventBridge, so that whoever reads the configuration and writes it again switches them off.
"""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Any
from xml.etree import ElementTree

from moto.s3 import notifications
from moto.s3.responses import S3Response

from local.events.event_rules import EventBus, make_event
from local.process.context import ACCOUNT, CloudContext

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "s3:ObjectRemoved:Delete": "DeleteObject",
    "s3:ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}


def install(context: CloudContext, bus: EventBus) -> None:
    count = itertools.count()

    def send(account_id: str, bucket: Any, event_name: str, key: Any) -> None:
        # `event_name` is an enum that is a string; its value is the name that S3 uses.
        name = str(getattr(event_name, "value", event_name))
        if name not in _REASONS:
            return  # moto reports tags with every write; no rule of the platform asks for anything but these
        described: dict[str, Any] = {"key": key.name, "sequencer": _sequencer(next(count))}
        if name.startswith("s3:ObjectCreated"):
            described |= {"size": key.size, "etag": key.etag.replace('"', "")}
        if bucket.is_versioned:
            described["version-id"] = key.version_id
        detail: dict[str, Any] = {
            "version": "0",
            "bucket": {"name": bucket.name},
            "object": described,
            "request-id": secrets.token_hex(8).upper(),
            "requester": ACCOUNT,
            "source-ip-address": "127.0.0.1",
            "reason": _REASONS[name],
        }
        if name.startswith("s3:ObjectRemoved"):
            marker = name.endswith("DeleteMarkerCreated")
            detail["deletion-type"] = "Delete Marker Created" if marker else "Permanently Deleted"
        context.activity.say("s3", f"{detail['reason']} s3://{bucket.name}/{key.name}")
        bus.send(make_event("aws.s3", notifications._detail_type(event_name), detail, [bucket.arn]))

    notifications._send_event_bridge_message = send
    _complete_configuration()


def _complete_configuration() -> None:
    ElementTree.register_namespace("", _NAMESPACE)
    get = S3Response.get_bucket_notification

    def get_with_event_bridge(self: S3Response) -> Any:
        status, headers, body = get(self)
        configuration = self.backend.get_bucket_notification_configuration(self.bucket_name)
        if configuration and configuration.event_bridge is not None:
            root = ElementTree.fromstring(body)
            ElementTree.SubElement(root, f"{{{_NAMESPACE}}}EventBridgeConfiguration")
            body = ElementTree.tostring(root, encoding="unicode")
        return status, headers, body

    S3Response.get_bucket_notification = get_with_event_bridge  # type: ignore[method-assign]


def _sequencer(number: int) -> str:
    """Hexadecimal, greater for a later write."""
    return f"{time.time_ns():016X}{number:08X}"
