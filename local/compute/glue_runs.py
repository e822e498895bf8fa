"""Glue runs: the deployed script in PySpark, with the arguments, credentials, limits and states that Glue gives it.

The script is a plain process that finds AWS through the environment, as everywhere; all that is local about Spark is
in a properties file. Killing a run kills its whole process group, the Java process included.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.glue.exceptions import ConcurrentRunsExceededException, JobRunNotFoundException
from moto.glue.models import FakeJob, FakeJobRun, GlueBackend, glue_backends
from moto.glue.responses import GlueResponse

from local.compute.cloudwatch import LogStream
from local.compute.glue_process import prepare
from local.events.event_rules import EventBus, make_event
from local.process.context import ACCOUNT, REGION, CloudContext

ACTIVE_STATES = ("STARTING", "RUNNING", "STOPPING")
LOG_GROUP_PREFIX = "/aws-glue/jobs"
"""Where the job has no `--custom-logGroup-prefix`."""
DEFAULT_TIMEOUT_MINUTES = 480
"""Glue 5's own default (Glue API, "Job": Timeout)."""

_SEVERITIES = {"SUCCEEDED": "INFO", "FAILED": "ERROR", "TIMEOUT": "WARN", "STOPPED": "INFO"}


class Run(FakeJobRun):
    """A run that changes its state when its process does, not when someone looks."""

    def __init__(self, job: FakeJob, arguments: dict[str, str], timeout: int, log_group_prefix: str) -> None:
        super().__init__(
            job_name=job.name,
            arguments=arguments,
            timeout=timeout,
            worker_type=job.worker_type,
            number_of_workers=job.number_of_workers,
            max_capacity=job.max_capacity,
        )
        self.state = "STARTING"
        self.error_message = ""
        self.glue_version = job.glue_version
        self.log_group_prefix = log_group_prefix
        self.minutes = timeout
        self.started = time.monotonic()
        self.seconds = 0
        self.end: str | None = None
        self.process: subprocess.Popen[str] | None = None

    def advance(self) -> None:
        """moto moves runs on at each look; this one moves by itself."""

    @property
    def status(self) -> str:
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value

    @property
    def output_log_group(self) -> str:
        return f"{self.log_group_prefix}/output"

    def as_dict(self) -> dict[str, Any]:
        described = super().as_dict()
        described |= {
            "Arguments": self.arguments,
            "ExecutionTime": self.seconds,
            "GlueVersion": self.glue_version,
            "LogGroupName": self.output_log_group,
        }
        if self.state in ACTIVE_STATES:
            del described["CompletedOn"]
        if self.error_message:
            described["ErrorMessage"] = self.error_message
        return described


