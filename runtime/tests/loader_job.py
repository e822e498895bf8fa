"""The loader's job, started with the arguments that Glue gives it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from world import LANDING, STAGING, World

from customer_data.files.manifest import SourceFile
from customer_data.loading import load_job


def settings_json(world: World, **changes: Any) -> str:
    return json.dumps(
        {
            "pipeline": "customers",
            "table": {"schema": world.schema, "name": "customers"},
            "prefix": "landing/",
            "staging": {"bucket": STAGING, "prefix": "staging/customers/"},
            "warehouse": {
                "workgroup_name": "warehouse",
                "database": "dev",
                "copy_role_arn": world.copy_role_arn,
            },
            **changes,
        }
    )


def run(world: World, *files: SourceFile, run_id: str = "jr_1", **changes: Any) -> None:
    manifest = {
        "manifest_version": 1,
        "pipeline": "customers",
        "created_at": "2024-01-01T00:00:00Z",
        "files": [asdict(file) for file in files],
    }
    key = f"manifests/customers/2024-01-01/{run_id}.json"
    world.s3.put_object(Bucket=STAGING, Key=key, Body=json.dumps(manifest).encode())
    glue_adds = ["--JOB_NAME", "load", "--JOB_RUN_ID", run_id, "--enable-metrics", "true", "--TempDir", "s3://t/"]
    load_job.main(["--settings", settings_json(world, **changes), "--manifest", f"s3://{STAGING}/{key}", *glue_adds])


def plan(world: World, file: SourceFile, capsys: pytest.CaptureFixture[str], **changes: Any) -> tuple[str, Any]:
    arguments = ["--settings", settings_json(world, **changes), "--plan", f"s3://{file.bucket}/{file.key}"]
    load_job.main(arguments)
    lines = capsys.readouterr().out.strip().splitlines()
    return "\n".join(lines), json.loads(lines[-1])


def outcome(world: World, file: SourceFile) -> Any:
    key = f"outcomes/customers/{file.load_id}.json"
    return json.loads(world.s3.get_object(Bucket=STAGING, Key=key)["Body"].read())


def rejected(world: World) -> list[Any]:
    return [
        json.loads(line)
        for key in world.object_keys(prefix="quarantine/")
        for line in world.s3.get_object(Bucket=LANDING, Key=key)["Body"].read().splitlines()
    ]


def everything_stored(world: World) -> tuple[Any, ...]:
    tables = world.admin.query(f"SELECT table_name FROM svv_tables WHERE table_schema = '{world.schema}'")
    return sorted(tables), world.object_keys(), world.object_keys(STAGING, "staging/")
