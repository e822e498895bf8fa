"""The API of DMS as far as replications need it, in the place of moto's.

moto keeps instances, subnet groups and tags; endpoints, connections, configurations and tasks are ours.
"""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dms.exceptions import (
    InvalidResourceStateFault,
    ResourceAlreadyExistsFault,
    ResourceNotFoundFault,
)
from moto.dms.models import dms_backends
from moto.dms.responses import DatabaseMigrationServiceResponse

from local.dms.engine import Job, connected, make_target, source_connection
from local.dms.errors import ReplicationError
from local.dms.faults import Faults
from local.dms.mappings import parse_mappings
from local.dms.replication import SERVERLESS, TASK, Flavour, Replication
from local.dms.settings import parse_s3_settings, parse_source_settings, parse_task_settings
from local.dms.statistics import COMPLETED, ERROR, FULL_LOAD, RELOADING
from local.events.event_rules import EventBus
from local.process.context import ACCOUNT, REGION, CloudContext, arn

Parameters = Mapping[str, Any]
Answer = dict[str, Any]

_IDENTIFIER_CHARACTERS = string.ascii_uppercase + string.digits[2:8]
_TYPES = ("full-load", "cdc", "full-load-and-cdc")


class Api:
    """Calls by their names; each takes the request's parameters and returns the answer."""

    def __init__(self, context: CloudContext, bus: EventBus, faults: Faults) -> None:
        self._context = context
        self._bus = bus
        self._faults = faults
        self._endpoints: dict[str, Answer] = {}
        self._connections: dict[tuple[str, str], Answer] = {}
        self._configurations: dict[str, Answer] = {}
        self._tasks: dict[str, Answer] = {}
        self._replications: dict[str, Replication] = {}

    def install(self) -> None:
        for operation in OPERATIONS:
            setattr(DatabaseMigrationServiceResponse, operation, _respond(getattr(self, operation)))

    @property
    def replications(self) -> Sequence[Replication]:
        return list(self._replications.values())

    def find(self, identifier: str) -> Replication:
        """By its identifier. Raises LookupError naming those that there are."""
        for replication in self.replications:
            if replication.identifier == identifier:
                return replication
        names = ", ".join(each.identifier for each in self.replications) or "none"
        raise LookupError(f"there is no replication {identifier!r}; replications: {names}")

    def close(self) -> None:
        for replication in self.replications:
            replication.end()

    # Endpoints

    def create_endpoint(self, given: Parameters) -> Answer:
        identifier = given["EndpointIdentifier"].lower()
        if any(each["EndpointIdentifier"] == identifier for each in self._endpoints.values()):
            raise ResourceAlreadyExistsFault(f"Endpoint {identifier} already exists.")
        endpoint_arn = _new_arn("endpoint", given.get("ResourceIdentifier"))
        made = {
            **given,
            "EndpointIdentifier": identifier,
            "EndpointType": given["EndpointType"].upper(),
            "EndpointArn": endpoint_arn,
            "Status": "active",
        }
        self._check_endpoint(made)
        self._tag(endpoint_arn, made.pop("Tags", None))
        self._endpoints[endpoint_arn] = made
        return {"Endpoint": _shown(made)}

    def modify_endpoint(self, given: Parameters) -> Answer:
        endpoint = self._endpoint(given["EndpointArn"])
        for replication in self.replications:
            used = self._definition(replication.arn)
            if given["EndpointArn"] in (used["SourceEndpointArn"], used["TargetEndpointArn"]):
                replication.require_idle("modify the endpoint of")
        changed = {name: value for name, value in given.items() if name != "ExactSettings"}
        if "EndpointType" in changed:
            changed["EndpointType"] = changed["EndpointType"].upper()
        exact = given.get("ExactSettings")
        for name in ("S3Settings", "OracleSettings"):
            if name in changed and not exact:
                changed[name] = {**(endpoint.get(name) or {}), **changed[name]}
        self._check_endpoint({**endpoint, **changed})
        endpoint.update(changed)
        return {"Endpoint": _shown(endpoint)}

    def describe_endpoints(self, given: Parameters) -> Answer:
        names = {
            "endpoint-arn": "EndpointArn",
            "endpoint-type": "EndpointType",
            "endpoint-id": "EndpointIdentifier",
            "engine-name": "EngineName",
        }
        return {"Endpoints": [_shown(each) for each in _filtered(self._endpoints.values(), given, names, "Endpoint")]}

    def delete_endpoint(self, given: Parameters) -> Answer:
        endpoint = self._endpoint(given["EndpointArn"])
        for each in (*self._configurations.values(), *self._tasks.values()):
            if endpoint["EndpointArn"] in (each["SourceEndpointArn"], each["TargetEndpointArn"]):
                raise InvalidResourceStateFault(
                    f"Endpoint {endpoint['EndpointArn']} is part of one or more replications."
                )
        del self._endpoints[endpoint["EndpointArn"]]
        return {"Endpoint": _shown(endpoint) | {"Status": "deleting"}}

    def test_connection(self, given: Parameters) -> Answer:
        instance_arn, endpoint_arn = given["ReplicationInstanceArn"], given["EndpointArn"]
        endpoint = self._endpoint(endpoint_arn)
        instances = dms_backends[ACCOUNT][REGION].replication_instances
        if instance_arn not in instances:
            raise ResourceNotFoundFault("Replication instance could not be found.")
        connection = {
            "ReplicationInstanceArn": instance_arn,
            "EndpointArn": endpoint_arn,
            "ReplicationInstanceIdentifier": instances[instance_arn].id,
            "EndpointIdentifier": endpoint["EndpointIdentifier"],
            "Status": "successful",
        }
        try:
            if endpoint["EndpointType"] == "SOURCE":
                connected(endpoint["EndpointIdentifier"], source_connection(self._context, endpoint)).close()
            else:
                make_target(self._context, parse_s3_settings(endpoint.get("S3Settings") or {}), self._faults).test()
        except ReplicationError as error:
            connection |= {"Status": "failed", "LastFailureMessage": str(error)}
        self._connections[instance_arn, endpoint_arn] = connection
        return {"Connection": {**connection, "Status": "testing"}}

    def describe_connections(self, given: Parameters) -> Answer:
        names = {"endpoint-arn": "EndpointArn", "replication-instance-arn": "ReplicationInstanceArn"}
        return {"Connections": _filtered(self._connections.values(), given, names, "Connection")}

    # Serverless replications

    def create_replication_config(self, given: Parameters) -> Answer:
        identifier = given["ReplicationConfigIdentifier"]
        if any(each["ReplicationConfigIdentifier"] == identifier for each in self._configurations.values()):
            raise ResourceAlreadyExistsFault(f"ReplicationConfig {identifier} already exists.")
        config_arn = _new_arn("replication-config", given.get("ResourceIdentifier"))
        made: Answer = {**given, "ReplicationConfigArn": config_arn, "ReplicationConfigCreateTime": _now()}
        self._check(made["ReplicationType"], made["TableMappings"], made.get("ReplicationSettings"))
        self._endpoint(made["SourceEndpointArn"]), self._endpoint(made["TargetEndpointArn"])
        self._tag(config_arn, made.pop("Tags", None))
        self._configurations[config_arn] = made
        self._replications[config_arn] = self._replication(config_arn, identifier, SERVERLESS)
        return {"ReplicationConfig": made}

    def modify_replication_config(self, given: Parameters) -> Answer:
        config = self._configuration(given["ReplicationConfigArn"])
        replication = self._replications[config["ReplicationConfigArn"]]
        replication.require_idle("modify")
        kind = given.get("ReplicationType", config["ReplicationType"])
        if kind != config["ReplicationType"] and replication.provisioned:
            raise JsonRESTError(
                "InvalidParameterValueException",
                f"replication-type {kind} cannot be modified as the replication is in {_provision_state(replication)}."
                " You can only modify replication configs before provisioning capacity.",
            )
        changed = {**config, **given, "ReplicationConfigUpdateTime": _now()}
        self._check(kind, changed["TableMappings"], changed.get("ReplicationSettings"))
        config.update(changed)
        replication.identifier = config["ReplicationConfigIdentifier"]
        return {"ReplicationConfig": config}

    def describe_replication_configs(self, given: Parameters) -> Answer:
        names = {
            "replication-config-arn": "ReplicationConfigArn",
            "replication-config-id": "ReplicationConfigIdentifier",
        }
        return {"ReplicationConfigs": _filtered(self._configurations.values(), given, names, "ReplicationConfig")}

    def delete_replication_config(self, given: Parameters) -> Answer:
        config = self._configuration(given["ReplicationConfigArn"])
        self._delete(config["ReplicationConfigArn"])
        del self._configurations[config["ReplicationConfigArn"]]
        return {"ReplicationConfig": config}

    def start_replication(self, given: Parameters) -> Answer:
        _refuse_positions(given)
        config = self._configuration(given["ReplicationConfigArn"])
        replication = self._replications[config["ReplicationConfigArn"]]
        replication.start(
            given.get("StartReplicationType"),
            lambda: self._job(config, config["ReplicationType"], config.get("ReplicationSettings")),
        )
        return {"Replication": self._described(config)}

    def stop_replication(self, given: Parameters) -> Answer:
        config = self._configuration(given["ReplicationConfigArn"])
        self._replications[config["ReplicationConfigArn"]].stop()
        return {"Replication": self._described(config)}

    def describe_replications(self, given: Parameters) -> Answer:
        names = {
            "replication-config-arn": "ReplicationConfigArn",
            "replication-config-id": "ReplicationConfigIdentifier",
        }
        found = _filtered(self._configurations.values(), given, names, "ReplicationConfig")
        return {"Replications": [self._described(config) for config in found]}

    def describe_replication_table_statistics(self, given: Parameters) -> Answer:
        config_arn = self._configuration(given["ReplicationConfigArn"])["ReplicationConfigArn"]
        page, marker = self._statistics(config_arn, given)
        return {"ReplicationConfigArn": config_arn, "ReplicationTableStatistics": page} | marker

    def reload_replication_tables(self, given: Parameters) -> Answer:
        config_arn = self._configuration(given["ReplicationConfigArn"])["ReplicationConfigArn"]
        self._reload(config_arn, given)
        return {"ReplicationConfigArn": config_arn}

    # Tasks on an instance

    def create_replication_task(self, given: Parameters) -> Answer:
        _refuse_positions(given)
        identifier = given["ReplicationTaskIdentifier"].lower()
        if any(each["ReplicationTaskIdentifier"] == identifier for each in self._tasks.values()):
            raise ResourceAlreadyExistsFault(f"ReplicationTask {identifier} already exists.")
        if given["ReplicationInstanceArn"] not in dms_backends[ACCOUNT][REGION].replication_instances:
            raise ResourceNotFoundFault("Replication instance could not be found.")
        task_arn = _new_arn("task", given.get("ResourceIdentifier"))
        made: Answer = {**given, "ReplicationTaskIdentifier": identifier, "ReplicationTaskArn": task_arn}
        made["ReplicationTaskCreationDate"] = _now()
        self._check(made["MigrationType"], made["TableMappings"], made.get("ReplicationTaskSettings"))
        self._endpoint(made["SourceEndpointArn"]), self._endpoint(made["TargetEndpointArn"])
        self._tag(task_arn, made.pop("Tags", None))
        self._tasks[task_arn] = made
        self._replications[task_arn] = self._replication(task_arn, identifier, TASK)
        return {"ReplicationTask": self._described_task(made)}

    def modify_replication_task(self, given: Parameters) -> Answer:
        _refuse_positions(given)
        task = self._task(given["ReplicationTaskArn"])
        self._replications[task["ReplicationTaskArn"]].require_idle("modify")
        changed = {**task, **given}
        self._check(changed["MigrationType"], changed["TableMappings"], changed.get("ReplicationTaskSettings"))
        task.update(changed)
        return {"ReplicationTask": self._described_task(task)}

    def describe_replication_tasks(self, given: Parameters) -> Answer:
        names = {
            "replication-task-arn": "ReplicationTaskArn",
            "replication-task-id": "ReplicationTaskIdentifier",
            "migration-type": "MigrationType",
            "replication-instance-arn": "ReplicationInstanceArn",
        }
        found = _filtered(self._tasks.values(), given, names, "ReplicationTask")
        return {"ReplicationTasks": [self._described_task(task) for task in found]}

    def delete_replication_task(self, given: Parameters) -> Answer:
        task = self._task(given["ReplicationTaskArn"])
        answer = self._described_task(task) | {"Status": "deleting"}
        self._delete(task["ReplicationTaskArn"])
        del self._tasks[task["ReplicationTaskArn"]]
        return {"ReplicationTask": answer}

    def start_replication_task(self, given: Parameters) -> Answer:
        _refuse_positions(given)
        task = self._task(given["ReplicationTaskArn"])
        self._replications[task["ReplicationTaskArn"]].start(
            given.get("StartReplicationTaskType"),
            lambda: self._job(task, task["MigrationType"], task.get("ReplicationTaskSettings")),
        )
        return {"ReplicationTask": self._described_task(task)}

    def stop_replication_task(self, given: Parameters) -> Answer:
        task = self._task(given["ReplicationTaskArn"])
        self._replications[task["ReplicationTaskArn"]].stop()
        return {"ReplicationTask": self._described_task(task)}

    def describe_table_statistics(self, given: Parameters) -> Answer:
        task_arn = self._task(given["ReplicationTaskArn"])["ReplicationTaskArn"]
        page, marker = self._statistics(task_arn, given)
        return {"ReplicationTaskArn": task_arn, "TableStatistics": page} | marker

    def reload_tables(self, given: Parameters) -> Answer:
        task_arn = self._task(given["ReplicationTaskArn"])["ReplicationTaskArn"]
        self._reload(task_arn, given)
        return {"ReplicationTaskArn": task_arn}

    # What they share

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
    def _check_endpoint(endpoint: Answer) -> None:
        """Raises what DMS answers to settings that do not fit together, and refuses engines that are not run here."""
        secret = (endpoint.get("OracleSettings") or {}).get("SecretsManagerSecretId")
        clear = [name for name in ("Username", "Password", "ServerName", "Port") if endpoint.get(name)]
        if secret and clear:
            raise JsonRESTError(
                "InvalidParameterCombinationException",
                f"SecretsManagerSecretId can't be combined with {', '.join(clear)}",
            )
        expected = {"SOURCE": "oracle", "TARGET": "s3"}.get(endpoint["EndpointType"])
        if endpoint["EngineName"].lower() != expected:
            raise JsonRESTError(
                "InvalidParameterValueException",
                f"a {endpoint['EndpointType'].lower()} endpoint of the engine {endpoint['EngineName']} is not run here:"
                f" {expected} is",
            )
        try:
            if expected == "s3":
                parse_s3_settings(endpoint.get("S3Settings") or {})
            else:
                parse_source_settings(endpoint, parse_task_settings(None))
        except (ReplicationError, ValueError) as error:
            raise JsonRESTError("InvalidParameterValueException", str(error)) from error

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

    def _described(self, config: Answer) -> Answer:
        replication = self._replications[config["ReplicationConfigArn"]]
        described: Answer = {
            "ReplicationConfigIdentifier": config["ReplicationConfigIdentifier"],
            "ReplicationConfigArn": config["ReplicationConfigArn"],
            "SourceEndpointArn": config["SourceEndpointArn"],
            "TargetEndpointArn": config["TargetEndpointArn"],
            "ReplicationType": config["ReplicationType"],
            "Status": replication.status,
            "ReplicationCreateTime": replication.created.timestamp(),
            "ReplicationUpdateTime": replication.updated.timestamp(),
        }
        if replication.has_run:
            described |= {
                "StartReplicationType": replication.start_type,
                "ReplicationStats": self._progress(replication),
                "ProvisionData": {"ProvisionState": _provision_state(replication), "ProvisionedCapacityUnits": 1},
            }
        if replication.stop_reason:
            described["StopReason"] = replication.stop_reason
        if replication.failure:
            described["FailureMessages"] = [replication.failure]
        if replication.stopped:
            described["ReplicationLastStopTime"] = replication.stopped.timestamp()
        return described

    def _described_task(self, task: Answer) -> Answer:
        replication = self._replications[task["ReplicationTaskArn"]]
        described = {name: value for name, value in task.items() if name not in ("Tags", "ResourceIdentifier")}
        described |= {"Status": replication.status, "ReplicationTaskStats": self._progress(replication)}
        if replication.started:
            described["ReplicationTaskStartDate"] = replication.started.timestamp()
        if replication.stop_reason:
            described["StopReason"] = replication.stop_reason
        if replication.failure:
            described["LastFailureMessage"] = replication.failure
        return described


