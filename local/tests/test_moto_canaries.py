"""Fails when moto's internals, which the local cloud replaces or leans on, are no longer what they were.

Each entry is something that we patch or call with a fixed set of arguments; a changed signature means that a patch
has to be looked at again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import moto
import pytest
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import BaseResponse
from moto.dms.responses import DatabaseMigrationServiceResponse
from moto.events.models import EventPattern, EventsBackend, Rule
from moto.glue.models import FakeJob, FakeJobRun
from moto.s3 import notifications
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sns.models import Subscription, Topic
from moto.sqs.models import Queue, SQSBackend
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

REPLACED: list[tuple[Callable[..., Any], list[str]]] = [
    (ActionAuthenticatorMixin._authenticate_and_authorize_action, ["self", "iam_request_cls", "resource"]),
    (FakeBucket.get_permission, ["self", "action", "resource"]),
    (LambdaFunction.invoke, ["self", "body", "request_headers", "response_headers"]),
    (LambdaBackend.create_event_source_mapping, ["self", "spec"]),
    (EventsBackend.put_events, ["self", "events"]),
    (EventsBackend._normalize_event_bus_arn, ["self", "event_bus_arn"]),
    (EventPattern.matches_event, ["self", "event"]),
    (EventPattern.get_pattern, ["self"]),
    (notifications._send_event_bridge_message, ["account_id", "bucket", "event_name", "key"]),
    (notifications._detail_type, ["event_name"]),
    (S3Response.get_bucket_notification, ["self"]),
    (SQSBackend.delete_message, ["self", "queue_name", "receipt_handle"]),
    (SQSBackend.change_message_visibility, ["self", "queue_name", "receipt_handle", "visibility_timeout"]),
    (Queue.add_message, ["self", "message"]),
    (FakeJob.get_job_runs, ["self"]),
    (FakeJobRun.as_dict, ["self"]),
    (FakeJobRun.advance, ["self"]),
    (DatabaseMigrationServiceResponse.create_endpoint, ["self"]),
    (DatabaseMigrationServiceResponse.start_replication_task, ["self"]),
    (
        StepFunctionsParserBackend.start_execution,
        ["self", "state_machine_arn", "name", "execution_input", "trace_header"],
    ),
    (boto_client.boto_client_for, ["region", "service", "state_credentials"]),
    (Stack.parse_template, ["template"]),
    (parsing.clean_json, ["resource_json", "resources_map"]),
    (parsing.resource_class_from_type, ["resource_type"]),
    (parsing.resource_name_property_from_type, ["resource_type"]),
    (parsing.generate_resource_name, ["resource_type", "stack_name", "logical_id"]),
    (BaseResponse._get_action, ["self"]),
]

BEGINS_WITH: list[tuple[Callable[..., Any], list[str]]] = [
    (SQSBackend.receive_message, ["self", "queue_name", "count", "wait_seconds_timeout"]),
    (Topic.publish, ["self", "message", "subject", "message_attributes"]),
    (Subscription.publish, ["self", "message", "message_id"]),
    (CloudFormationBackend.create_stack, ["self", "name", "template"]),
]


def test_the_version_is_the_one_that_the_patches_were_written_for() -> None:
    assert moto.__version__ == "5.2.5"


@pytest.mark.parametrize(("function", "parameters"), REPLACED, ids=lambda value: getattr(value, "__qualname__", ""))
def test_what_is_replaced_has_the_parameters_that_it_had(function: Callable[..., Any], parameters: list[str]) -> None:
    assert list(inspect.signature(function).parameters) == parameters


@pytest.mark.parametrize(("function", "parameters"), BEGINS_WITH, ids=lambda value: getattr(value, "__qualname__", ""))
def test_what_is_wrapped_takes_what_it_took(function: Callable[..., Any], parameters: list[str]) -> None:
    assert list(inspect.signature(function).parameters)[: len(parameters)] == parameters


def test_a_start_of_a_run_passes_the_arguments_that_the_runner_reads() -> None:
    parameters = inspect.signature(FakeJob.start_job_run).parameters
    assert {"arguments", "timeout"} <= set(parameters)


def test_the_gaps_that_the_patches_fill_are_still_there() -> None:
    """When moto closes one of them, the patch for it can go."""
    source = inspect.getsource
    assert '"sequencer": "617f08299329d189"' in source(notifications._send_event_bridge_message)
    assert "docker" in source(LambdaFunction._invoke_lambda)
    assert "NotImplementedError" in source(Rule.send_to_targets)
    assert "Fn::Cidr" not in source(parsing.clean_json)
    assert "AWS::Glue::Job" not in parsing.get_model_map()
    assert "self._messages = new_messages" in source(Queue.delete_message)
    assert '("RUNNING", "SUCCEEDED")' in source(FakeJobRun.__init__)
