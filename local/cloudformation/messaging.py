"""SQS queues, SNS topics and EventBridge rules, with their policies."""

from __future__ import annotations

import json
from typing import Any

from local.cloudformation.api_resource import ApiResource, Calls, chosen, tag_list, tags_as_map
from local.cloudformation.registry import Declaration, Deployed, Kind, ResourceType, resource_type
from local.process.context import ACCOUNT, arn

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)
_SUBSCRIPTION_ATTRIBUTES = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


@resource_type("AWS::SQS::Queue", Kind.EXECUTED)
class Queue(ApiResource):
    name_property = "QueueName"
    longest_name = 80
    calls = Calls("sqs", "create_queue", "delete_queue", "QueueUrl")

    def create(self, declared: Declaration) -> Deployed:
        name, url = declared.name, f"{self.context.endpoint}/{ACCOUNT}/{declared.name}"
        attributes = _attributes(declared, *_QUEUE_ATTRIBUTES)
        self.make(declared, Attributes=attributes, tags=tags_as_map(declared.properties))
        return Deployed(url, {"Arn": arn("sqs", name), "QueueName": name, "QueueUrl": url})

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        attributes = _attributes(declared, *_QUEUE_ATTRIBUTES)
        self.client.set_queue_attributes(QueueUrl=deployed.physical_id, Attributes=attributes)
        return deployed


@resource_type("AWS::SQS::QueuePolicy", Kind.EXECUTED)
class QueuePolicy(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        self._put(declared, json.dumps(declared.properties["PolicyDocument"]))
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._put(declared, "")

    def _put(self, declared: Declaration, document: str) -> None:
        for url in declared.properties["Queues"]:
            self.context.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})


@resource_type("AWS::SNS::Topic", Kind.EXECUTED)
class Topic(ApiResource):
    name_property = "TopicName"
    longest_name = 256
    calls = Calls("sns", "create_topic", "delete_topic", "TopicArn")

    def create(self, declared: Declaration) -> Deployed:
        name, properties = declared.name, declared.properties
        attributes = _attributes(declared, "DisplayName", "KmsMasterKeyId")
        topic = self.make(declared, Name=name, Attributes=attributes, Tags=tag_list(properties))["TopicArn"]
        with self.whole_or_removed(Deployed(topic, {"TopicArn": topic, "TopicName": name}), declared) as deployed:
            for subscription in properties.get("Subscription", []):
                self.client.subscribe(TopicArn=topic, **chosen(subscription, "Protocol", "Endpoint"))
        return deployed


@resource_type("AWS::SNS::TopicPolicy", Kind.EXECUTED)
class TopicPolicy(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        self._put(declared, declared.properties["PolicyDocument"])
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self._put(declared, {"Version": "2012-10-17", "Statement": []})

    def _put(self, declared: Declaration, document: dict[str, Any]) -> None:
        policy = {"AttributeName": "Policy", "AttributeValue": json.dumps(document)}
        for topic in declared.properties["Topics"]:
            self.context.client("sns").set_topic_attributes(TopicArn=topic, **policy)


@resource_type("AWS::SNS::Subscription", Kind.EXECUTED)
class Subscription(ApiResource):
    calls = Calls("sns", "subscribe", "unsubscribe", "SubscriptionArn")

    def create(self, declared: Declaration) -> Deployed:
        attributes = _attributes(declared, *_SUBSCRIPTION_ATTRIBUTES)
        return Deployed(self.make(declared, Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"])


@resource_type("AWS::Events::Rule", Kind.EXECUTED)
class Rule(ApiResource):
    name_property = "Name"
    calls = Calls("events", "put_rule", "delete_rule", "Name")

    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        pattern = {"EventPattern": json.dumps(properties["EventPattern"])} if "EventPattern" in properties else {}
        rule = self.make(declared, **pattern)["RuleArn"]
        with self.whole_or_removed(Deployed(declared.name, {"Arn": rule}), declared) as deployed:
            if properties.get("Targets"):
                self.call("put_targets", declared, Rule=declared.name)
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        if ids := [target["Id"] for target in declared.properties.get("Targets", [])]:
            self.call("remove_targets", declared, Rule=deployed.physical_id, Ids=ids)
        super().delete(deployed, declared)


def _attributes(declared: Declaration, *names: str) -> dict[str, str]:
    """The properties that the API takes as attributes: strings, whatever they are in the template."""

    def text(value: Any) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value) if isinstance(value, dict) else str(value)

    return {name: text(value) for name, value in chosen(declared.properties, *names).items()}
