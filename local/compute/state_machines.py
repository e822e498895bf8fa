"""Step Functions: moto's interpreter runs the deployed definitions, each with the rights of its state machine's role.

moto itself calls every service with keys that nobody has, and gives an execution without a name no name.
"""

from __future__ import annotations

import sys
import uuid
from typing import Any

from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from local.identity.credentials import require_trust
from local.process.context import CloudContext

_INTERPRETER = "moto.stepfunctions.parser."


def install(context: CloudContext) -> None:
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    start = StepFunctionsParserBackend.start_execution

    def start_with_a_name(
        self: StepFunctionsParserBackend, state_machine_arn: str, name: str | None, *args: Any, **options: Any
    ) -> Any:
        return start(self, state_machine_arn, name or str(uuid.uuid4()), *args, **options)

    StepFunctionsParserBackend.start_execution = start_with_a_name  # type: ignore[method-assign, assignment]

    def client_of_role(region: str, service: str, state_credentials: Any = None) -> Any:
        require_trust(state_credentials.role_arn, "states.amazonaws.com")
        return context.client(service, state_credentials.role_arn)

    original = boto_client.boto_client_for
    for name, module in list(sys.modules.items()):
        if name.startswith(_INTERPRETER) and getattr(module, "boto_client_for", None) is original:
            module.boto_client_for = client_of_role  # type: ignore[attr-defined]
