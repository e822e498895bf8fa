"""State machines run, with the rights of their roles."""

from __future__ import annotations

import json
from typing import Any

from local.cloud import LocalCloud
from local.tests.assembly import allow, arn_of, function, outputs, ref, role
from local.tests.conftest import Deploy

COUNTING = """
let calls = 0;
exports.handler = async (event) => { if (++calls < 3) throw new Error('not yet'); return { calls, ...event }; };
"""
FAILING = "exports.handler = async () => { throw new TypeError('never'); };"
SAYING = "exports.handler = async (e) => ({ said: JSON.parse(e.Cause).errorMessage });"


def machine(states: dict[str, Any]) -> dict[str, Any]:
    """`states` name functions of the template as their resources."""
    text = json.dumps({"StartAt": next(iter(states)), "States": states})
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionString": {"Fn::Sub": text}, "RoleArn": arn_of("MachineRole")},
    }


def template(states: dict[str, Any], code: str, allowed: str = "*") -> dict[str, Any]:
    return {
        "Resources": {
            "FunctionRole": role("lambda.amazonaws.com"),
            "MachineRole": role("states.amazonaws.com", allow("lambda:InvokeFunction", allowed)),
            "Works": function(code, "FunctionRole"),
            "Says": function(SAYING, "FunctionRole"),
            "Machine": machine(states),
        },
        "Outputs": outputs(Machine=ref("Machine")),
    }


def execution(cloud: LocalCloud, arn: str, text: str = "{}") -> dict[str, Any]:
    client = cloud.client("stepfunctions")
    started = client.start_execution(stateMachineArn=arn, input=text)["executionArn"]

    def ended() -> dict[str, Any] | None:
        described: dict[str, Any] = client.describe_execution(executionArn=started)
        return None if described["status"] == "RUNNING" else described

    return cloud.wait_until(ended, 60, "the execution's end")


WAITING = {"Type": "Task", "Resource": "${Works.Arn}", "End": True}
RETRY = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 1}]


def test_a_task_is_repeated_until_its_function_succeeds(cloud: LocalCloud, deploy: Deploy) -> None:
    made = deploy(template({"Wait": {**WAITING, "Retry": RETRY}}, COUNTING))
    first = execution(cloud, made["Machine"], '{"a": 1}')
    assert (first["status"], json.loads(first["output"])) == ("SUCCEEDED", {"calls": 3, "a": 1})
    # Executions without a name of their own are not one.
    assert execution(cloud, made["Machine"], '{"a": 2}')["executionArn"] != first["executionArn"]


def test_an_error_is_caught_with_its_cause(cloud: LocalCloud, deploy: Deploy) -> None:
    caught = {**WAITING, "Catch": [{"ErrorEquals": ["TypeError"], "Next": "Say"}]}
    made = deploy(template({"Wait": caught, "Say": {**WAITING, "Resource": "${Says.Arn}"}}, FAILING))
    assert json.loads(execution(cloud, made["Machine"])["output"]) == {"said": "never"}


def test_a_machine_calls_only_what_its_role_may(cloud: LocalCloud, deploy: Deploy) -> None:
    other = "arn:aws:lambda:us-east-1:123456789012:function:other"
    made = deploy(template({"Wait": WAITING}, COUNTING, allowed=other))
    ended = execution(cloud, made["Machine"])
    assert ended["status"] == "FAILED"
    assert "lambda:InvokeFunction" in ended["cause"]
