"""The deployed platform as the demo sees it: stack outputs and AWS calls, the same on a laptop and in an account."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

Row = tuple[Any, ...]


class NotDone(Exception):
    """What was waited for did not happen, or cannot any more."""


@dataclass(frozen=True)
class Platform:
    """Clients and stack outputs. `inbox` is where the local cloud puts SNS messages; an account has none."""

    outputs: dict[str, str]
    session: boto3.Session
    endpoint: str | None
    inbox: Path | None
    log: Path | None
    oracle_url: str | None
    """The administrator's URL of the database that plays Oracle; an account has none."""

    @staticmethod
    def from_state(state_file: Path) -> Platform:
        """Reads what `script/local up` wrote, or `{"region": ..., "outputs": {...}}` for a deployed account."""
        state = json.loads(state_file.read_text())
        session = boto3.Session(
            aws_access_key_id=state.get("accessKeyId"),
            aws_secret_access_key=state.get("secretAccessKey"),
            region_name=state["region"],
        )
        return Platform(
            outputs=state["outputs"],
            session=session,
            endpoint=state.get("endpoint"),
            inbox=Path(state["inbox"]) if state.get("inbox") else None,
            log=Path(state["log"]) if state.get("log") else None,
            oracle_url=state.get("oracleUrl"),
        )

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def query(self, sql: str, **parameters: str) -> list[Row]:
        """Runs one statement as the warehouse's administrator. Raises RuntimeError with the database's message."""
        data_api = self.client("redshift-data")
        request: dict[str, Any] = {
            "WorkgroupName": self.outputs["WarehouseWorkgroupName"],
            "Database": self.outputs["DatabaseName"],
            "SecretArn": self.outputs["WarehouseSecretArn"],
            "Sql": sql,
        }
        if parameters:
            request["Parameters"] = [{"name": name, "value": value} for name, value in parameters.items()]
        statement = data_api.execute_statement(**request)["Id"]
        delay = 0.05
        while (state := data_api.describe_statement(Id=statement))["Status"] not in ("FINISHED", "FAILED", "ABORTED"):
            time.sleep(delay * random.uniform(0.8, 1.2))
            delay = min(delay * 1.5, 2.0)
        if state["Status"] != "FINISHED":
            raise RuntimeError(f"the statement {sql!r} ended {state['Status']}: {state.get('Error')}")
        if not state["HasResultSet"]:
            return []
        pages = data_api.get_paginator("get_statement_result").paginate(Id=statement)
        return [tuple(map(_value, record)) for page in pages for record in page["Records"]]

    def list_keys(self, bucket: str, prefix: str) -> list[str]:
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read_text(self, bucket: str, key: str) -> str:
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body.decode()

    def messages(self) -> Iterator[dict[str, Any]]:
        """The SNS messages so far, oldest first; none in an account, where they go to the subscribers."""
        if self.inbox and self.inbox.exists():
            yield from (json.loads(line) for line in self.inbox.read_text().splitlines())


def _value(field: dict[str, Any]) -> Any:
    return None if field.get("isNull") else next(iter(field.values()))


def wait_until(
    done: Callable[[], bool],
    *,
    what: str,
    timeout: float,
    progress: Callable[[], str],
    hopeless: Callable[[], str] = lambda: "",
) -> None:
    """Polls until `done`, printing the progress line when it changes.

    Raises NotDone naming what is missing, at once when `hopeless` gives a reason.
    """
    deadline = time.monotonic() + timeout
    shown = ""
    while True:
        finished = done()
        if (line := progress()) != shown:
            print(f"  {line}", flush=True)
            shown = line
        if finished:
            return
        if reason := hopeless():
            raise NotDone(f"{what} was given up:\n{reason}")
        if time.monotonic() > deadline:
            raise NotDone(f"{what} did not happen within {timeout:.0f} s; so far: {progress()}")
        time.sleep(1)
