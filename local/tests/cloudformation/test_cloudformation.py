"""Stacks: what is created, changed, removed and refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.assembly import DeploymentError
from local.cloud import LocalCloud
from local.cloudformation.engine import cidr_blocks, kind_of, physical_name, resource_table
from local.cloudformation.registry import RESOURCE_TYPES, Kind
from local.tests.assembly import allow, arn_of, function, outputs, ref, role, under
from local.tests.conftest import Deploy
from local.tests.pipeline_app import SCRIPT, pipeline_template

CUSTOM = """
exports.handler = async (event) => {
  const given = event.ResourceProperties;
  console.log(`${event.RequestType} ${JSON.stringify(given)}`);
  const fails = given.Fail === 'true' && event.RequestType !== 'Delete';
  const answer = {
    Status: fails ? 'FAILED' : 'SUCCESS', Reason: 'told to fail', PhysicalResourceId: `thing-${given.Name}`,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Seen: `${typeof given.Flag} ${given.Flag} ${given.Nested.Number}` },
  };
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
};
"""

CALLS_BACK_BY_HTTPS = """
const https = require('https');
exports.handler = async (event) => new Promise((resolve, reject) => {
  const url = new URL(event.ResponseURL);
  const options = { hostname: url.hostname, path: url.pathname, method: 'PUT' };
  const request = https.request(options, (response) => response.resume().on('end', resolve));
  request.on('error', reject);
  request.end(JSON.stringify({ Status: 'SUCCESS', PhysicalResourceId: 'by-https', Data: { Seen: 'https' } }));
});
"""


def custom_template(code: str = CUSTOM, **properties: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Role": role("lambda.amazonaws.com"),
            "Handler": function(code, "Role"),
            "Thing": {
                "Type": "Custom::Thing",
                "Properties": {
                    "ServiceToken": arn_of("Handler"),
                    "Name": "a",
                    "Flag": True,
                    "Nested": {"Number": 7},
                    **properties,
                },
            },
        },
        "Outputs": outputs(Ref=ref("Thing"), Seen={"Fn::GetAtt": ["Thing", "Seen"]}, Handler=ref("Handler")),
    }


def test_a_custom_resource_runs_its_function_with_every_value_a_string(cloud: LocalCloud, deploy: Deploy) -> None:
    deployed = deploy(custom_template())
    assert deployed["Ref"] == "thing-a"
    assert deployed["Seen"] == "string true 7"


def test_a_custom_resource_may_answer_by_https(cloud: LocalCloud, deploy: Deploy) -> None:
    assert deploy(custom_template(CALLS_BACK_BY_HTTPS))["Ref"] == "by-https"


def test_a_changed_custom_resource_is_updated_and_the_replaced_one_deleted(cloud: LocalCloud, deploy: Deploy) -> None:
    handler = deploy(custom_template())["Handler"]
    assert deploy(custom_template(Name="b"))["Ref"] == "thing-b"
    log = cloud.log_path.read_text().splitlines()
    requests = [line.split("| ")[1].split()[0] for line in log if f"{handler} |" in line]
    assert requests == ["Create", "Update", "Delete"]


def test_a_custom_resource_that_fails_fails_the_deployment_with_its_reason(cloud: LocalCloud, deploy: Deploy) -> None:
    with pytest.raises(DeploymentError, match=r"Thing \(Custom::Thing\) failed: told to fail"):
        deploy(custom_template(Fail=True))
    stacks = cloud.client("cloudformation").list_stacks()["StackSummaries"]
    assert not any(stack["StackName"].startswith("ACustomResourceThatFails") for stack in stacks)


def test_an_unknown_type_refuses_the_deployment_before_anything_is_made(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "never-made"}},
            "Broker": {"Type": "AWS::AmazonMQ::Broker", "Properties": {}},
        }
    }
    with pytest.raises(DeploymentError, match=r"cannot deploy AWS::AmazonMQ::Broker \(Broker\)"):
        deploy(template)
    topics = cloud.client("sns").list_topics()["Topics"]
    assert not any(topic["TopicArn"].endswith(":never-made") for topic in topics)


def test_an_attribute_that_a_resource_lacks_is_named(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": outputs(Missing={"Fn::GetAtt": ["Topic", "Colour"]}),
    }
    with pytest.raises(DeploymentError, match=r"Topic \(AWS::SNS::Topic\) has no attribute 'Colour' here; it has"):
        deploy(template)


def test_a_deployed_stack_is_updated_in_place(cloud: LocalCloud, deploy: Deploy) -> None:
    files = {"script.py": SCRIPT}
    first = deploy(pipeline_template(), files)
    cloud.client("s3").put_object(Bucket=first["Bucket"], Key="kept", Body=b"")
    template = pipeline_template(concurrent=7)
    template["Resources"]["Landing"]["Properties"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] = 800
    del template["Resources"]["RunsThatFailed"]
    second = deploy(template, files)
    assert {name: second[name] for name in ("Bucket", "Queue", "Job", "Dispatcher")} == {
        name: first[name] for name in ("Bucket", "Queue", "Job", "Dispatcher")
    }
    assert cloud.client("s3").list_objects_v2(Bucket=first["Bucket"])["Contents"][0]["Key"] == "kept"
    (rule,) = cloud.client("s3").get_bucket_lifecycle_configuration(Bucket=first["Bucket"])["Rules"]
    assert (rule["Expiration"]["Days"], rule["Transitions"][0]["Days"]) == (800, 30)
    job = cloud.client("glue").get_job(JobName=first["Job"])["Job"]
    assert job["ExecutionProperty"]["MaxConcurrentRuns"] == 7


def test_deploying_the_same_again_changes_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    assert deploy(custom_template()) == deploy(custom_template())


def test_a_queue_has_the_attributes_of_its_template(cloud: LocalCloud, deploy: Deploy) -> None:
    deployed = deploy(pipeline_template(), {"script.py": SCRIPT})
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=deployed["Queue"], AttributeNames=["All"])
    redrive = json.loads(attributes["Attributes"]["RedrivePolicy"])
    assert redrive["maxReceiveCount"] == 2
    assert attributes["Attributes"]["VisibilityTimeout"] == "2"


def test_a_role_is_bound_to_what_its_policies_name(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {
            "Mine": {"Type": "AWS::S3::Bucket"},
            "Role": role(
                "lambda.amazonaws.com",
                allow(["s3:GetObject", "s3:PutObject"], under("Mine", "/in/*")),
                allow("cloudwatch:PutMetricData", "*", {"StringEquals": {"cloudwatch:namespace": "Mine"}}),
            ),
        },
        "Outputs": outputs(Bucket=ref("Mine"), Role=arn_of("Role")),
    }
    deployed = deploy(template)
    s3 = cloud.client("s3", deployed["Role"])
    s3.put_object(Bucket=deployed["Bucket"], Key="in/a", Body=b"x")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket=deployed["Bucket"], Key="out/a", Body=b"x")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.copy_object(Bucket=deployed["Bucket"], Key="in/b", CopySource=f"{deployed['Bucket']}/out/a")
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.delete_objects(Bucket=deployed["Bucket"], Delete={"Objects": [{"Key": "in/a"}]})
    cloudwatch = cloud.client("cloudwatch", deployed["Role"])
    cloudwatch.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "a", "Value": 1}])
    with pytest.raises(cloudwatch.exceptions.ClientError, match="AccessDenied"):
        cloudwatch.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "a", "Value": 1}])


def test_a_secret_is_generated_once_and_a_namespace_has_a_real_one(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {
        "Resources": {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {
                    "GenerateSecretString": {
                        "SecretStringTemplate": '{"username": "u"}',
                        "GenerateStringKey": "password",
                        "PasswordLength": 20,
                    }
                },
            },
            "Namespace": {
                "Type": "AWS::RedshiftServerless::Namespace",
                "Properties": {"NamespaceName": "secrets", "AdminUsername": "boss", "ManageAdminPassword": True},
            },
        },
        "Outputs": outputs(
            Secret=ref("Secret"), Admin={"Fn::GetAtt": ["Namespace", "Namespace.AdminPasswordSecretArn"]}
        ),
    }
    deployed = deploy(template)
    manager = cloud.client("secretsmanager")
    secret = json.loads(manager.get_secret_value(SecretId=deployed["Secret"])["SecretString"])
    admin = json.loads(manager.get_secret_value(SecretId=deployed["Admin"])["SecretString"])
    assert (secret["username"], len(secret["password"])) == ("u", 20)
    assert admin["username"] == "boss"
    assert admin["password"]


def test_secrets_that_an_app_imports_are_made_first(cloud: LocalCloud, deploy: Deploy) -> None:
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    deploy(template, secrets={"imported": {"username": "crm"}})
    value = cloud.client("secretsmanager").get_secret_value(SecretId="imported")["SecretString"]
    assert json.loads(value) == {"username": "crm"}


def test_an_alarm_can_be_read(cloud: LocalCloud, deploy: Deploy) -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "MetricName": "FilesFailed",
            "Namespace": "CustomerDataPlatform",
            "Period": 300,
            "Statistic": "Sum",
            "Threshold": 0,
        },
    }
    name = deploy({"Resources": {"Alarm": alarm}, "Outputs": outputs(Name=ref("Alarm"))})["Name"]
    (described,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert described["MetricName"] == "FilesFailed"


def test_a_deleted_stack_takes_all_that_it_made_with_it(cloud: LocalCloud, deploy: Deploy) -> None:
    def resource(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::{kind}", "Properties": properties}

    def policy(**principal: str) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "*") | principal]}

    everyone, invoke = policy(Principal="*"), {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}
    target = {"Id": "queue", "Arn": arn_of("Queue")}
    resources = {
        "Alarm": resource("CloudWatch::Alarm", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1),
        "Alias": resource("KMS::Alias", AliasName="alias/passing", TargetKeyId=ref("Key")),
        "Asynchronous": resource("Lambda::EventInvokeConfig", FunctionName=ref("Function"), Qualifier="$LATEST"),
        "Bucket": resource("S3::Bucket"),
        "BucketPolicy": resource("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=everyone),
        "Encryption": resource("Glue::SecurityConfiguration", EncryptionConfiguration={}),
        "Function": function("exports.handler = () => {}", "Role"),
        "Key": resource("KMS::Key", KeyPolicy=everyone),
        "Logs": resource("Logs::LogGroup", RetentionInDays=7),
        "Mapping": resource("Lambda::EventSourceMapping", EventSourceArn=arn_of("Queue"), FunctionName=ref("Function")),
        "Permission": resource("Lambda::Permission", FunctionName=ref("Function"), **invoke),
        "Policy": resource("IAM::ManagedPolicy", PolicyDocument=policy(), Roles=[ref("Role")]),
        "Queue": resource("SQS::Queue"),
        "Role": role("lambda.amazonaws.com"),
        "Rule": resource("Events::Rule", EventPattern={"source": ["a"]}, Targets=[target]),
        "Secret": resource("SecretsManager::Secret"),
        "SecretPolicy": resource("SecretsManager::ResourcePolicy", SecretId=ref("Secret"), ResourcePolicy=everyone),
        "Subscription": resource("SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=arn_of("Queue")),
        "Topic": resource("SNS::Topic"),
    }
    stack = deploy({"Resources": resources, "Outputs": outputs(Stack=ref("AWS::StackName"), Bucket=ref("Bucket"))})
    cloud.client("cloudformation").delete_stack(StackName=stack["Stack"])
    log = cloud.log_path.read_text()
    assert [name for name, each in resources.items() if f"deleted {each['Type']} {name}" not in log] == []
    buckets = cloud.client("s3").list_buckets()["Buckets"]
    assert stack["Bucket"] not in [bucket["Name"] for bucket in buckets]
    aliases = cloud.client("kms").list_aliases()["Aliases"]
    assert "alias/passing" not in [alias["AliasName"] for alias in aliases]


def test_every_registered_type_says_what_it_does_here() -> None:
    """Types that moto only records must not be called executed."""
    executed_by_moto = {name for name, r in RESOURCE_TYPES.items() if r.handler is None and r.kind is Kind.EXECUTED}
    assert executed_by_moto == set()
    assert kind_of("AWS::Glue::Job") is Kind.EXECUTED
    assert kind_of("AWS::CloudWatch::Alarm") is Kind.API_ONLY
    assert kind_of("Custom::Anything") is Kind.EXECUTED
    assert kind_of("AWS::AmazonMQ::Broker") is None


def test_the_readme_says_what_each_type_does() -> None:
    readme = Path(__file__).resolve().parents[2] / "README.md"
    assert resource_table() in readme.read_text(encoding="utf-8")


def test_names_fit_the_service_and_keep_both_parts() -> None:
    name = physical_name("CustomerDataPlatform-production", "WarehouseSetupProviderFrameworkOnEvent", 64)
    assert len(name) == 64
    assert name.startswith("CustomerDataPlatform")
    assert "-WarehouseSetupProvider" in name


def test_cidr_blocks() -> None:
    assert cidr_blocks("10.0.0.0/16", 3, 8) == ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]


def test_a_right_that_is_taken_away_by_an_update_is_gone(cloud: LocalCloud, deploy: Deploy) -> None:
    def template(*statements: dict[str, Any]) -> dict[str, Any]:
        return {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "Role": role("lambda.amazonaws.com", *statements)},
            "Outputs": outputs(Topic=ref("Topic"), Role=arn_of("Role")),
        }

    deployed = deploy(template(allow("sns:Publish", ref("Topic"))))
    sns = cloud.client("sns", deployed["Role"])
    sns.publish(TopicArn=deployed["Topic"], Message="allowed")
    assert deploy(template()) == deployed
    with pytest.raises(sns.exceptions.ClientError, match="not authorized to perform: sns:Publish"):
        sns.publish(TopicArn=deployed["Topic"], Message="refused")


def test_what_an_update_cannot_replace_is_there_as_before(cloud: LocalCloud, deploy: Deploy) -> None:
    def template(action: str, name: str) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [allow(action, "*")]}
        policy = {"PolicyName": name, "PolicyDocument": document, "Roles": [ref("Role")]}
        resources = {
            "Role": role("glue.amazonaws.com"),
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
        }
        return {"Resources": resources, "Outputs": outputs(Role=ref("Role"))}

    name = deploy(template("s3:GetObject", "replaced"))["Role"]
    for _ in range(2):
        with pytest.raises(
            DeploymentError, match=r"Policy \(AWS::IAM::Policy\) failed: The specified value for policyName"
        ):
            deploy(template("s3:PutObject", "not/allowed"))
    found = cloud.client("iam").get_role_policy(RoleName=name, PolicyName="replaced")["PolicyDocument"]
    assert found["Statement"][0]["Action"] == "s3:GetObject"
    deploy(template("s3:PutObject", "replaced"))
    found = cloud.client("iam").get_role_policy(RoleName=name, PolicyName="replaced")["PolicyDocument"]
    assert found["Statement"][0]["Action"] == "s3:PutObject"
