#!/usr/bin/env bash
# aws-cdk-lib 2.270.0 on jsii 1.142.0, Python: a dict is taken where a struct is expected, and its keys are written in snake_case, as
# Python spells them. In a list the same dict loses each optional key that is not camelCase, with no word.
#
# Seen: of [{"prefix": ..., "object_size_greater_than": ...}] the size is missing in the template; with camelCase keys, or with
# the struct's class, it is there.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aws-cdk-lib==2.270.0 constructs==10.8.1 jsii==1.142.0
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION=1 JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=20
venv/bin/python - <<'PYTHON'
from aws_cdk import App, Duration, Stack
from aws_cdk.assertions import Template
from aws_cdk.aws_s3 import Bucket, LifecycleRule

stack = Stack(App(), "Stack")
expiration = Duration.days(3)
Bucket(stack, "Snake", lifecycle_rules=[{"expiration": expiration, "object_size_greater_than": 5}])
Bucket(stack, "Camel", lifecycle_rules=[{"expiration": expiration, "objectSizeGreaterThan": 5}])
Bucket(stack, "Struct", lifecycle_rules=[LifecycleRule(expiration=expiration, object_size_greater_than=5)])
buckets = Template.from_stack(stack).find_resources("AWS::S3::Bucket")
seen = {
    name[:-8]: "ObjectSizeGreaterThan" in bucket["Properties"]["LifecycleConfiguration"]["Rules"][0]
    for name, bucket in buckets.items()
}
print(seen)
assert seen == {"Snake": False, "Camel": True, "Struct": True}, "the behaviour has changed"
PYTHON
