from __future__ import annotations

import gzip
import io
import json
import uuid
from typing import Any

import pyarrow.parquet as pq
import pytest

from local.tests.redshift.warehouse import StatementFailed, Warehouse

BUCKET = "data-bucket"
ROLE = "IAM_ROLE 'arn:aws:iam::123456789012:role/copy'"


def _body(s3: Any, key: str) -> bytes:
    body: bytes = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def test_unloads_parquet_that_copy_loads_again(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", f"unload/{uuid.uuid4()}/"
    admin.run(
        f"CREATE TABLE {table} (a BIGINT, b VARCHAR(9), c DECIMAL(10,2), d TIMESTAMP, e DATE, f BOOLEAN, g FLOAT8,"
        f" h INT, i TIMESTAMPTZ, {'l' * 100} INT)",
        f"INSERT INTO {table} VALUES (1, 'it''s é', 1.50, '2024-01-31 10:20:30.5', '2024-01-31', true, 0.1, 7,"
        " '2024-01-31 10:20:30+02', 9), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    unload = (
        f"UNLOAD ('SELECT * FROM {table} WHERE b = ''it''''s é'' OR b IS NULL ORDER BY a') TO 's3://{BUCKET}/{prefix}'"
    )
    assert admin.run(f"{unload} {ROLE} FORMAT AS PARQUET MANIFEST")["ResultRows"] == 2
    key = f"{prefix}0000_part_00.parquet"
    unloaded = pq.read_table(io.BytesIO(_body(s3, key)))
    assert unloaded.column_names[-1] == "l" * 100
    assert [str(field.type) for field in unloaded.schema][:5] == [
        "int64",
        "string",
        "decimal128(10, 2)",
        "timestamp[us]",
        "date32[day]",
    ]
    entries = json.loads(_body(s3, f"{prefix}manifest"))["entries"]
    assert entries == [{"url": f"s3://{BUCKET}/{key}", "meta": {"content_length": len(_body(s3, key))}}]
    admin.run(f"CREATE TABLE {table}2 (LIKE {table})")
    admin.run(f"COPY {table}2 FROM 's3://{BUCKET}/{prefix}manifest' {ROLE} FORMAT PARQUET MANIFEST")
    assert admin.rows(f"SELECT * FROM {table}2 ORDER BY a") == admin.rows(f"SELECT * FROM {table} ORDER BY a")


def test_unloads_csv(admin: Warehouse, s3: Any) -> None:
    prefix = f"unload/{uuid.uuid4()}/"
    query = "$$SELECT 1 AS a, 'x,\"y\"' AS b, true AS c, NULL AS d$$"
    admin.run(f"UNLOAD ({query}) TO 's3://{BUCKET}/{prefix}' {ROLE} CSV HEADER")
    assert _body(s3, f"{prefix}0000_part_00") == b'a,b,c,d\n1,"x,""y""",t,\n'
    admin.run(f"UNLOAD ({query}) TO 's3://{BUCKET}/{prefix}' {ROLE} CSV DELIMITER '|' GZIP CLEANPATH")
    assert gzip.decompress(_body(s3, f"{prefix}0000_part_00.gz")) == b'1|"x,""y"""|t|\n'
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["KeyCount"] == 1


def test_a_target_that_is_not_empty_is_not_overwritten_unasked(admin: Warehouse, s3: Any) -> None:
    prefix = f"unload/{uuid.uuid4()}/"
    unload = f"UNLOAD ('SELECT {{}} AS a') TO 's3://{BUCKET}/{prefix}' {ROLE} CSV"
    admin.run(unload.format(1))
    with pytest.raises(StatementFailed, match="not empty"):
        admin.run(unload.format(2))
    assert _body(s3, f"{prefix}0000_part_00") == b"1\n"
    admin.run(unload.format(3) + " ALLOWOVERWRITE")
    assert _body(s3, f"{prefix}0000_part_00") == b"3\n"


@pytest.mark.parametrize(
    ("unload", "message"),
    [
        ("UNLOAD ('SELECT 1') TO 's3://data-bucket/x' FORMAT PARQUET", "needs an authorization"),
        ("UNLOAD ('SELECT 1') TO 's3://data-bucket/x' {r} FORMAT PARQUET HEADER", "not supported"),
        (
            "UNLOAD ('SELECT 1') TO 's3://data-bucket/x' {r} FORMAT PARQUET PARTITION BY (a)",
            "PARTITION is not emulated",
        ),
        ("UNLOAD ('SELECT 1 RETURNING') TO 's3://data-bucket/x' {r} CSV", "RETURNING"),
        ("UNLOAD SELECT 1 TO 's3://data-bucket/x' {r} CSV", "syntax error"),
    ],
)
def test_unload_is_refused(admin: Warehouse, unload: str, message: str) -> None:
    with pytest.raises(StatementFailed, match=message):
        admin.run(unload.format(r=ROLE))
