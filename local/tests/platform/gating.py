"""The deployed example's gate as its tests use it: files go in, and are found again somewhere else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from local.cloud import LocalCloud

TIMEOUT_SECONDS = 150
HEADER = "Purchase ID,User ID,Purchased On,CDs,Amount"
MIXED = [
    *(f"{2_000_000 + number},u{number},1997-01-02,1,{number}.50" for number in range(1, 41)),
    "2000100,u1,1997-01-02,1,0",
    "2000101,u1,1997-01-02,1,5.00",
    "2000101,u1,1997-01-02,1,6.00",
    "2000102,u1",
    "2000103,u1,1997-01-02,1,250.00",
]
COUNTED = [("RowsPassed", None), ("RowsRejected", None), ("FilesPassed", None), ("RowsBroken", "no_free_purchase")]
"""Metrics, and the rule that one is about."""


@dataclass(frozen=True)
class Gate:
    cloud: LocalCloud
    bucket: str
    job_name: str

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What the deployed job is told."""
        job = self.cloud.client("glue").get_job(JobName=self.job_name)["Job"]
        settings: dict[str, Any] = json.loads(job["DefaultArguments"]["--settings"])
        return settings

    def upload(self, name: str, *rows: str, header: str = HEADER) -> None:
        self.put(name, "".join(f"{line}\n" for line in (header, *rows)).encode())

    def put(self, name: str, body: bytes) -> None:
        self.cloud.client("s3").put_object(Bucket=self.bucket, Key=self.settings["prefix"] + name, Body=body)

    def keys(self, kind: str, name: str) -> list[str]:
        """Keys about a file under a prefix of the gate's: `passed`, `quarantine`, `processed`, `error` or `report`."""
        prefix = self.settings["quality"]["report_prefix"] if kind == "report" else self.settings[f"{kind}_prefix"]
        listed = self.cloud.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [entry["Key"] for entry in listed if name in entry["Key"]]

    def is_waiting(self, name: str) -> bool:
        listed = self.cloud.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=self.settings["prefix"] + name)
        return bool(listed.get("KeyCount"))

    def wait_for(self, name: str) -> None:
        """Waits until the file has left the prefix, which is the last that a run does to it."""
        self.cloud.wait_until(lambda: not self.is_waiting(name), TIMEOUT_SECONDS, f"the gate to finish {name}")

    def text(self, key: str) -> str:
        return str(self.cloud.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read(), "utf-8")

    def rejected(self, name: str) -> list[dict[str, Any]]:
        keys = [key for key in self.keys("quarantine", name) if key.endswith(".rejected.jsonl")]
        return [json.loads(line) for key in keys for line in self.text(key).splitlines()]

    def runs(self, *states: str) -> list[str]:
        return [run["Id"] for run in self.cloud.glue_runs(self.job_name) if run["JobRunState"] in states]

    def log_of(self, run_id: str) -> str:
        """What a run printed so far."""
        [group] = [run["LogGroupName"] for run in self.cloud.glue_runs(self.job_name) if run["Id"] == run_id]
        events = self.cloud.client("logs").get_log_events(logGroupName=group, logStreamName=run_id)["events"]
        return "\n".join(event["message"] for event in events)

    def remove(self, name: str) -> None:
        self.cloud.client("s3").delete_object(Bucket=self.bucket, Key=self.settings["prefix"] + name)

    def wait_for_idle(self) -> None:
        active = ("STARTING", "RUNNING", "STOPPING")
        self.cloud.wait_until(lambda: not self.runs(*active), TIMEOUT_SECONDS, "an idle gate")

    def told(self, text: str) -> list[dict[str, Any]]:
        return [message for message in self.cloud.inbox() if text in message["message"]]

    def wait_until_told(self, text: str) -> dict[str, Any]:
        [message] = self.cloud.wait_until(lambda: self.told(text), TIMEOUT_SECONDS, f"a message about {text}")
        return dict(message)

    def metric(self, name: str, rule: str | None = None) -> float:
        dimensions = {"Pipeline": self.settings["pipeline"], **({"Rule": rule} if rule else {})}
        return self.cloud.metric_sum("CustomerDataPlatform", name, dimensions)

    @contextlib.contextmanager
    def rules_file(self, text: str) -> Iterator[None]:
        """Within the block, the deployed rules file is another."""
        [location] = self.settings["quality"]["rules_files"]
        bucket, _, key = location["url"].removeprefix("s3://").partition("/")
        s3 = self.cloud.client("s3")
        before = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
        try:
            yield
        finally:
            s3.put_object(Bucket=bucket, Key=key, Body=before)


def send_first_files(gate: Gate) -> list[float]:
    """Four files at once, so that one run takes them; what they add to the metrics that `COUNTED` names."""
    gate.wait_for_idle()
    before = [gate.metric(*name) for name in COUNTED]
    gate.upload("mixed.csv", *MIXED)
    gate.upload("clean.csv", "2200000,u1,1997-01-02,1,1.00")
    gate.upload("toomany.csv", "2300000,u1,1997-01-02,1,0", "2300001,u1,1997-01-02,1,0", "2300002,u1,1997-01-02,1,1.00")
    gate.put("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(64))
    for name in ("mixed.csv", "clean.csv", "toomany.csv", "picture.csv"):
        gate.wait_for(name)
    gate.wait_for_idle()
    return [gate.metric(*name) - earlier for name, earlier in zip(COUNTED, before, strict=True)]
