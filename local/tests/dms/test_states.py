"""States, start types and refusals, as the API of DMS has them; and the events that tell of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from local.assembly import DeploymentError
from local.tests.assembly import allow, arn_of, outputs, ref, role, write_assembly
from local.tests.conftest import Deploy
from local.tests.dms.app import FOLDER, App, template


def refused(code: str, call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    assert error["Code"] == code, error
    return str(error["Message"])


def test_nothing_runs_until_it_is_started(app: App) -> None:
    app.deployed()
    assert app.describe()["Status"] == "created"
    assert app.files() == []
    assert app.statistics() == {}


def test_a_serverless_replication_passes_the_states_that_are_documented(app: App) -> None:
    app.deployed().start().stop()
    log = app.cloud.log_path.read_text()
    own = f"dms {app.describe()['ReplicationConfigIdentifier']} "
    states = [line.split(own)[1].strip() for line in log.splitlines() if own in line]
    assert states == [
        "preparing_metadata_resources",
        "testing_connection",
        "fetching_metadata",
        "calculating_capacity",
        "provisioning_capacity",
        "replication_starting",
        "running",
        "stopping",
        "stopped",
    ]
    assert app.describe()["StopReason"] == "Stop Reason NORMAL"


def test_what_dms_refuses_while_a_replication_runs(app: App) -> None:
    app.deployed().start()
    start = {"ReplicationConfigArn": app.arn, "StartReplicationType": "resume-processing"}
    refused("InvalidResourceStateFault", app.dms.start_replication, **start)
    refused("InvalidResourceStateFault", app.dms.delete_replication_config, ReplicationConfigArn=app.arn)
    change = {"ReplicationConfigArn": app.arn, "TableMappings": json.dumps({"rules": []})}
    refused("InvalidResourceStateFault", app.dms.modify_replication_config, **change)
    target = {"EndpointArn": app.outputs["Target"], "S3Settings": {"CdcMaxBatchInterval": 5}}
    refused("InvalidResourceStateFault", app.dms.modify_endpoint, **target)
    refused("InvalidResourceStateFault", app.dms.delete_endpoint, EndpointArn=app.outputs["Target"])
    app.stop()
    refused("InvalidResourceStateFault", app.dms.stop_replication, ReplicationConfigArn=app.arn)
    app.dms.modify_endpoint(**target)
    kept = app.dms.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": [app.outputs["Target"]]}])
    assert kept["Endpoints"][0]["S3Settings"]["DataFormat"] == "parquet"


@pytest.mark.parametrize("on_instance", [False, True], ids=["serverless", "task"])
def test_how_a_replication_may_be_started(app: App, on_instance: bool) -> None:
    app.deployed(on_instance=on_instance)
    if on_instance:
        app.reach()

    def start(start_type: str) -> Callable[..., Any]:
        return lambda: app.start(start_type, until=None)

    for start_type in ("resume-processing", "reload-target"):
        assert "running for the first time" in refused("InvalidParameterCombinationException", start(start_type))
    if not on_instance:
        refused("InvalidParameterValueException", start("restart"))
    app.start().stop()
    noun = "tasks" if on_instance else "replications"
    message = refused("InvalidParameterCombinationException", start("start-replication"))
    assert message == f"Start Type : START_REPLICATION, valid only for {noun} running for the first time"
    app.start("reload-target")
    app.wait_for_counts("CUSTOMERS", FullLoadRows=2, TableState="Table completed")


def test_a_task_on_an_instance_replicates_too(app: App) -> None:
    app.deployed(on_instance=True)
    assert app.describe()["Status"] == "ready"
    assert [each["Status"] for each in app.reach()] == ["successful", "successful"]
    app.start()
    app.sql("""DELETE FROM "CRM"."CUSTOMERS" WHERE "ID" = 1""")
    [change] = app.wait_for_changes("CUSTOMERS", 1)
    assert (change["Op"], change["ID"]) == ("D", 1)
    app.stop()
    assert app.describe()["StopReason"] == "Stop Reason NORMAL"


_UNTESTED = "Test connection for replication instance and endpoint should be successful for starting"


def test_a_task_starts_only_after_its_instance_has_reached_both_endpoints(app: App) -> None:
    app.deployed(on_instance=True)
    start = {"ReplicationTaskArn": app.arn, "StartReplicationTaskType": "start-replication"}

    def test(endpoint: str) -> str:
        pair = {"ReplicationInstanceArn": app.outputs["Instance"], "EndpointArn": app.outputs[endpoint]}
        return str(app.dms.test_connection(**pair)["Connection"]["Status"])

    assert _UNTESTED in refused("InvalidResourceStateFault", app.dms.start_replication_task, **start)
    assert test("Source") == "testing"
    refused("InvalidResourceStateFault", test, endpoint="Source")
    app.cloud.wait_until(lambda: app.connections()[0]["Status"] == "successful", 20, "the source")
    assert _UNTESTED in refused("InvalidResourceStateFault", app.dms.start_replication_task, **start)
    test("Target")
    app.cloud.wait_until(lambda: app.connections()[1]["Status"] == "successful", 20, "the target")
    change = {"EndpointArn": app.outputs["Target"], "S3Settings": {"CdcMaxBatchInterval": 5}}
    app.dms.modify_endpoint(**change)
    assert _UNTESTED in refused("InvalidResourceStateFault", app.dms.start_replication_task, **start)
    app.reach()
    app.start()


@pytest.mark.parametrize(
    ("without", "place", "reason"),
    [
        ((), 0, "ORA-01017: invalid username/password"),
        (("trust",), 1, "cannot be assumed by dms.amazonaws.com"),
        (("secret",), 0, "secret"),
    ],
)
def test_a_failed_test_says_why_and_lets_no_task_start(
    app: App, without: tuple[str, ...], place: int, reason: str
) -> None:
    if not without:
        manager = app.cloud.client("secretsmanager")
        login = json.loads(manager.get_secret_value(SecretId=app.secret)["SecretString"])
        manager.put_secret_value(SecretId=app.secret, SecretString=json.dumps(login | {"password": "wrong"}))
    app.deployed(on_instance=True, without=without)
    failed = app.reach()[place]
    assert failed["Status"] == "failed"
    assert reason in failed["LastFailureMessage"]
    start = {"ReplicationTaskArn": app.arn, "StartReplicationTaskType": "start-replication"}
    assert _UNTESTED in refused("InvalidResourceStateFault", app.dms.start_replication_task, **start)


def test_a_full_load_ends_by_itself(app: App) -> None:
    app.deployed(mode="full-load").start(until="stopped")
    assert app.describe()["StopReason"] == "Stop Reason FULL_LOAD_ONLY_FINISHED"
    assert app.statistics()["CUSTOMERS"]["TableState"] == "Table completed"
    with pytest.raises(ClientError, match="not valid for replications of the type full-load"):
        app.start("resume-processing")
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'New', NULL)""")
    app.start("reload-target", until="stopped")
    assert len(app.loaded("CUSTOMERS")) == 3


