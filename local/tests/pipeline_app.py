"""The app that most tests deploy: bucket -> rule -> queue -> function -> Glue run -> state change -> topic.

Functions in tests speak to AWS by plain HTTP requests that only need an access key, so that no SDK is necessary.
"""

from __future__ import annotations

from typing import Any

from local.tests.assembly import RESOLVED_ASSET_BUCKET, allow, arn_of, function, job, outputs, ref, role, under

DISPATCHER = """
const call = async (service, target, version, body) => {
  const key = process.env.AWS_ACCESS_KEY_ID;
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20240101/us-east-1/${service}/aws4_request, Signature=0`,
      'x-amz-target': target,
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${target}: ${answer.__type}: ${answer.message ?? answer.Message}`);
  }
  return answer;
};
exports.handler = async (event, context) => {
  console.log(`batch of ${event.Records.length}`);
  console.log(JSON.stringify({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [['Pipeline']], Metrics: [{ Name: 'Files' }] }],
    },
    Pipeline: 'p', Files: event.Records.length,
  }));
  const failures = [];
  for (const record of event.Records) {
    const key = JSON.parse(record.body).detail.object.key;
    if (key.includes('poison')) {
      failures.push({ itemIdentifier: record.messageId });
      continue;
    }
    await call('glue', 'AWSGlue.StartJobRun', '1.1', {
      JobName: process.env.JOB, Arguments: { '--key': key, '--batch': String(event.Records.length) } });
  }
  return { batchItemFailures: failures };
};
"""

SCRIPT = '''
import argparse, json, os, signal, subprocess, sys, time
import boto3


class Refused(Exception):
    """An error of the script's own."""


parser = argparse.ArgumentParser()
for name in ("--bucket", "--key", "--batch", "--from-default", "--JOB_NAME", "--JOB_RUN_ID"):
    parser.add_argument(name)
arguments, _ = parser.parse_known_args()
print("reading", arguments.key)
s3 = boto3.client("s3")
body = s3.get_object(Bucket=arguments.bucket, Key=arguments.key)["Body"].read().decode()
if "sleep" in arguments.key:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    s3.put_object(Bucket=arguments.bucket, Key="out/pids", Body=json.dumps([os.getpid(), child.pid]))
    time.sleep(600)
if "broken" in arguments.key:
    sys.exit("the file is broken: " + body)
if "raises" in arguments.key:
    raise Refused("line 7, column 'city'")
if "exits" in arguments.key:
    sys.exit(3)
if "killed" in arguments.key:
    os.kill(os.getpid(), signal.SIGKILL)
s3.put_object(Bucket=arguments.bucket, Key="out/" + arguments.key, Body=json.dumps({"body": body, **vars(arguments)}))
'''

FORBIDDEN_KEY = "in/forbidden.csv"


def pipeline_template(
    *, window: int = 0, batch_size: int = 10, concurrent: int = 3, **job_properties: Any
) -> dict[str, Any]:
    """The template; the arguments are those of the event source mapping and of the job."""
    resources: dict[str, Any] = {
        "Landing": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Enabled"},
                "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
                "LifecycleConfiguration": {
                    "Rules": [
                        {
                            "Id": "archive",
                            "Status": "Enabled",
                            "Transitions": [{"StorageClass": "GLACIER_IR", "TransitionInDays": 30}],
                            "ExpirationInDays": 730,
                        }
                    ]
                },
            },
        },
        "LandingPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": ref("Landing"),
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "s3:*",
                            "Resource": [arn_of("Landing"), under("Landing")],
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                },
            },
        },
        "DeadLetters": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": window + 2,
                "RedrivePolicy": {"deadLetterTargetArn": arn_of("DeadLetters"), "maxReceiveCount": 2},
            },
        },
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [ref("Queue")],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
                            "Resource": arn_of("Queue"),
                            "Condition": {"ArnEquals": {"aws:SourceArn": arn_of("Arrivals")}},
                        }
                    ],
                },
            },
        },
        "Arrivals": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {
                    "source": ["aws.s3"],
                    "detail-type": ["Object Created"],
                    "detail": {"bucket": {"name": [ref("Landing")]}, "object": {"key": [{"prefix": "in/"}]}},
                },
                "State": "ENABLED",
                "Targets": [{"Id": "queue", "Arn": arn_of("Queue")}],
            },
        },
        "DispatcherRole": role(
            "lambda.amazonaws.com",
            allow(
                ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
                arn_of("Queue"),
            ),
            allow(
                "glue:StartJobRun",
                {"Fn::Sub": "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:job/${Job}"},
            ),
        ),
        "Dispatcher": function(DISPATCHER, "DispatcherRole", JOB=ref("Job")),
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": arn_of("Queue"),
                "FunctionName": ref("Dispatcher"),
                "BatchSize": batch_size,
                "MaximumBatchingWindowInSeconds": window,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "ScalingConfig": {"MaximumConcurrency": 2},
            },
        },
        "JobRole": role(
            "glue.amazonaws.com",
            allow("s3:GetObject*", f"arn:aws:s3:::{RESOLVED_ASSET_BUCKET}/*"),
            allow(["s3:GetObject*", "s3:PutObject"], under("Landing")),
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": under("Landing", f"/{FORBIDDEN_KEY}")},
        ),
        "Job": job(
            "script.py",
            SCRIPT,
            "JobRole",
            concurrent=concurrent,
            DefaultArguments={"--bucket": ref("Landing"), "--from-default": "default", "--key": "overridden"},
            **job_properties,
        ),
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "failures"}},
        "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": {
                "Topics": [ref("Topic")],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sns:Publish",
                            "Resource": ref("Topic"),
                        }
                    ],
                },
            },
        },
        "RunsThatFailed": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {
                    "source": ["aws.glue"],
                    "detail-type": ["Glue Job State Change"],
                    "detail": {"jobName": [ref("Job")], "state": ["FAILED", "TIMEOUT", "STOPPED"]},
                },
                "Targets": [
                    {
                        "Id": "topic",
                        "Arn": ref("Topic"),
                        "InputTransformer": {
                            "InputPathsMap": {"state": "$.detail.state", "message": "$.detail.message"},
                            "InputTemplate": '"<state>: <message>"',
                        },
                    }
                ],
            },
        },
    }
    return {
        "Resources": resources,
        "Outputs": outputs(
            Bucket=ref("Landing"),
            Queue=ref("Queue"),
            DeadLetters=ref("DeadLetters"),
            Job=ref("Job"),
            JobRole=arn_of("JobRole"),
            DispatcherRole=arn_of("DispatcherRole"),
            Dispatcher=ref("Dispatcher"),
            Topic=ref("Topic"),
        ),
    }
