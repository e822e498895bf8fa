"""SNS beyond the inbox: queues and functions that subscribe to a topic, and rules without the right to publish."""

from __future__ import annotations

import json
from typing import Any

from local.cloud import LocalCloud
from local.tests.assembly import arn_of, function, outputs, ref, role
from local.tests.conftest import Deploy


def test_a_topic_reaches_queues_and_functions(cloud: LocalCloud, deploy: Deploy) -> None:
    code = "exports.handler = async (event) => console.log('got ' + event.Records[0].Sns.Message)"
    template: dict[str, Any] = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Role": role("lambda.amazonaws.com"),
            "Function": function(code, "Role"),
            "ToQueue": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": arn_of("Queue")},
            },
            "ToFunction": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": ref("Topic"), "Protocol": "lambda", "Endpoint": arn_of("Function")},
            },
        },
        "Outputs": outputs(Topic=ref("Topic"), Queue=ref("Queue"), Function=ref("Function")),
    }
    deployed = deploy(template)
    cloud.client("sns").publish(TopicArn=deployed["Topic"], Message="hello")
    (message,) = cloud.client("sqs").receive_message(QueueUrl=deployed["Queue"])["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello"
    cloud.wait_until(lambda: f"{deployed['Function']} | got hello" in cloud.log_tail(), 10, "the function's run")


def test_a_rule_that_a_topic_does_not_admit_publishes_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"EventPattern": {"source": ["test"]}, "Targets": [{"Id": "t", "Arn": ref("Topic")}]},
            },
        },
        "Outputs": outputs(Topic=ref("Topic")),
    }
    topic = deploy(template)["Topic"]
    cloud.client("events").put_events(Entries=[{"Source": "test", "DetailType": "Test", "Detail": "{}"}])
    assert f"the resource policy of {topic} does not allow sns:Publish" in cloud.log_tail(5)
    assert not any(message["topic"] == topic for message in cloud.inbox())
