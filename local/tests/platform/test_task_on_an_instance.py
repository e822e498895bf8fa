"""A replication on an instance is deployed, with what the deployment has to do before DMS starts its task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.assembly import synthesize
from local.cloud import LocalCloud

APP = Path(__file__).with_name("task_on_an_instance")
TABLE = 'CREATE SCHEMA "CRM"; CREATE TABLE "CRM"."T" ("ID" numeric(5) PRIMARY KEY); INSERT INTO "CRM"."T" VALUES (1)'
SECRET = "instance/oracle"


def task_of(cloud: LocalCloud, outputs: dict[str, str]) -> dict[str, Any]:
    [task] = cloud.client("dms").describe_replication_tasks()["ReplicationTasks"]
    assert task["ReplicationTaskArn"] == outputs["Task"]
    return dict(task)


@pytest.mark.full
def test_a_task_is_started_when_its_connections_have_been_tested_also_one_under_another_key(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"oracles": {"ONINSTANCE": {"secret": SECRET, "sql": [TABLE]}}}))
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        first = cloud.deploy(APP, seed=seed)
        task = task_of(cloud, first)
        assert task["Status"] == "running"
        connections = cloud.client("dms").describe_connections()["Connections"]
        assert {each["EndpointArn"] for each in connections} == {task["SourceEndpointArn"], task["TargetEndpointArn"]}
        assert {each["Status"] for each in connections} == {"successful"}

        under_a_key = synthesize(APP, tmp_path / "under_a_key", lambda _line: None, {"key": "Key"})
        second = cloud.deploy(under_a_key)
        assert second["Task"] != first["Task"]
        assert task_of(cloud, second)["Status"] == "running"
        assert len(cloud.client("dms").describe_replication_instances()["ReplicationInstances"]) == 1
        assert len(cloud.client("dms").describe_endpoints()["Endpoints"]) == 2
