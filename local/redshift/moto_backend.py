"""The Data API stand-in inside moto: moto's own checks IAM and access keys, its statements are run by PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from moto.redshiftdata.responses import RedshiftDataAPIServiceResponse
from psycopg import IsolationLevel

from local.redshift.client import respond
from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OPERATIONS = {
    "execute_statement": "ExecuteStatement",
    "batch_execute_statement": "BatchExecuteStatement",
    "describe_statement": "DescribeStatement",
    "get_statement_result": "GetStatementResult",
    "cancel_statement": "CancelStatement",
    "list_statements": "ListStatements",
}


def install(
    url: str,
    role_of_access_key: Callable[[str], RoleInfo | None],
    s3_client_for_role: Callable[[str], S3Client],
    user_of_secret: Callable[[str], str | None],
    isolation: IsolationLevel = IsolationLevel.REPEATABLE_READ,
) -> RedshiftDataApi:
    """Replaces the operations of moto's `redshift-data` by ones that run on the PostgreSQL at `url`.

    moto's own authorization has passed when an operation is called. `role_of_access_key` gives None for the account's
    administrator; `s3_client_for_role` takes the ARN of IAM_ROLE and returns a client with that role's credentials.
    """
    api = RedshiftDataApi(
        url, s3_client_for_role=s3_client_for_role, user_of_secret=user_of_secret, isolation=isolation
    )
    for method, operation in OPERATIONS.items():
        setattr(RedshiftDataAPIServiceResponse, method, _operation(api, operation, role_of_access_key))
    return api


def _operation(
    api: RedshiftDataApi, operation: str, role_of_access_key: Callable[[str], RoleInfo | None]
) -> Callable[[Any], tuple[int, dict[str, Any], str]]:
    def run(response: Any) -> tuple[int, dict[str, Any], str]:
        caller = role_of_access_key(response.get_access_key())
        status, body = respond(api, operation, caller, json.loads(response.body or "{}"))
        return status, {"status": status, "Content-Type": "application/x-amz-json-1.1"}, body

    return run
