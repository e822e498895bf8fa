"""What ExecuteStatement and BatchExecuteStatement ask for, checked against the service's limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.redshift.errors import RedshiftError
from local.redshift.tokenizer import Kind, tokenize

MAX_STATEMENTS = 40
MAX_STATEMENT_BYTES = 100 * 1024


class ApiError(Exception):
    """An error response of the Data API: `code` is its type."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Request:
    sqls: tuple[str, ...]
    is_batch: bool
    database: str
    parameters: Mapping[str, str]
    secret_arn: str | None
    database_user: str | None
    client_token: str | None
    name: str | None
    target: Mapping[str, str]
    """The fields that responses repeat."""


def require(given: Mapping[str, Any], name: str) -> Any:
    if not given.get(name):
        raise ApiError("ValidationException", f"{name} must not be empty")
    return given[name]


def parse_request(given: Mapping[str, Any]) -> Request:
    """Raises ApiError (ValidationException) for what the service refuses before it runs anything."""
    is_batch = "Sqls" in given
    sqls = tuple(require(given, "Sqls")) if is_batch else (str(require(given, "Sql")),)
    if len(sqls) > MAX_STATEMENTS:
        raise ApiError(
            "ValidationException",
            f"1 validation error detected: Value at 'sqls' failed to satisfy constraint: Member must have length less"
            f" than or equal to {MAX_STATEMENTS}: {len(sqls)} statements",
        )
    for number, sql in enumerate(sqls, start=1):
        if len(sql.encode()) > MAX_STATEMENT_BYTES:
            raise ApiError(
                "ValidationException",
                f"Cannot process query string larger than 100kB: statement {number} has {len(sql.encode())} bytes",
            )
    if given.get("WithEvent"):
        raise ApiError("ValidationException", "WithEvent is not emulated by the local cloud")
    if bool(given.get("WorkgroupName")) == bool(given.get("ClusterIdentifier")):
        raise ApiError("ValidationException", "Exactly one of WorkgroupName and ClusterIdentifier must be given")
    if given.get("WorkgroupName") and given.get("DbUser"):
        raise ApiError("ValidationException", "DbUser is for provisioned clusters: a workgroup takes the IAM identity")
    parameters = {parameter["name"]: parameter.get("value") or "" for parameter in given.get("Parameters") or ()}
    _check_parameters(parameters, sqls)
    target = ("WorkgroupName", "ClusterIdentifier", "Database", "DbUser", "SecretArn")
    return Request(
        sqls=sqls,
        is_batch=is_batch,
        database=str(require(given, "Database")),
        parameters=parameters,
        secret_arn=given.get("SecretArn"),
        database_user=given.get("DbUser"),
        client_token=given.get("ClientToken"),
        name=given.get("StatementName"),
        target={field: given[field] for field in target if given.get(field)},
    )


def _check_parameters(parameters: Mapping[str, str], sqls: tuple[str, ...]) -> None:
    if empty := [name for name, value in parameters.items() if value == ""]:
        raise ApiError("ValidationException", f"The value of parameter {empty[0]} is empty: it must have a length of 1")
    used: set[str] = set()
    for sql in sqls:
        try:
            used |= {token.text[1:] for token in tokenize(sql) if token.kind is Kind.PARAMETER}
        except RedshiftError:
            return  # not SQL: the statement fails when it is run, as it would in the service
    if missing := sorted(used - parameters.keys()):
        raise ApiError("ValidationException", f"Parameters list is missing values: {missing}")
    if unused := sorted(parameters.keys() - used):
        raise ApiError(
            "ValidationException", f"Parameters list contains unused parameters. Unused parameters: {unused}"
        )
