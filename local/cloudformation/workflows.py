"""State machines of Step Functions."""

from __future__ import annotations

from local.cloudformation.api_resource import ApiResource, Calls
from local.cloudformation.registry import Declaration, Deployed, Kind, resource_type
from local.step_functions.executions import check_definition


@resource_type("AWS::StepFunctions::StateMachine", Kind.EXECUTED)
class StateMachine(ApiResource):
    name_property = "StateMachineName"
    longest_name = 80
    calls = Calls("stepfunctions", "create_state_machine", "delete_state_machine", "stateMachineArn")

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        if "DefinitionString" not in properties:
            raise ValueError("a state machine is made here of its DefinitionString only")
        check_definition(properties["DefinitionString"])
        made = self.client.create_state_machine(
            name=declared.name,
            definition=properties["DefinitionString"],
            roleArn=properties["RoleArn"],
            type=properties.get("StateMachineType", "STANDARD"),
        )
        return Deployed(made["stateMachineArn"], {"Arn": made["stateMachineArn"], "Name": declared.name})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.client.delete_state_machine(stateMachineArn=deployed.physical_id)
