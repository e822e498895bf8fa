"""The stand-in inside moto: moto's IAM decides who calls, the caller's role decides who asks the database and S3."""

from __future__ import annotations

import inspect
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count
from moto.core.responses import BaseResponse
from moto.redshiftdata.responses import RedshiftDataAPIServiceResponse
from moto.server import ThreadedMotoServer

from local.redshift import moto_backend
from local.redshift.logins import RoleInfo
from local.tests.redshift.warehouse import StatementFailed, Warehouse

RUN_STATEMENTS = {"Effect": "Allow", "Action": "redshift-data:*", "Resource": "*"}
READ_S3 = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}


@dataclass
class Cloud:
    """moto's server with two kinds of roles: callers of the Data API, and roles that COPY assumes."""

    endpoint: str
    roles: dict[str, RoleInfo] = field(default_factory=dict)
    copy_credentials: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, service: str, **credentials: str) -> Any:
        given = credentials or {"aws_access_key_id": "administrator", "aws_secret_access_key": "x"}
        made: Any = boto3.client  # its overloads know literal service names only
        return made(service, endpoint_url=self.endpoint, region_name="us-east-1", **given)

    def role(self, name: str, *statements: dict[str, Any], tags: dict[str, str] | None = None) -> dict[str, str]:
        """Makes a role with these rights and returns credentials for it."""
        iam = self.client("iam")
        trust = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
            }
        )
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if statements:
            policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy)
        return self.assume(arn, tags or {})

    def assume(self, arn: str, tags: dict[str, str]) -> dict[str, str]:
        given = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
        self.roles[given["AccessKeyId"]] = RoleInfo(arn.rpartition("/")[2], tags, "session")
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }


@pytest.fixture
def cloud(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for method in moto_backend.OPERATIONS:
        monkeypatch.setattr(RedshiftDataAPIServiceResponse, method, None, raising=False)
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = Cloud(f"http://{host}:{port}")
    made.client("s3").create_bucket(Bucket="moto-data")
    moto_backend.install(
        postgres_url,
        role_of_access_key=made.roles.get,
        s3_client_for_role=lambda arn: made.client("s3", **made.copy_credentials[arn]),
        user_of_secret=lambda arn: None,
    )
    yield made
    server.stop()


def _warehouse(cloud: Cloud, admin: Warehouse, credentials: dict[str, str]) -> Warehouse:
    return Warehouse(cloud.client("redshift-data", **credentials), admin.schema)


def test_a_statement_runs_as_the_role_of_the_access_key(cloud: Cloud, admin: Warehouse) -> None:
    name = f"caller-{admin.schema}"
    caller = _warehouse(cloud, admin, cloud.role(name, RUN_STATEMENTS))
    assert caller.rows("SELECT current_user, 2.5::float8, NULL") == [(f"IAMR:{name}", 2.5, None)]
    described = caller.run("SELECT 1", "SELECT 2")
    assert [part["Status"] for part in described["SubStatements"]] == ["FINISHED", "FINISHED"]
    assert caller.boto.list_statements()["Statements"][0]["Id"] == described["Id"]
    with pytest.raises(ClientError, match="Query does not exist"):
        _warehouse(cloud, admin, {}).boto.describe_statement(Id=described["Id"])
    with pytest.raises(ClientError) as failure:
        caller.boto.cancel_statement(Id=described["Id"])
    assert failure.value.response["Error"]["Code"] == "ValidationException"


def test_an_access_key_without_a_role_is_the_administrators(cloud: Cloud, admin: Warehouse) -> None:
    assert _warehouse(cloud, admin, {}).rows("SELECT current_user") == [("awsuser",)]


def test_iam_denies_the_call_before_the_database_is_asked(cloud: Cloud, admin: Warehouse) -> None:
    allowed = cloud.role(f"allowed-{admin.schema}", RUN_STATEMENTS)
    denied = cloud.role(f"denied-{admin.schema}", READ_S3)

    @set_initial_no_auth_action_count(0)
    def with_iam() -> str:
        assert _warehouse(cloud, admin, allowed).rows("SELECT 1") == [(1,)]
        with pytest.raises(ClientError) as failure:
            _warehouse(cloud, admin, denied).run("SELECT 1")
        return str(failure.value)

    assert "not authorized to perform: redshift-data:ExecuteStatement" in with_iam()


def test_copy_has_the_rights_of_its_own_role_only(cloud: Cloud, admin: Warehouse) -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), body)
    cloud.client("s3").put_object(Bucket="moto-data", Key="x.parquet", Body=body.getvalue())
    caller = cloud.role(f"copier-{admin.schema}", RUN_STATEMENTS)
    roles = {
        name: cloud.role(f"{name}-{admin.schema}", *rights)
        for name, rights in {"may": [READ_S3], "may-not": []}.items()
    }
    cloud.copy_credentials |= {f"arn:aws:iam::123456789012:role/{name}": given for name, given in roles.items()}
    stage = "CREATE TEMP TABLE stage (a BIGINT)"
    copy = "COPY stage FROM 's3://moto-data/x' IAM_ROLE 'arn:aws:iam::123456789012:role/{}' FORMAT PARQUET"

    @set_initial_no_auth_action_count(0)
    def with_iam() -> str:
        warehouse = _warehouse(cloud, admin, caller)
        assert warehouse.run(stage, copy.format("may"))["SubStatements"][1]["ResultRows"] == 1
        with pytest.raises(StatementFailed) as failure:
            warehouse.run(stage, copy.format("may-not"))
        return str(failure.value)

    assert "S3ServiceException" in (said := with_iam()) and "AccessDenied" in said


def test_moto_still_has_what_is_replaced() -> None:
    """moto answers by methods of this class, named for the operations, and reads the key as `install` does."""
    assert {"execute_statement", "describe_statement"} <= moto_backend.OPERATIONS.keys()
    assert issubclass(RedshiftDataAPIServiceResponse, BaseResponse)
    assert "method_names_from_class(self.__class__)" in inspect.getsource(BaseResponse.call_action)
    assert list(inspect.signature(BaseResponse.get_access_key).parameters) == ["self"]
