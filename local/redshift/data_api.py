"""The Amazon Redshift Data API over PostgreSQL: one transaction per call, run in the background, results by page.

`RedshiftDataApi.call` takes and returns the API's own JSON; `client` makes a boto3 client of it without a server, and
`local.redshift.moto_backend` puts it into moto.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict

from local.redshift.errors import RedshiftError
from local.redshift.identifiers import LongNames
from local.redshift.logins import Logins, RoleInfo
from local.redshift.requests import ApiError, Request, parse_request, require
from local.redshift.results import checked_size, field_of, metadata_of
from local.redshift.session import Session
from local.redshift.statements import ENDED, Part, Statement

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MAX_ACTIVE = 200
TOKEN_SECONDS = 8 * 3600


class RedshiftDataApi:
    """`s3_client_for_role` gives COPY and UNLOAD the S3 client of their IAM_ROLE; `user_of_secret` gives the database
    user whose name and password a SecretArn holds, None where there is no such secret; `isolation` is REPEATABLE READ,
    PostgreSQL's snapshot isolation, or SERIALIZABLE.
    """

    def __init__(
        self,
        postgres_url: str,
        *,
        s3_client_for_role: Callable[[str], S3Client],
        user_of_secret: Callable[[str], str | None] = lambda arn: None,
        isolation: IsolationLevel = IsolationLevel.REPEATABLE_READ,
        page_rows: int = 1_000,
    ) -> None:
        self._url = postgres_url
        self._logins = Logins(postgres_url)
        self._s3_client_for_role = s3_client_for_role
        self._user_of_secret = user_of_secret
        self._isolation = isolation
        self._page_rows = page_rows
        self._lock = threading.Lock()
        self._statements: dict[str, Statement] = {}
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        self._names: dict[str, LongNames] = {}
        self._operations: dict[str, Callable[[RoleInfo | None, Mapping[str, Any]], dict[str, Any]]] = {
            "ExecuteStatement": self._execute,
            "BatchExecuteStatement": self._execute,
            "DescribeStatement": self._describe,
            "GetStatementResult": self._result,
            "CancelStatement": self._cancel,
            "ListStatements": self._list,
        }

    def call(self, operation: str, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """One API call. `caller` None is the account's administrator, who made the namespace: a superuser.

        Raises ApiError with the service's error code.
        """
        if operation not in self._operations:
            raise ApiError("ValidationException", f"{operation} is not emulated by the local cloud")
        return self._operations[operation](caller, given)

    def _execute(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        request = parse_request(given)
        if request.secret_arn:
            user = self._user_of_secret(request.secret_arn)
            if user is None:
                raise ApiError("ValidationException", f"Secrets Manager can't find the secret {request.secret_arn}")
            request = replace(request, database_user=user)
        owner = _owner(caller)
        now = time.time()
        with self._lock:
            known = self._tokens.get((owner, request.client_token or ""))
            if known and now - known[1] < TOKEN_SECONDS:
                return self._accepted(self._statements[known[0]])
            if sum(statement.status not in ENDED for statement in self._statements.values()) >= MAX_ACTIVE:
                raise ApiError("ActiveStatementsExceededException", f"{MAX_ACTIVE} statements are active: try later")
            statement_id = str(uuid.uuid4())
            parts = [
                Part(f"{statement_id}:{number}" if request.is_batch else statement_id, sql, now, now)
                for number, sql in enumerate(request.sqls, start=1)
            ]
            statement = Statement(statement_id, request, owner, caller.session if caller else "", parts, now, now)
            self._statements[statement_id] = statement
            if request.client_token:
                self._tokens[(owner, request.client_token)] = (statement_id, now)
        threading.Thread(target=self._run, args=(statement, caller), daemon=True, name=statement_id).start()
        return self._accepted(statement)

    def _accepted(self, statement: Statement) -> dict[str, Any]:
        return {"Id": statement.id, "CreatedAt": statement.created_at, **statement.request.target}

    def _run(self, statement: Statement, caller: RoleInfo | None) -> None:
        started = time.monotonic_ns()
        statement.status = "STARTED"
        try:
            session = self._connect(statement.request, caller)
        except Exception as error:
            message = str(error) if isinstance(error, psycopg.Error) else f"ERROR: {error}"
            self._end(statement, "FAILED", started, message)
            return
        statement.session, statement.process = session, session.connection.info.backend_pid
        current: Part | None = None
        try:
            for current in statement.parts:
                self._run_part(statement, session, current)
            if statement.cancelled.is_set():
                raise psycopg.errors.QueryCanceled("cancelled")
            session.connection.commit()
            self._end(statement, "FINISHED", started)
        except Exception as error:
            # The thread's last resort: any error is reported to the caller, who polls.
            status = "ABORTED" if statement.cancelled.is_set() else "FAILED"
            message = session.describe_error(error)
            if current is not None:
                current.status, current.error, current.updated_at = status, message, time.time()
            number = (
                f"Query #{statement.parts.index(current) + 1} failed with "
                if current and statement.request.is_batch
                else ""
            )
            self._end(statement, status, started, number + message)
        finally:
            session.connection.close()

    def _run_part(self, statement: Statement, session: Session, part: Part) -> None:
        if statement.cancelled.is_set():
            raise RedshiftError("Query cancelled on user's request")
        part.status = "STARTED"
        started = time.monotonic_ns()
        outcome = session.execute(part.sql, statement.request.parameters, in_block=len(statement.parts) > 1)
        part.size = checked_size(outcome.rows)
        part.outcome, part.duration = outcome, time.monotonic_ns() - started
        part.status, part.updated_at = "FINISHED", time.time()

    def _connect(self, request: Request, caller: RoleInfo | None) -> Session:
        names = self._long_names(request.database)
        if request.database_user:
            login = self._logins.for_user(request.database_user)
        elif caller is not None:
            login = self._logins.for_role(caller, names.stored)
        else:
            login = self._logins.administrator
        conninfo = self._logins.conninfo(login, request.database)
        return Session(conninfo, names, self._s3_client_for_role, self._isolation)

    def _long_names(self, database: str) -> LongNames:
        with self._lock:
            if database not in self._names:
                administrator = str(conninfo_to_dict(self._url)["user"])
                self._names[database] = LongNames(self._logins.conninfo(administrator, database))
            return self._names[database]

    def _end(self, statement: Statement, status: str, started: int, error: str | None = None) -> None:
        for part in statement.parts:
            if part.status not in ENDED:
                part.status = "ABORTED"
        with self._lock:
            statement.duration, statement.updated_at = time.monotonic_ns() - started, time.time()
            statement.error = error
            statement.status = status

    def _find(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> tuple[Statement, Part | None]:
        """The caller's own statement, and the sub-statement when the id names one."""
        given_id = str(require(given, "Id"))
        statement = self._statements.get(given_id.partition(":")[0])
        if statement is None or statement.owner != _owner(caller):
            raise ApiError("ResourceNotFoundException", "Query does not exist.")
        if given_id == statement.id:
            return statement, None
        part = next((part for part in statement.parts if part.id == given_id), None)
        if part is None:
            raise ApiError("ResourceNotFoundException", "Query does not exist.")
        return statement, part

    def _describe(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        statement, part = self._find(caller, given)
        with self._lock:
            described = {
                **(part or statement.parts[-1]).describe(),
                **statement.request.target,
                "RedshiftPid": statement.process,
                "Id": statement.id if part is None else part.id,
            }
            if statement.request.parameters:
                described["QueryParameters"] = [
                    {"name": name, "value": value} for name, value in statement.request.parameters.items()
                ]
            if part is None:
                described.pop("Error", None)
                described |= {
                    "Status": statement.status,
                    "CreatedAt": statement.created_at,
                    "UpdatedAt": statement.updated_at,
                    "Duration": statement.duration,
                }
                if statement.error is not None:
                    described["Error"] = statement.error
                if statement.request.is_batch:
                    del described["QueryString"]
                    described["SubStatements"] = [each.describe() for each in statement.parts]
            return described

    def _result(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        statement, part = self._find(caller, given)
        outcome = (part or statement.parts[-1]).outcome
        if statement.status != "FINISHED" or outcome is None or outcome.rows is None:
            raise ApiError(
                "ResourceNotFoundException",
                "Query does not have result. Please check query status with DescribeStatement.",
            )
        start = int(given.get("NextToken") or 0)
        page = outcome.rows[start : start + self._page_rows]
        result: dict[str, Any] = {
            "Records": [[field_of(value) for value in row] for row in page],
            "ColumnMetadata": [metadata_of(column) for column in outcome.columns],
            "TotalNumRows": len(outcome.rows),
        }
        if start + self._page_rows < len(outcome.rows):
            result["NextToken"] = str(start + self._page_rows)
        return result

    def _cancel(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        statement, _ = self._find(caller, given)
        with self._lock:
            if statement.status in ENDED:
                raise ApiError(
                    "ValidationException",
                    f"Could not cancel a query that is already in {statement.status} state with ID: {statement.id}",
                )
            statement.cancelled.set()
        if statement.session is not None:
            with contextlib.suppress(psycopg.OperationalError):  # it has ended in the meantime
                statement.session.connection.cancel_safe()
        return {"Status": True}

    def _list(self, caller: RoleInfo | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """The statements of the caller's role, newest first; with RoleLevel false, of its session only."""
        status = given.get("Status") or "FINISHED"
        session_name = caller.session if caller else ""
        found = [
            statement
            for statement in reversed(self._statements.values())
            if statement.owner == _owner(caller)
            and (given.get("RoleLevel", True) or statement.session_name == session_name)
            and status in ("ALL", statement.status)
            and (statement.request.name or "").startswith(given.get("StatementName") or "")
        ]
        start = int(given.get("NextToken") or 0)
        end = start + int(given.get("MaxResults") or 100)
        listed: dict[str, Any] = {
            "Statements": [
                {
                    "Id": statement.id,
                    "Status": statement.status,
                    "CreatedAt": statement.created_at,
                    "UpdatedAt": statement.updated_at,
                    "IsBatchStatement": statement.request.is_batch,
                    "QueryString": statement.request.sqls[0],
                    "QueryStrings": list(statement.request.sqls),
                    **({"StatementName": statement.request.name} if statement.request.name else {}),
                }
                for statement in found[start:end]
            ]
        }
        return {**listed, "NextToken": str(end)} if end < len(found) else listed


def _owner(caller: RoleInfo | None) -> str:
    return "administrator" if caller is None else f"role {caller.name}"
