"""The Data API's own rules: statuses, parameters, tokens, limits, pages, who sees what."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.redshift.client import client
from local.redshift.data_api import RedshiftDataApi
from local.redshift.requests import ApiError
from local.tests.redshift.warehouse import StatementFailed, Warehouse

TARGET = {"WorkgroupName": "warehouse", "Database": "dev"}


def _error(call: Callable[..., Any], **fields: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as failure:
        call(**fields)
    return failure.value.response["Error"]["Code"], failure.value.response["Error"]["Message"]


def test_a_statement_is_submitted_then_described_as_finished(admin: Warehouse) -> None:
    accepted = admin.boto.execute_statement(Sql="SELECT 1 AS one", StatementName="first", **TARGET)
    assert accepted["WorkgroupName"] == "warehouse" and accepted["Database"] == "dev"
    described = admin.wait(accepted["Id"])
    assert described["Status"] == "FINISHED"
    assert (described["HasResultSet"], described["ResultRows"], described["QueryString"]) == (
        True,
        1,
        "SELECT 1 AS one",
    )
    assert described["Duration"] > 0 and described["RedshiftPid"] > 0 and "Error" not in described
    assert described["CreatedAt"] <= described["UpdatedAt"]


def test_a_batch_describes_each_statement(admin: Warehouse) -> None:
    statement = admin.submit("SELECT 1", "SELECT 1 / 0", "SELECT 3")
    described = admin.wait(statement)
    assert described["Status"] == "FAILED" and described["Error"] == "Query #2 failed with ERROR: division by zero"
    parts = described["SubStatements"]
    assert [part["Status"] for part in parts] == ["FINISHED", "FAILED", "ABORTED"]
    assert [part["Id"] for part in parts] == [f"{statement}:{number}" for number in (1, 2, 3)]
    assert [part.get("Error") for part in parts] == [None, "ERROR: division by zero", None]
    assert "QueryString" not in described


def test_each_statement_of_a_batch_has_its_result(admin: Warehouse) -> None:
    statement = admin.run("SELECT 1", "SELECT 2")["Id"]
    values = [
        admin.boto.get_statement_result(Id=each)["Records"][0][0]["longValue"]
        for each in (f"{statement}:1", f"{statement}:2", statement)
    ]
    assert values == [1, 2, 2]


def test_results_have_the_apis_types(admin: Warehouse) -> None:
    statement = admin.run(
        "SELECT 1::smallint AS a, 2.50::numeric(5,2) AS b, 1.5::float8 AS c, true AS d, NULL::int AS e,"
        " DATE '2024-01-31' AS f, TIMESTAMP '2024-01-31 10:20:30.5' AS g, 'x'::varchar(5) AS h,"
        " TIMESTAMPTZ '2024-01-31 10:20:30+02' AS i, JSON_PARSE('{\"a\": 1}') AS j"
    )["Id"]
    result = admin.boto.get_statement_result(Id=statement)
    assert result["Records"] == [
        [
            {"longValue": 1},
            {"stringValue": "2.50"},
            {"doubleValue": 1.5},
            {"booleanValue": True},
            {"isNull": True},
            {"stringValue": "2024-01-31"},
            {"stringValue": "2024-01-31 10:20:30.5"},
            {"stringValue": "x"},
            {"stringValue": "2024-01-31 08:20:30+00"},
            {"stringValue": '{"a": 1}'},
        ]
    ]
    metadata = [(column["name"], column["typeName"]) for column in result["ColumnMetadata"]]
    assert metadata[:4] == [("a", "int2"), ("b", "numeric"), ("c", "float8"), ("d", "bool")]
    assert metadata[9] == ("j", "super")
    assert result["ColumnMetadata"][1]["precision"] == 5 and result["ColumnMetadata"][1]["scale"] == 2


def test_results_come_by_pages(admin: Warehouse, postgres_url: str, s3: Any) -> None:
    api = RedshiftDataApi(postgres_url, s3_client_for_role=lambda arn: s3, page_rows=2)
    warehouse = Warehouse(client(api), admin.schema)
    query = "SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 ORDER BY n"
    first = warehouse.boto.get_statement_result(Id=warehouse.run(query)["Id"])
    assert len(first["Records"]) == 2 and first["TotalNumRows"] == 5 and first["NextToken"]
    assert warehouse.rows(query) == [(1,), (2,), (3,), (4,), (5,)]


def test_a_row_over_64_kb_is_an_error(admin: Warehouse) -> None:
    assert len(admin.rows("SELECT REPEAT('x', 65536)")[0][0]) == 65536
    with pytest.raises(StatementFailed, match="rows of up to 64 KB"):
        admin.rows("SELECT REPEAT('x', 65537)")


@pytest.mark.parametrize("value", ["it's", "\\", "a\\'b", "'; DROP TABLE t; --", ":x", "é", "NULL"])
def test_parameters_are_values(admin: Warehouse, value: str) -> None:
    parameters = [{"name": "given", "value": value}]
    assert admin.rows("SELECT :given, ':given', :given", Parameters=parameters) == [(value, ":given", value)]


def test_a_parameter_takes_the_type_of_what_it_meets(admin: Warehouse) -> None:
    assert admin.rows("SELECT 7 WHERE 42 = :n", Parameters=[{"name": "n", "value": "42"}]) == [(7,)]


def test_a_parameter_cannot_name_a_table(admin: Warehouse) -> None:
    with pytest.raises(StatementFailed, match="syntax error"):
        admin.run("SELECT * FROM :table", Parameters=[{"name": "table", "value": "pg_class"}])


def test_parameters_must_match_the_statement(admin: Warehouse, api: RedshiftDataApi) -> None:
    execute = admin.boto.execute_statement
    unused = _error(execute, Sql="SELECT 1", Parameters=[{"name": "x", "value": "1"}], **TARGET)
    assert unused == ("ValidationException", "Parameters list contains unused parameters. Unused parameters: ['x']")
    assert _error(execute, Sql="SELECT :x", **TARGET)[0] == "ValidationException"
    with pytest.raises(ApiError, match="empty"):  # boto3 refuses it before sending
        api.call("ExecuteStatement", None, {"Sql": "SELECT :x", "Parameters": [{"name": "x", "value": ""}], **TARGET})


def test_a_client_token_makes_a_repeated_submit_harmless(admin: Warehouse, as_role: Callable[..., Warehouse]) -> None:
    table = f"{admin.schema}.t"
    admin.run(
        f"CREATE TABLE {table} (a INT)",
        f"GRANT ALL ON SCHEMA {admin.schema} TO PUBLIC",
        f"GRANT ALL ON {table} TO PUBLIC",
    )
    token = f"token-{admin.schema}"
    ids = {admin.submit(f"INSERT INTO {table} VALUES (1)", ClientToken=token) for _ in range(3)}
    other = as_role("other").submit(f"INSERT INTO {table} VALUES (1)", ClientToken=token)
    assert len(ids) == 1 and other not in ids
    admin.wait(ids.pop())
    as_role("other").wait(other)
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(2,)]


def test_a_batch_takes_40_statements(admin: Warehouse, api: RedshiftDataApi) -> None:
    assert len(admin.run(*["SELECT 1"] * 40)["SubStatements"]) == 40
    code, message = _error(admin.boto.batch_execute_statement, Sqls=["SELECT 1"] * 41, **TARGET)
    assert code == "ValidationException" and "less than or equal to 40" in message


def test_a_statement_takes_100_kilobytes(admin: Warehouse) -> None:
    def padded(size: int) -> str:
        return "SELECT 1 --" + "é" * ((size - 11) // 2) + "x" * ((size - 11) % 2)

    admin.run(padded(100 * 1024))
    code, message = _error(admin.boto.execute_statement, Sql=padded(100 * 1024 + 1), **TARGET)
    assert code == "ValidationException" and "larger than 100kB" in message


@pytest.mark.parametrize(
    "target",
    [
        {"Database": "dev"},
        {"Database": "dev", "WorkgroupName": "warehouse", "ClusterIdentifier": "cluster"},
        {"Database": "dev", "WorkgroupName": "warehouse", "DbUser": "someone"},
        {"Database": "dev", "WorkgroupName": "warehouse", "WithEvent": True},
    ],
)
def test_a_call_that_does_not_say_one_warehouse_is_refused(admin: Warehouse, target: dict[str, Any]) -> None:
    assert _error(admin.boto.execute_statement, Sql="SELECT 1", **target)[0] == "ValidationException"


def test_a_database_that_is_not_there_fails_the_statement(admin: Warehouse) -> None:
    with pytest.raises(StatementFailed, match='database "nowhere" does not exist'):
        admin.run("SELECT 1", Database="nowhere")


def test_only_the_role_that_ran_a_statement_sees_it(admin: Warehouse, as_role: Callable[..., Warehouse]) -> None:
    statement = as_role("one").run("SELECT 1")["Id"]
    assert as_role("one", session="later").boto.describe_statement(Id=statement)["Status"] == "FINISHED"
    for stranger in (as_role("two"), admin):
        for call in ("describe_statement", "get_statement_result", "cancel_statement"):
            assert _error(getattr(stranger.boto, call), Id=statement)[0] == "ResourceNotFoundException"


def test_lists_the_statements_of_a_role_or_of_a_session(as_role: Callable[..., Warehouse], admin: Warehouse) -> None:
    role = f"lister-{admin.schema}"
    first, second = as_role(role, session="first"), as_role(role, session="second")
    ids = [first.run("SELECT 1", StatementName="named")["Id"], second.run("SELECT 2", "SELECT 3")["Id"]]
    with pytest.raises(StatementFailed):
        second.run("SELECT 1 / 0")
    assert [each["Id"] for each in second.boto.list_statements()["Statements"]] == ids[::-1]
    assert [each["Id"] for each in second.boto.list_statements(RoleLevel=False)["Statements"]] == ids[1:]
    assert [each["Id"] for each in second.boto.list_statements(StatementName="nam")["Statements"]] == ids[:1]
    assert len(second.boto.list_statements(Status="ALL")["Statements"]) == 3
    page = second.boto.list_statements(MaxResults=1)
    rest = second.boto.list_statements(MaxResults=1, NextToken=page["NextToken"])
    assert [page["Statements"][0]["Id"], rest["Statements"][0]["Id"]] == ids[::-1]


def test_cancel_aborts_a_running_statement_and_undoes_it(admin: Warehouse) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a INT)")
    statement = admin.submit(f"INSERT INTO {table} VALUES (1)", "SELECT pg_sleep(60)")
    deadline = time.monotonic() + 30
    while admin.boto.describe_statement(Id=statement)["SubStatements"][1]["Status"] != "STARTED":
        assert time.monotonic() < deadline
    assert admin.boto.cancel_statement(Id=statement)["Status"] is True
    assert admin.wait(statement)["Status"] == "ABORTED"
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    code, message = _error(admin.boto.cancel_statement, Id=statement)
    assert code == "ValidationException" and "already in ABORTED state" in message


def test_no_result_no_statement(admin: Warehouse) -> None:
    statement = admin.run(f"CREATE TABLE {admin.schema}.t (a INT)")["Id"]
    assert _error(admin.boto.get_statement_result, Id=statement)[0] == "ResourceNotFoundException"
    unknown = "00000000-0000-0000-0000-000000000000"
    assert _error(admin.boto.describe_statement, Id=unknown) == ("ResourceNotFoundException", "Query does not exist.")


def test_a_warehouse_runs_so_many_statements_at_once(admin: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.redshift.data_api.MAX_ACTIVE", 1)
    running = admin.submit("SELECT pg_sleep(60)")
    assert _error(admin.boto.execute_statement, Sql="SELECT 1", **TARGET)[0] == "ActiveStatementsExceededException"
    admin.boto.cancel_statement(Id=running)
    admin.wait(running)
    admin.run("SELECT 1")
