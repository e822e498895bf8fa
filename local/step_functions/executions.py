"""Executions run by moto's interpreter, whose tasks call functions as the machine's role.

Only tasks that invoke a Lambda function by its ARN are run. A machine with any other task is refused when it is made:
moto would call other services as nobody.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from local.process.context import CloudContext

_FUNCTION = "arn:aws:lambda:"


def install(context: CloudContext) -> None:
    default_user_config["stepfunctions"] = {"execute_state_machine": True}

    def client_of_role(region: str, service: str, state_credentials: StateCredentials) -> Any:
        return context.client(service, state_credentials.role_arn)

    lambda_eval_utils.boto_client_for = client_of_role  # type: ignore[attr-defined, assignment]
    start = StepFunctionsParserBackend.start_execution

    def start_named(backend: StepFunctionsParserBackend, arn: str, name: str | None, *rest: Any) -> Any:
        """moto calls all executions without a name None."""
        return start(backend, arn, name or str(uuid.uuid4()), *rest)

    StepFunctionsParserBackend.start_execution = start_named  # type: ignore[method-assign, assignment]


def check_definition(definition: str) -> None:
    """Raises ValueError for a task that does not run here."""
    for name, state in _states(json.loads(definition)):
        resource = str(state.get("Resource"))
        if state.get("Type") == "Task" and not resource.startswith(_FUNCTION):
            raise ValueError(
                f"the state {name!r} has the resource {resource!r}, but the local cloud runs tasks whose resource is"
                " the ARN of a Lambda function"
            )


def _states(machine: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")):
            if inner:
                yield from _states(inner)
