#!/usr/bin/env bash
# moto 5.2.5, where it runs state machines (`execute_state_machine`): all executions that are started without a name are called
# None, so the second one with another input is refused as one that exists already. AWS names each by a UUID, and so does moto where
# it only records. Whatever starts executions without names (the CDK's custom resource Provider does) works once.
#
# Seen: the first execution's ARN ends in ":None", the second start raises ExecutionAlreadyExists.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "moto[stepfunctions]==5.2.5"
venv/bin/python - <<'PYTHON'
import json

import boto3
from moto import mock_aws

DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})


def names(executes: bool) -> list[str]:
    with mock_aws(config={"stepfunctions": {"execute_state_machine": executes}}):
        states = boto3.client("stepfunctions", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        machine = states.create_state_machine(
            name="machine", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/machine"
        )["stateMachineArn"]
        found = []
        for number in (1, 2):
            try:
                started = states.start_execution(stateMachineArn=machine, input=json.dumps({"number": number}))
                found.append(started["executionArn"].rpartition(":")[2])
            except states.exceptions.ClientError as error:
                found.append(error.response["Error"]["Code"])
        return found


recorded, executed = names(executes=False), names(executes=True)
print("recorded only:", recorded)
print("executed:", executed)
assert len(set(recorded)) == 2 and "None" not in recorded, "the behaviour has changed"
assert executed == ["None", "ExecutionAlreadyExists"], "the behaviour has changed"
PYTHON
