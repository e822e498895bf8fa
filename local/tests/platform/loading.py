"""The deployed example as its tests use it: files go in, rows, messages and metrics come out."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from local.cloud import LocalCloud

Row = tuple[Any, ...]

_ROOM_FOR_THREADS = 24 * 2**20
LOAD_TIMEOUT_SECONDS = 120
TWO_HOURS = timedelta(hours=2)
"""Older than what may still be on its way, for the sweep."""


@dataclass(frozen=True)
class Pipeline:
    """One of the example's loaders."""

    cloud: LocalCloud
    bucket: str
    prefix: str
    error_prefix: str
    table: str
    job_name: str
    pipeline_name: str
    arrivals_rule: str
    queue_url: str
    dead_letter_queue_url: str

    @property
    def ledger(self) -> str:
        return f"{self.table}__loads"

    def upload(self, name: str, text: str) -> str:
        """Puts a file under the prefix; returns its version id, by which the ledger knows it."""
        answer = self.cloud.client("s3").put_object(Bucket=self.bucket, Key=self.prefix + name, Body=text.encode())
        return str(answer["VersionId"])

    def sql(self, query: str, *values: Any) -> list[Row]:
        assert self.cloud.warehouse_url is not None
        with psycopg.connect(self.cloud.warehouse_url) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]  # a test's own text

    def loads(self, version: str) -> list[Row]:
        """The ledger's rows (status, rows loaded, reason) for one version of a file."""
        if self.sql("SELECT to_regclass(%s)", self.ledger) == [(None,)]:
            return []
        return self.sql(f"SELECT status, rows_loaded, reason FROM {self.ledger} WHERE version_id = %s", version)

    def wait_for(self, version: str, timeout: float = LOAD_TIMEOUT_SECONDS) -> Row:
        """Waits until the ledger tells what became of the file; returns the one row that it has."""
        self.cloud.wait_until(lambda: self.loads(version), timeout, f"an end of version {version} of a file")
        [load] = self.loads(version)
        return load

    def rows(self, columns: str, key_like: str) -> list[Row]:
        key = self.key_column
        return self.sql(f"SELECT {columns} FROM {self.table} WHERE {key}::text LIKE %s ORDER BY {key}", key_like)

    @property
    def key_column(self) -> str:
        return "user_id" if self.table.endswith("customers") else "purchase_id"

    def columns(self) -> list[str]:
        schema, name = self.table.split(".")
        return [
            column
            for (column,) in self.sql(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
                " ORDER BY ordinal_position",
                schema,
                name,
            )
        ]

    def runs(self) -> list[dict[str, Any]]:
        return self.cloud.glue_runs(self.job_name)

    @contextlib.contextmanager
    def events_lost(self) -> Iterator[None]:
        """Within the block, no event of an upload arrives."""
        events = self.cloud.client("events")
        events.disable_rule(Name=self.arrivals_rule)
        try:
            yield
        finally:
            events.enable_rule(Name=self.arrivals_rule)

    def new_runs(self, known: set[str], state: str = "RUNNING") -> list[str]:
        """Ids of the runs in a state that are none of the known."""
        return [run["Id"] for run in self.runs() if run["Id"] not in known and run["JobRunState"] == state]

    def attempts(self, version: str) -> list[int]:
        """The attempt of each run that was given a version of a file, in order of the runs."""
        files = [file for run in reversed(self.runs()) for file in self.manifest_files(run)]
        return [file["attempt"] for file in files if file["version_id"] == version]

    def signal_run(self, run_id: str, number: signal.Signals) -> bool:
        """Sends a signal to a run's processes; whether there are any."""
        pid = self.cloud.run_process(run_id)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
            return True
        return False

    def forbid_more_memory(self, run_id: str) -> None:
        """Lets allocations of a run fail from now on, large ones first: Python waits forever for a thread that finds no
        memory for its first bytes."""
        pid = self.cloud.run_process(run_id)
        assert pid is not None, f"{run_id} has ended"
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + _ROOM_FOR_THREADS
        resource.prlimit(pid, resource.RLIMIT_AS, (most, most))

    def log_of(self, run_id: str) -> list[str]:
        """What a run printed."""
        [group] = [run["LogGroupName"] for run in self.runs() if run["Id"] == run_id]
        events = self.cloud.client("logs").get_log_events(logGroupName=group, logStreamName=run_id)["events"]
        return [event["message"] for event in events]

    def metric(self, name: str) -> float:
        return self.cloud.metric_sum("CustomerDataPlatform", name, {"Pipeline": self.pipeline_name})

    def wait_for_idle(self) -> None:
        """Waits until no run is on and no message is waiting."""

        def idle() -> bool:
            states = {run["JobRunState"] for run in self.runs()}
            return not states & {"STARTING", "RUNNING", "STOPPING"} and self.messages_waiting(self.queue_url) == 0

        self.cloud.wait_until(idle, LOAD_TIMEOUT_SECONDS, f"an idle {self.job_name}")

    def messages_waiting(self, queue_url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.cloud.client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    @contextlib.contextmanager
    def batching_window(self, seconds: int) -> Iterator[None]:
        """Gathers files for that long meanwhile, so that those uploaded together are loaded by one run."""
        lambdas = self.cloud.client("lambda")
        [mapping] = [
            mapping
            for mapping in lambdas.list_event_source_mappings()["EventSourceMappings"]
            if mapping["EventSourceArn"].endswith(":" + self.queue_url.rpartition("/")[2])
        ]
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=seconds)
        try:
            yield
        finally:
            lambdas.update_event_source_mapping(
                UUID=mapping["UUID"], MaximumBatchingWindowInSeconds=mapping["MaximumBatchingWindowInSeconds"]
            )

    def manifest_files(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        if "--manifest" not in run["Arguments"]:
            return []
        bucket, _, key = run["Arguments"]["--manifest"].removeprefix("s3://").partition("/")
        files: list[dict[str, Any]] = json.load(self.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"])[
            "files"
        ]
        return files

    def messages_about(self, text: str) -> list[dict[str, Any]]:
        return [message for message in self.cloud.inbox() if text in message["message"]]


def s3_event(file: dict[str, Any]) -> str:
    """The event that told of a manifest's file, as EventBridge delivers it once more."""
    return json.dumps(
        {
            "version": "0",
            "id": "redelivered",
            "detail-type": "Object Created",
            "source": "aws.s3",
            "account": "123456789012",
            "time": file["event_time"],
            "region": "us-east-1",
            "resources": [f"arn:aws:s3:::{file['bucket']}"],
            "detail": {
                "version": "0",
                "bucket": {"name": file["bucket"]},
                "object": {
                    "key": file["key"],
                    "size": file["size"],
                    "etag": file["etag"],
                    "version-id": file["version_id"],
                    "sequencer": file["sequencer"],
                },
                "reason": "PutObject",
            },
        }
    )


def sweep(cloud: LocalCloud, pipeline: str) -> dict[str, Any]:
    """Fires a pipeline's daily sweep; returns what it logs at its end."""

    def done() -> list[dict[str, Any]]:
        lines = [line.partition("| ")[2] for line in cloud.log_path.read_text().splitlines()]
        logged = [json.loads(line) for line in lines if line.startswith("{") and '"sweep done"' in line]
        return logged[before:]

    before = 0
    before = len(done())
    cloud.fire_schedule(f"{pipeline}Sweep")
    [logged] = cloud.wait_until(done, 60, "the end of the sweep")
    result: dict[str, Any] = logged
    return result
