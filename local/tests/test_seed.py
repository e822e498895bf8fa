"""Resources that an app imports, from a seed file: what they are here, and what is wrong with a file that is no use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.assembly import DeploymentError
from local.cloud import LocalCloud
from local.seed import read_seed
from local.seed_kinds import KINDS
from local.tests.assembly import allow, write_assembly

KEY_ID = "0f5a1c2e-1111-4222-8333-444455556666"
KEY = f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:crm/login-AbCdEf"
ROLE = "arn:aws:iam::123456789012:role/copy"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:arrivals"
README = Path(__file__).resolve().parents[1] / "README.md"


def of_service(service: str, action: str, resource: str) -> dict[str, Any]:
    return {**allow(action, resource), "Principal": {"Service": service}}


SEED: dict[str, Any] = {
    "buckets": {
        "their-landing": {
            "versioned": True,
            "eventBridge": True,
            "objects": {"a.csv": "id\n1\n", "b.csv": {"file": "data/b.csv"}},
            "policy": [{**allow("s3:GetObject", "arn:aws:s3:::their-landing/*"), "Principal": {"AWS": ROLE}}],
        },
        "their-archive": {},
    },
    "roles": {
        "copy": {
            "services": ["redshift.amazonaws.com"],
            "policy": [allow("s3:GetObject", "arn:aws:s3:::their-archive/*")],
            "tags": {"team": "crm"},
        }
    },
    "topics": {"alerts": {"policy": [of_service("events.amazonaws.com", "sns:Publish", TOPIC)]}},
    "queues": {"arrivals": {"policy": [of_service("events.amazonaws.com", "sqs:SendMessage", QUEUE)]}},
    "keys": {KEY_ID: {"alias": "alias/data", "policy": [of_service("sns.amazonaws.com", "kms:Decrypt", "*")]}},
    "secrets": {"crm/login": {"value": {"username": "loader"}, "suffix": "AbCdEf"}, "crm/token": {"value": "t"}},
}


def seed_file(directory: Path, seed: Any) -> Path:
    (directory / "data").mkdir(exist_ok=True)
    (directory / "data" / "b.csv").write_text("id\n2\n")
    file = directory / "seed.json"
    file.write_text(json.dumps(seed))
    return file


def imports(**more: Any) -> dict[str, Any]:
    """What CDK makes of rights of an imported role."""
    document = {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "arn:aws:s3:::their-landing/*")]}
    policy = {"PolicyName": "ours", "PolicyDocument": document, "Roles": ["copy"]}
    return {"Resources": {"Policy": {"Type": "AWS::IAM::Policy", "Properties": policy}, **more}}


def test_an_app_finds_the_resources_that_it_imports(cloud: LocalCloud, tmp_path: Path) -> None:
    assembly = write_assembly(tmp_path / "app", {"Imports": imports()})
    with pytest.raises(DeploymentError) as missing:
        cloud.deploy(assembly)
    assert "Role copy not found. If the app imports what is missing, seed it" in str(missing.value)
    assert "`script/local up --seed FILE`, with the file that local/README.md describes" in str(missing.value)

    file = seed_file(tmp_path, SEED)
    cloud.deploy(assembly, seed=file)
    s3, iam, kms = cloud.client("s3"), cloud.client("iam"), cloud.client("kms")
    assert s3.get_bucket_versioning(Bucket="their-landing")["Status"] == "Enabled"
    assert "EventBridgeConfiguration" in s3.get_bucket_notification_configuration(Bucket="their-landing")
    assert "Status" not in s3.get_bucket_versioning(Bucket="their-archive")
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket="their-archive")
    bodies = [s3.get_object(Bucket="their-landing", Key=key)["Body"].read() for key in ("a.csv", "b.csv")]
    assert bodies == [b"id\n1\n", b"id\n2\n"]
    assert ROLE in s3.get_bucket_policy(Bucket="their-landing")["Policy"]
    role = iam.get_role(RoleName="copy")["Role"]
    assert role["Arn"] == ROLE
    assert role["Tags"] == [{"Key": "team", "Value": "crm"}]
    assert set(iam.list_role_policies(RoleName="copy")["PolicyNames"]) == {"seeded", "ours"}
    assert "events.amazonaws.com" in cloud.client("sns").get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"]
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="arrivals")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn", "Policy"])["Attributes"]
    assert attributes["QueueArn"] == QUEUE
    assert "events.amazonaws.com" in attributes["Policy"]
    assert [kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] for name in (KEY, KEY_ID, "alias/data")] == [KEY] * 3
    assert "sns.amazonaws.com" in kms.get_key_policy(KeyId=KEY, PolicyName="default")["Policy"]
    secrets = cloud.client("secretsmanager")
    found = secrets.get_secret_value(SecretId=SECRET)
    assert (found["ARN"], json.loads(found["SecretString"])) == (SECRET, {"username": "loader"})
    assert secrets.get_secret_value(SecretId="crm/token")["SecretString"] == "t"
    # A role reads what its own and the bucket's policy allow, of what was seeded.
    of_role = cloud.client("s3", ROLE)
    assert of_role.get_object(Bucket="their-landing", Key="a.csv")["Body"].read() == b"id\n1\n"
    with pytest.raises(ClientError, match="AccessDenied"):
        of_role.put_object(Bucket="their-landing", Key="c.csv", Body=b"")

    changed = {**SEED, "topics": {"other": {}}, "queues": {}}
    cloud.deploy(assembly, seed=seed_file(tmp_path, changed))
    topics = {topic["TopicArn"].rpartition(":")[2] for topic in cloud.client("sns").list_topics()["Topics"]}
    assert "other" in topics
    assert "alerts" not in topics
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="arrivals")
    assert s3.get_object(Bucket="their-landing", Key="a.csv")["Body"].read() == b"id\n1\n"
    cloud.deploy(assembly, seed=seed_file(tmp_path, SEED))
    assert sqs.get_queue_url(QueueName="arrivals")["QueueUrl"] == url


def test_only_an_error_about_what_is_missing_speaks_of_seeds(cloud: LocalCloud, tmp_path: Path) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r" * 65, "AssumeRolePolicyDocument": {}}}
    with pytest.raises(DeploymentError) as refused:
        cloud.deploy(write_assembly(tmp_path, {"TooLong": {"Resources": {"Role": role}}}))
    assert "seed" not in str(refused.value)


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ({"bucket": {}}, "bucket is not known here; allowed in its place: buckets, roles, workgroups, clusters,"),
        ({"buckets": {"My_Bucket": {}}}, 'a name in buckets is "My_Bucket"; allowed: a name of 3 to 63 lower-case'),
        ({"buckets": {"10.0.0.1": {}}}, 'a name in buckets is "10.0.0.1"'),
        ({"buckets": {"a": {}}}, 'a name in buckets is "a"'),
        ({"roles": {"a/b": {"services": ["s"]}}}, 'a name in roles is "a/b"; allowed: a name of 1 to 64'),
        ({"topics": {"a b": {}}}, 'a name in topics is "a b"'),
        ({"queues": {"a.b": {}}}, 'a name in queues is "a.b"'),
        ({"workgroups": {"A": {}}}, 'a name in workgroups is "A"; allowed: a name of 3 to 63 lower-case'),
        ({"keys": {"": {}}}, 'a name in keys is ""'),
        ({"secrets": {"a b": {}}}, 'a name in secrets is "a b"'),
        ({"buckets": []}, "buckets is []; allowed: an object of resources, by their names"),
        ({"buckets": {"b-1": True}}, "buckets.b-1 is true; allowed: an object with versioned, eventBridge, objects"),
        ({"buckets": {"b-1": {"version": True}}}, "buckets.b-1.version is not known here; allowed in its place: v"),
        ({"buckets": {"b-1": {"versioned": "yes"}}}, 'buckets.b-1.versioned is "yes"; allowed: true or false'),
        ({"buckets": {"b-1": {"objects": {"k": 1}}}}, 'buckets.b-1.objects is {"k": 1}; allowed: an object of texts'),
        ({"buckets": {"b-1": {"objects": {"k": {"file": "x"}}}}}, "x cannot be read: No such file or directory"),
        ({"buckets": {"b-1": {"policy": ["s3:*"]}}}, 'buckets.b-1.policy is ["s3:*"]; allowed: a list of IAM'),
        ({"roles": {"r": {}}}, "roles.r has no services; give it a list of the services that may assume it"),
        ({"roles": {"r": {"services": "redshift"}}}, 'roles.r.services is "redshift"; allowed: a list'),
        ({"roles": {"r": {"services": ["s"], "tags": {"a": 1}}}}, "roles.r.tags is"),
        ({"workgroups": {"www": {"database": "dev"}}}, "workgroups.www has no id; give it text"),
        ({"workgroups": {"www": {"id": "i"}}}, "workgroups.www has no database; give it text"),
        ({"clusters": {"ccc": {"database": ""}}}, 'clusters.ccc.database is ""; allowed: text'),
        ({"clusters": {"ccc": {"database": "d", "sql": "SELECT 1"}}}, "clusters.ccc.sql is"),
        ({"topics": {"t": {"fifo": True}}}, "topics.t.fifo is not known here; allowed in its place: policy"),
        ({"keys": {"k": {"alias": "data"}}}, 'keys.k.alias is "data"; allowed: a text that starts with "alias/"'),
        ({"secrets": {"s": {"value": 5}}}, "secrets.s.value is 5; allowed: text or an object"),
        ({"secrets": {"s": {}}}, "secrets.s has no value; give it text or an object"),
        ({"secrets": {"s": {"value": "v", "suffix": "abc"}}}, "allowed: the six letters and digits at the end of"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_use_says_which_field_holds_what(tmp_path: Path, seed: Any, message: str) -> None:
    with pytest.raises(DeploymentError) as refused:
        read_seed(seed_file(tmp_path, seed))
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"{tmp_path}/seed.json: ")


def test_the_readme_has_an_example_with_every_field(tmp_path: Path) -> None:
    section = README.read_text().partition("## Imported resources")[2].partition("\n## ")[0]
    example = json.loads(section.partition("```json")[2].partition("```")[0])
    shown = {kind: {name for values in resources.values() for name in values} for kind, resources in example.items()}
    assert shown == {name: set(kind.fields) for name, kind in KINDS.items()}
    for values in example["buckets"].values():
        for content in values.get("objects", {}).values():
            if isinstance(content, dict):
                (tmp_path / content["file"]).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / content["file"]).write_text("")
    for values in example["oracles"].values():
        (tmp_path / values["script"]["file"]).write_text("")
    assert read_seed(seed_file(tmp_path, example)).template["Resources"]