OPERATIONS = [
    name for name in vars(Api) if not name.startswith("_") and name not in ("install", "replications", "find", "close")
]


def _respond(operation: Callable[[Parameters], Answer]) -> Callable[[Any], str]:
    def run(response: Any) -> str:
        return json.dumps(operation(json.loads(response.body or "{}")))

    return run


def _refuse_positions(given: Parameters) -> None:
    for name in ("CdcStartTime", "CdcStartPosition", "CdcStopPosition"):
        if given.get(name):
            raise JsonRESTError("InvalidParameterValueException", f"{name} is not run here")


def _filtered(found: Any, given: Parameters, names: Mapping[str, str], noun: str) -> list[Answer]:
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


def _shown(endpoint: Answer) -> Answer:
    """Without the password, which DMS never shows, and with lower case where its answers have it."""
    shown = {name: value for name, value in endpoint.items() if name not in ("Password", "Tags", "ResourceIdentifier")}
    return {**shown, "EngineDisplayName": endpoint["EngineName"], "EndpointType": endpoint["EndpointType"]}


def _provision_state(replication: Replication) -> str:
    if replication.is_deprovisioned:
        return "deprovisioned"
    return "provisioned" if replication.provisioned else "provisioning"


def _new_arn(kind: str, identifier: str | None) -> str:
    return arn("dms", f"{kind}:{identifier or ''.join(secrets.choice(_IDENTIFIER_CHARACTERS) for _ in range(26))}")


def _now() -> float:
    return datetime.now(UTC).timestamp()
