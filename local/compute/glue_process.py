"""The process of a Glue run: its script and packages fetched with the role's own rights, its Spark, its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moto.glue.models import FakeJob

from local.compute import oracle_driver
from local.compute.java import java_home
from local.identity.credentials import require_trust
from local.process.context import ACCOUNT, REGION, CloudContext

_SCRIPT_RUNNER = Path(__file__).with_name("glue_script.py")
_REPORT = "failure.txt"
_CORES = max(1, min(2, os.cpu_count() or 1))


@dataclass(frozen=True)
class Launch:
    command: list[str]
    environment: dict[str, str]
    directory: Path

    def failure(self, code: int) -> str:
        """What Glue says of a run that failed: the exception that ended the script, or how its process was killed."""
        report = self.directory / _REPORT
        if report.exists():
            return report.read_text(encoding="utf-8")
        return f"Command failed with exit code {code if code >= 0 else 128 - code}"


def prepare(context: CloudContext, job: FakeJob, run_id: str, arguments: Mapping[str, str]) -> Launch:
    """Fetches script and packages and writes Spark's properties. Raises what keeps the run from starting."""
    directory = context.work_directory("glue", run_id)
    role = job.role if job.role.startswith("arn:") else f"arn:aws:iam::{ACCOUNT}:role/{job.role}"
    require_trust(role, "glue.amazonaws.com")

    def fetch(location: str) -> Path:
        bucket, _, key = location.removeprefix("s3://").partition("/")
        target = directory / key.rsplit("/", 1)[-1]
        context.client("s3", role).download_file(bucket, key, str(target))
        return target

    command: dict[str, Any] = job.command  # type: ignore[assignment]
    script = fetch(command["ScriptLocation"])
    locations = arguments.get("--extra-py-files", "").split(",")
    packages = [fetch(location.strip()) for location in locations if location.strip()]
    properties = directory / "spark.properties"
    properties.write_text(_spark_properties(directory, packages), encoding="utf-8")
    argv = [text for name, value in arguments.items() for text in (name, value) if text != ""]
    argv += ["--JOB_ID", f"j_{job.name}", "--JOB_RUN_ID", run_id, "--JOB_NAME", job.name]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "SPARK_"))
    }
    environment |= context.clients.access_key(role).environment()
    environment |= {
        "AWS_ENDPOINT_URL": context.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "JAVA_HOME": str(java_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": f"--properties-file {properties} pyspark-shell",
        "PYTHONPATH": os.pathsep.join(map(str, packages)),
        "PYTHONUNBUFFERED": "1",
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    # -P: what lies beside the script runner is not the script's to import.
    line = [sys.executable, "-P", str(_SCRIPT_RUNNER), str(directory / _REPORT), str(script), *argv]
    return Launch(line, environment, directory)


def _spark_properties(directory: Path, packages: list[Path]) -> str:
    properties = {
        "spark.master": f"local[{_CORES}]",
        "spark.driver.memory": "1g",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(_CORES),
        "spark.local.dir": str(directory / "spark"),
        "spark.sql.warehouse.dir": str(directory / "warehouse"),
        "spark.submit.pyFiles": ",".join(map(str, packages)),
        **oracle_driver.spark_properties(),
    }
    return "".join(f"{name} {value}\n" for name, value in properties.items() if value)
