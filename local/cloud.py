"""The Python API of the local cloud, for tests and the demo."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import boto3
import psycopg

from local.assembly import DeploymentError, synthesize
from local.deploy import check_secrets, deploy, unique_outputs
from local.dms.source import OracleServer
from local.oracle_endpoints import oracle_endpoints
from local.process.clients import AccessKey, make_client
from local.process.state_files import ORACLE_DIRECTORY, POSTGRES_DIRECTORY, STATE_FILE
from local.redshift.server import PostgresServer
from local.seed import Oracle, plant, read_seed

START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20
ANSWER_TIMEOUT_SECONDS = 2
_REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass
class LocalCloud:
    """A running local cloud. As a context manager it stops at the end of the block.

    >>> with LocalCloud.start(tmp_path) as cloud:
    ...     outputs = cloud.deploy(Path("cdk.out"))
    ...     cloud.client("s3").upload_file("customers.csv", outputs["LandingBucketName"], "customers.csv")
    """

    directory: Path
    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str
    warehouse_url: str | None
    inbox_path: Path
    log_path: Path
    pid: int
    process: subprocess.Popen[bytes] | None = None
    _session: boto3.Session = field(default_factory=boto3.Session, repr=False)
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def start(
        cls,
        state_dir: Path,
        *,
        port: int = 0,
        detached: bool = False,
        warehouse: bool = True,
        glue_minute_seconds: float = 60.0,
        dms_second_seconds: float = 1.0,
    ) -> LocalCloud:
        """Starts the server and waits until it answers. Unless `detached`, it dies with the process that started it.

        Raises RuntimeError with the server's output when it does not come up.
        """
        state_dir.mkdir(parents=True, exist_ok=True)
        state_dir = state_dir.resolve()
        state_file = state_dir / STATE_FILE
        state_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "local.server", "--directory", str(state_dir), "--port", str(port)]
        command += ["--glue-minute-seconds", str(glue_minute_seconds)]
        command += ["--dms-second-seconds", str(dms_second_seconds)]
        command += ([] if detached else ["--lifeline"]) + ([] if warehouse else ["--no-warehouse"])
        output = state_dir / "server.output"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=_REPOSITORY,
                stdin=subprocess.DEVNULL if detached else subprocess.PIPE,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            deadline = time.monotonic() + START_TIMEOUT_SECONDS
            while not state_file.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the local cloud did not start:\n{output.read_text(errors='replace')}")
                time.sleep(0.02)
        except BaseException:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        return cls.attach(state_dir, process)

    @classmethod
    def attach(cls, state_dir: Path, process: subprocess.Popen[bytes] | None = None) -> LocalCloud:
        """The local cloud that runs in a directory. Raises FileNotFoundError when none was started there."""
        state_dir = state_dir.resolve()
        state_file = state_dir / STATE_FILE
        try:
            return cls._from_state(state_dir, json.loads(state_file.read_text(encoding="utf-8")), process)
        except (KeyError, TypeError, ValueError) as error:
            what = f"{type(error).__name__}: {error}"
            raise RuntimeError(f"{state_file} is not what a local cloud wrote ({what}): remove {state_dir}") from error

    @classmethod
    def _from_state(
        cls, state_dir: Path, state: Mapping[str, Any], process: subprocess.Popen[bytes] | None
    ) -> LocalCloud:
        return cls(
            directory=state_dir,
            endpoint=state["endpoint"],
            region=state["region"],
            access_key_id=state["accessKeyId"],
            secret_access_key=state["secretAccessKey"],
            warehouse_url=state.get("warehouseUrl"),
            inbox_path=Path(state["inbox"]),
            log_path=Path(state["log"]),
            pid=state["pid"],
            process=process,
        )

    def __enter__(self) -> LocalCloud:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the server, if it runs, and everything that it runs; deletes the warehouse."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
                deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
                while self._exists:
                    if time.monotonic() > deadline:
                        os.kill(self.pid, signal.SIGKILL)
                        break
                    time.sleep(0.02)
        if self.process:
            self.process.wait()
            if self.process.stdin:
                self.process.stdin.close()
        # What a server that was killed leaves.
        PostgresServer(self.directory / POSTGRES_DIRECTORY).delete()
        OracleServer(self.directory / ORACLE_DIRECTORY).delete()

    @property
    def running(self) -> bool:
        """Whether the process is there and is this cloud's: after a restart its number may be that of any other."""
        return self._exists and (self.process is not None or self._answers or self._hangs)

    @property
    def _exists(self) -> bool:
        if self.process:
            return self.process.poll() is None
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, os.WNOHANG)  # a child that ended stays, as a zombie, until it is waited for
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    @property
    def _answers(self) -> bool:
        try:
            [server] = self.status(ANSWER_TIMEOUT_SECONDS)["server"]
        except (OSError, HTTPException, ValueError, LookupError):
            return False
        return bool(server == {"pid": self.pid, "directory": str(self.directory)})

    @property
    def _hangs(self) -> bool:
        """Whether the process was started for this directory, according to Linux, though it does not answer."""
        with contextlib.suppress(OSError):
            return str(self.directory) in Path(f"/proc/{self.pid}/cmdline").read_text(errors="replace").split("\0")
        return False

    def deploy(
        self,
        app: Path,
        *,
        secrets: Mapping[str, Any] | None = None,
        seed: Path | None = None,
        say: Callable[[str], None] | None = None,
    ) -> dict[str, str]:
        """Deploys an app (synthesized, or a directory with a cdk.json).

        Returns the outputs of the app's stacks whose name only one of them has; `stack_outputs` has them all. `secrets`
        are values of secrets that the app imports, by their names; `seed` describes other resources that it imports
        (local/README.md, "Imported resources"). Both are made before the app's stacks.

        Raises DeploymentError when a file is no use, or a stack cannot be deployed.
        """
        tell = say or (lambda _line: None)
        check_secrets(secrets or {})
        seeded = read_seed(seed) if seed else None
        assembly = synthesize(app, self.directory / "cdk.out", tell)
        if seeded:
            plant(seeded, self.client, tell)
            for oracle in seeded.oracles:
                self._prepare_oracle(oracle, tell)
        for service, secret in oracle_endpoints(assembly):
            if secret not in (secrets or {}) and not self._has_secret(secret):
                self.start_oracle(service, secret)
                tell(f"a database plays Oracle's service {service}, its login is in the secret {secret}")
        outputs = unique_outputs(deploy(assembly, self.client, tell, secrets))
        if deployed := self.status()["warehouses"]:
            self.warehouse_url = deployed[-1]["url"]
        return outputs

    def start_oracle(self, service: str, secret: str, user: str | None = None) -> str:
        """Makes a database that plays Oracle, and the secret with its user, where they are missing.

        Returns the URL of its administrator; `user` is `CDP_REPLICATION` unless it is given or the secret names one.
        """
        named = f"&user={quote(user)}" if user else ""
        return self._ask(f"dms/oracle/{quote(service)}?secret={quote(secret, safe='')}{named}")

    @property
    def oracle_url(self) -> str | None:
        """The administrator's URL of the database that plays Oracle, the last one of several; None without one."""
        oracles = self.status()["oracles"]
        return str(oracles[-1]["url"]) if oracles else None

    def dms_fault(self, name: str, value: int = 1) -> None:
        """Switches one of `local.dms.faults.FAULTS` on, or off with 0. Raises LookupError for any other."""
        self._ask(f"dms/fault/{quote(name)}?value={value}")

    def deprovision(self, replication: str) -> None:
        """Takes a stopped serverless replication's capacity, and with it what was counted of its tables."""
        self._ask(f"dms/deprovision/{quote(replication)}")

    def _has_secret(self, name: str) -> bool:
        manager = self.client("secretsmanager")
        try:
            manager.describe_secret(SecretId=name)
        except manager.exceptions.ResourceNotFoundException:
            return False
        return True

    def _prepare_oracle(self, oracle: Oracle, say: Callable[[str], None]) -> None:
        """Its SQL runs when its service is new."""
        known = {each["service"] for each in self.status()["oracles"]}
        url = self.start_oracle(oracle.service, oracle.secret, oracle.user)
        if oracle.service in known:
            return
        say(f"a database plays Oracle's service {oracle.service}, its login is in the secret {oracle.secret}")
        with psycopg.connect(url) as connection:
            for statement in oracle.sql:
                try:
                    connection.execute(statement.encode())
                except psycopg.Error as error:
                    raise DeploymentError(f"the seed's SQL {statement[:200]!r} failed: {error}") from error

    def stack_outputs(self) -> dict[str, dict[str, str]]:
        """The outputs of all stacks that are deployed, by stack and name."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return {
            stack["StackName"]: {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
            for page in pages
            for stack in page["Stacks"]
        }

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """A boto3 client: the administrator's, or one with the rights of a role."""
        if (service, role_arn) not in self._clients:
            key = AccessKey(self.access_key_id, self.secret_access_key)
            if role_arn:
                given = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
                key = AccessKey(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
            made = make_client(self._session, service, self.endpoint, key, self.region)
            self._clients[service, role_arn] = made
        return self._clients[service, role_arn]

    def inbox(self) -> list[dict[str, Any]]:
        """All SNS messages so far, oldest first."""
        return [json.loads(line) for line in self.inbox_path.read_text(encoding="utf-8").splitlines()]

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log_path.read_text(encoding="utf-8").splitlines()[-lines:])

    def glue_runs(self, job_name: str) -> list[dict[str, Any]]:
        """The job's runs, newest first, as GetJobRuns describes them."""
        pages = self.client("glue").get_paginator("get_job_runs").paginate(JobName=job_name)
        return [run for page in pages for run in page["JobRuns"]]

    def metric_sum(self, namespace: str, name: str, dimensions: Mapping[str, str] | None = None) -> float:
        """The sum of a metric's values in the last day."""
        now = datetime.now(UTC)
        answer = self.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in (dimensions or {}).items()],
            StartTime=now - timedelta(days=1),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    def fire_schedule(self, name: str) -> str:
        """Fires a scheduled rule now; `name` or a part of it. Raises LookupError naming the rules that there are."""
        return self._ask(f"fire/{quote(name)}")

    def wake_queue(self, name: str) -> int:
        """Makes a queue's hidden messages visible, as if their visibility timeouts were over; returns how many."""
        return int(self._ask(f"wake/{quote(name)}"))

    def make_older(self, bucket: str, key: str, by: timedelta) -> None:
        """Puts back the time at which an object was written. Raises LookupError when there is no such object."""
        self._ask(f"age/{quote(bucket)}/{quote(key)}?seconds={by.total_seconds()}")

    def time_out(self, run_id: str) -> None:
        """Ends a Glue run as its timeout would. Raises LookupError when it is not active."""
        self._ask(f"time-out/{quote(run_id)}")

    def run_process(self, run_id: str) -> int | None:
        """The process, and process group, of one of the last Glue runs; None before it has one."""
        [pid] = [run["pid"] for run in self.status()["runs"] if run["run"] == run_id] or [None]
        return pid

    def _ask(self, what: str) -> str:
        """Raises LookupError when the server does not know of what it is asked for."""
        try:
            with urlopen(Request(f"{self.endpoint}/_local/{what}", method="POST")) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            raise LookupError(error.read().decode()) from None

    def status(self, timeout: float | None = None) -> dict[str, Any]:
        """What the status page shows. Raises OSError when the server does not answer."""
        with urlopen(f"{self.endpoint}/_local/status.json", timeout=timeout) as answer:
            described: dict[str, Any] = json.load(answer)
            return described

    def wait_until(self, predicate: Callable[[], Any], timeout: float, what: str) -> Any:
        """Polls until `predicate` gives something true, and returns it.

        Raises TimeoutError naming what did not happen, with the end of the log.
        """
        deadline = time.monotonic() + timeout
        while not (found := predicate()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not happen within {timeout:.0f} s; the log ends:\n{self.log_tail()}")
            time.sleep(0.1)
        return found
