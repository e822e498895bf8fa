"""SQS queues, SNS topics and EventBridge rules, with their policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.cloudformation.registry import (
    Declaration,
    Deployed,
    Kind,
    ResourceType,
    chosen,
    resource_type,
    tag_list,
    tags_as_map,
)
from local.context import ACCOUNT, REGION

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


@resource_type("AWS::SQS::Queue", Kind.EXECUTED)
class Queue(ResourceType):
    name_property = "QueueName"
    longest_name = 80

    def create(self, declared: Declaration) -> Deployed:
        url = f"{self.context.endpoint}/{ACCOUNT}/{declared.name}"
        self.context.client("sqs").create_queue(
            QueueName=declared.name, Attributes=_queue_attributes(declared), tags=tags_as_map(declared.properties)
        )
        attributes = {
            "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{declared.name}",
            "QueueName": declared.name,
            "QueueUrl": url,
        }
        return Deployed(url, attributes)

    def update(self, deployed: Deployed, declared: Declaration, before: Declaration) -> Deployed:
        self.context.client("sqs").set_queue_attributes(
            QueueUrl=deployed.physical_id, Attributes=_queue_attributes(declared)
        )
        return deployed

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("sqs").delete_queue(QueueUrl=deployed.physical_id)


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
class Topic(ResourceType):
    name_property = "TopicName"
    longest_name = 256

    def create(self, declared: Declaration) -> Deployed:
        sns, properties = self.context.client("sns"), declared.properties
        attributes = {name: _text(value) for name, value in chosen(properties, "DisplayName", "KmsMasterKeyId").items()}
        arn = sns.create_topic(Name=declared.name, Attributes=attributes, Tags=tag_list(properties))["TopicArn"]
        for subscription in properties.get("Subscription", []):
            sns.subscribe(TopicArn=arn, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
        return Deployed(arn, {"TopicArn": arn, "TopicName": declared.name})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("sns").delete_topic(TopicArn=deployed.physical_id)


@resource_type("AWS::SNS::TopicPolicy", Kind.EXECUTED)
class TopicPolicy(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        document = json.dumps(declared.properties["PolicyDocument"])
        for arn in declared.properties["Topics"]:
            self.context.client("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=document
            )
        return Deployed(declared.name)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        nobody = json.dumps({"Version": "2012-10-17", "Statement": []})
        for arn in declared.properties["Topics"]:
            self.context.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=nobody)


@resource_type("AWS::SNS::Subscription", Kind.EXECUTED)
class Subscription(ResourceType):
    def create(self, declared: Declaration) -> Deployed:
        properties = declared.properties
        attributes = {
            name: _text(value)
            for name, value in chosen(
                properties, "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"
            ).items()
        }
        arn = self.context.client("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties["Endpoint"],
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Deployed(arn)

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        self.context.client("sns").unsubscribe(SubscriptionArn=deployed.physical_id)


@resource_type("AWS::Events::Rule", Kind.EXECUTED)
class Rule(ResourceType):
    name_property = "Name"

    def create(self, declared: Declaration) -> Deployed:
        events, properties = self.context.client("events"), declared.properties
        arn = events.put_rule(
            Name=declared.name,
            **chosen(properties, "Description", "EventBusName", "RoleArn", "ScheduleExpression", "State"),
            **_pattern(properties),
        )["RuleArn"]
        if targets := properties.get("Targets"):
            events.put_targets(Rule=declared.name, Targets=targets, **chosen(properties, "EventBusName"))
        return Deployed(declared.name, {"Arn": arn})

    def delete(self, deployed: Deployed, declared: Declaration) -> None:
        events, bus = self.context.client("events"), chosen(declared.properties, "EventBusName")
        ids = [target["Id"] for target in declared.properties.get("Targets", [])]
        if ids:
            events.remove_targets(Rule=deployed.physical_id, Ids=ids, **bus)
        events.delete_rule(Name=deployed.physical_id, **bus)


def _pattern(properties: Mapping[str, Any]) -> dict[str, str]:
    return {"EventPattern": json.dumps(properties["EventPattern"])} if "EventPattern" in properties else {}


def _queue_attributes(declared: Declaration) -> dict[str, str]:
    return {name: _text(value) for name, value in chosen(declared.properties, *_QUEUE_ATTRIBUTES).items()}


def _text(value: Any) -> str:
    """Attributes are strings in the API, whatever they are in the template."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)
