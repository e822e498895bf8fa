#!/usr/bin/env bash
# moto 5.2.5: S3's events to EventBridge all carry the same sequencer. AWS documents it as what orders the writes of one key: code
# that orders by it, or knows a redelivered event by it, cannot be tested against moto, and looks right.
#
# Seen: two writes of one key give two events with the sequencer 617f08299329d189.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'moto[s3,events,logs]==5.2.5' boto3==1.34.162
venv/bin/python - <<'PYTHON'
import json

import boto3
from moto import mock_aws

with mock_aws():
    options = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    s3, events, logs = (boto3.client(service, **options) for service in ("s3", "events", "logs"))
    s3.create_bucket(Bucket="landing")
    s3.put_bucket_notification_configuration(
        Bucket="landing", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    logs.create_log_group(logGroupName="/aws/events/all")
    events.put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.s3"]}))
    arn = logs.describe_log_groups()["logGroups"][0]["arn"].removesuffix(":*")
    events.put_targets(Rule="all", Targets=[{"Id": "log", "Arn": arn}])
    for content in (b"first", b"second"):
        s3.put_object(Bucket="landing", Key="a.csv", Body=content)
    told = logs.filter_log_events(logGroupName="/aws/events/all")["events"]
    seen = {json.loads(event["message"])["detail"]["object"]["sequencer"] for event in told}
    print(f"{len(told)} events, sequencers {sorted(seen)}")
    assert len(told) >= 2 and seen == {"617f08299329d189"}, "the behaviour has changed"
PYTHON
