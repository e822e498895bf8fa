"""One PostgreSQL for all tests of the Redshift stand-in, and Amazon S3 by moto, in this process."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from local.redshift.client import client
from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo
from local.redshift.server import PostgresServer
from local.tests.redshift.warehouse import Warehouse


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    node_modules = os.environ.get("LOCAL_NODE_MODULES")
    server = PostgresServer(
        tmp_path_factory.mktemp("redshift") / "postgres", node_modules=Path(node_modules) if node_modules else None
    )
    yield server.start()
    server.delete()


@pytest.fixture(scope="session")
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    made = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    made.create_bucket(Bucket="data-bucket")
    yield made
    server.stop()


@pytest.fixture(scope="session")
def api(postgres_url: str, s3: Any) -> RedshiftDataApi:
    return RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: s3)


@pytest.fixture
def admin(api: RedshiftDataApi) -> Warehouse:
    """The administrator, with a schema of the test's own."""
    warehouse = Warehouse(client(api), f"s{uuid.uuid4().hex[:12]}")
    warehouse.run(f"CREATE SCHEMA {warehouse.schema}")
    return warehouse


@pytest.fixture
def as_role(api: RedshiftDataApi, admin: Warehouse) -> Callable[..., Warehouse]:
    """`as_role('name', 'role1:role2')`: the Data API as that IAM role, with that tag."""

    def made(name: str, database_roles: str | None = None, session: str = "s") -> Warehouse:
        tags = {} if database_roles is None else {"RedshiftDbRoles": database_roles}
        return Warehouse(client(api, RoleInfo(name, tags, session)), admin.schema)

    return made
