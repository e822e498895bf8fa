"""UNLOAD to Amazon S3, with the S3 client of the command's IAM role, streamed from a server-side cursor."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError
from psycopg.types.string import TextLoader

from local.redshift.copy import s3_error
from local.redshift.errors import NotEmulated, RedshiftError
from local.redshift.identifiers import quote
from local.redshift.s3_commands import S3Location, Unload

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BATCH_ROWS = 50_000
_Rows = Iterator[Sequence[Sequence[Any]]]
_ARROW = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": pa.timestamp("us", tz="UTC"),
}


def run(
    connection: psycopg.Connection[tuple[Any, ...]],
    command: Unload,
    query: str,
    client: S3Client,
    real_name: Callable[[str], str],
) -> int:
    """Writes one object, a manifest if asked for, and returns the number of rows."""
    try:
        _prepare_target(command, client)
        connection.execute(f"DECLARE unloaded NO SCROLL CURSOR FOR {query}".encode())
        extension = ".parquet" if command.format == "parquet" else ".gz" if "gzip" in command.options else ""
        target = S3Location(command.target.bucket, f"{command.target.key}0000_part_00{extension}")
        with tempfile.TemporaryFile() as file:
            write = _write_parquet if command.format == "parquet" else _write_csv
            count = write(connection, command, file, real_name)
            size = file.tell()
            file.seek(0)
            client.put_object(Bucket=target.bucket, Key=target.key, Body=file)
        connection.execute(b"CLOSE unloaded")
        if "manifest" in command.options:
            entry = {"url": str(target), "meta": {"content_length": size}}
            client.put_object(
                Bucket=target.bucket,
                Key=f"{command.target.key}manifest",
                Body=json.dumps({"entries": [entry]}).encode(),
            )
    except ClientError as error:
        raise s3_error(error, command.target) from error
    return count


def _prepare_target(command: Unload, client: S3Client) -> None:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=command.target.bucket, Prefix=command.target.key)
    present = [found["Key"] for page in pages for found in page.get("Contents", [])]
    if "cleanpath" in command.options:
        for key in present:
            client.delete_object(Bucket=command.target.bucket, Key=key)
    elif present and "allowoverwrite" not in command.options:
        raise RedshiftError(
            "Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually"
            " removing the target files in S3, or using the ALLOWOVERWRITE option."
        )


def _fetch(connection: psycopg.Connection[tuple[Any, ...]], as_text: bool) -> tuple[Sequence[psycopg.Column], _Rows]:
    """The result's columns and its rows by batches, the first of which may be empty."""
    cursor = connection.cursor()
    for name in ("date", "time", "timestamp", "timestamptz", "numeric", "jsonb"):
        cursor.adapters.register_loader(name, TextLoader)
    if as_text:
        for name in ("bool", "float4", "float8"):
            cursor.adapters.register_loader(name, TextLoader)
    cursor.execute(f"FETCH {_BATCH_ROWS} FROM unloaded".encode())
    columns = cursor.description or []
    first = cursor.fetchall()

    def batches() -> _Rows:
        rows = first
        yield rows
        while len(rows) == _BATCH_ROWS:
            rows = cursor.execute(f"FETCH {_BATCH_ROWS} FROM unloaded".encode()).fetchall()
            yield rows

    return columns, batches()


def _write_parquet(
    connection: psycopg.Connection[tuple[Any, ...]], command: Unload, file: IO[bytes], real_name: Callable[[str], str]
) -> int:
    columns, batches = _fetch(connection, as_text=False)
    schema = pa.schema([pa.field(real_name(column.name), _arrow_type(column)) for column in columns])
    count = 0
    with pq.ParquetWriter(file, schema) as writer:
        for rows in batches:
            arrays = [_array([row[index] for row in rows], field.type) for index, field in enumerate(schema)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(rows)
    return count


def _write_csv(
    connection: psycopg.Connection[tuple[Any, ...]], command: Unload, file: IO[bytes], real_name: Callable[[str], str]
) -> int:
    columns, batches = _fetch(connection, as_text=True)
    compressed: Any = gzip.GzipFile(fileobj=file, mode="wb") if "gzip" in command.options else file
    text = io.TextIOWrapper(compressed, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=command.options.get("delimiter", ","), lineterminator="\n")
    if "header" in command.options:
        writer.writerow([real_name(column.name) for column in columns])
    count = 0
    for rows in batches:
        writer.writerows(rows)
        count += len(rows)
    text.detach()
    if compressed is not file:
        compressed.close()
    return count


def _arrow_type(column: psycopg.Column) -> pa.DataType:
    info = psycopg.adapters.types.get(column.type_code)
    name = info.name if info else "text"
    if name == "numeric":
        if column.precision is None:
            raise RedshiftError(f"the scale of column {quote(column.name)} is not known: cast it to DECIMAL(p,s)")
        return pa.decimal128(column.precision, column.scale or 0)
    if name == "bytea":
        raise NotEmulated("UNLOAD of VARBYTE to PARQUET")
    return _ARROW.get(name, pa.string())


def _array(values: list[Any], wanted: pa.DataType) -> pa.Array:
    parsed = pa.types.is_date(wanted) or pa.types.is_timestamp(wanted)
    if parsed:
        # PostgreSQL writes +00 where Arrow reads only a time zone's offset as a whole.
        return (
            pa.array([value and value.removesuffix("+00") for value in values], pa.string())
            .cast(pa.timestamp("us") if pa.types.is_timestamp(wanted) else wanted)
            .cast(wanted)
        )
    if pa.types.is_decimal(wanted):
        return pa.array(values, pa.string()).cast(wanted)
    return pa.array(values, wanted)
