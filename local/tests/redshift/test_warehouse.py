"""The warehouse stand-in inside the cloud: databases of namespaces, rights of roles, and its end."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.assembly import DeploymentError
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

CLUSTER_ARN = "arn:aws:redshift:us-east-1:123456789012:{}:analytics"
RUN_ON_CLUSTER = allow("redshift-data:ExecuteStatement", CLUSTER_ARN.format("cluster"))
AS_USER = allow("redshift:GetClusterCredentials", CLUSTER_ARN.format("dbuser") + "/master")
IN_DATABASE = allow("redshift:GetClusterCredentials", CLUSTER_ARN.format("dbname") + "/sales")
MASTER_SECRET = {"Fn::GetAtt": ["Cluster", "MasterPasswordSecretArn"]}
READ_SECRET = allow("secretsmanager:GetSecretValue", MASTER_SECRET)
CLUSTER_TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Cluster": {
            "Type": "AWS::Redshift::Cluster",
            "Properties": {
                "ClusterIdentifier": "analytics",
                "DBName": "sales",
                "MasterUsername": "master",
                "ManageMasterPassword": True,
            },
        },
        "User": role("lambda.amazonaws.com", RUN_ON_CLUSTER, LOOK, AS_USER, IN_DATABASE),
        "NoUser": role("lambda.amazonaws.com", RUN_ON_CLUSTER, LOOK, IN_DATABASE),
        "NoDatabase": role("lambda.amazonaws.com", RUN_ON_CLUSTER, LOOK, AS_USER),
        "SecretReader": role("lambda.amazonaws.com", RUN_ON_CLUSTER, LOOK, READ_SECRET),
    },
    "Outputs": outputs(
        MasterSecret=MASTER_SECRET,
        User=arn_of("User"),
        NoUser=arn_of("NoUser"),
        NoDatabase=arn_of("NoDatabase"),
        SecretReader=arn_of("SecretReader"),
    ),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalCloud, dict[str, str]]]:
    directory = tmp_path_factory.mktemp("warehouse")
    with LocalCloud.start(directory / "cloud") as cloud:
        app = write_assembly(directory / "app", {"Cluster": CLUSTER_TEMPLATE, "Warehouse": TEMPLATE})
        yield cloud, cloud.deploy(app)


def execute(client: Any, sql: str) -> str:
    statement: str = client.execute_statement(WorkgroupName="reporting", Database="crm", Sql=sql)["Id"]
    return statement


def execute_on_cluster(client: Any, sql: str, **login: str) -> str:
    statement: str = client.execute_statement(ClusterIdentifier="analytics", Database="sales", Sql=sql, **login)["Id"]
    return statement


def value_of(cloud: LocalCloud, client: Any, statement: str) -> Any:
    ended = ("FINISHED", "FAILED")
    cloud.wait_until(lambda: client.describe_statement(Id=statement)["Status"] in ended, 10, "the statement's end")
    ((value,),) = client.get_statement_result(Id=statement)["Records"]
    return value["stringValue"]


def test_a_role_runs_statements_as_itself(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, deployed = warehouse
    client = cloud.client("redshift-data", deployed["Reader"])
    user = value_of(cloud, client, execute(client, "SELECT current_user"))
    assert user == f"IAMR:{deployed['Reader'].rsplit('/', 1)[1]}"


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


def test_a_clusters_statements_run_as_a_database_user(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, deployed = warehouse
    logins = {"User": {"DbUser": "master"}, "SecretReader": {"SecretArn": deployed["MasterSecret"]}}
    for name, login in logins.items():
        client = cloud.client("redshift-data", deployed[name])
        assert value_of(cloud, client, execute_on_cluster(client, "SELECT current_user", **login)) == "master"


@pytest.mark.parametrize(
    ("name", "by_secret", "missing"),
    [
        ("NoUser", False, "redshift:GetClusterCredentials"),
        ("NoDatabase", False, "redshift:GetClusterCredentials"),
        ("SecretReader", False, "redshift:GetClusterCredentials"),
        ("User", True, "secretsmanager:GetSecretValue"),
    ],
)
def test_a_role_that_may_not_be_the_database_user_runs_nothing(
    warehouse: tuple[LocalCloud, dict[str, str]], name: str, by_secret: bool, missing: str
) -> None:
    cloud, deployed = warehouse
    client = cloud.client("redshift-data", deployed[name])
    login = {"SecretArn": deployed["MasterSecret"]} if by_secret else {"DbUser": "master"}
    with pytest.raises(client.exceptions.ClientError, match=missing):
        execute_on_cluster(client, "SELECT 1", **login)


@pytest.mark.parametrize(
    "target", [{"WorkgroupName": "nowhere"}, {"ClusterIdentifier": "nowhere", "DbUser": "master"}], ids=str
)
def test_a_warehouse_that_does_not_exist_can_be_seeded(
    warehouse: tuple[LocalCloud, dict[str, str]], target: dict[str, str]
) -> None:
    cloud, deployed = warehouse
    client = cloud.client("redshift-data", deployed["Reader"])
    with pytest.raises(client.exceptions.ValidationException, match=r"doesn't exist .* nowhere\. .* --seed FILE"):
        client.execute_statement(**target, Database="crm", Sql="SELECT 1")


def test_the_warehouse_url_is_that_of_the_database_deployed_last(warehouse: tuple[LocalCloud, dict[str, str]]) -> None:
    cloud, _ = warehouse
    assert cloud.warehouse_url
    assert cloud.warehouse_url.endswith("/crm")


SEEDED_ID = "3f0a1c2e-1111-4222-8333-444455556666"
SEEDED_SQL = ["CREATE USER loader PASSWORD 'Secret123'", "CREATE SCHEMA theirs AUTHORIZATION loader"]
SEED: dict[str, Any] = {
    "workgroups": {"theirs": {"id": SEEDED_ID, "namespace": "shared", "database": "pool", "sql": SEEDED_SQL}},
    "clusters": {"old": {"database": "archive", "administrator": "master", "sql": ["CREATE SCHEMA kept"]}},
}


def test_an_app_finds_the_warehouses_that_it_imports(
    warehouse: tuple[LocalCloud, dict[str, str]], tmp_path: Path
) -> None:
    cloud, _ = warehouse
    seed = tmp_path / "seed.json"
    workgroup = f"arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/{SEEDED_ID}"
    run = allow(["redshift-data:ExecuteStatement", "redshift-serverless:GetCredentials"], workgroup)
    template = {
        "Resources": {"Reader": role("lambda.amazonaws.com", run, LOOK)},
        "Outputs": outputs(Importing=arn_of("Reader")),
    }
    app = write_assembly(tmp_path / "app", {"Imports": template})

    seed.write_text(json.dumps({"clusters": {"new": {"database": "d", "sql": ["CREATE SCHEMA a", "CREATE SCHEMA a"]}}}))
    with pytest.raises(DeploymentError, match=r"the seed's SQL 'CREATE SCHEMA a' failed: ERROR: .*already exists"):
        cloud.deploy(app, seed=seed)

    seed.write_text(json.dumps(SEED))
    for _ in range(2):  # the SQL runs once
        importing = cloud.deploy(app, seed=seed)["Importing"]
    schema = "SELECT nspname FROM pg_namespace WHERE nspname IN ('theirs', 'kept')"
    for login, name in (
        ({"WorkgroupName": "theirs", "Database": "pool", "SecretArn": "redshift!shared-awsuser"}, "theirs"),
        ({"ClusterIdentifier": "old", "Database": "archive", "SecretArn": "redshift!old-master"}, "kept"),
    ):
        client = cloud.client("redshift-data")
        assert value_of(cloud, client, client.execute_statement(**login, Sql=schema)["Id"]) == name
    # The app's right is on the ARN with the id that the app was given.
    client = cloud.client("redshift-data", importing)
    statement = client.execute_statement(WorkgroupName="theirs", Database="pool", Sql="SELECT current_user")["Id"]
    assert value_of(cloud, client, statement).startswith("IAMR:Imports-Reader-")


def test_a_server_that_is_killed_leaves_no_warehouse_behind(tmp_path: Path) -> None:
    cloud = LocalCloud.start(tmp_path)
    data = (tmp_path / "postgres").resolve()
    pid = int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(cloud.pid, signal.SIGKILL)
    assert not is_alive(pid)
    cloud.stop()
    assert not data.exists()
