"""A loader on a workgroup of another stack, without the administrator's secret: a person runs the printed SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.cloud import LocalCloud

APP = Path(__file__).with_name("imported_warehouse")
ADMIN_SECRET = "redshift!analytics-awsuser"
"""Redshift names the secret that it makes after the namespace and its administrator."""


@pytest.mark.full
def test_loads_into_an_imported_workgroup_once_an_administrator_ran_the_printed_sql(tmp_path: Path) -> None:
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        outputs = cloud.deploy(APP)
        scripts = [value for name, value in outputs.items() if "SetupSql" in name]
        # The roles come before the schemas that give them rights.
        for script in sorted(scripts, key=lambda sql: "CREATE ROLE" not in sql):
            for statement in script.rstrip(";").split(";\n"):
                query(cloud, statement)

        records = "User ID,Total Spent\nimported-1,1.00\nimported-2,2.00\n"
        cloud.client("s3").put_object(Bucket=outputs["Bucket"], Key="customers/a.csv", Body=records.encode())

        ledger = "SELECT count(*) FROM svv_columns WHERE table_schema = 'crm' AND table_name = 'customers__loads'"
        cloud.wait_until(lambda: query(cloud, ledger) != [(0,)], 60, "the ledger")
        loads = "SELECT status, rows_loaded FROM crm.customers__loads"
        assert cloud.wait_until(lambda: query(cloud, loads), 60, "the load") == [("loaded", 2)]
        rows = query(cloud, "SELECT user_id, total_spent FROM crm.customers ORDER BY 1")
        assert rows == [("imported-1", "1.0000"), ("imported-2", "2.0000")]


def query(cloud: LocalCloud, sql: str) -> list[tuple[Any, ...]]:
    """Runs one statement with the administrator's secret, as a person does in the query editor."""
    data_api = cloud.client("redshift-data")
    statement = data_api.execute_statement(
        WorkgroupName="analytics", Database="analytics", SecretArn=ADMIN_SECRET, Sql=sql
    )["Id"]
    ended = ("FINISHED", "FAILED", "ABORTED")

    def result() -> dict[str, Any] | None:
        described: dict[str, Any] = data_api.describe_statement(Id=statement)
        return described if described["Status"] in ended else None

    described = cloud.wait_until(result, 30, f"the end of {sql!r}")
    assert described["Status"] == "FINISHED", described.get("Error")
    if not described["HasResultSet"]:
        return []
    records = data_api.get_statement_result(Id=statement)["Records"]
    return [tuple(next(iter(field.values())) for field in record) for record in records]
