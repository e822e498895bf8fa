"""Custom resources: their Lambda function really runs, and answers to the URL that it is given.

Values arrive at the function as CloudFormation sends them: every boolean and number is a string (CloudFormation User
Guide, "Custom resource request objects").
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from moto.awslambda.utils import get_backend as lambda_backend

from local.cloudformation.registry import Declaration, Deployed, ResourceType
from local.process.context import ACCOUNT, REGION

RESPONSE_HOST = "https://cloudformation-custom-resource-response.localhost"
RESPONSE_PATH = "/_local/custom-resource/"
TIMEOUT_SECONDS = 600


class Responses:
    """Answers of custom resources, by the token in the URL that each was given."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._answers: dict[str, dict[str, Any]] = {}

    def put(self, token: str, answer: dict[str, Any]) -> None:
        with self._arrived:
            self._answers[token] = answer
            self._arrived.notify_all()

    def wait(self, token: str, timeout: float) -> dict[str, Any] | None:
        with self._arrived:
            self._arrived.wait_for(lambda: token in self._answers, timeout)
            return self._answers.pop(token, None)


class CustomResource(ResourceType):
    responses: ClassVar[Responses] = Responses()

    def create(self, declared: Declaration) -> Deployed:
        return self._request("Create", declared, {})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        old = {"PhysicalResourceId": deployed.physical_id, "OldResourceProperties": as_strings(before.properties)}
        changed = self._request("Update", declared, old)
        if changed.physical_id != deployed.physical_id:
            self.delete(deployed, before)
        return changed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._request("Delete", declared, {"PhysicalResourceId": deployed.physical_id})

    def _request(self, kind: str, declared: Declaration, more: dict[str, Any]) -> Deployed:
        """Raises RuntimeError with the function's reason when it fails, or does not answer in time."""
        token = uuid.uuid4().hex
        function = lambda_backend(ACCOUNT, REGION).get_function(declared.properties["ServiceToken"])
        event = {
            "RequestType": kind,
            "ServiceToken": declared.properties["ServiceToken"],
            "ResponseURL": f"{RESPONSE_HOST}{RESPONSE_PATH}{token}",
            "StackId": declared.stack_id,
            "RequestId": str(uuid.uuid4()),
            "LogicalResourceId": declared.logical_id,
            "ResourceType": declared.type,
            "ResourceProperties": as_strings(declared.properties),
        } | more
        started = time.monotonic()
        payload = self.context.client("lambda").invoke(FunctionName=function.function_name, Payload=json.dumps(event))
        if "FunctionError" in payload:
            raise RuntimeError(f"function {function.function_name} failed: {payload['Payload'].read().decode()}")
        timeout = float(declared.properties.get("ServiceTimeout", TIMEOUT_SECONDS))
        answer = self.responses.wait(token, timeout - (time.monotonic() - started))
        if answer is None:
            raise RuntimeError(f"function {function.function_name} sent no response within {timeout:.0f} s")
        if answer.get("Status") != "SUCCESS":
            raise RuntimeError(str(answer.get("Reason") or "no reason given"))
        return Deployed(str(answer["PhysicalResourceId"]), dict(answer.get("Data") or {}))


def as_strings(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: as_strings(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_strings(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
