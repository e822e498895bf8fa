"""Loaders on warehouses and buckets of another team; a person runs the printed SQL, with the administrator's secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.cloud import LocalCloud

APP = Path(__file__).with_name("imported_warehouse")
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Administrator:
    """Runs SQL with the administrator's secret, as a person does in the query editor."""

    cloud: LocalCloud
    target: dict[str, str]

    def end(self, sql: str) -> dict[str, Any]:
        """Runs one statement; returns its description when it has ended."""
        data_api = self.cloud.client("redshift-data")
        statement = data_api.execute_statement(**self.target, Sql=sql)["Id"]

        def ended() -> dict[str, Any] | None:
            described: dict[str, Any] = data_api.describe_statement(Id=statement)
            return described if described["Status"] in ("FINISHED", "FAILED", "ABORTED") else None

        described: dict[str, Any] = self.cloud.wait_until(ended, 30, f"the end of {sql!r}")
        return described

    def query(self, sql: str) -> list[Row]:
        described = self.end(sql)
        assert described["Status"] == "FINISHED", described["Error"]
        if not described["HasResultSet"]:
            return []
        records = self.cloud.client("redshift-data").get_statement_result(Id=described["Id"])["Records"]
        return [tuple(next(iter(field.values())) for field in record) for record in records]

    def run_printed(self, outputs: dict[str, str], warehouse: str) -> None:
        """Runs a warehouse's SetupSql outputs. A role that another warehouse's made is there already, and says so."""
        scripts = [value for name, value in outputs.items() if name.startswith(f"{warehouse}SetupSql")]
        assert scripts
        # The roles come before the schemas that give them rights.
        for script in sorted(scripts, key=lambda sql: "CREATE ROLE" not in sql):
            for statement in script.rstrip(";").split(";\n"):
                described = self.end(statement)
                if not (statement.startswith("CREATE ROLE") and "already exists" in described.get("Error", "")):
                    assert described["Status"] == "FINISHED", described["Error"]

    def loads(self, table: str) -> list[Row]:
        schema, _, name = f"{table}__loads".partition(".")
        found = f"SELECT count(*) FROM svv_columns WHERE table_schema = '{schema}' AND table_name = '{name}'"
        if self.query(found) == [(0,)]:
            return []
        return self.query(f"SELECT object_key, status, rows_loaded FROM {table}__loads ORDER BY 1")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalCloud, dict[str, str]]]:
    with LocalCloud.start(tmp_path_factory.mktemp("imported") / "cloud") as cloud:
        yield cloud, cloud.deploy(APP, seed=APP / "seed.json")


@pytest.fixture
def of_cluster(imported: tuple[LocalCloud, dict[str, str]]) -> Administrator:
    cloud, _ = imported
    return Administrator(
        cloud, {"ClusterIdentifier": "sales", "Database": "sales", "SecretArn": "redshift!sales-master"}
    )


def upload(cloud: LocalCloud, bucket: str, key: str, text: str) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=text.encode())


@pytest.mark.full
def test_loads_into_an_imported_workgroup_once_an_administrator_ran_the_printed_sql(
    imported: tuple[LocalCloud, dict[str, str]],
) -> None:
    cloud, outputs = imported
    secret = "redshift!analytics-awsuser"
    administrator = Administrator(cloud, {"WorkgroupName": "analytics", "Database": "analytics", "SecretArn": secret})
    administrator.run_printed(outputs, "Workgroup")
    upload(cloud, outputs["Bucket"], "customers/a.csv", "User ID,Total Spent\nimported-1,1.00\nimported-2,2.00\n")
    loads = cloud.wait_until(lambda: administrator.loads("crm.customers"), 60, "the load")
    assert loads == [("customers/a.csv", "loaded", 2)]
    rows = administrator.query("SELECT user_id, total_spent FROM crm.customers ORDER BY 1")
    assert rows == [("imported-1", 1), ("imported-2", 2)]


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "warehouse", "user", "more"),
    [
        ("orders", "ClusterByUser", "orders_loader", ()),
        ("payments", "ClusterBySecret", "payments_loader", ("GRANT ROLE cdp_writer TO payments_loader",)),
    ],
)
def test_loads_from_an_imported_bucket_into_a_cluster_once_its_user_has_the_rights(
    imported: tuple[LocalCloud, dict[str, str]],
    of_cluster: Administrator,
    name: str,
    warehouse: str,
    user: str,
    more: tuple[str, ...],
) -> None:
    cloud, outputs = imported
    of_cluster.query(f"CREATE USER {user} PASSWORD 'Secret123'")
    of_cluster.query(f"CREATE SCHEMA {name}")  # so that rights are all that is missing
    upload(cloud, "their-landing", f"{name}/early.csv", "Id,Amount\nearly,1.00\n")

    def failures() -> list[str]:
        return [run["ErrorMessage"] for run in cloud.glue_runs(outputs[f"{name}Job"]) if run["JobRunState"] == "FAILED"]

    assert "permission denied" in cloud.wait_until(failures, 60, "a run without rights")[-1]

    of_cluster.run_printed(outputs, warehouse)
    for statement in more:
        of_cluster.query(statement)
    upload(cloud, "their-landing", f"{name}/late.csv", "Id,Amount\na,1.50\nb,2.50\n")
    loaded = (f"{name}/late.csv", "loaded", 2)
    cloud.wait_until(lambda: loaded in of_cluster.loads(f"{name}.daily"), 60, "the load")
    rows = of_cluster.query(f"SELECT id, amount FROM {name}.daily WHERE id <> 'early' ORDER BY 1")
    assert rows == [("a", "1.5000"), ("b", "2.5000")]


@pytest.mark.full
def test_an_imported_bucket_whose_events_are_off_starts_no_run(imported: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, outputs = imported
    s3 = cloud.client("s3")
    upload(cloud, "their-archive", "returns/unheard.csv", "Id\n1\n")
    s3.put_bucket_notification_configuration(
        Bucket="their-archive", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    upload(cloud, "their-archive", "returns/heard.csv", "Id\n2\n")

    def files() -> list[str]:
        runs = cloud.glue_runs(outputs["returnsJob"])
        manifests = [run["Arguments"]["--manifest"].removeprefix("s3://").partition("/") for run in runs]
        bodies = [s3.get_object(Bucket=bucket, Key=key)["Body"] for bucket, _, key in manifests]
        return [file["key"] for body in bodies for file in json.load(body)["files"]]

    assert cloud.wait_until(files, 60, "the run of the second file") == ["returns/heard.csv"]
