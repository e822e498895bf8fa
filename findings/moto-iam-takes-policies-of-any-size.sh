#!/usr/bin/env bash
# moto 5.2.5: IAM takes inline policies of any size. AWS allows 10,240 characters for all inline policies of a role together (IAM user
# guide, "IAM and AWS STS quotas"): a stack that passes its tests on moto fails at the policy that is one too many.
#
# Seen: 20 inline policies of more than 600 characters each are put on one role.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'moto[iam]==5.2.5' boto3==1.34.162
venv/bin/python - <<'PYTHON'
import json

import boto3
from moto import mock_aws

with mock_aws():
    iam = boto3.client("iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="copy", AssumeRolePolicyDocument=json.dumps(trust))
    resources = [f"arn:aws:s3:::a-bucket-with-a-rather-long-name-{number}/*" for number in range(12)]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]})
    policy = policy.replace(" ", "")
    for number in range(20):
        iam.put_role_policy(RoleName="copy", PolicyName=f"loader-{number}", PolicyDocument=policy)
    seen = len(iam.list_role_policies(RoleName="copy")["PolicyNames"])
    print(f"{seen} inline policies, {seen * len(policy):,} characters in all")
    assert seen * len(policy) > 10_240, "the behaviour has changed"
PYTHON
