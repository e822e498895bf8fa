"""SQS: moto's queues made thread-safe; how deep they are, and hidden messages made visible.

moto's queues lose messages when one thread deletes while another sends.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from local.process.context import ACCOUNT, REGION

_POLL_SECONDS = 0.1


def install() -> None:
    """One lock around moto's queues: `delete_message` rebuilds the list that `send_message` appends to."""
    lock = threading.RLock()
    receive, delete = SQSBackend.receive_message, SQSBackend.delete_message
    add, change = Queue.add_message, SQSBackend.change_message_visibility

    def receive_one_at_a_time(
        self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any, **options: Any
    ) -> list[Message]:
        end = time.monotonic() + (wait_seconds_timeout or 0)
        while True:
            with lock:
                messages = receive(self, queue_name, count, 0, *args, **options)
            if messages or time.monotonic() >= end:
                return messages
            time.sleep(_POLL_SECONDS)

    def delete_alone(self: SQSBackend, *args: Any, **options: Any) -> None:
        with lock:
            delete(self, *args, **options)

    def add_alone(self: Queue, message: Message) -> None:
        with lock:
            add(self, message)

    def change_alone(self: SQSBackend, *args: Any, **options: Any) -> None:
        with lock:
            change(self, *args, **options)

    SQSBackend.receive_message = receive_one_at_a_time  # type: ignore[method-assign]
    SQSBackend.delete_message = delete_alone  # type: ignore[method-assign]
    SQSBackend.change_message_visibility = change_alone  # type: ignore[method-assign]
    Queue.add_message = add_alone  # type: ignore[method-assign]


def depth(queue: Queue) -> dict[str, int]:
    """Messages that wait and messages in flight, for the status page."""
    return {
        "waiting": queue.approximate_number_of_messages,
        "in flight": queue.approximate_number_of_messages_not_visible,
    }


def wake(name: str) -> int:
    """Ends the visibility timeouts of a queue's messages, as if their time had passed; returns how many there were."""
    hidden = [
        message for queue in all_queues() if queue.name == name for message in queue._messages if not message.visible
    ]
    for message in hidden:
        message.visible_at = 0
    return len(hidden)


def all_queues() -> list[Queue]:
    return list(sqs_backends[ACCOUNT][REGION].queues.values())
