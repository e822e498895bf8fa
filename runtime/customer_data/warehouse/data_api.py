"""Runs SQL through the Redshift Data API: submit, wait, read, and say which failures are worth repeating."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from customer_data.errors import TransientWarehouseError, WarehouseError
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.failure_texts import is_conflict, is_guard, without_values

log = logging.getLogger(__name__)

T = TypeVar("T")
Value = str | int | float | bool | None

#: Service quotas, Redshift Data API: statements in a batch, bytes in a statement.
MAX_STATEMENTS = 40
MAX_STATEMENT_BYTES = 100_000

_ATTEMPTS = 12
_SAY_STILL_RUNNING_SECONDS = 30.0

#: Calls that the service refuses for the moment. (Redshift Data API reference, "Common Errors".)
_BUSY_CODES = frozenset(
    {
        "ActiveStatementsExceededException",
        "ActiveSessionsExceededException",
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "InternalServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)


class DataApi:
    """One database, reached as `connection` says.

    `client` is a boto3 `redshift-data` client. A submitted statement carries a client token, so that a submit that
    is repeated after a lost answer runs once.
    """

    def __init__(
        self, client: Any, connection: WarehouseConnection, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._sleep = sleep
        target = {
            "Database": connection.database,
            "WorkgroupName": connection.workgroup_name,
            "ClusterIdentifier": connection.cluster_identifier,
            "DbUser": connection.database_user,
            "SecretArn": connection.secret_arn,
        }
        self._target = {name: value for name, value in target.items() if value is not None}

    def execute(self, sql: str) -> None:
        """Runs one statement in a transaction of its own. Raises WarehouseError."""
        self._finish([sql], self._submit("execute_statement", Sql=sql))

    def query(self, sql: str) -> list[tuple[Value, ...]]:
        """Runs one SELECT and returns all its rows. Raises WarehouseError."""
        statement = self._submit("execute_statement", Sql=sql)
        self._finish([sql], statement)
        return list(self._rows(statement))

    def batch(self, statements: Sequence[str]) -> list[int]:
        """Runs the statements in one transaction and returns the number of rows of each.

        Raises WarehouseError with the statement that failed; nothing of the batch is kept then.
        """
        if len(statements) > MAX_STATEMENTS:
            raise WarehouseError(f"a batch of {len(statements)} statements; the Data API takes {MAX_STATEMENTS}")
        for sql in statements:
            if len(sql.encode()) > MAX_STATEMENT_BYTES:
                raise WarehouseError(f"a statement of {len(sql.encode())} bytes; allowed: {MAX_STATEMENT_BYTES}", sql)
        described = self._finish(statements, self._submit("batch_execute_statement", Sqls=list(statements)))
        return [int(part.get("ResultRows", -1)) for part in described.get("SubStatements", [])]

    def _submit(self, operation: str, **arguments: Any) -> str:
        submitted = self._call(operation, ClientToken=str(uuid.uuid4()), **self._target, **arguments)
        return str(submitted["Id"])

    def _finish(self, statements: Sequence[str], statement_id: str) -> dict[str, Any]:
        """Waits for the statement to end, asking ever less often so that many runs share the account's rate: the end
        is seen a quarter of a second or a twentieth of the time late, 5 seconds at most."""
        pause, waited, said = 0.03, 0.0, 0.0
        while True:
            described = self._call("describe_statement", Id=statement_id)
            status = described["Status"]
            if status == "FINISHED":
                return described
            if status in ("FAILED", "ABORTED"):
                raise _failure(described, statements)
            if waited - said >= _SAY_STILL_RUNNING_SECONDS:
                said = waited
                log.info("statement %s is %s after %.0f s", statement_id, status, waited)
            seconds = pause * random.uniform(0.75, 1.25)
            self._sleep(seconds)
            waited += seconds
            pause = min(pause * 1.5, max(0.25, waited / 20), 5.0)

    def _rows(self, statement_id: str) -> Iterator[tuple[Value, ...]]:
        arguments = {"Id": statement_id}
        while True:
            page = self._call("get_statement_result", **arguments)
            for record in page["Records"]:
                yield tuple(_value(field) for field in record)
            if not page.get("NextToken"):
                return
            arguments["NextToken"] = page["NextToken"]

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        def call() -> dict[str, Any]:
            try:
                return dict(getattr(self._client, operation)(**arguments))
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                kind = TransientWarehouseError if code in _BUSY_CODES else WarehouseError
                raise kind(f"the Redshift Data API refused {operation} on {self._where}: {error}") from error
            except (ConnectionError, HTTPClientError) as error:
                raise TransientWarehouseError(f"the Redshift Data API did not answer {operation}: {error}") from error

        return retrying(call, sleep=self._sleep)

    @property
    def _where(self) -> str:
        return self._target.get("WorkgroupName") or self._target.get("ClusterIdentifier") or "no workgroup or cluster"


def retrying(action: Callable[[], T], *, sleep: Callable[[float], None] = time.sleep) -> T:
    """Calls `action` until it raises no TransientWarehouseError, a dozen times at most."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return action()
        except TransientWarehouseError as error:
            log.info("trying again: %s", error)
            sleep(backoff_seconds(attempt))
    return action()


def at_once(*queries: Callable[[], Any]) -> tuple[Any, ...]:
    """What the queries return, asked side by side: each takes its time on the way, and little in the warehouse."""
    with ThreadPoolExecutor(len(queries), "query") as pool:
        return tuple(future.result() for future in [pool.submit(query) for query in queries])


def backoff_seconds(attempt: int) -> float:
    """Exponential back-off with full jitter: 20 runs that collided do not collide again in step."""
    return random.uniform(0.0, min(20.0, 0.1 * 2.0 ** min(attempt, 10)))


def _failure(described: dict[str, Any], statements: Sequence[str]) -> WarehouseError:
    parts = described.get("SubStatements", [])
    failed = next((index for index, part in enumerate(parts) if part.get("Status") in ("FAILED", "ABORTED")), None)
    sql = statements[failed] if failed is not None else statements[0] if len(statements) == 1 else None
    message = described.get("Error") or f"the statement ended {described['Status']}"
    said = message if is_guard(sql) else without_values(message)
    return (TransientWarehouseError if is_conflict(message) else WarehouseError)(said, sql)


def _value(field: dict[str, Any]) -> Value:
    if field.get("isNull"):
        return None
    return next(iter(field.values()))  # type: ignore[no-any-return]  # a union with exactly one member
