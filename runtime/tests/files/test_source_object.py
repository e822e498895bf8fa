from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.exceptions import ClientError, IncompleteReadError
from moto import mock_aws

from customer_data.errors import SourceChanged, SourceUnreadable
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import SourceObject

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="landing")
        yield client


def put(s3: Any, content: bytes = CONTENT) -> SourceFile:
    answer = s3.put_object(Bucket="landing", Key="a.csv", Body=content)
    etag = answer["ETag"].strip('"')
    return SourceFile("1" * 64, "landing", "a.csv", answer.get("VersionId"), etag, len(content), None, "")


def read_all(source: SourceObject) -> bytes:
    return io.BufferedReader(source).read()


class BrokenOnce:
    """An S3 client whose first body breaks in the middle."""

    def __init__(self, s3: Any, failures: int) -> None:
        self._s3 = s3
        self._failures = failures
        self.requests: list[dict[str, str]] = []

    def get_object(self, **request: str) -> dict[str, object]:
        self.requests.append(request)
        answer = self._s3.get_object(**request)
        if len(self.requests) <= self._failures:
            body = mock.Mock()
            body.read.side_effect = [answer["Body"].read(100), IncompleteReadError(actual_bytes=1, expected_bytes=2)]
            return {"Body": body}
        return answer


def test_a_broken_stream_is_taken_up_where_it_broke(s3: Any) -> None:
    file = put(s3)
    broken = BrokenOnce(s3, failures=2)
    with mock.patch.object(time, "sleep"):
        assert read_all(SourceObject(broken, file)) == CONTENT  # type: ignore[arg-type]
    assert [request.get("Range") for request in broken.requests] == [None, "bytes=100-", "bytes=200-"]
    assert {request["IfMatch"] for request in broken.requests} == {f'"{file.etag}"'}


def test_an_object_that_is_overwritten_while_the_stream_is_broken_is_superseded(s3: Any) -> None:
    source = SourceObject(BrokenOnce(s3, failures=1), put(s3))  # type: ignore[arg-type]
    put(s3, b"newer")
    with mock.patch.object(time, "sleep"), pytest.raises(SourceChanged):
        read_all(source)


def test_a_stream_that_breaks_again_and_again_is_a_run_fault(s3: Any) -> None:
    body = mock.Mock()
    body.read.side_effect = IncompleteReadError(actual_bytes=1, expected_bytes=2)
    client = mock.Mock()
    client.get_object.return_value = {"Body": body}
    with mock.patch.object(time, "sleep"), pytest.raises(IncompleteReadError):
        read_all(SourceObject(client, put(s3)))


def test_a_version_is_read_though_the_key_was_overwritten(s3: Any) -> None:
    s3.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
    file = put(s3, b"first")
    put(s3, b"second")
    assert read_all(SourceObject(s3, file)) == b"first"


def test_an_overwritten_object_without_versions_is_superseded(s3: Any) -> None:
    file = put(s3, b"first")
    put(s3, b"second")
    with pytest.raises(SourceChanged, match="overwritten"):
        SourceObject(s3, file)


def test_an_object_or_version_that_is_gone_is_superseded(s3: Any) -> None:
    with pytest.raises(SourceChanged, match="gone"):
        SourceObject(s3, replace(put(s3), key="other.csv"))
    s3.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
    file = put(s3)
    s3.delete_object(Bucket="landing", Key=file.key, VersionId=file.version_id)
    with pytest.raises(SourceChanged):
        SourceObject(s3, file)


def test_what_else_s3_refuses_is_a_run_fault(s3: Any) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        SourceObject(s3, replace(put(s3), bucket="elsewhere"))


@pytest.mark.parametrize(
    ("code", "remedy"),
    [("AccessDenied", "role"), ("InvalidObjectState", "restore"), ("KMS.DisabledException", "key")],
)
def test_an_object_that_s3_does_not_give_out_is_named_with_what_to_do(s3: Any, code: str, remedy: str) -> None:
    refusing = mock.Mock()
    refusing.get_object.side_effect = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetObject")

    with pytest.raises(SourceUnreadable, match=rf"cannot be read .*{code}.*{remedy}"):
        SourceObject(refusing, put(s3))


def test_any_other_refusal_is_the_runs(s3: Any) -> None:
    refusing = mock.Mock()
    refusing.get_object.side_effect = ClientError({"Error": {"Code": "InternalError", "Message": "no"}}, "GetObject")

    with pytest.raises(ClientError):
        SourceObject(refusing, put(s3))
