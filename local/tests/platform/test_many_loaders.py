"""Forty loaders of one warehouse are deployed, and the local cloud refuses what IAM would (identity/test_quotas.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.cloud import LocalCloud

APP = Path(__file__).with_name("many_loaders")
INLINE_POLICIES_OF_A_ROLE = 10_240  # IAM user guide, "IAM and AWS STS quotas"


@pytest.mark.full
def test_forty_loaders_of_one_warehouse_are_deployed(tmp_path: Path) -> None:
    with LocalCloud.start(tmp_path / "cloud") as cloud:
        role = cloud.deploy(APP)["CopyRoleName"]
        iam = cloud.client("iam")
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]

        assert len(cloud.client("glue").get_jobs(MaxResults=100)["Jobs"]) == 40
        assert len(names) == 4, "one policy a stack"
        assert (
            sum(len(json.dumps(document, separators=(",", ":"))) for document in documents) < INLINE_POLICIES_OF_A_ROLE
        )
