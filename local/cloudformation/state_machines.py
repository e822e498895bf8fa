"""Step Functions: a state machine is made through the API, whose definition moto then runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.cloudformation.api_resource import ApiResource, Calls, tags_as_map
from local.cloudformation.registry import Declaration, Deployed, Kind, resource_type


@resource_type("AWS::StepFunctions::StateMachine", Kind.EXECUTED)
class StateMachine(ApiResource):
    name_property = "StateMachineName"
    longest_name = 80
    calls = Calls("stepfunctions", "create_state_machine", "delete_state_machine", "stateMachineArn")

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        tags = [{"key": name, "value": value} for name, value in tags_as_map(properties).items()]
        made = self.client.create_state_machine(
            name=declared.name,
            definition=_definition(properties),
            roleArn=properties["RoleArn"],
            type=properties.get("StateMachineType", "STANDARD"),
            tags=tags,
        )
        return Deployed(made["stateMachineArn"], {"Arn": made["stateMachineArn"], "Name": declared.name})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        self.client.update_state_machine(
            stateMachineArn=deployed.physical_id,
            definition=_definition(declared.properties),
            roleArn=declared.properties["RoleArn"],
        )
        return deployed


def _definition(properties: Mapping[str, Any]) -> str:
    text = properties.get("DefinitionString") or json.dumps(properties["Definition"])
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(value))
    return str(text)
