"""A boto3 client of the Data API stand-in without a server: requests are answered in this process."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from local.redshift.data_api import RedshiftDataApi
from local.redshift.logins import RoleInfo
from local.redshift.requests import ApiError


def client(api: RedshiftDataApi, caller: RoleInfo | None = None, region: str = "us-east-1") -> Any:
    """boto3's own `redshift-data` client, so that its checks, errors and retries are the real ones."""
    made = boto3.client("redshift-data", region_name=region, aws_access_key_id="local", aws_secret_access_key="local")

    def answer(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]
        status, body = respond(api, operation, caller, json.loads(_text(request.body) or "{}"))
        headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.1"})
        return AWSResponse(request.url, status, headers, _Body(body.encode()))

    made.meta.events.register("before-send", answer)
    return made


def respond(api: RedshiftDataApi, operation: str, caller: RoleInfo | None, given: dict[str, Any]) -> tuple[int, str]:
    """Status and JSON body of one call."""
    try:
        return 200, json.dumps(api.call(operation, caller, given))
    except ApiError as error:
        return 400, json.dumps({"__type": error.code, "message": error.message})


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