class Runner:
    """Starts, watches and stops the runs of all jobs."""

    def __init__(self, context: CloudContext, bus: EventBus) -> None:
        self._context = context
        self._bus = bus
        self._lock = threading.Lock()

    def start(self, job: FakeJob, arguments: dict[str, str] | None, timeout: int | None) -> str:
        """Raises ConcurrentRunsExceededException when the job has as many runs as it may have."""
        limit = int(job.execution_property.get("MaxConcurrentRuns") or 1)
        merged = {**job.default_arguments, **(arguments or {}), **(job.non_overridable_arguments or {})}
        with self._lock:
            active = sum(run.status in ACTIVE_STATES for run in job.job_runs)
            if active >= limit:
                refused = f"Concurrent runs exceeded for {job.name}: {active} of {limit} are active"
                self._context.activity.say(f"glue {job.name}", f"start refused: {active} of {limit} runs are active")
                raise ConcurrentRunsExceededException(refused)
            minutes = int(timeout or job.timeout or DEFAULT_TIMEOUT_MINUTES)
            run = Run(job, merged, minutes, merged.get("--custom-logGroup-prefix") or LOG_GROUP_PREFIX)
            # Glue answers with a run's own arguments, without the job's defaults.
            run.arguments = dict(arguments or {})
            job.job_runs.append(run)
        threading.Thread(target=self._run, args=(job, run, merged), daemon=True).start()
        return run.job_run_id

    def stop(self, run: Run, reason: str) -> None:
        """Ends a run as STOPPED or TIMEOUT: its process group is killed, and what it started with it."""
        with self._lock:
            if run.status not in ACTIVE_STATES or run.end:
                return
            run.end = reason
            if reason == "STOPPED":
                run.state = "STOPPING"
            process = run.process
        if process:
            self._context.children.kill(process)

    def time_out(self, run_id: str) -> str:
        """Ends a run as its timeout does, now. Raises LookupError when no active run has this id."""
        found = [run for job in all_jobs() for run in job.job_runs if run.job_run_id == run_id]
        active = [run for run in found if isinstance(run, Run) and run.status in ACTIVE_STATES]
        if not active:
            raise LookupError(f"no run {run_id} is active")
        self.stop(active[0], "TIMEOUT")
        return run_id

    def _run(self, job: FakeJob, run: Run, arguments: dict[str, str]) -> None:
        component = f"glue {job.name}"
        say = self._context.activity.say
        say(component, f"{run.job_run_id[:11]} STARTING {json.dumps(run.arguments)}")
        failure = ""
        timer = threading.Timer(run.minutes * self._context.glue_minute_seconds, self.stop, args=(run, "TIMEOUT"))
        try:
            launch = prepare(self._context, job, run.job_run_id, arguments)
            with self._lock:
                if not run.end:
                    run.process = self._context.children.spawn(
                        launch.command,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        cwd=launch.directory,
                        env=launch.environment,
                        encoding="utf-8",
                        errors="replace",
                    )
                    run.state = "RUNNING"
            timer.start()
            code = self._follow(run, component) if run.process else 0
            state = run.end or ("SUCCEEDED" if code == 0 else "FAILED")
            failure = launch.failure(code)
        except Exception as error:
            # What Glue calls a launch error: the script is missing, its role may not read it, there is no Java.
            state, failure = "FAILED", f"{type(error).__name__}: {error}"
        timer.cancel()
        self._finish(job, run, state, failure)

    def _follow(self, run: Run, component: str) -> int:
        """Copies the run's output to the logs until it ends; returns its exit code."""
        process = run.process
        assert process and process.stdout and process.stderr
        output = LogStream(self._context, run.output_log_group, component, run.job_run_id)
        errors = LogStream(self._context, f"{run.log_group_prefix}/error", component, run.job_run_id)

        def copy_errors(lines: Iterable[str]) -> None:
            for line in lines:
                if line.strip():
                    errors.write([line.rstrip()])

        copier = threading.Thread(target=copy_errors, args=(process.stderr,), daemon=True)
        copier.start()
        for line in process.stdout:
            output.write([line.rstrip("\n")])
        code = process.wait()
        # What the script left running ends with it, as the machines of a run do.
        self._context.children.kill(process)
        copier.join()
        return code

    def _finish(self, job: FakeJob, run: Run, state: str, failure: str) -> None:
        run.seconds = round(time.monotonic() - run.started)
        run.completed_on = run.modified_on = datetime.now(UTC).replace(tzinfo=None)
        message = "Job run succeeded"
        if state != "SUCCEEDED":
            message = {"TIMEOUT": "Job run timed out", "STOPPED": "Job run stopped"}.get(state) or failure
            run.error_message = message if state != "STOPPED" else ""
        run.state = state
        tell = self._context.activity.fail if state == "FAILED" else self._context.activity.say
        tell(f"glue {job.name}", f"{run.job_run_id[:11]} {state} after {run.seconds} s: {message}")
        self._bus.send(_state_change(job, run, state, message))


def install(context: CloudContext, bus: EventBus) -> Runner:
    runner = Runner(context, bus)

    def start_job_run(self: FakeJob, *, arguments: Any, timeout: Any, **_ignored: Any) -> str:
        return runner.start(self, arguments, timeout)

    def batch_stop_job_run(self: GlueResponse) -> ActionResult:
        name, ids = self._get_param("JobName"), self._get_param("JobRunIds")
        stopped, errors = [], []
        for run_id in ids:
            try:
                run = self.glue_backend.get_job_run(name, run_id)
                if run.status not in ACTIVE_STATES:
                    raise ValueError(f"the run is {run.status}")
                threading.Thread(target=runner.stop, args=(run, "STOPPED"), daemon=True).start()
                stopped.append({"JobName": name, "JobRunId": run_id})
            except (JobRunNotFoundException, ValueError) as error:
                detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": str(error)}
                errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
        return ActionResult({"SuccessfulSubmissions": stopped, "Errors": errors})

    def get_job_runs(self: FakeJob) -> list[FakeJobRun]:
        return self.job_runs[::-1]  # Glue answers with the newest first

    FakeJob.start_job_run = start_job_run  # type: ignore[method-assign, assignment]
    FakeJob.get_job_runs = get_job_runs  # type: ignore[method-assign]
    GlueResponse.batch_stop_job_run = batch_stop_job_run  # type: ignore[attr-defined]
    return runner


def all_jobs() -> list[FakeJob]:
    backend: GlueBackend = glue_backends[ACCOUNT][REGION]
    return list(backend.jobs.values())


def _state_change(job: FakeJob, run: Run, state: str, message: str) -> dict[str, Any]:
    """After EventBridge's reference, "AWS Glue events": Glue Job State Change."""
    detail = {
        "jobName": job.name,
        "severity": _SEVERITIES[state],
        "state": state,
        "jobRunId": run.job_run_id,
        "message": message,
    }
    return make_event("aws.glue", "Glue Job State Change", detail)
