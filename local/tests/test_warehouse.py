"""The warehouse stand-in inside the cloud: databases of namespaces, rights of roles, and its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.tests.assembly import allow, arn_of, outputs, ref, role, write_assembly
from local.tests.test_pipeline import is_alive

WORKGROUP = {"Fn::GetAtt": ["Workgroup", "Workgroup.WorkgroupArn"]}
OWN_STATEMENTS = {"StringEquals": {"redshift-data:statement-owner-iam-userid": "${aws:userid}"}}
RUN = allow(["redshift-data:ExecuteStatement", "redshift-serverless:GetCredentials"], WORKGROUP)
LOOK = allow(["redshift-data:DescribeStatement", "redshift-data:GetStatementResult"], "*", OWN_STATEMENTS)
TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Namespace": {
            "Type": "AWS::RedshiftServerless::Namespace",
            "Properties": {"NamespaceName": "customers", "DbName": "crm", "ManageAdminPassword": True},
        },
        "Workgroup": {
            "Type": "AWS::RedshiftServerless::Workgroup",
            "Properties": {"WorkgroupName": "reporting", "NamespaceName": ref("Namespace")},
        },
        "Reader": role("lambda.amazonaws.com", RUN, LOOK),
        "Other": role("lambda.amazonaws.com", RUN, LOOK),
        "NoCredentials": role("lambda.amazonaws.com", allow("redshift-data:ExecuteStatement", WORKGROUP), LOOK),
    },
    "Outputs": outputs(Reader=arn_of("Reader"), Other=arn_of("Other"), NoCredentials=arn_of("NoCredentials")),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalCloud, dict[str, str]]]:
    directory = tmp_path_factory.mktemp("warehouse")
    with LocalCloud.start(directory / "cloud") as cloud:
        yield cloud, cloud.deploy(write_assembly(directory / "app", {"Warehouse": TEMPLATE}))


def execute(client: Any, sql: str) -> str:
    statement: str = client.execute_statement(WorkgroupName="reporting", Database="crm", Sql=sql)["Id"]
    return statement


def test_a_role_runs_statements_as_itself(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, deployed = warehouse
    client = cloud.client("redshift-data", deployed["Reader"])
    statement = execute(client, "SELECT current_user")
    ended = ("FINISHED", "FAILED")
    cloud.wait_until(lambda: client.describe_statement(Id=statement)["Status"] in ended, 10, "the statement's end")
    ((value,),) = client.get_statement_result(Id=statement)["Records"]
    assert value["stringValue"] == f"IAMR:{deployed['Reader'].rsplit('/', 1)[1]}"


def test_a_role_does_not_see_the_statements_of_another(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, deployed = warehouse
    mine = execute(cloud.client("redshift-data", deployed["Reader"]), "SELECT 1")
    other = cloud.client("redshift-data", deployed["Other"])
    with pytest.raises(other.exceptions.ClientError, match="AccessDenied"):
        other.describe_statement(Id=mine)


def test_a_role_that_may_not_get_credentials_runs_nothing(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, deployed = warehouse
    client = cloud.client("redshift-data", deployed["NoCredentials"])
    with pytest.raises(client.exceptions.ClientError, match="redshift-serverless:GetCredentials"):
        execute(client, "SELECT 1")


def test_the_warehouse_url_is_that_of_the_namespaces_database(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, _ = warehouse
    assert cloud.warehouse_url
    assert cloud.warehouse_url.endswith("/crm")


def test_the_warehouse_dies_with_the_server(tmp_path: Path) -> None:
    cloud = LocalCloud.start(tmp_path)
    pid = int((tmp_path / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(cloud.pid, signal.SIGKILL)
    cloud.stop()
    assert not is_alive(pid)
