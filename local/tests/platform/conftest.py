"""The example, deployed once to a local cloud for all tests of this folder, which come last: the others do not wait."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local.assembly import synthesize
from local.cloud import LocalCloud
from local.tests.platform.background import Background
from local.tests.platform.gating import Gate, send_first_files
from local.tests.platform.loading import Pipeline

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[2] / "examples" / "platform"
LARGER_ENVIRONMENTS = ("staging", "prod")

_BACKGROUND = pytest.StashKey[Background]()
_DIRECTORY = pytest.StashKey[tempfile.TemporaryDirectory[str]]()
_CLOUDS: list[LocalCloud] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.is_relative_to(HERE))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begins what the tests that were chosen need."""
    items = [item for item in session.items if isinstance(item, pytest.Function) and item.path.is_relative_to(HERE)]
    needed = {name for item in items for name in item.fixturenames}
    if session.config.option.collectonly or not needed & {"cloud", "template"}:
        return
    directory = session.config.stash[_DIRECTORY] = tempfile.TemporaryDirectory(prefix="platform-")
    path = Path(directory.name)
    works: dict[str, Callable[[], Any]] = {}
    background = session.config.stash[_BACKGROUND] = Background(works)
    if "cloud" in needed:
        works["example"] = partial(_deploy, path)
    if "counted" in needed:
        works["counted"] = lambda: send_first_files(_gate(*background.result("example")))
    for environment in LARGER_ENVIRONMENTS if "template" in needed else ():
        works[environment] = partial(_synthesize, environment, path / environment / "cdk.out")
    background.start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    for cloud in _CLOUDS:
        cloud.stop()
    if directory := session.config.stash.get(_DIRECTORY, None):
        directory.cleanup()


def _deploy(directory: Path) -> tuple[LocalCloud, dict[str, str]]:
    """The example and its outputs. Its batching windows are as short as can be: nearly every test waits for one."""
    cloud = LocalCloud.start(directory / "cloud")
    _CLOUDS.append(cloud)
    outputs = cloud.deploy(EXAMPLE, seed=EXAMPLE / "local-seed.json")
    lambdas = cloud.client("lambda")
    for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=1)
    return cloud, outputs


def _synthesize(environment: str, output: Path) -> Path:
    return synthesize(EXAMPLE, output, lambda _line: None, {"environment": environment})


def _gate(cloud: LocalCloud, outputs: dict[str, str]) -> Gate:
    return Gate(cloud, outputs["LandingBucketName"], outputs["QualityJobName"])


@pytest.fixture(scope="session", name="background")
def _background(pytestconfig: pytest.Config) -> Background:
    return pytestconfig.stash[_BACKGROUND]


@pytest.fixture(scope="session")
def cloud(background: Background) -> LocalCloud:
    deployed: LocalCloud = background.result("example")[0]
    return deployed


@pytest.fixture(scope="session")
def outputs(background: Background) -> dict[str, str]:
    found: dict[str, str] = background.result("example")[1]
    return found


@pytest.fixture(scope="session")
def counted(background: Background) -> list[float]:
    """What the gate's first files added to its metrics (`gating.COUNTED`)."""
    added: list[float] = background.result("counted")
    return added


@pytest.fixture(scope="session")
def gate(cloud: LocalCloud, outputs: dict[str, str]) -> Gate:
    return _gate(cloud, outputs)


@pytest.fixture
def customers(cloud: LocalCloud, outputs: dict[str, str]) -> Pipeline:
    return pipeline(cloud, outputs, "Customers", outputs["LandingPrefix"], outputs["LoaderJobName"])


@pytest.fixture
def purchases(cloud: LocalCloud, outputs: dict[str, str]) -> Pipeline:
    return pipeline(cloud, outputs, "Purchases", outputs["PurchasesPrefix"], outputs["PurchasesJobName"])


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
