"""Databases that play Oracle: for an app that has an endpoint for one, and from a seed file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.assembly import DeploymentError
from local.cloud import LocalCloud
from local.oracle_endpoints import secret_name
from local.tests.assembly import arn_of, role, write_assembly

TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def endpoint(service: str, secret: Any) -> dict[str, Any]:
    settings = {"SecretsManagerSecretId": secret, "SecretsManagerAccessRoleArn": arn_of("Role")}
    properties = {"EndpointType": "source", "EngineName": "oracle", "DatabaseName": service, "OracleSettings": settings}
    return {
        "Resources": {
            "Role": role("dms.us-east-1.amazonaws.com"),
            "Source": {"Type": "AWS::DMS::Endpoint", "Properties": properties},
        }
    }


def test_an_app_with_an_oracle_endpoint_gets_a_database_and_the_secret(cloud: LocalCloud, tmp_path: Path) -> None:
    arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":secretsmanager:x:y:secret:for/endpoint"]]}
    cloud.deploy(write_assembly(tmp_path / "cdk.out", {"WithOracle": endpoint("FORENDPOINT", arn)}))
    value = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId="for/endpoint")["SecretString"])
    assert set(value) == {"username", "password", "host", "port"}
    assert cloud.oracle_url
    assert cloud.oracle_url.endswith(f"{value['host']}:{value['port']}/FORENDPOINT")
    with psycopg.connect(
        host=value["host"], port=value["port"], user=value["username"], password=value["password"], dbname="FORENDPOINT"
    ) as connection:
        assert connection.execute("SELECT USERNAME FROM ALL_USERS").fetchall() == [("public",)]


def test_a_secret_that_is_given_is_left_alone(cloud: LocalCloud, tmp_path: Path) -> None:
    given = {"username": "theirs", "password": "p", "host": "oracle.example.com", "port": 1521}
    template = endpoint("GIVEN", "given/oracle")
    cloud.deploy(write_assembly(tmp_path / "cdk.out", {"WithSecret": template}), secrets={"given/oracle": given})
    value = cloud.client("secretsmanager").get_secret_value(SecretId="given/oracle")["SecretString"]
    assert json.loads(value) == given
    assert "GIVEN" not in [each["service"] for each in cloud.status()["oracles"]]


def test_a_seed_fills_a_database_once(cloud: LocalCloud, tmp_path: Path) -> None:
    (tmp_path / "crm.sql").write_text('CREATE SCHEMA "CRM"; CREATE TABLE "CRM"."T" ("N" numeric(3));')
    insert = 'INSERT INTO "CRM"."T" VALUES (1)'
    seed = {
        "oracles": {"SEEDED": {"secret": "seeded/o", "user": "DMS", "script": {"file": "crm.sql"}, "sql": [insert]}}
    }
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    assembly = write_assembly(tmp_path / "cdk.out", {"SeededOracle": TOPIC})
    for _ in range(2):
        cloud.deploy(assembly, seed=tmp_path / "seed.json")
    [url] = [each["url"] for each in cloud.status()["oracles"] if each["service"] == "SEEDED"]
    with psycopg.connect(url) as connection:
        assert connection.execute('SELECT count(*) FROM "CRM"."T"').fetchone() == (1,)
    value = cloud.client("secretsmanager").get_secret_value(SecretId="seeded/o")["SecretString"]
    assert json.loads(value)["username"] == "DMS"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "oracles.ORCL has no secret; give it the name of the secret for its login"),
        ({"secret": "s", "script": "x.sql"}, 'oracles.ORCL.script is "x.sql"; allowed: {"file": PATH}'),
        ({"secret": "s", "script": {"file": "none.sql"}}, "none.sql cannot be read"),
        ({"secret": "s", "sql": ["SELEKT"]}, "the seed's SQL 'SELEKT' failed: syntax error"),
    ],
)
def test_a_seed_that_cannot_be_used_says_why(
    cloud: LocalCloud, tmp_path: Path, values: dict[str, Any], reason: str
) -> None:
    (tmp_path / "seed.json").write_text(json.dumps({"oracles": {"ORCL": values}}))
    assembly = write_assembly(tmp_path / "cdk.out", {"Unseeded": TOPIC})
    with pytest.raises(DeploymentError) as raised:
        cloud.deploy(assembly, seed=tmp_path / "seed.json")
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("crm/oracle", "crm/oracle"),
        ("arn:aws:secretsmanager:us-east-1:1:secret:crm/oracle", "crm/oracle"),
        ({"Ref": "Secret"}, None),
        ({"Fn::Join": ["", ["arn:x:secret:", {"Ref": "Name"}]]}, None),
    ],
)
def test_the_name_of_an_imported_secret(value: Any, name: str | None) -> None:
    assert secret_name(value) == name
