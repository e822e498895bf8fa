"""A replication and its states: serverless, or a task on an instance. What DMS refuses is refused.

(DMS API Reference, StartReplication, StartReplicationTask; DMS User Guide, "AWS DMS Serverless components".)
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from moto.core.exceptions import JsonRESTError
from moto.dms.exceptions import InvalidParameterCombinationException, InvalidResourceStateFault

from local.dms.engine import Engine
from local.dms.errors import ReplicationError
from local.dms.faults import Faults
from local.dms.job import Job, Progress, TableName, drop_slot
from local.events.event_rules import EventBus, make_event
from local.process.context import REGION, CloudContext

STATE_SECONDS = 0.02
"""How long each state on the way to `running` lasts at least; in AWS they take minutes."""

_START, _RESUME, _RELOAD = "start-replication", "resume-processing", "reload-target"
START_TYPES = (_START, _RESUME, _RELOAD)


@dataclass(frozen=True)
class Flavour:
    """How the two kinds of replications differ: names, states, events."""

    noun: str
    created: str
    connecting: tuple[str, ...]
    finding: tuple[str, ...]
    starting: tuple[str, ...]


SERVERLESS = Flavour(
    "replications",
    "created",
    ("preparing_metadata_resources", "testing_connection"),
    ("fetching_metadata", "calculating_capacity", "provisioning_capacity"),
    ("replication_starting",),
)
TASK = Flavour("tasks", "ready", (), (), ())

_TASK_EVENTS = {
    "running": ("REPLICATION_TASK_STARTED", "DMS-EVENT-0069", "StateChange"),
    "stopped": ("REPLICATION_TASK_STOPPED", "DMS-EVENT-0079", "StateChange"),
    "failed": ("REPLICATION_TASK_FAILED", "DMS-EVENT-0078", "Failure"),
}
_IDLE = ("created", "ready", "stopped", "failed")


class Replication:
    """Starts, stops and describes the runs of one configuration, from any thread."""

    def __init__(
        self,
        context: CloudContext,
        bus: EventBus,
        faults: Faults,
        *,
        arn: str,
        identifier: str,
        flavour: Flavour,
    ) -> None:
        self._context = context
        self._bus = bus
        self._faults = faults
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._engine: Engine | None = None
        self._thread: threading.Thread | None = None
        self.arn = arn
        self.identifier = identifier
        self.flavour = flavour
        self.status = flavour.created
        self.start_type: str | None = None
        self.stop_reason: str | None = None
        self.failure: str | None = None
        self.provisioned: datetime | None = None
        self.is_deprovisioned = False
        self.started: datetime | None = None
        self.stopped: datetime | None = None
        self.created = self.updated = datetime.now(UTC)
        self.progress = Progress("dms_" + hashlib.sha256(arn.encode()).hexdigest()[:24])

    @property
    def is_idle(self) -> bool:
        return self.status in _IDLE

    @property
    def has_run(self) -> bool:
        return self.start_type is not None

    def start(self, start_type: str | None, job: Callable[[], Job]) -> None:
        """`job` says what to do. Raises what DMS answers to a start that it refuses."""
        if start_type not in START_TYPES:
            raise JsonRESTError(
                "InvalidParameterValueException",
                f"Start Type : {start_type} is not valid; valid: {', '.join(START_TYPES)}",
            )
        with self._lock:
            self.require_idle("start")
            configured = job()
            self._require_start_type(start_type, configured)
            self.start_type, self.stop_reason, self.failure = start_type, None, None
            self.started, self.stopped = datetime.now(UTC), None
            self._stopping = threading.Event()
            self.status = "initializing" if self.flavour is SERVERLESS else "starting"
            self._engine = Engine(self._context, configured, self.progress, self._faults, self._stopping)
            self._thread = threading.Thread(target=self._run, args=(self._engine, start_type), daemon=True)
        self._tell(self.status)
        self._thread.start()

    def stop(self) -> None:
        with self._lock:
            if self.is_idle or self.status == "stopping":
                raise InvalidResourceStateFault(
                    f"The replication {self.identifier} is {self.status}: it cannot be stopped"
                )
            self._enter("stopping")
            self._stopping.set()
            if self._engine:
                self._engine.interrupt()

    def reload(self, names: Sequence[TableName]) -> None:
        with self._lock:
            if self.status != "running" or self._engine is None:
                raise InvalidResourceStateFault(
                    f"Tables can be reloaded while a replication is running; {self.identifier} is {self.status}"
                )
            try:
                self._engine.reload(names)
            except LookupError as error:
                raise JsonRESTError("InvalidParameterValueException", str(error)) from error

    def require_idle(self, verb: str) -> None:
        """Raises what DMS answers while a replication runs."""
        if not self.is_idle:
            raise InvalidResourceStateFault(f"Cannot {verb} {self.identifier}: its status is {self.status}")

    def deprovision(self) -> None:
        """What DMS does some time after a serverless replication has stopped: its table statistics are lost."""
        with self._lock:
            self.require_idle("deprovision")
            self.is_deprovisioned = True
            self.progress.forget()

    def end(self) -> None:
        """Stops what runs, and waits for it; frees the source's log."""
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=30)
        drop_slot(self.progress)

    def _require_start_type(self, start_type: str, job: Job) -> None:
        verb = start_type.upper().replace("-", "_")
        if start_type == _START and self.has_run:
            raise InvalidParameterCombinationException(
                f"Start Type : {verb}, valid only for {self.flavour.noun} running for the first time"
            )
        if start_type != _START and not self.has_run:
            raise InvalidParameterCombinationException(
                f"Start Type : {verb}, not valid for {self.flavour.noun} running for the first time"
            )
        if start_type == _RESUME and not job.captures:
            raise InvalidParameterCombinationException(
                f"Start Type : {verb}, not valid for {self.flavour.noun} of the type full-load"
            )
        if start_type == _RELOAD and not job.loads:
            raise InvalidParameterCombinationException(
                f"Start Type : {verb}, not valid for {self.flavour.noun} of the type cdc"
            )

    def _run(self, engine: Engine, start_type: str) -> None:
        try:
            engine.configure()
            self._pass(self.flavour.connecting)
            engine.connect()
            self._pass(self.flavour.finding)
            engine.find_tables()
            self.provisioned, self.is_deprovisioned = datetime.now(UTC), False
            self._pass(self.flavour.starting)
            fresh = start_type != _RESUME or (self.progress.slot is None and not self._stopping.is_set())
            engine.start(fresh=fresh)
            self._pass(("running",))
            self._finish("stopped", engine.replicate())
        except Exception as error:
            if self._stopping.is_set() and not engine.is_running:
                self._finish("stopped", "Stop Reason NORMAL")
                return
            text = str(error) if isinstance(error, ReplicationError) else f"{type(error).__name__}: {error}"
            self._finish("failed", "Stop Reason FATAL_ERROR", text)
        finally:
            with contextlib.suppress(Exception):
                engine.close()

    def _pass(self, states: Sequence[str]) -> None:
        for state in states:
            with self._lock:
                if self.status == "stopping":
                    return
                self._enter(state)
            time.sleep(STATE_SECONDS)

    def _finish(self, status: str, reason: str, failure: str | None = None) -> None:
        with self._lock:
            self._engine = None
            self.stopped, self.stop_reason, self.failure = datetime.now(UTC), reason, failure
            self._enter(status)

    def _enter(self, status: str) -> None:
        self.status, self.updated = status, datetime.now(UTC)
        say = self._context.activity.fail if status == "failed" else self._context.activity.say
        say(f"dms {self.identifier}", f"{status}{f': {self.failure}' if self.failure else ''}")
        self._tell(status)

    def _tell(self, status: str) -> None:
        """The events of a serverless replication, and those of the task inside it, which has no failures."""
        if self.flavour is SERVERLESS:
            self._send(
                "DMS Replication State Change",
                self.arn,
                {
                    "type": "REPLICATION_CONFIG",
                    "category": "Failure" if status == "failed" else "StateChange",
                    "eventType": f"REPLICATION_{status.upper().removeprefix('REPLICATION_')}",
                    "detailMessage": self._message(status),
                },
            )
        if status not in _TASK_EVENTS or (self.flavour is SERVERLESS and status == "failed"):
            return
        kind, number, category = _TASK_EVENTS[status]
        resource = (
            self.arn.replace(":replication-config:", ":task:serv-res-id-") if self.flavour is SERVERLESS else self.arn
        )
        detail = {
            "type": "REPLICATION_TASK",
            "category": category,
            "eventType": kind,
            "eventId": number,
            "resourceLink": f"https://console.aws.amazon.com/dms/v2/home?region={REGION}#taskDetails/{self.identifier}",
            "detailMessage": self._message(status),
        }
        self._send("DMS Replication Task State Change", resource, detail)

    def _message(self, status: str) -> str:
        if status == "failed":
            return f"{self.stop_reason}: {self.failure}"
        if status == "stopped":
            return str(self.stop_reason)
        if status == "running":
            flag = "resume" if self.start_type == _RESUME else "fresh start"
            return f"Replication task started, with flag = {flag}"
        return f"Replication with resource id, '{self.arn.rsplit(':', 1)[-1]}', is {status}."

    def _send(self, detail_type: str, resource: str, detail: dict[str, str]) -> None:
        event = make_event("aws.dms", detail_type, dict(detail), [resource])
        # Its own thread: a rule's target may call DMS, which waits for the lock that is held here.
        threading.Thread(target=self._bus.send, args=(event,), daemon=True).start()
