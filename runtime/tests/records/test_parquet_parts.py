"""What is left of parts in staging when writing them fails."""

from __future__ import annotations

import threading
from typing import Any
from unittest import mock

import boto3
import pyarrow as pa
import pyarrow.parquet
import pytest

from customer_data.records import parquet_parts
from customer_data.records.parquet_parts import ParquetParts

BATCH = pa.RecordBatch.from_arrays([pa.array(range(1000))], names=["n"])


@pytest.fixture
def s3(aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each batch is a row group, and two of them are a part."""
    monkeypatch.setattr(parquet_parts, "_ROW_GROUP_BYTES", 1)
    client = boto3.client("s3")
    client.create_bucket(Bucket="staging")
    return client


def write(s3: Any, batches: int) -> None:
    with ParquetParts(s3, "staging", "parts/", 2 * BATCH.nbytes) as parts:
        for _ in range(batches):
            parts.add(BATCH)
        parts.finish()


def left_in_staging(s3: Any) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket="staging").get("Contents", [])]


@pytest.mark.parametrize("uploads", [0, 1, 2])
def test_when_s3_refuses_a_part_those_before_it_go(s3: Any, uploads: int) -> None:
    upload = mock.Mock(side_effect=[*[mock.DEFAULT] * uploads, OSError("refused")], wraps=s3.upload_file)
    with mock.patch.object(s3, "upload_file", upload), pytest.raises(OSError, match="refused"):
        write(s3, 5)
    assert left_in_staging(s3) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("parquet-parts")] == []


@pytest.mark.parametrize("error", [OSError("no space left"), pa.ArrowInvalid("no Parquet")])
def test_when_a_part_cannot_be_completed_none_is_uploaded_and_those_before_it_go(s3: Any, error: Exception) -> None:
    whole = pyarrow.parquet.ParquetWriter.close
    ends = iter([whole])

    def close(writer: Any) -> None:
        next(ends, mock.Mock(side_effect=error))(writer)

    with mock.patch.object(pyarrow.parquet.ParquetWriter, "close", close), pytest.raises(type(error)):
        write(s3, 4)
    assert left_in_staging(s3) == []
