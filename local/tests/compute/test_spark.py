"""A run that uses Spark: the deployed package reaches the workers, and nothing tells the script that it is local."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from local.cloud import LocalCloud
from local.tests.assembly import RESOLVED_ASSET_BUCKET, allow, arn_of, job, outputs, ref, role, under, write_assembly

PACKAGE_KEY = "package.zip"
SCRIPT = """
import json, os, sys
import boto3
from pyspark.sql import SparkSession
from package.double import double

spark = SparkSession.builder.getOrCreate()
def work(number):
    from package.double import double
    import boto3
    return double(number), boto3.client("sts").get_caller_identity()["Arn"].split("/")[1]
results = spark.sparkContext.parallelize([1, 2, 3], 3).map(work).collect()
rows = spark.range(3).count()
bucket = sys.argv[sys.argv.index("--bucket") + 1]
body = json.dumps({"results": results, "rows": rows, "java": spark._jvm.System.getProperty("java.version")})
boto3.client("s3").put_object(Bucket=bucket, Key="result", Body=body)
"""


def test_spark_runs_the_deployed_package_in_its_workers(cloud: LocalCloud, tmp_path: Path) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("package/__init__.py", "")
        file.writestr("package/double.py", "def double(number):\n    return 2 * number\n")
    template = {
        "Resources": {
            "Results": {"Type": "AWS::S3::Bucket"},
            "Role": role(
                "glue.amazonaws.com",
                allow("s3:GetObject", f"arn:aws:s3:::{RESOLVED_ASSET_BUCKET}/*"),
                allow("s3:PutObject", under("Results")),
            ),
            "Job": job(
                "spark.py",
                SCRIPT,
                "Role",
                DefaultArguments={
                    "--extra-py-files": f"s3://{RESOLVED_ASSET_BUCKET}/{PACKAGE_KEY}",
                    "--bucket": ref("Results"),
                },
            ),
        },
        "Outputs": outputs(Bucket=ref("Results"), Job=ref("Job"), Role=arn_of("Role")),
    }
    deployed = cloud.deploy(write_assembly(tmp_path, {"Spark": template}, {"spark.py": SCRIPT}))
    s3, glue = cloud.client("s3"), cloud.client("glue")
    s3.put_object(Bucket=RESOLVED_ASSET_BUCKET, Key=PACKAGE_KEY, Body=package.getvalue())
    run = glue.start_job_run(JobName=deployed["Job"])["JobRunId"]

    def state() -> str:
        return str(glue.get_job_run(JobName=deployed["Job"], RunId=run)["JobRun"]["JobRunState"])

    cloud.wait_until(lambda: state() not in ("STARTING", "RUNNING"), 90, "the end of the Spark run")
    assert state() == "SUCCEEDED", cloud.log_tail()
    result = json.load(s3.get_object(Bucket=deployed["Bucket"], Key="result")["Body"])
    name = deployed["Role"].rsplit("/", 1)[1]
    assert result["results"] == [[2, name], [4, name], [6, name]]
    assert result["rows"] == 3
    assert result["java"].startswith("17.")