def test_a_start_that_waits_for_an_open_transaction_can_be_stopped(app: App) -> None:
    app.deployed()
    with psycopg.connect(app.cloud.start_oracle(app.service, app.secret)) as other:
        other.execute("""UPDATE "CRM"."CUSTOMERS" SET "NAME" = 'Open'""")
        app.start(until="replication_starting")
        app.stop()
        assert app.loaded("CUSTOMERS") == []
    app.start("resume-processing")
    app.wait_for_counts("CUSTOMERS", FullLoadRows=2, TableState="Table completed")


def test_changes_alone_are_those_since_the_start(app: App) -> None:
    app.deployed(mode="cdc").start()
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'New', NULL)""")
    assert [row["ID"] for row in app.wait_for_changes("CUSTOMERS", 1)] == [3]
    assert app.loaded("CUSTOMERS") == []


def test_one_table_is_loaded_again_while_the_others_go_on(app: App) -> None:
    app.sql('CREATE TABLE "CRM"."OTHER" ("ID" numeric(5))', 'INSERT INTO "CRM"."OTHER" VALUES (1)')
    app.deployed()
    reload: dict[str, Any] = {"TablesToReload": [{"SchemaName": "CRM", "TableName": "CUSTOMERS"}]}
    refused("InvalidResourceStateFault", app.dms.reload_replication_tables, ReplicationConfigArn=app.arn, **reload)
    app.start()
    app.wait_for_counts("OTHER", TableState="Table completed")
    app.sql("""INSERT INTO "CRM"."CUSTOMERS" VALUES (3, 'New', NULL)""")
    app.dms.reload_replication_tables(ReplicationConfigArn=app.arn, **reload)
    app.wait_for_counts("CUSTOMERS", FullLoadRows=3, TableState="Table completed", FullLoadReloaded=True)
    assert len(app.loaded("CUSTOMERS")) == 3
    assert app.statistics()["OTHER"]["FullLoadReloaded"] is False
    unknown = {"TablesToReload": [{"SchemaName": "CRM", "TableName": "NONE"}]}
    refused(
        "InvalidParameterValueException", app.dms.reload_replication_tables, ReplicationConfigArn=app.arn, **unknown
    )


def test_counts_are_lost_when_a_replication_is_deprovisioned(app: App) -> None:
    app.deployed().start()
    app.wait_for_counts("CUSTOMERS", FullLoadRows=2, TableState="Table completed")
    app.stop()
    assert app.statistics()["CUSTOMERS"]["FullLoadRows"] == 2
    app.cloud.deprovision(app.describe()["ReplicationConfigIdentifier"])
    assert app.describe()["ProvisionData"]["ProvisionState"] == "deprovisioned"
    assert app.statistics() == {}
    app.start("resume-processing")
    app.sql("""DELETE FROM "CRM"."CUSTOMERS" WHERE "ID" = 1""")
    app.wait_for_counts("CUSTOMERS", Deletes=1, FullLoadRows=0)


def test_a_type_cannot_be_changed_once_there_was_capacity(app: App) -> None:
    app.deployed().start().stop()
    change = {"ReplicationConfigArn": app.arn, "ReplicationType": "cdc"}
    message = refused("InvalidParameterValueException", app.dms.modify_replication_config, **change)
    assert "before provisioning capacity" in message


def test_other_mappings_of_a_stopped_replication_are_deployed_in_place(app: App) -> None:
    before = app.deployed().start().stop().arn
    app.deployed(mappings=[{"rule-type": "selection", "rule-action": "include", "object-locator": _ANY}])
    assert app.arn == before
    app.start("reload-target")
    app.wait_for_counts("CUSTOMERS", TableState="Table completed")
    assert "cdp_change_seq" not in app.loaded("CUSTOMERS")[0]


def test_another_key_makes_what_has_one_anew_before_the_old_goes_which_takes_another_name(app: App) -> None:
    def with_key(key: str, name: str) -> dict[str, Any]:
        declared = template(app.service, app.secret, on_instance=True)
        resources = declared["Resources"]
        for each in ("Instance", "Source", "Target"):
            resources[each]["Properties"]["KmsKeyId"] = f"arn:aws:kms:us-east-1:123456789012:key/{key}"
        resources["Instance"]["Properties"]["ReplicationInstanceIdentifier"] = name
        resources["Replication"]["Properties"]["ReplicationTaskIdentifier"] = name
        return declared

    before = app.outputs = app.deploy(with_key("1", "one"))
    with pytest.raises(DeploymentError, match="already exists"):
        app.deploy(with_key("2", "one"))
    after = app.outputs = app.deploy(with_key("3", "two"))
    for each in ("Instance", "Source", "Target", "Replication"):
        assert after[each] != before[each], each
    tasks = app.dms.describe_replication_tasks()["ReplicationTasks"]
    assert before["Replication"] not in [each["ReplicationTaskArn"] for each in tasks]
    app.reach()
    app.start()


_ANY = {"schema-name": "CRM", "table-name": "%"}


def test_a_stack_goes_with_its_stopped_replication(app: App) -> None:
    app.deployed().start().stop()
    s3 = app.cloud.client("s3")
    for name in app.files():
        s3.delete_object(Bucket=app.outputs["Bucket"], Key=f"{FOLDER}/{name}")
    [stack] = [each for each in app.cloud.stack_outputs().items() if each[1].get("Replication") == app.arn]
    app.cloud.client("cloudformation").delete_stack(StackName=stack[0])
    found = app.dms.describe_replication_configs()["ReplicationConfigs"]
    assert app.arn not in [each["ReplicationConfigArn"] for each in found]
    with psycopg.connect(app.cloud.start_oracle(app.service, app.secret)) as connection:
        query = "SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"
        assert connection.execute(query).fetchone() == (0,)
    app.outputs = {}


def test_what_does_not_exist_is_not_found(app: App) -> None:
    missing = "arn:aws:dms:us-east-1:123456789012:replication-config:MISSING"
    start = {"ReplicationConfigArn": missing, "StartReplicationType": "start-replication"}
    refused("ResourceNotFoundFault", app.dms.start_replication, **start)
    filters = [{"Name": "replication-config-arn", "Values": [missing]}]
    refused("ResourceNotFoundFault", app.dms.describe_replications, Filters=filters)


def test_states_are_events(app: App, deploy: Deploy) -> None:
    declared = template(app.service, app.secret, without=["bucket"])
    pattern = {"source": ["aws.dms"], "resources": [ref("Replication")]}
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn_of("Queue")}]}
    declared["Resources"] |= {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Policy": {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [ref("Queue")], "PolicyDocument": policy}},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": pattern, "Targets": [{"Id": "queue", "Arn": arn_of("Queue")}]},
        },
    }
    declared["Outputs"] |= outputs(Queue=ref("Queue"))
    app.outputs = deploy(declared)
    app.start(until="failed")
    seen: list[dict[str, Any]] = []

    def failed() -> list[dict[str, Any]]:
        messages = app.cloud.client("sqs").receive_message(QueueUrl=app.outputs["Queue"], MaxNumberOfMessages=10)
        seen.extend(json.loads(each["Body"]) for each in messages.get("Messages", []))
        return [each for each in seen if each["detail"]["eventType"] == "REPLICATION_FAILED"]

    [event] = app.cloud.wait_until(failed, 10, "the event")
    assert event["detail-type"] == "DMS Replication State Change"
    assert event["detail"]["type"] == "REPLICATION_CONFIG"
    assert event["detail"]["category"] == "Failure"
    assert "AccessDenied" in event["detail"]["detailMessage"]
    assert "REPLICATION_INITIALIZING" in {each["detail"]["eventType"] for each in seen}


def test_a_role_starts_what_its_policy_names(app: App, tmp_path: Path) -> None:
    app.deployed()
    other = role("lambda.amazonaws.com", allow("dms:StartReplication", app.arn), allow("dms:DescribeReplications", "*"))
    none = role("lambda.amazonaws.com", allow("dms:StartReplication", f"{app.arn}X"))
    roles = {"Resources": {"May": other, "MayNot": none}}
    with_outputs = outputs(May=arn_of("May"), MayNot=arn_of("MayNot"))
    made = app.cloud.deploy(write_assembly(tmp_path / "roles", {"RolesOfDms": {**roles, "Outputs": with_outputs}}))
    start = {"ReplicationConfigArn": app.arn, "StartReplicationType": "start-replication"}
    refused("AccessDeniedException", app.cloud.client("dms", made["MayNot"]).start_replication, **start)
    app.cloud.client("dms", made["May"]).start_replication(**start)
    app.wait_for("running")
    refused(
        "AccessDeniedException", app.cloud.client("dms", made["May"]).stop_replication, ReplicationConfigArn=app.arn
    )
