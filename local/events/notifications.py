"""SNS: every accepted message lands in the inbox file; functions that subscribe are invoked asynchronously."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.sns.models import Subscription, Topic

from local.events.event_rules import in_background
from local.process.context import CloudContext


def install(context: CloudContext) -> None:
    publish, publish_to = Topic.publish, Subscription.publish

    def publish_and_keep(
        self: Topic,
        message: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        *args: Any,
        **options: Any,
    ) -> str:
        message_id = publish(self, message, subject, message_attributes, *args, **options)
        context.activity.deliver(
            {
                "topic": self.arn,
                "subject": subject,
                "message": message,
                "attributes": {name: value["Value"] for name, value in (message_attributes or {}).items()},
                "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            }
        )
        context.activity.say("sns", f"{self.name}: {subject or message.splitlines()[0]}")
        return message_id

    def publish_to_subscription(self: Subscription, *args: Any, **options: Any) -> None:
        if self.protocol == "lambda":
            in_background(lambda: publish_to(self, *args, **options))
        else:
            publish_to(self, *args, **options)

    Topic.publish = publish_and_keep  # type: ignore[method-assign]
    Subscription.publish = publish_to_subscription  # type: ignore[method-assign]
