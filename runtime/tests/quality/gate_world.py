"""A bucket with a gate, for tests of what becomes of files."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from customer_data.files.manifest import SourceFile
from customer_data.quality.gate import gate_job
from customer_data.quality.gate.gate import Gate
from customer_data.quality.gate.result import GateResult
from customer_data.quality.gate.settings import GateSettings
from customer_data.quality.gate.sieve import sieve_file
from customer_data.quality.running.file_check import Checks

BUCKET = "data"
STAGING = "staging"
START = datetime(2024, 1, 1, tzinfo=UTC)

NOT_NULL_NAME = {"name": "named", "kind": "not_null", "column": "name", "description": "a customer has a name"}
WARN_AGE = {"name": "old", "kind": "range", "column": "age", "parameters": {"maximum": 100}, "severity": "warning"}


@dataclass
class GateWorld:
    """Each `put` is a new write: later, with a greater sequencer."""

    s3: Any
    versioned: bool = True
    writes: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def settings(self, **changes: Any) -> dict[str, Any]:
        quality = {"rules": [NOT_NULL_NAME], "report_prefix": "reports/"}
        return {
            "pipeline": "gate",
            "prefix": "in/",
            "staging": {"bucket": STAGING, "prefix": "staging/gate/"},
            "outcomes_prefix": "outcomes/gate/",
            **changes,
            "quality": quality | changes.get("quality", {}),
        }

    def put(self, name: str, *lines: str, body: bytes | None = None, **changes: Any) -> SourceFile:
        content = "\n".join(lines).encode() if body is None else body
        answer = self.s3.put_object(Bucket=BUCKET, Key=f"in/{name}", Body=content)
        number = next(self.writes)
        values: dict[str, Any] = {
            "load_id": hashlib.sha256(f"{name} {number}".encode()).hexdigest(),
            "bucket": BUCKET,
            "key": f"in/{name}",
            "version_id": answer.get("VersionId"),
            "etag": answer["ETag"].strip('"'),
            "size": len(content),
            "sequencer": f"{number:018X}",
            "event_time": (datetime.now(UTC) + timedelta(seconds=number)).isoformat(),
        }
        return SourceFile(**{**values, **changes})

    def sieve(self, *files: SourceFile, s3: Any = None, run_id: str = "jr_1", **changes: Any) -> list[GateResult]:
        """A run in this process, of rules that need no Spark."""
        return self.gate(s3=s3, run_id=run_id, **changes).run(files)

    def gate(self, *, s3: Any = None, run_id: str = "jr_1", **changes: Any) -> Gate:
        s3 = s3 or self.s3
        settings = GateSettings.from_json(json.dumps(self.settings(**changes)))
        checks = Checks(settings.quality, settings.pipeline, run_id, START, csv=settings.csv)
        return Gate(
            settings,
            run_id,
            s3=s3,
            sieve=lambda files: [sieve_file(file, settings, checks, None, s3) for file in files],
        )

    def run_job(self, *files: SourceFile, run_id: str = "jr_1", **changes: Any) -> None:
        """The whole job, arguments and all."""
        manifest = {
            "manifest_version": 1,
            "pipeline": "gate",
            "created_at": "2024-01-01T00:00:00Z",
            "files": [asdict(file) for file in files],
        }
        key = f"manifests/gate/{run_id}.json"
        self.s3.put_object(Bucket=STAGING, Key=key, Body=json.dumps(manifest).encode())
        arguments = ["--settings", json.dumps(self.settings(**changes)), "--manifest", f"s3://{STAGING}/{key}"]
        gate_job.main([*arguments, "--JOB_RUN_ID", run_id, "--JOB_NAME", "gate", "--enable-metrics", "true"])

    def rules_file(self, text: str) -> dict[str, Any]:
        """Settings that name a rules file with this text."""
        self.s3.put_object(Bucket=STAGING, Key="assets/rules.py", Body=text.encode())
        return {"rules_files": [{"name": "quality_rules.py", "url": f"s3://{STAGING}/assets/rules.py"}]}

    def list_keys(self, prefix: str = "", bucket: str = BUCKET) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        return sorted(item["Key"] for item in listed.get("Contents", []))

    def versions(self, prefix: str, bucket: str = BUCKET) -> list[str]:
        listed = self.s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        return sorted(item["Key"] for item in listed.get("Versions", []))

    def read(self, key: str, bucket: str = BUCKET) -> bytes:
        body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def json(self, key: str, bucket: str = BUCKET) -> Any:
        return json.loads(self.read(key, bucket))

    def json_lines(self, key: str) -> list[Any]:
        return [json.loads(line) for line in self.read(key).splitlines()]

    def rejected(self, file: SourceFile) -> list[Any]:
        key = f"quarantine/{file.key.removeprefix('in/')}.{file.load_id[:12]}.rejected.jsonl"
        return self.json_lines(key) if key in self.list_keys() else []

    def outcome(self, file: SourceFile) -> Any:
        return self.json(f"outcomes/gate/{file.load_id}.json", STAGING)

    def report(self, file: SourceFile) -> Any:
        (key,) = [key for key in self.list_keys("reports/") if key.endswith(f"{file.load_id[:12]}.json")]
        return self.json(key)


def gate_world(versioned: bool = True) -> GateWorld:
    s3 = boto3.client("s3")
    for bucket in (BUCKET, STAGING):
        s3.create_bucket(Bucket=bucket)
    if versioned:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return GateWorld(s3, versioned)


def metrics() -> dict[tuple[str, ...], float]:
    """What was put to CloudWatch: (name, values of the dimensions) to sum."""
    cloudwatch = boto3.client("cloudwatch")
    sums: dict[tuple[str, ...], float] = {}
    for metric in cloudwatch.list_metrics(Namespace="CustomerDataPlatform")["Metrics"]:
        points: Sequence[Any] = cloudwatch.get_metric_statistics(
            Namespace="CustomerDataPlatform",
            MetricName=metric["MetricName"],
            Dimensions=metric["Dimensions"],
            StartTime=datetime.now(UTC) - timedelta(hours=1),
            EndTime=datetime.now(UTC) + timedelta(hours=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        name = (metric["MetricName"], *(dimension["Value"] for dimension in metric["Dimensions"]))
        sums[name] = sum(point["Sum"] for point in points)
    return sums
