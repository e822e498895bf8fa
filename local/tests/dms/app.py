"""A replication as a template: bucket, roles, endpoints, and a serverless configuration or a task on an instance."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from local.cloud import LocalCloud
from local.tests.assembly import allow, arn_of, outputs, ref, role, under

FOLDER = "replication/crm"
ANY_ACTIVE = ("created", "ready", "stopped", "failed")

SETTINGS = {
    "DataFormat": "parquet",
    "IncludeOpForFullLoad": True,
    "TimestampColumnName": "cdp_commit_time",
    "UseTaskStartTimeForFullLoadTimestamp": True,
}
TASK_SETTINGS: dict[str, Any] = {
    "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"},
    "ChangeProcessingDdlHandlingPolicy": {"HandleSourceTableTruncated": False, "HandleSourceTableDropped": False},
}


def _locator(table: str, schema: str) -> dict[str, str]:
    return {"schema-name": schema, "table-name": table}


def include(table: str = "%", schema: str = "CRM") -> dict[str, Any]:
    return {"rule-type": "selection", "rule-action": "include", "object-locator": _locator(table, schema)}


def exclude(table: str, schema: str = "CRM") -> dict[str, Any]:
    return include(table, schema) | {"rule-action": "exclude"}


def add_sequence(table: str = "%") -> dict[str, Any]:
    return {
        "rule-type": "transformation",
        "rule-target": "column",
        "object-locator": _locator(table, "CRM"),
        "rule-action": "add-column",
        "value": "cdp_change_seq",
        "expression": "$AR_H_CHANGE_SEQ",
        "data-type": {"type": "string", "length": 50},
    }


def add_before_images(table: str = "%", prefix: str = "BI_", kept: str = "pk-only") -> dict[str, Any]:
    return {
        "rule-type": "transformation",
        "rule-target": "column",
        "object-locator": _locator(table, "CRM"),
        "rule-action": "add-before-image-columns",
        "before-image-def": {"column-prefix": prefix, "column-filter": kept},
    }


def rules(*each: dict[str, Any]) -> str:
    return json.dumps({"rules": [{"rule-id": str(n), "rule-name": str(n), **rule} for n, rule in enumerate(each, 1)]})


ALL_TABLES = (include(), add_sequence(), add_before_images())


def template(
    service: str,
    secret: str,
    *,
    mode: str = "full-load-and-cdc",
    mappings: Sequence[dict[str, Any]] = ALL_TABLES,
    s3: dict[str, Any] | None = None,
    task: dict[str, Any] | None = None,
    source: dict[str, Any] | None = None,
    on_instance: bool = False,
    without: Sequence[str] = (),
) -> dict[str, Any]:
    """`s3`, `task` and `source` change settings; `without` takes rights away: "bucket", "secret" or "trust"."""
    writes = allow(["s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging"], under("Staging", f"/{FOLDER}/*"))
    reads = allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{secret}-*")
    lists = allow("s3:ListBucket", arn_of("Staging"))
    common = {
        "SourceEndpointArn": ref("Source"),
        "TargetEndpointArn": ref("Target"),
        "TableMappings": json.loads(rules(*mappings)),
        "ReplicationSettings": {**TASK_SETTINGS, **(task or {})},
    }
    resources: dict[str, Any] = {
        "Staging": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}},
        },
        "SecretRole": role("dms.us-east-1.amazonaws.com", *([] if "secret" in without else [reads])),
        "TargetRole": role(
            "glue.amazonaws.com" if "trust" in without else "dms.amazonaws.com",
            lists,
            *([] if "bucket" in without else [writes]),
        ),
        "Source": {
            "Type": "AWS::DMS::Endpoint",
            "Properties": {
                "EndpointType": "source",
                "EngineName": "oracle",
                "DatabaseName": service,
                "OracleSettings": {
                    "SecretsManagerAccessRoleArn": arn_of("SecretRole"),
                    "SecretsManagerSecretId": secret,
                },
                **(source or {}),
            },
        },
        "Target": {
            "Type": "AWS::DMS::Endpoint",
            "Properties": {
                "EndpointType": "target",
                "EngineName": "s3",
                "S3Settings": {
                    "BucketName": ref("Staging"),
                    "BucketFolder": FOLDER,
                    "ServiceAccessRoleArn": arn_of("TargetRole"),
                    **SETTINGS,
                    **(s3 or {}),
                },
            },
        },
    }
    if on_instance:
        resources["Instance"] = {
            "Type": "AWS::DMS::ReplicationInstance",
            "Properties": {"ReplicationInstanceClass": "dms.t3.medium", "AllocatedStorage": "50"},
        }
        resources["Replication"] = {
            "Type": "AWS::DMS::ReplicationTask",
            "Properties": {
                "MigrationType": mode,
                "ReplicationInstanceArn": ref("Instance"),
                "SourceEndpointArn": common["SourceEndpointArn"],
                "TargetEndpointArn": common["TargetEndpointArn"],
                "TableMappings": json.dumps(common["TableMappings"]),
                "ReplicationTaskSettings": json.dumps(common["ReplicationSettings"]),
            },
        }
    else:
        resources["Replication"] = {
            "Type": "AWS::DMS::ReplicationConfig",
            "Properties": {
                **common,
                "ReplicationConfigIdentifier": f"{service.lower().replace('_', '-')}-crm",
                "ReplicationType": mode,
                "ComputeConfig": {"MaxCapacityUnits": "2", "MinCapacityUnits": 1},
            },
        }
    return {
        "Resources": resources,
        "Outputs": outputs(
            Bucket=ref("Staging"),
            Replication=ref("Replication"),
            Source=ref("Source"),
            Target=ref("Target"),
            Instance=ref("Instance") if on_instance else "none",
        ),
    }


@dataclass
class App:
    """A deployed replication and its source."""

    cloud: LocalCloud
    oracle: psycopg.Connection[Any]
    service: str
    secret: str
    deploy: Callable[[dict[str, Any]], dict[str, str]]
    outputs: dict[str, str] = field(default_factory=dict)

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self.oracle.execute(cast("Any", statement))

    def deployed(self, **options: Any) -> App:
        self.outputs = self.deploy(template(self.service, self.secret, **options))
        return self

    @property
    def dms(self) -> Any:
        return self.cloud.client("dms")

    @property
    def arn(self) -> str:
        return self.outputs["Replication"]

    @property
    def is_task(self) -> bool:
        return ":task:" in self.arn

    def describe(self) -> dict[str, Any]:
        if self.is_task:
            filters = [{"Name": "replication-task-arn", "Values": [self.arn]}]
            [described] = self.dms.describe_replication_tasks(Filters=filters)["ReplicationTasks"]
        else:
            filters = [{"Name": "replication-config-arn", "Values": [self.arn]}]
            [described] = self.dms.describe_replications(Filters=filters)["Replications"]
        return cast("dict[str, Any]", described)

    def start(self, start_type: str = "start-replication", until: str | None = "running") -> App:
        if self.is_task:
            self.dms.start_replication_task(ReplicationTaskArn=self.arn, StartReplicationTaskType=start_type)
        else:
            self.dms.start_replication(ReplicationConfigArn=self.arn, StartReplicationType=start_type)
        if until:
            self.wait_for(until)
        return self

    def reach(self) -> list[dict[str, Any]]:
        """Tests the connections of a task's instance to both endpoints; returns them as they are when the tests end."""
        for endpoint in ("Source", "Target"):
            self.dms.test_connection(
                ReplicationInstanceArn=self.outputs["Instance"], EndpointArn=self.outputs[endpoint]
            )

        def ended() -> list[dict[str, Any]]:
            connections = self.connections()
            return [] if "testing" in {each["Status"] for each in connections} else connections

        return cast("list[dict[str, Any]]", self.cloud.wait_until(ended, 20, "tested connections"))

    def connections(self) -> list[dict[str, Any]]:
        filters = [{"Name": "replication-instance-arn", "Values": [self.outputs["Instance"]]}]
        return cast("list[dict[str, Any]]", self.dms.describe_connections(Filters=filters)["Connections"])

    def stop(self) -> App:
        if self.is_task:
            self.dms.stop_replication_task(ReplicationTaskArn=self.arn)
        else:
            self.dms.stop_replication(ReplicationConfigArn=self.arn)
        self.wait_for("stopped")
        return self

    def wait_for(self, status: str) -> dict[str, Any]:
        def reached() -> dict[str, Any] | None:
            described = self.describe()
            ended = described["Status"] in ("failed", "stopped") and described["Status"] != status
            assert not ended, described
            return described if described["Status"] == status else None

        return cast("dict[str, Any]", self.cloud.wait_until(reached, 20, f"{self.arn} {status}"))

    def statistics(self) -> dict[str, dict[str, Any]]:
        """By the tables' names."""
        if self.is_task:
            found = self.dms.describe_table_statistics(ReplicationTaskArn=self.arn)["TableStatistics"]
        else:
            answer = self.dms.describe_replication_table_statistics(ReplicationConfigArn=self.arn)
            found = answer["ReplicationTableStatistics"]
        return {each["TableName"]: each for each in found}

    def wait_for_counts(self, table: str, **counts: int | str) -> None:
        def reached() -> bool:
            found = self.statistics().get(table, {})
            return all(found.get(name) == count for name, count in counts.items())

        self.cloud.wait_until(reached, 20, f"{table} {counts}; it is {self.statistics().get(table)}")

    def files(self, table: str = "", schema: str = "CRM") -> list[str]:
        """Names of a table's files, or keys below the folder."""
        prefix = f"{FOLDER}/{schema}/{table}/" if table else f"{FOLDER}/"
        found = self.cloud.client("s3").list_objects_v2(Bucket=self.outputs["Bucket"], Prefix=prefix)
        return sorted(each["Key"].removeprefix(prefix) for each in found.get("Contents", []))

    def body(self, table: str, name: str) -> bytes:
        key = f"{FOLDER}/CRM/{table}/{name}"
        body = self.cloud.client("s3").get_object(Bucket=self.outputs["Bucket"], Key=key)["Body"].read()
        return cast("bytes", body)

    def parquet(self, table: str, name: str) -> pa.Table:
        return pq.read_table(io.BytesIO(self.body(table, name)))

    def loaded(self, table: str) -> list[dict[str, Any]]:
        return self._rows(table, lambda name: name.startswith("LOAD"))

    def changes(self, table: str) -> list[dict[str, Any]]:
        """In the order of their files' names."""
        return self._rows(table, lambda name: not name.startswith("LOAD"))

    def wait_for_changes(self, table: str, count: int) -> list[dict[str, Any]]:
        return cast(
            "list[dict[str, Any]]",
            self.cloud.wait_until(
                lambda: found if len(found := self.changes(table)) >= count else None, 20, f"{count} changes of {table}"
            ),
        )

    def _rows(self, table: str, chosen: Callable[[str], bool]) -> list[dict[str, Any]]:
        names = [name for name in self.files(table) if chosen(name)]
        return [row for name in names for row in self.parquet(table, name).to_pylist()]
