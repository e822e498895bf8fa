"""Serverless replications: configurations, and the one replication that each has."""

from __future__ import annotations

from moto.core.exceptions import JsonRESTError
from moto.dms.exceptions import ResourceAlreadyExistsFault

from local.dms.calls import Answer, Calls, Parameters, filtered, new_arn, now, refuse_positions
from local.dms.replication import SERVERLESS, Replication


class ServerlessCalls(Calls):
    def create_replication_config(self, given: Parameters) -> Answer:
        identifier = given["ReplicationConfigIdentifier"]
        if any(each["ReplicationConfigIdentifier"] == identifier for each in self._configurations.values()):
            raise ResourceAlreadyExistsFault(f"ReplicationConfig {identifier} already exists.")
        config_arn = new_arn("replication-config", given.get("ResourceIdentifier"))
        made: Answer = {**given, "ReplicationConfigArn": config_arn, "ReplicationConfigCreateTime": now()}
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
        changed = {**config, **given, "ReplicationConfigUpdateTime": now()}
        self._check(kind, changed["TableMappings"], changed.get("ReplicationSettings"))
        config.update(changed)
        replication.identifier = config["ReplicationConfigIdentifier"]
        return {"ReplicationConfig": config}

    def describe_replication_configs(self, given: Parameters) -> Answer:
        names = {
            "replication-config-arn": "ReplicationConfigArn",
            "replication-config-id": "ReplicationConfigIdentifier",
        }
        return {"ReplicationConfigs": filtered(self._configurations.values(), given, names, "ReplicationConfig")}

    def delete_replication_config(self, given: Parameters) -> Answer:
        config = self._configuration(given["ReplicationConfigArn"])
        self._delete(config["ReplicationConfigArn"])
        del self._configurations[config["ReplicationConfigArn"]]
        return {"ReplicationConfig": config}

    def start_replication(self, given: Parameters) -> Answer:
        refuse_positions(given)
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
        found = filtered(self._configurations.values(), given, names, "ReplicationConfig")
        return {"Replications": [self._described(config) for config in found]}

    def describe_replication_table_statistics(self, given: Parameters) -> Answer:
        config_arn = self._configuration(given["ReplicationConfigArn"])["ReplicationConfigArn"]
        page, marker = self._statistics(config_arn, given)
        return {"ReplicationConfigArn": config_arn, "ReplicationTableStatistics": page} | marker

    def reload_replication_tables(self, given: Parameters) -> Answer:
        config_arn = self._configuration(given["ReplicationConfigArn"])["ReplicationConfigArn"]
        self._reload(config_arn, given)
        return {"ReplicationConfigArn": config_arn}

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


def _provision_state(replication: Replication) -> str:
    if replication.is_deprovisioned:
        return "deprovisioned"
    return "provisioned" if replication.provisioned else "provisioning"
