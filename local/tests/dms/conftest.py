"""One database that plays Oracle for all tests of DMS, and one cloud; each test has a service name of its own."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.cloud import LocalCloud
from local.dms.source import OracleServer
from local.tests.conftest import Deploy
from local.tests.dms.app import App

_number = itertools.count(1)


@pytest.fixture(scope="session")
def oracle_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OracleServer]:
    node_modules = os.environ.get("LOCAL_NODE_MODULES")
    server = OracleServer(
        tmp_path_factory.mktemp("oracle") / "oracle", node_modules=Path(node_modules) if node_modules else None
    )
    server.start()
    server.create_user("READER", "secret")
    yield server
    server.delete()


@pytest.fixture
def oracle(oracle_server: OracleServer) -> Iterator[psycopg.Connection]:
    """The administrator's connection to a service of the test's own."""
    url = oracle_server.create_service(f"SERVICE{next(_number)}")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app(cloud: LocalCloud, deploy: Deploy) -> Iterator[App]:
    """A source with a schema CRM and a table CUSTOMERS of two rows; what replicates it, the test deploys."""
    number = next(_number)
    service, secret = f"CRM{number}", f"crm/oracle{number}"
    url = cloud.start_oracle(service, secret)
    with psycopg.connect(url, autocommit=True) as oracle:
        made = App(cloud, oracle, service, secret, deploy)
        made.sql(
            'CREATE SCHEMA "CRM"',
            'CREATE TABLE "CRM"."CUSTOMERS" ("ID" numeric(10) PRIMARY KEY, "NAME" varchar(80), "NOTES" text)',
            """INSERT INTO "CRM"."CUSTOMERS" VALUES (1, 'Ada', NULL), (2, 'Grace', 'Admiral')""",
        )
        yield made
        if made.outputs and made.describe()["Status"] == "running":
            made.stop()
