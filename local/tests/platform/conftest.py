"""The example, deployed once to a local cloud for all tests of this folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.tests.platform.gating import Gate
from local.tests.platform.loading import Pipeline

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "platform"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud.start(tmp_path_factory.mktemp("platform")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def outputs(cloud: LocalCloud) -> dict[str, str]:
    """The example's outputs. Its batching windows are as short as they can be: nearly every test waits for one."""
    outputs = cloud.deploy(EXAMPLE)
    lambdas = cloud.client("lambda")
    for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=1)
    return outputs


@pytest.fixture
def customers(cloud: LocalCloud, outputs: dict[str, str]) -> Pipeline:
    return pipeline(cloud, outputs, "Customers", outputs["LandingPrefix"], outputs["LoaderJobName"])


@pytest.fixture
def purchases(cloud: LocalCloud, outputs: dict[str, str]) -> Pipeline:
    return pipeline(cloud, outputs, "Purchases", outputs["PurchasesPrefix"], outputs["PurchasesJobName"])


@pytest.fixture(scope="session")
def gate(cloud: LocalCloud, outputs: dict[str, str]) -> Gate:
    return Gate(cloud, outputs["LandingBucketName"], outputs["QualityJobName"])


def pipeline(cloud: LocalCloud, outputs: dict[str, str], name: str, prefix: str, job_name: str) -> Pipeline:
    mapping = mapping_of(cloud, job_name)
    sqs = cloud.client("sqs")
    queue_url = sqs.get_queue_url(QueueName=mapping["EventSourceArn"].rpartition(":")[2])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["RedrivePolicy"])["Attributes"]
    job = cloud.client("glue").get_job(JobName=job_name)["Job"]
    settings = json.loads(job["DefaultArguments"]["--settings"])
    queue_arn = mapping["EventSourceArn"]
    [arrivals] = cloud.client("events").list_rule_names_by_target(TargetArn=queue_arn)["RuleNames"]
    dead_letters = attributes["RedrivePolicy"].partition("deadLetterTargetArn")[2].split('"')[2].rpartition(":")[2]
    return Pipeline(
        cloud=cloud,
        bucket=outputs["LandingBucketName"],
        prefix=prefix,
        error_prefix=settings["error_prefix"],
        table=outputs[f"{name}Table"],
        job_name=job_name,
        pipeline_name=settings["pipeline"],
        arrivals_rule=arrivals,
        queue_url=queue_url,
        dead_letter_queue_url=sqs.get_queue_url(QueueName=dead_letters)["QueueUrl"],
    )


def mapping_of(cloud: LocalCloud, job_name: str) -> dict[str, Any]:
    """The event source mapping of the function that starts a job's runs."""
    lambdas = cloud.client("lambda")

    def starts(function: str) -> str:
        environment = lambdas.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        return str(json.loads(environment["SETTINGS"])["jobName"])

    mappings: list[dict[str, Any]] = lambdas.list_event_source_mappings()["EventSourceMappings"]
    [mapping] = [mapping for mapping in mappings if starts(mapping["FunctionArn"]) == job_name]
    return mapping
