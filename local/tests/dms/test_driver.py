"""A Glue job that reads Oracle's catalog over JDBC, unchanged, from what plays Oracle."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.compute import oracle_driver
from local.tests.assembly import RESOLVED_ASSET_BUCKET, allow, arn_of, job, outputs, ref, role
from local.tests.conftest import Deploy
from local.tests.dms.app import App

SCRIPT = """
import argparse, json
import boto3
from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
for name in ("--secret", "--service", "--bucket"):
    parser.add_argument(name)
arguments, _ = parser.parse_known_args()
login = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=arguments.secret)["SecretString"])
reader = SparkSession.builder.getOrCreate().read.format("jdbc").options(
    url=f"jdbc:oracle:thin:@//{login['host']}:{login['port']}/{arguments.service}",
    driver="oracle.jdbc.OracleDriver", user=login["username"], password=login["password"],
)
query = "SELECT OWNER, TABLE_NAME, COLUMN_NAME, DATA_TYPE FROM ALL_TAB_COLUMNS WHERE OWNER IN ('CRM')"
rows = [list(row) for row in reader.option("query", query).load().collect()]
boto3.client("s3").put_object(Bucket=arguments.bucket, Key="columns.json", Body=json.dumps(sorted(rows)))
"""


def test_a_job_reads_the_catalog_over_oracles_url(app: App, deploy: Deploy) -> None:
    readable = f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{app.secret}-*"
    template = {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket"},
            "Role": role(
                "glue.amazonaws.com",
                allow("s3:GetObject*", f"arn:aws:s3:::{RESOLVED_ASSET_BUCKET}/*"),
                allow("s3:PutObject", "arn:aws:s3:::*"),
                allow("secretsmanager:GetSecretValue", readable),
            ),
            "Job": job("catalog.py", SCRIPT, "Role"),
        },
        "Outputs": outputs(Job=ref("Job"), Bucket=ref("Bucket"), Role=arn_of("Role")),
    }
    made = deploy(template, {"catalog.py": SCRIPT})
    arguments = {"--secret": app.secret, "--service": app.service, "--bucket": made["Bucket"]}
    app.cloud.client("glue").start_job_run(JobName=made["Job"], Arguments=arguments)
    run = app.cloud.wait_until(
        lambda: run if (run := app.cloud.glue_runs(made["Job"])[0])["JobRunState"] in ("SUCCEEDED", "FAILED") else None,
        120,
        "the run",
    )
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    body = app.cloud.client("s3").get_object(Bucket=made["Bucket"], Key="columns.json")["Body"].read().decode()
    assert body == (
        '[["CRM", "CUSTOMERS", "ID", "NUMBER"], ["CRM", "CUSTOMERS", "NAME", "VARCHAR2"],'
        ' ["CRM", "CUSTOMERS", "NOTES", "CLOB"]]'
    )


def test_a_cloud_without_a_source_has_no_driver() -> None:
    assert oracle_driver.spark_properties() == {}


def test_a_driver_that_does_not_compile_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "OracleDriver.java"
    broken.write_text("package oracle.jdbc; class OracleDriver extends Nothing {}")
    monkeypatch.setattr(oracle_driver, "_SOURCE", broken)
    monkeypatch.setattr(oracle_driver, "_CACHE", tmp_path / "cache")
    with pytest.raises(RuntimeError, match=r"(?s)OracleDriver.java could not be compiled: .*\"Nothing\""):
        oracle_driver.driver_jar()
