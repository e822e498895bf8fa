"""How the Data API's answers become results, retries and errors."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from customer_data.errors import TransientWarehouseError, WarehouseError
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.data_api import DataApi, backoff_seconds, retrying

CONNECTION = WarehouseConnection(database="dev", copy_role_arn="arn", workgroup_name="wg", secret_arn="arn:secret")


class Service:
    """Answers each operation with the next prepared answer; an exception is raised."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = {"execute_statement": [{"Id": "1"}], "batch_execute_statement": [{"Id": "1"}], **answers}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            answer = self.answers[operation].pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "ExecuteStatement")


def api(service: Service) -> tuple[DataApi, list[float]]:
    pauses: list[float] = []
    return DataApi(service, CONNECTION, sleep=pauses.append), pauses


def test_waits_ever_longer_until_the_statement_ends() -> None:
    running = [{"Status": status} for status in ["SUBMITTED", "PICKED", *["STARTED"] * 200, "FINISHED"]]
    data_api, pauses = api(Service(describe_statement=running))
    data_api.execute("SELECT 1")

    assert len(pauses) == 202
    assert pauses[0] < 0.1
    assert all(pause <= 0.7 for pause in pauses[:10]), "a short statement's end is seen at once"
    assert 3 < pauses[-1] < 7


def test_reads_all_pages_and_kinds_of_values() -> None:
    service = Service(
        describe_statement=[{"Status": "FINISHED"}],
        get_statement_result=[
            {"Records": [[{"longValue": 0}, {"stringValue": "a"}, {"isNull": True}]], "NextToken": "2"},
            {"Records": [[{"doubleValue": 1.5}, {"booleanValue": False}, {"stringValue": ""}]]},
        ],
    )

    assert api(service)[0].query("SELECT") == [(0, "a", None), (1.5, False, "")]
    assert service.calls[-1] == ("get_statement_result", {"Id": "1", "NextToken": "2"})


def test_repeats_a_submit_with_the_same_token_when_the_answer_was_lost() -> None:
    lost = EndpointConnectionError(endpoint_url="https://redshift-data")
    service = Service(
        batch_execute_statement=[lost, refused("ThrottlingException"), {"Id": "1"}],
        describe_statement=[{"Status": "FINISHED", "SubStatements": [{"ResultRows": 3}]}],
    )

    assert api(service)[0].batch(["SELECT 1"]) == [3]
    tokens = [arguments["ClientToken"] for operation, arguments in service.calls if operation.startswith("batch")]
    assert len(tokens) == 3 and len(set(tokens)) == 1


def test_each_batch_has_a_token_of_its_own() -> None:
    service = Service(batch_execute_statement=[{"Id": "1"}] * 2, describe_statement=[{"Status": "FINISHED"}] * 2)
    data_api = api(service)[0]
    data_api.batch(["SELECT 1"])
    data_api.batch(["SELECT 1"])

    tokens = {arguments["ClientToken"] for operation, arguments in service.calls if operation.startswith("batch")}
    assert len(tokens) == 2


def test_does_not_repeat_a_call_that_is_refused_for_good() -> None:
    service = Service(execute_statement=[refused("AccessDeniedException")])
    with pytest.raises(WarehouseError, match="AccessDenied") as raised:
        api(service)[0].execute("SELECT 1")

    assert not isinstance(raised.value, TransientWarehouseError)
    assert len(service.calls) == 1


def test_gives_up_a_service_that_stays_busy() -> None:
    service = Service(execute_statement=[refused("ActiveStatementsExceededException")] * 100)
    with pytest.raises(TransientWarehouseError):
        api(service)[0].execute("SELECT 1")

    assert len(service.calls) == 12


@pytest.mark.parametrize(
    "message",
    [
        "ERROR: 1023 DETAIL: Serializable isolation violation on table - 123",
        "ERROR: could not serialize access due to concurrent update",
        "ERROR: deadlock detected",
        "ERROR: tuple concurrently updated",
        "ERROR: could not open relation with OID 1234",
    ],
)
def test_a_conflict_with_another_transaction_is_worth_repeating(message: str) -> None:
    service = Service(describe_statement=[{"Status": "FAILED", "Error": message}])
    with pytest.raises(TransientWarehouseError):
        api(service)[0].batch(["SELECT 1"])


def test_repeats_no_value_of_a_record() -> None:
    service = Service(describe_statement=[{"Status": "FAILED", "Error": 'ERROR: invalid input syntax for real: "Ann"'}])
    with pytest.raises(WarehouseError, match=r"invalid input syntax for real: …$"):
        api(service)[0].batch(["SELECT 1"])


def test_names_the_statement_of_a_batch_that_failed() -> None:
    parts = [{"Status": "FINISHED"}, {"Status": "FAILED"}, {"Status": "SUBMITTED"}]
    service = Service(describe_statement=[{"Status": "FAILED", "Error": "ERROR: no", "SubStatements": parts}])
    with pytest.raises(WarehouseError, match="no") as raised:
        api(service)[0].batch(["one", "two", "three"])

    assert raised.value.sql == "two"
    assert not isinstance(raised.value, TransientWarehouseError)


def test_an_aborted_statement_is_an_error() -> None:
    with pytest.raises(WarehouseError, match="ABORTED"):
        api(Service(describe_statement=[{"Status": "ABORTED"}]))[0].execute("SELECT 1")


@pytest.mark.parametrize("statements", [["SELECT 1"] * 41, ["SELECT '" + "x" * 100_000 + "'"]])
def test_submits_nothing_that_the_service_would_refuse(statements: list[str]) -> None:
    service = Service()
    with pytest.raises(WarehouseError, match=r"40|100000"):
        api(service)[0].batch(statements)

    assert service.calls == []


def test_sends_only_what_the_connection_says() -> None:
    service = Service(describe_statement=[{"Status": "FINISHED"}])
    api(service)[0].execute("SELECT 1")

    sent = service.calls[0][1]
    assert sent | {"ClientToken": "t"} == {
        "ClientToken": "t", "Database": "dev", "WorkgroupName": "wg", "SecretArn": "arn:secret", "Sql": "SELECT 1",
    }  # fmt: skip


def test_backs_off_with_jitter_up_to_twenty_seconds() -> None:
    assert all(0 <= backoff_seconds(attempt) <= 20 for attempt in range(100) for _ in range(10))
    assert len({backoff_seconds(5) for _ in range(10)}) > 1


def test_an_error_that_is_not_transient_passes_at_once() -> None:
    tries = []

    def action() -> None:
        tries.append(1)
        raise WarehouseError("no")

    with pytest.raises(WarehouseError):
        retrying(action, sleep=lambda seconds: None)
    assert len(tries) == 1
