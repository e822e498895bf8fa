"""Fixtures: S3 in memory (moto), and the local cloud's Redshift, which refuses what Redshift refuses."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import sys
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.server import ThreadedMotoServer
from psycopg import IsolationLevel
from world import LANDING, STAGING, World, shorter

from customer_data.errors import WarehouseError
from customer_data.files import clients
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.data_api import DataApi
from local.compute.java import java_home
from local.redshift.logins import RoleInfo
from local.redshift.moto_backend import install
from local.redshift.server import PostgresServer

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WRITER = RoleInfo("loader", {"RedshiftDbRoles": "cdp_writer"})
# moto knows access keys by their shape: 20 capitals and digits.
ADMIN_KEY, LOADER_KEY = "AKIAADMINISTRATOR000", "AKIALOADER0000000000"
COPY_ROLE_ARN = "arn:aws:iam::123456789012:role/copy"


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = PostgresServer(tmp_path_factory.mktemp("postgres") / "data")
    try:
        yield server.start()
    finally:
        server.delete()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", LOADER_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "loader")
    clients.s3_of_process.cache_clear()
    with mock_aws():
        yield


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """One session for all tests, with two local workers. These are other processes, to which a server gives the same
    objects that this process has in memory."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    of_workers = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": LOADER_KEY,
        "AWS_SECRET_ACCESS_KEY": "loader",
        "PYTHONPATH": os.pathsep.join(sys.path),  # a worker finds what a test gives it
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(java_home()))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local[2]")
        for name, value in {
            "spark.ui.enabled": "false",
            "spark.driver.memory": "1g",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            # Compiling each query takes longer than the few rows of a test, and so does the JVM's second compiler.
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
            **{f"spark.executorEnv.{name}": value for name, value in of_workers.items()},
        }.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")  # queries that fail are what tests are about
        yield session
        session.stop()
    server.stop()


@pytest.fixture
def isolation() -> IsolationLevel:
    """Snapshot isolation, as databases of Redshift Serverless have it unless told otherwise."""
    return IsolationLevel.REPEATABLE_READ


@pytest.fixture
def world(aws: None, postgres_url: str, isolation: IsolationLevel) -> World:
    """The loader has the rights that the warehouse's set-up gives it, and no others."""
    s3 = client("s3", LOADER_KEY)
    for bucket in (LANDING, STAGING):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=LANDING, VersioningConfiguration={"Status": "Enabled"})
    install(
        postgres_url,
        role_of_access_key=lambda key: None if key == ADMIN_KEY else WRITER,
        s3_client_for_role=lambda arn: s3,
        user_of_secret=lambda arn: None,
        isolation=isolation,
    )
    warehouse = WarehouseConnection(database="dev", copy_role_arn=COPY_ROLE_ARN, workgroup_name="warehouse")
    admin = DataApi(client("redshift-data", ADMIN_KEY), warehouse, sleep=shorter)
    with contextlib.suppress(WarehouseError):  # one server serves all tests: the role is there from the second on
        admin.execute("CREATE ROLE cdp_writer")

    def new_schema() -> str:
        name = f"test_{uuid.uuid4().hex[:10]}"
        for sql in (
            f'CREATE SCHEMA "{name}"',
            f'GRANT USAGE, CREATE ON SCHEMA "{name}" TO ROLE cdp_writer',
            f'GRANT SELECT, INSERT, UPDATE, DELETE, ALTER, DROP FOR TABLES IN SCHEMA "{name}" TO ROLE cdp_writer',
        ):
            admin.execute(sql)
        return name

    return World(
        schema=new_schema(),
        s3=s3,
        redshift_data=client("redshift-data", LOADER_KEY),
        admin=admin,
        copy_role_arn=COPY_ROLE_ARN,
        new_schema=new_schema,
        writes=itertools.count(1),
        runs=itertools.count(1),
    )


def refuse_long_key(params: dict[str, Any], model: Any, **_: Any) -> None:
    """As S3 does and moto does not. (S3 API reference, "Error responses".)"""
    if len(params.get("Key", "").encode()) > 1024:
        raise ClientError({"Error": {"Code": "KeyTooLongError", "Message": "Your key is too long."}}, model.name)


@functools.cache
def client(service: Literal["s3", "redshift-data"], access_key: str) -> Any:
    """One for all tests: to make a client takes longer than most of them ask of it."""
    made = boto3.client(service, "us-east-1", aws_access_key_id=access_key, aws_secret_access_key="secret")
    made.meta.events.register("before-parameter-build.s3", refuse_long_key)
    return made
