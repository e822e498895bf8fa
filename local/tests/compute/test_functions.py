"""Functions in Node and Python: results, errors, timeouts, environment, and environments that are kept."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.tests.assembly import arn_of, function, outputs, ref, role
from local.tests.conftest import Deploy


def deployed_function(deploy: Deploy, code: str, **options: Any) -> str:
    template = {
        "Resources": {"Role": role("lambda.amazonaws.com"), "Function": function(code, "Role", **options)},
        "Outputs": outputs(Name=ref("Function")),
    }
    return deploy(template)["Name"]


def invoke(cloud: LocalCloud, name: str, event: Any = None) -> tuple[Any, str | None]:
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.load(answer["Payload"]), answer.get("FunctionError")


def test_a_function_gets_its_event_its_context_and_its_role(cloud: LocalCloud, deploy: Deploy) -> None:
    code = """exports.handler = async (event, context) => ({
      event, name: context.functionName, left: context.getRemainingTimeInMillis(),
      setting: process.env.SETTING, key: process.env.AWS_ACCESS_KEY_ID, memory: context.memoryLimitInMB })"""
    name = deployed_function(deploy, code, SETTING="value")
    result, error = invoke(cloud, name, {"a": [1, "ü"]})
    assert error is None
    assert result["event"] == {"a": [1, "ü"]}
    assert result["name"] == name
    assert 0 < result["left"] <= 10_000
    assert (result["setting"], result["memory"]) == ("value", "256")
    assert result["key"].startswith("ASIA")


def test_an_error_is_lambdas_error_object(cloud: LocalCloud, deploy: Deploy) -> None:
    name = deployed_function(deploy, "exports.handler = async () => { throw new TypeError('no good') }")
    result, error = invoke(cloud, name)
    assert error == "Unhandled"
    assert (result["errorType"], result["errorMessage"]) == ("TypeError", "no good")


def test_a_python_function_gets_its_event_its_context_and_its_role(cloud: LocalCloud, deploy: Deploy) -> None:
    code = """
import boto3, os
def handler(event, context):
    return {
        "event": event, "name": context.function_name, "arn": context.invoked_function_arn,
        "request": context.aws_request_id, "group": context.log_group_name, "stream": context.log_stream_name,
        "left": context.get_remaining_time_in_millis(), "setting": os.environ["SETTING"],
        "caller": boto3.client("sts").get_caller_identity()["Arn"]}
"""
    name = deployed_function(deploy, code, runtime="python3.13", SETTING="value")
    result, error = invoke(cloud, name, {"a": [1, "ü"]})
    assert error is None, result
    assert result["event"] == {"a": [1, "ü"]}
    assert (result["name"], result["group"], result["setting"]) == (name, f"/aws/lambda/{name}", "value")
    assert result["arn"].endswith(f":function:{name}")
    assert result["request"] and result["stream"]
    assert 0 < result["left"] <= 10_000
    assert ":assumed-role/" in result["caller"]


def test_an_error_in_python_is_lambdas_error_object(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "def handler(event, context):\n    raise KeyError('no good')"
    name = deployed_function(deploy, code, runtime="python3.13")
    result, error = invoke(cloud, name)
    assert error == "Unhandled"
    assert (result["errorType"], result["errorMessage"]) == ("KeyError", "'no good'")
    assert 'index.py", line 2, in handler' in result["stackTrace"][-1]
    assert f"{name} | KeyError: 'no good'" in cloud.log_tail()


@pytest.mark.parametrize(
    ("code", "error_type"),
    [("import no_such_module", "Runtime.ImportModuleError"), ("x = 1", "Runtime.HandlerNotFound")],
)
def test_python_code_without_its_handler_says_so(cloud: LocalCloud, deploy: Deploy, code: str, error_type: str) -> None:
    result, _ = invoke(cloud, deployed_function(deploy, code, runtime="python3.13"))
    assert result["errorType"] == error_type


def test_a_python_function_past_its_timeout_is_ended_and_its_log_is_kept(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "def handler(event, context):\n    print('began')\n    while True: pass"
    name = deployed_function(deploy, code, runtime="python3.13", timeout=1)
    result, _ = invoke(cloud, name)
    assert "Task timed out after 1.00 seconds" in result["errorMessage"]
    assert f"{name} | began" in cloud.log_tail()


def test_a_custom_resource_in_python_answers_to_its_url(deploy: Deploy) -> None:
    code = """
import json, urllib.request
def handler(event, context):
    answer = {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Had": event["ResourceProperties"]["Flag"]}}
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).read()
"""
    template = {
        "Resources": {
            "Role": role("lambda.amazonaws.com"),
            "Function": function(code, "Role", runtime="python3.13"),
            "Made": {"Type": "Custom::Made", "Properties": {"ServiceToken": arn_of("Function"), "Flag": True}},
        },
        "Outputs": outputs(Id=ref("Made"), Had={"Fn::GetAtt": ["Made", "Had"]}),
    }
    assert deploy(template) == {"Id": "made", "Had": "true"}


def test_a_handler_that_calls_back_is_waited_for(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "exports.handler = (event, context, callback) => setTimeout(() => callback(null, 'later'), 20)"
    assert invoke(cloud, deployed_function(deploy, code)) == ("later", None)


def test_a_function_past_its_timeout_is_ended(cloud: LocalCloud, deploy: Deploy) -> None:
    name = deployed_function(deploy, "exports.handler = () => new Promise(() => {})", timeout=1)
    result, error = invoke(cloud, name)
    assert error == "Unhandled"
    assert "Task timed out after 1.00 seconds" in result["errorMessage"]


def test_a_function_that_exits_says_why(cloud: LocalCloud, deploy: Deploy) -> None:
    name = deployed_function(deploy, "exports.handler = async () => { console.log('giving up'); process.exit(3) }")
    result, _ = invoke(cloud, name)
    assert result["errorType"] == "Runtime.ExitError"
    assert "giving up" in result["errorMessage"]


def test_an_environment_is_kept_until_the_function_changes(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "let calls = 0; exports.handler = async () => `%s ${++calls}`"
    name = deployed_function(deploy, code % "old")
    assert [invoke(cloud, name)[0], invoke(cloud, name)[0]] == ["old 1", "old 2"]
    assert deployed_function(deploy, code % "new") == name
    assert invoke(cloud, name)[0] == "new 1"


def test_a_warm_function_answers_in_less_than_300_milliseconds(cloud: LocalCloud, deploy: Deploy) -> None:
    name = deployed_function(deploy, "exports.handler = async () => 1")
    invoke(cloud, name)
    started = time.monotonic()
    invoke(cloud, name)
    assert time.monotonic() - started < 0.3


def test_an_asynchronous_invocation_is_tried_again(cloud: LocalCloud, deploy: Deploy) -> None:
    code = """let calls = 0;
      exports.handler = async () => { if (++calls === 1) throw new Error('first'); console.log('second worked') }"""
    name = deployed_function(deploy, code)
    answer = cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    assert answer["StatusCode"] == 202
    cloud.wait_until(lambda: f"{name} | second worked" in cloud.log_tail(), 10, "the second attempt")


def test_a_role_that_lambda_may_not_assume_keeps_the_function_from_running(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {
            "Role": role("glue.amazonaws.com"),
            "Function": function("exports.handler = async () => 1", "Role"),
        },
        "Outputs": outputs(Name=ref("Function")),
    }
    result, error = invoke(cloud, deploy(template)["Name"])
    assert error == "Unhandled"
    assert "does not let lambda.amazonaws.com assume it" in result["errorMessage"]
