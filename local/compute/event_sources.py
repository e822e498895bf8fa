"""Event source mappings: pollers that hand batches of messages to functions, as Lambda's pollers do.

moto's own mapping invokes the function inside SendMessage, one message at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.sqs.models import sqs_backends

from local.compute.functions import Functions
from local.process.context import ACCOUNT, REGION, CloudContext

DEFAULT_CONCURRENCY = 5
"""Batches at a time where the mapping sets no MaximumConcurrency: Lambda starts with five."""

RECEIVE_AT_MOST = 10
"""What one ReceiveMessage gives at most; larger batches are collected from several."""

_POLL_SECONDS = 0.1


def install(context: CloudContext, functions: Functions) -> None:
    create = LambdaBackend.create_event_source_mapping

    def create_with_poller(self: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
        mapping = create(self, spec)
        for queue in sqs_backends[ACCOUNT][REGION].queues.values():
            queue.lambda_event_source_mappings.pop(mapping.function_arn, None)
        Poller(context, functions, self, mapping).start()
        return mapping

    LambdaBackend.create_event_source_mapping = create_with_poller  # type: ignore[method-assign]


class Poller:
    """Polls one queue for one function until the mapping is deleted. It reads with the function's own role."""

    def __init__(
        self, context: CloudContext, functions: Functions, backend: LambdaBackend, mapping: EventSourceMapping
    ) -> None:
        self._context = context
        self._functions = functions
        self._backend = backend
        self._mapping = mapping
        self._queue_name = mapping.event_source_arn.split(":")[-1]
        concurrency = int((mapping.scaling_config or {}).get("MaximumConcurrency") or DEFAULT_CONCURRENCY)
        self._free = threading.BoundedSemaphore(concurrency)

    def start(self) -> None:
        threading.Thread(target=self._run, name=f"poll {self._queue_name}", daemon=True).start()

    @property
    def _active(self) -> bool:
        return self._mapping.uuid in self._backend._event_source_mappings

    def _run(self) -> None:
        while self._active:
            if not self._mapping.enabled:
                time.sleep(_POLL_SECONDS)
                continue
            self._free.acquire()
            batch: list[dict[str, Any]] = []
            try:
                batch = self._collect()
            except Exception as error:
                self._context.activity.fail(f"poller {self._queue_name}", f"cannot receive: {error}")
                time.sleep(1)
            if batch:
                threading.Thread(target=self._work, args=(batch,), daemon=True).start()
            else:
                self._free.release()

    def _collect(self) -> list[dict[str, Any]]:
        """Waits for a first message, then until the batch is full or the batching window is over."""
        size, window = int(self._mapping.batch_size), float(self._mapping.max_batch_window or 0)
        batch = self._receive(size, wait_seconds=1)
        end = time.monotonic() + window
        while batch and len(batch) < size and time.monotonic() < end and self._active:
            more = self._receive(size - len(batch))
            batch += more
            if not more:
                time.sleep(_POLL_SECONDS)
        return batch

    def _receive(self, count: int, wait_seconds: int = 0) -> list[dict[str, Any]]:
        answer = self._client().receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(count, RECEIVE_AT_MOST),
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _work(self, batch: list[dict[str, Any]]) -> None:
        try:
            function = self._backend.get_function(self._mapping.function_arn)
            outcome = self._functions.invoke(function, {"Records": [self._record(message) for message in batch]})
            failed = {message["MessageId"] for message in batch}
            if outcome.error is None:
                failed = self._failed(batch, outcome.result)
            for message in batch:
                if message["MessageId"] not in failed:
                    self._client().delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            done = f"{len(batch) - len(failed)} of {len(batch)} messages done"
            self._context.activity.say(f"poller {self._queue_name}", done)
        except Exception as error:
            self._context.activity.fail(f"poller {self._queue_name}", f"batch left in the queue: {error}")
        finally:
            self._free.release()

    def _failed(self, batch: Sequence[dict[str, Any]], result: Any) -> set[str]:
        """The messages to leave in the queue. A report that names an unknown message fails the whole batch
        (Lambda Developer Guide, "Implementing partial batch responses")."""
        if "ReportBatchItemFailures" not in (self._mapping.function_response_types or []):
            return set()
        ids = {message["MessageId"] for message in batch}
        try:
            reported = {failure["itemIdentifier"] for failure in (result or {}).get("batchItemFailures") or []}
        except (AttributeError, KeyError, TypeError):
            return ids
        return reported if reported <= ids else ids

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message.get("Attributes", {}),
            "messageAttributes": {
                name: {
                    "stringValue": value.get("StringValue"),
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": value["DataType"],
                }
                for name, value in message.get("MessageAttributes", {}).items()
            },
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self._mapping.event_source_arn,
            "awsRegion": REGION,
        }

    def _client(self) -> Any:
        return self._context.client("sqs", self._backend.get_function(self._mapping.function_arn).role)

    @property
    def _url(self) -> str:
        return f"{self._context.endpoint}/{ACCOUNT}/{self._queue_name}"
