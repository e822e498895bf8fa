"""The whole chain, and what each link does when the next one fails."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.tests.conftest import Deploy
from local.tests.pipeline_app import FORBIDDEN_KEY, SCRIPT, pipeline_template

ACTIVE = ("STARTING", "RUNNING", "STOPPING")
FILES = {"script.py": SCRIPT}


def put(cloud: LocalCloud, outputs: dict[str, str], key: str, body: bytes = b"content") -> None:
    cloud.client("s3").put_object(Bucket=outputs["Bucket"], Key=key, Body=body)


def ended_runs(cloud: LocalCloud, outputs: dict[str, str], count: int = 1) -> list[dict[str, Any]]:
    def ended() -> list[dict[str, Any]] | None:
        runs = [run for run in cloud.glue_runs(outputs["Job"]) if run["JobRunState"] not in ACTIVE]
        return runs if len(runs) >= count else None

    found: list[dict[str, Any]] = cloud.wait_until(ended, 30, f"{count} ended runs")
    return found


def written(cloud: LocalCloud, outputs: dict[str, str], key: str) -> dict[str, Any]:
    s3 = cloud.client("s3")

    def read() -> dict[str, Any] | None:
        with contextlib.suppress(s3.exceptions.NoSuchKey):
            found: dict[str, Any] = json.load(s3.get_object(Bucket=outputs["Bucket"], Key=f"out/{key}")["Body"])
            return found
        return None

    result: dict[str, Any] = cloud.wait_until(read, 30, f"out/{key}")
    return result


def messages(cloud: LocalCloud, outputs: dict[str, str]) -> list[dict[str, Any]]:
    return [message for message in cloud.inbox() if message["topic"] == outputs["Topic"]]


def queue_depth(cloud: LocalCloud, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, attributes.values()))


@pytest.mark.parametrize("key", ["in/plain.csv", "in/a b+ü%20.csv"])
def test_a_file_runs_the_deployed_script_with_its_arguments(cloud: LocalCloud, deploy: Deploy, key: str) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, key)
    result = written(cloud, outputs, key)
    (run,) = ended_runs(cloud, outputs)
    assert result["body"] == "content"
    assert result["from_default"] == "default"
    assert result["key"] == key
    assert result["JOB_NAME"] == outputs["Job"]
    assert result["JOB_RUN_ID"] == run["Id"]
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["Arguments"] == {"--key": key, "--batch": "1"}
    assert "ErrorMessage" not in run
    assert messages(cloud, outputs) == []


def test_output_is_in_the_log_and_in_cloudwatch(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, "in/a.csv")
    (run,) = ended_runs(cloud, outputs)
    logs = cloud.client("logs")
    assert run["LogGroupName"] == "/aws-glue/jobs/output"
    printed = logs.get_log_events(logGroupName=run["LogGroupName"], logStreamName=run["Id"])["events"]
    of_function = logs.filter_log_events(logGroupName=f"/aws/lambda/{outputs['Dispatcher']}")["events"]
    assert [event["message"] for event in printed] == ["reading in/a.csv"]
    assert "batch of 1" in [event["message"] for event in of_function]
    assert "| reading in/a.csv" in cloud.log_path.read_text()
    assert cloud.metric_sum("Test", "Files", {"Pipeline": "p"}) >= 1


def test_a_job_may_name_its_log_groups(cloud: LocalCloud, deploy: Deploy) -> None:
    template = pipeline_template()
    template["Resources"]["Job"]["Properties"]["DefaultArguments"]["--custom-logGroup-prefix"] = "/loads/customers"
    outputs = deploy(template, FILES)
    put(cloud, outputs, "in/broken.csv", b"bad")
    (run,) = ended_runs(cloud, outputs)
    logs = cloud.client("logs")
    assert run["LogGroupName"] == "/loads/customers/output"
    for group, line in (("output", "reading in/broken.csv"), ("error", "the file is broken: bad")):
        events = logs.get_log_events(logGroupName=f"/loads/customers/{group}", logStreamName=run["Id"])["events"]
        assert line in [event["message"] for event in events]


def test_a_file_under_another_prefix_runs_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, "elsewhere/a.csv")
    put(cloud, outputs, "in/a.csv")
    ended_runs(cloud, outputs)
    assert [run["Arguments"]["--key"] for run in cloud.glue_runs(outputs["Job"])] == ["in/a.csv"]


def test_a_failing_script_fails_its_run_and_tells_the_topic(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, "in/broken.csv", b"bad")
    (run,) = ended_runs(cloud, outputs)
    (message,) = cloud.wait_until(lambda: messages(cloud, outputs), 10, "a message")
    assert run["JobRunState"] == "FAILED"
    assert run["ErrorMessage"] == "SystemExit: the file is broken: bad"
    assert message["message"] == '"FAILED: SystemExit: the file is broken: bad"'


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("in/raises.csv", "Refused: line 7, column 'city'"),
        ("in/exits.csv", "SystemExit: 3"),
        ("in/killed.csv", "Command failed with exit code 137"),
    ],
)
def test_an_error_message_is_the_end_of_the_traceback(cloud: LocalCloud, deploy: Deploy, key: str, told: str) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, key)
    (run,) = ended_runs(cloud, outputs)
    assert run["ErrorMessage"] == told


def test_a_run_may_read_only_what_its_role_may(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, FORBIDDEN_KEY)
    (run,) = ended_runs(cloud, outputs)
    assert run["JobRunState"] == "FAILED"
    assert "AccessDenied" in run["ErrorMessage"]


def test_a_function_without_the_right_to_start_runs_starts_none(cloud: LocalCloud, deploy: Deploy) -> None:
    template = pipeline_template()
    statements = template["Resources"]["DispatcherRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    statements[:] = [statement for statement in statements if statement["Action"] != "glue:StartJobRun"]
    outputs = deploy(template, FILES)
    put(cloud, outputs, "in/a.csv")
    cloud.wait_until(lambda: queue_depth(cloud, outputs["DeadLetters"]), 20, "a message in the dead-letter queue")
    assert cloud.glue_runs(outputs["Job"]) == []
    assert "AWSGlue.StartJobRun: AccessDeniedException" in cloud.log_path.read_text()


def test_a_queue_without_a_policy_for_the_rule_receives_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    template = pipeline_template()
    del template["Resources"]["QueuePolicy"]
    outputs = deploy(template, FILES)
    put(cloud, outputs, "in/a.csv")
    assert queue_depth(cloud, outputs["Queue"]) == 0
    assert "does not allow sqs:SendMessage" in cloud.log_tail()


def test_a_bucket_whose_events_do_not_go_to_eventbridge_delivers_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    s3, bucket = cloud.client("s3"), outputs["Bucket"]
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    put(cloud, outputs, "in/a.csv")
    assert queue_depth(cloud, outputs["Queue"]) == 0


def test_a_disabled_rule_delivers_nothing(cloud: LocalCloud, deploy: Deploy) -> None:
    template = pipeline_template()
    template["Resources"]["Arrivals"]["Properties"]["State"] = "DISABLED"
    outputs = deploy(template, FILES)
    put(cloud, outputs, "in/a.csv")
    assert queue_depth(cloud, outputs["Queue"]) == 0


def test_only_the_messages_that_failed_come_again_and_end_as_dead_letters(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(window=2), FILES)
    put(cloud, outputs, "in/good.csv")
    put(cloud, outputs, "in/poison.csv")
    cloud.wait_until(lambda: queue_depth(cloud, outputs["DeadLetters"]), 20, "the dead letter")
    sqs = cloud.client("sqs")
    (letter,) = sqs.receive_message(QueueUrl=outputs["DeadLetters"], AttributeNames=["All"])["Messages"]
    assert json.loads(letter["Body"])["detail"]["object"]["key"] == "in/poison.csv"
    assert int(letter["Attributes"]["ApproximateReceiveCount"]) > 2
    assert [run["Arguments"]["--key"] for run in ended_runs(cloud, outputs)] == ["in/good.csv"]
    assert queue_depth(cloud, outputs["Queue"]) == 0


def test_the_batching_window_gathers_messages_into_one_invocation(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(window=3, concurrent=5), FILES)
    for number in range(3):
        put(cloud, outputs, f"in/{number}.csv")
    runs = ended_runs(cloud, outputs, 3)
    assert {run["Arguments"]["--batch"] for run in runs} == {"3"}


def test_a_full_batch_does_not_wait_for_the_window(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(window=60, batch_size=2), FILES)
    for number in range(2):
        put(cloud, outputs, f"in/{number}.csv")
    assert len(ended_runs(cloud, outputs, 2)) == 2


def test_a_start_beyond_the_limit_is_refused(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(concurrent=1), FILES)
    glue = cloud.client("glue")
    put(cloud, outputs, "in/sleep.csv")
    cloud.wait_until(lambda: cloud.glue_runs(outputs["Job"]), 10, "a run")
    with pytest.raises(glue.exceptions.ConcurrentRunsExceededException, match="1 of 1 are active"):
        glue.start_job_run(JobName=outputs["Job"])
    (run,) = cloud.glue_runs(outputs["Job"])
    glue.batch_stop_job_run(JobName=outputs["Job"], JobRunIds=[run["Id"]])
    ended_runs(cloud, outputs)
    assert glue.start_job_run(JobName=outputs["Job"])["JobRunId"].startswith("jr_")


def test_stopping_a_run_kills_what_it_started(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(), FILES)
    put(cloud, outputs, "in/sleep.csv")
    processes = written(cloud, outputs, "pids")
    (run,) = cloud.glue_runs(outputs["Job"])
    assert run["JobRunState"] == "RUNNING"
    assert "CompletedOn" not in run
    stopped = cloud.client("glue").batch_stop_job_run(JobName=outputs["Job"], JobRunIds=[run["Id"]])
    assert [each["JobRunId"] for each in stopped["SuccessfulSubmissions"]] == [run["Id"]]
    (run,) = ended_runs(cloud, outputs)
    assert run["JobRunState"] == "STOPPED"
    assert not any(is_alive(int(pid)) for pid in processes)
    (message,) = cloud.wait_until(lambda: messages(cloud, outputs), 10, "a message")
    assert message["message"] == '"STOPPED: Job run stopped"'


def test_a_run_past_its_timeout_is_ended(cloud: LocalCloud, deploy: Deploy) -> None:
    outputs = deploy(pipeline_template(Timeout=2), FILES)
    put(cloud, outputs, "in/sleep.csv")
    (run,) = ended_runs(cloud, outputs)
    assert run["JobRunState"] == "TIMEOUT"
    assert run["ErrorMessage"] == "Job run timed out"


def test_a_role_that_glue_may_not_assume_fails_the_run(cloud: LocalCloud, deploy: Deploy) -> None:
    template = pipeline_template()
    trust = template["Resources"]["JobRole"]["Properties"]["AssumeRolePolicyDocument"]
    trust["Statement"][0]["Principal"] = {"Service": "lambda.amazonaws.com"}
    outputs = deploy(template, FILES)
    cloud.client("glue").start_job_run(JobName=outputs["Job"])
    (run,) = ended_runs(cloud, outputs)
    assert "does not let glue.amazonaws.com assume it" in run["ErrorMessage"]


def test_twenty_files_at_once_all_arrive(cloud: LocalCloud, deploy: Deploy) -> None:
    """moto's own queue loses messages when one thread deletes while others send."""
    template = pipeline_template(concurrent=50)
    code = "exports.handler = async () => ({ batchItemFailures: [] })"
    template["Resources"]["Dispatcher"]["Properties"]["Code"]["ZipFile"] = code
    outputs = deploy(template, FILES)
    s3 = cloud.client("s3")
    before = handled(cloud, outputs)
    for number in range(20):
        s3.put_object(Bucket=outputs["Bucket"], Key=f"in/{number}.csv", Body=b"x")
    cloud.wait_until(lambda: handled(cloud, outputs) - before == 20, 20, "20 messages handled")
    assert queue_depth(cloud, outputs["Queue"]) == 0


def handled(cloud: LocalCloud, outputs: dict[str, str]) -> int:
    name = outputs["Queue"].rsplit("/", 1)[-1]
    lines = [line for line in cloud.log_path.read_text().splitlines() if f"poller {name} " in line and " done" in line]
    return sum(int(line.split(f"poller {name} ")[1].split(" of ")[0]) for line in lines)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that was killed may need a moment to be gone."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as stat:
            if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                return False
        time.sleep(0.05)
    return True
