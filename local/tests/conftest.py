"""One local cloud for all tests that deploy to it; each test deploys stacks of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.tests.assembly import Template, write_assembly

# Spark's runs are short here: what the compiler gains by optimizing costs twice the processor's time of a whole run.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

Deploy = Callable[..., dict[str, str]]
_number = itertools.count(1)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Without a warehouse; a minute of a Glue timeout lasts a second, a second of a DMS batch a hundredth."""
    directory = tmp_path_factory.mktemp("cloud")
    with LocalCloud.start(directory, warehouse=False, glue_minute_seconds=1, dms_second_seconds=0.01) as running:
        yield running


@pytest.fixture
def deploy(cloud: LocalCloud, tmp_path: Path, request: pytest.FixtureRequest) -> Deploy:
    """Deploys a template as a stack named after the test; again with a changed template, it updates the stack."""
    words = request.node.name.split("[")[0].split("_")[1:]
    name = "".join(word.capitalize() for word in words)[:40] + str(next(_number))

    def run(template: Template, files: Mapping[str, str] | None = None, **options: Any) -> dict[str, str]:
        return cloud.deploy(write_assembly(tmp_path / "cdk.out", {name: template}, files), **options)

    return run
