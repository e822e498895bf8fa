"""What the calls of DMS share: the resources that exist, how one is found, checked and counted."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dms.exceptions import ResourceNotFoundFault
from moto.dms.models import dms_backends

from local.dms.errors import ReplicationError
from local.dms.faults import Faults
from local.dms.job import Job
from local.dms.mappings import parse_mappings
from local.dms.replication import Flavour, Replication
from local.dms.settings import parse_task_settings
from local.dms.statistics import COMPLETED, ERROR, FULL_LOAD, RELOADING
from local.events.event_rules import EventBus
from local.process.context import ACCOUNT, REGION, CloudContext, arn

Parameters = Mapping[str, Any]
Answer = dict[str, Any]

_IDENTIFIER_CHARACTERS = string.ascii_uppercase + string.digits[2:8]
_TYPES = ("full-load", "cdc", "full-load-and-cdc")


class Calls:
    """Each public method of its subclasses is a call: it takes the request's parameters and returns the answer."""

    def __init__(self, context: CloudContext, bus: EventBus, faults: Faults) -> None:
        self._context = context
        self._bus = bus
        self._faults = faults
        self._endpoints: dict[str, Answer] = {}
        self._connections: dict[tuple[str, str], Answer] = {}
        self._configurations: dict[str, Answer] = {}
        self._tasks: dict[str, Answer] = {}
        self._replications: dict[str, Replication] = {}

    @property
    def replications(self) -> Sequence[Replication]:
        return list(self._replications.values())

    def _replication(self, resource_arn: str, identifier: str, flavour: Flavour) -> Replication:
        return Replication(
            self._context, self._bus, self._faults, arn=resource_arn, identifier=identifier, flavour=flavour
        )

    def _job(self, definition: Answer, kind: str, settings: str | None) -> Job:
        source = self._endpoint(definition["SourceEndpointArn"])
        target = self._endpoint(definition["TargetEndpointArn"])
        return Job(kind, definition["TableMappings"], settings, dict(source), dict(target))

    def _definition(self, resource_arn: str) -> Answer:
        return self._configurations.get(resource_arn) or self._tasks[resource_arn]

    def _endpoint(self, endpoint_arn: str) -> Answer:
        if endpoint_arn not in self._endpoints:
            raise ResourceNotFoundFault(f"Endpoint {endpoint_arn} not found.")
        return self._endpoints[endpoint_arn]

    def _configuration(self, config_arn: str) -> Answer:
        if config_arn not in self._configurations:
            raise ResourceNotFoundFault(f"ReplicationConfig {config_arn} not found.")
        return self._configurations[config_arn]

    def _task(self, task_arn: str) -> Answer:
        if task_arn not in self._tasks:
            raise ResourceNotFoundFault(f"Replication Task {task_arn} not found.")
        return self._tasks[task_arn]

    def _delete(self, resource_arn: str) -> None:
        self._replications[resource_arn].require_idle("delete")
        self._replications.pop(resource_arn).end()

    def _tag(self, resource_arn: str, tags: list[dict[str, str]] | None) -> None:
        if tags:
            dms_backends[ACCOUNT][REGION].tagger.tag_resource(resource_arn, tags)

    @staticmethod
    def _check(kind: str, mappings: str, settings: str | None) -> None:
        if kind not in _TYPES:
            raise JsonRESTError("InvalidParameterValueException", f"{kind} is not valid; valid: {', '.join(_TYPES)}")
        try:
            parse_mappings(mappings)
            parse_task_settings(settings)
        except ReplicationError as error:
            raise JsonRESTError("InvalidParameterValueException", str(error)) from error

    def _reload(self, resource_arn: str, given: Parameters) -> None:
        if given.get("ReloadOption", "data-reload") != "data-reload":
            raise JsonRESTError("InvalidParameterValueException", "only the ReloadOption data-reload is run here")
        names = [(each["SchemaName"], each["TableName"]) for each in given["TablesToReload"]]
        self._replications[resource_arn].reload(names)

    def _statistics(self, resource_arn: str, given: Parameters) -> tuple[list[Answer], Answer]:
        """One page of them, and the marker of the next."""
        names = {"schema-name": "SchemaName", "table-name": "TableName", "table-state": "TableState"}
        counts = self._replications[resource_arn].progress.tables
        described = [counts[name].describe() for name in sorted(counts)]
        for each in given.get("Filters", []):
            described = [one for one in described if one[names[each["Name"]]] in each["Values"]]
        start, size = int(given.get("Marker") or 0), int(given.get("MaxRecords") or 100)
        rest = {"Marker": str(start + size)} if len(described) > start + size else {}
        return described[start : start + size], rest

    def _progress(self, replication: Replication) -> Answer:
        states = [counts.state for counts in replication.progress.tables.values()]
        loaded = states.count(COMPLETED)
        until = replication.stopped or datetime.now(UTC)
        started = replication.started
        found: Answer = {
            "FullLoadProgressPercent": round(100 * loaded / len(states)) if states else 0,
            "ElapsedTimeMillis": round((until - started).total_seconds() * 1000) if started else 0,
            "TablesLoaded": loaded,
            "TablesLoading": states.count(FULL_LOAD) + states.count(RELOADING),
            "TablesErrored": states.count(ERROR),
        }
        found["TablesQueued"] = len(states) - loaded - found["TablesLoading"] - found["TablesErrored"]
        if started:
            found |= {"FreshStartDate": replication.progress.task_started.timestamp(), "StartDate": started.timestamp()}
        if replication.stopped:
            found["StopDate"] = replication.stopped.timestamp()
        return found


def refuse_positions(given: Parameters) -> None:
    for name in ("CdcStartTime", "CdcStartPosition", "CdcStopPosition"):
        if given.get(name):
            raise JsonRESTError("InvalidParameterValueException", f"{name} is not run here")


def filtered(found: Iterable[Answer], given: Parameters, names: Mapping[str, str], noun: str) -> list[Answer]:
    """What all filters let pass. Raises ResourceNotFoundFault for nothing, as DMS does where it was asked for one."""
    kept = list(found)
    for each in given.get("Filters", []):
        if each["Name"] not in names:
            raise JsonRESTError(
                "InvalidParameterValueException", f"{each['Name']} is not a valid filter; valid: {', '.join(names)}"
            )
        values = {value.lower() for value in each["Values"]}
        kept = [one for one in kept if str(one.get(names[each["Name"]], "")).lower() in values]
    if given.get("Filters") and not kept:
        raise ResourceNotFoundFault(f"No {noun} found matching the filters.")
    return kept


def new_arn(kind: str, identifier: str | None) -> str:
    return arn("dms", f"{kind}:{identifier or ''.join(secrets.choice(_IDENTIFIER_CHARACTERS) for _ in range(26))}")


def now() -> float:
    return datetime.now(UTC).timestamp()
