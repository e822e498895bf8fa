#!/usr/bin/env bash
# aws-cdk-lib 2.270.0 on jsii 1.142.0, Python: a static of an enum-like class is another object at each access, and objects
# compare by identity. So it is not equal to itself, `in` does not find it, and as a dictionary key it is lost.
#
# Seen: StorageClass.GLACIER == StorageClass.GLACIER is False; held in a variable, it equals itself. A real enum is equal.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check aws-cdk-lib==2.270.0 constructs==10.8.1 jsii==1.142.0
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION=1 JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=20
venv/bin/python - <<'PYTHON'
from aws_cdk import RemovalPolicy
from aws_cdk.aws_s3 import StorageClass

held = StorageClass.GLACIER
seen = {
    "equal to itself": StorageClass.GLACIER == StorageClass.GLACIER,
    "found by in": StorageClass.GLACIER in [StorageClass.GLACIER],
    "found as a key": StorageClass.GLACIER in {StorageClass.GLACIER: "archive"},
    "same text": str(StorageClass.GLACIER) == str(StorageClass.GLACIER),
    "equal when held": held == held,
    "an enum is equal to itself": RemovalPolicy.RETAIN == RemovalPolicy.RETAIN,
}
print(seen)
assert seen == {
    "equal to itself": False,
    "found by in": False,
    "found as a key": False,
    "same text": True,
    "equal when held": True,
    "an enum is equal to itself": True,
}, "the behaviour has changed"
PYTHON
