"""A stack for development is removed with its buckets, which hold objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloud import LocalCloud

APP = Path(__file__).with_name("emptied_buckets")


@pytest.mark.full
def test_the_buckets_of_a_development_stack_are_emptied_and_removed_with_it(tmp_path: Path) -> None:
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        bucket = cloud.deploy(APP)["StagingBucketName"]
        s3 = cloud.client("s3")
        s3.put_object(Bucket=bucket, Key="staging/left.parquet", Body=b"left")

        cloud.client("cloudformation").delete_stack(StackName="Development")

        assert bucket not in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
