"""COPY from Amazon S3, with the S3 client of the command's IAM role, streamed: memory does not grow with the files."""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from botocore.exceptions import ClientError
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from local.redshift.errors import NotEmulated, RedshiftError
from local.redshift.expressions import literal
from local.redshift.identifiers import quote
from local.redshift.s3_commands import Copy, S3Location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BATCH_ROWS = 65_536
_CHUNK = 1 << 20
_CHARACTER = ("character varying", "character", "text")
_PARQUET_TYPES: dict[str, Callable[[pa.DataType], bool]] = {
    "smallint": lambda t: pa.types.is_int16(t) or pa.types.is_int8(t),
    "integer": pa.types.is_int32,
    "bigint": pa.types.is_int64,
    "real": pa.types.is_float32,
    "double precision": pa.types.is_float64,
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date32,
    "timestamp without time zone": pa.types.is_timestamp,
    "timestamp with time zone": pa.types.is_timestamp,
    "numeric": pa.types.is_decimal,
    "jsonb": lambda t: pa.types.is_string(t) or pa.types.is_large_string(t),
    "bytea": lambda t: pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t),
    **dict.fromkeys(_CHARACTER, lambda t: pa.types.is_string(t) or pa.types.is_large_string(t)),
}


@dataclass(frozen=True)
class _Column:
    stored_name: str
    type: str
    length: int | None
    """Bytes, of VARCHAR and CHAR."""
    digits: tuple[int, int] | None
    """Precision and scale of a NUMERIC."""


def run(
    connection: psycopg.Connection[tuple[Any, ...]], command: Copy, client: S3Client, stored: Callable[[str], str]
) -> int:
    """Loads all objects of the command and returns the number of rows."""
    relation = ".".join(quote(stored(name)) for name in command.table)
    columns = _columns(connection, relation, command.columns, stored)
    copied = 0
    for location, size in _objects(command, client):
        with tempfile.TemporaryFile() as file:
            _download(client, location, size, file)
            load = _load_parquet if command.format == "parquet" else _load_csv
            copied += load(connection, relation, columns, file, location, command)
    return copied


def _columns(
    connection: psycopg.Connection[tuple[Any, ...]],
    relation: str,
    names: Sequence[str] | None,
    stored: Callable[[str], str],
) -> list[_Column]:
    rows = connection.execute(
        """SELECT attname, format_type(atttypid, NULL),
                  CASE WHEN atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND atttypmod > 4
                       THEN atttypmod - 4 END,
                  CASE WHEN atttypid = 'numeric'::regtype THEN ((atttypmod - 4) >> 16) & 65535 END,
                  (atttypmod - 4) & 2047
           FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
        [relation],
    ).fetchall()
    table = {
        name: _Column(name, type, length, None if precision is None else (precision, scale))
        for name, type, length, precision, scale in rows
    }
    if names is None:
        return list(table.values())
    chosen = []
    for name in names:
        if stored(name) not in table:
            raise RedshiftError(f'column "{name}" of relation {relation} does not exist')
        chosen.append(table[stored(name)])
    return chosen


def _objects(command: Copy, client: S3Client) -> list[tuple[S3Location, int | None]]:
    """The objects to load with the length that the manifest says they have."""
    source = command.source
    if "manifest" in command.options:
        return _manifest(command, client)
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=source.bucket, Prefix=source.key)
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    except ClientError as error:
        raise s3_error(error, source) from error
    keys = [key for key in keys if not key.rpartition("/")[2].startswith(("_", ".")) and not key.endswith("/")]
    if not keys:
        raise RedshiftError(f"The specified S3 prefix '{source.key}' does not exist")
    return [(S3Location(source.bucket, key), None) for key in keys]


def _manifest(command: Copy, client: S3Client) -> list[tuple[S3Location, int | None]]:
    """Amazon Redshift, "Using a manifest to specify data files": `meta.content_length` is required for Parquet."""
    try:
        body = client.get_object(Bucket=command.source.bucket, Key=command.source.key)["Body"].read()
    except ClientError as error:
        raise s3_error(error, command.source) from error
    try:
        entries = json.loads(body)["entries"]
        listed = [
            (S3Location.parse(entry["url"]), bool(entry.get("mandatory")), entry.get("meta", {}).get("content_length"))
            for entry in entries
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RedshiftError(f"the manifest {command.source} is not valid: {error!r}") from error
    objects: list[tuple[S3Location, int | None]] = []
    for location, mandatory, length in listed:
        if command.format == "parquet" and length is None:
            raise RedshiftError(f"the manifest's entry {location} lacks meta.content_length, which PARQUET requires")
        try:
            client.head_object(Bucket=location.bucket, Key=location.key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchKey") or mandatory:
                raise s3_error(error, location) from error
            continue
        objects.append((location, length))
    if not objects:
        raise RedshiftError(f"The manifest {command.source} names no object that exists")
    return objects


def _download(client: S3Client, location: S3Location, expected: int | None, file: IO[bytes]) -> None:
    try:
        body = client.get_object(Bucket=location.bucket, Key=location.key)["Body"]
    except ClientError as error:
        raise s3_error(error, location) from error
    shutil.copyfileobj(body, file, _CHUNK)
    if expected is not None and file.tell() != expected:
        raise RedshiftError(
            f"Spectrum Scan Error: {location} has {file.tell()} bytes, the manifest's content_length is {expected}"
        )
    file.seek(0)


def _load_parquet(
    connection: psycopg.Connection[tuple[Any, ...]],
    relation: str,
    columns: Sequence[_Column],
    file: IO[bytes],
    location: S3Location,
    command: Copy,
) -> int:
    try:
        parquet = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise RedshiftError(f"Spectrum Scan Error: {location} is not a Parquet file: {error}") from error
    schema = parquet.schema_arrow
    if len(schema) != len(columns):
        raise RedshiftError(
            f"Spectrum Scan Error: Unmatched number of columns between table and file. Table columns: {len(columns)},"
            f" Data columns: {len(schema)}, File name: {location}"
        )
    for column, field in zip(columns, schema, strict=True):
        if not _is_compatible(column, field.type):
            raise RedshiftError(
                f"Spectrum Scan Error: File '{location}' has an incompatible Parquet schema for column"
                f" '{column.stored_name}'. Column type: {column.type.upper()}, Parquet schema: {field.type}"
            )
    # By position: names are free, and may repeat.
    wanted = pa.schema([(str(index), _sent_as(field.type)) for index, field in enumerate(schema)])
    encoder = _encoder(wanted, columns)
    with connection.cursor().copy(_statement(relation, columns, "binary").encode()) as target:
        target.write(encoder.write_header())
        for batch in parquet.iter_batches(_BATCH_ROWS, use_threads=False):
            _check_lengths(batch, columns)
            values = [column.cast(type, safe=False) for column, type in zip(batch.columns, wanted.types, strict=True)]
            target.write(encoder.write_batch(pa.RecordBatch.from_arrays(values, schema=wanted)))
        target.write(encoder.finish())
    return int(parquet.metadata.num_rows)


def _is_compatible(column: _Column, type: pa.DataType) -> bool:
    """COPY casts nothing: a decimal has the digits of its column."""
    if not _PARQUET_TYPES.get(column.type, lambda t: False)(type):
        return False
    return column.digits is None or (type.precision, type.scale) == column.digits


def _sent_as(type: pa.DataType) -> pa.DataType:
    """The type that PostgreSQL has for it."""
    if pa.types.is_timestamp(type):
        return pa.timestamp("us", type.tz)
    if pa.types.is_large_string(type):
        return pa.string()
    if pa.types.is_large_binary(type) or pa.types.is_fixed_size_binary(type):
        return pa.binary()
    return pa.int16() if pa.types.is_int8(type) else type


def _encoder(schema: pa.Schema, columns: Sequence[_Column]) -> ArrowToPostgresBinaryEncoder:
    return ArrowToPostgresBinaryEncoder.new_with_encoders(
        schema,
        {
            field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
            if column.type == "jsonb"
            else ArrowToPostgresBinaryEncoder.infer_encoder(field)
            for field, column in zip(schema, columns, strict=True)
        },
    )


def _check_lengths(batch: pa.RecordBatch, columns: Sequence[_Column]) -> None:
    for column, values in zip(columns, batch.columns, strict=True):
        if column.length is None:
            continue
        longest = pc.max(pc.binary_length(values)).as_py() or 0
        if longest > column.length:
            raise RedshiftError(
                f"Spectrum Scan Error: The length of the data column {column.stored_name} is longer than the length"
                f" defined in the table. Table: {column.length}, Data: {longest}"
            )


def _load_csv(
    connection: psycopg.Connection[tuple[Any, ...]],
    relation: str,
    columns: Sequence[_Column],
    file: IO[bytes],
    location: S3Location,
    command: Copy,
) -> int:
    """Amazon Redshift, "Data conversion parameters": an empty field is '' in a character column unless EMPTYASNULL,
    NULL in any other."""
    options = command.options
    for option in ("dateformat", "timeformat"):
        if options.get(option, "auto").lower() != "auto":
            raise NotEmulated(f"{option.upper()} other than 'auto'")
    null = options.get("null", "")
    if null and any(column.type not in _CHARACTER for column in columns):
        raise NotEmulated("NULL AS with columns that are no text")
    settings = [f"NULL {literal(null)}", f"DELIMITER {literal(options.get('delimiter', ','))}"]
    settings.append(f"QUOTE {literal(options.get('quote', chr(34)))}")
    kept = [quote(column.stored_name) for column in columns if column.type in _CHARACTER]
    if kept and not null and "emptyasnull" not in options:
        settings.append(f"FORCE_NOT_NULL ({', '.join(kept)})")
    cursor = connection.cursor()
    with cursor.copy(_statement(relation, columns, ", ".join(["csv", *settings])).encode()) as target:
        for chunk in _without_header(file, options):
            target.write(chunk)
    return cursor.rowcount


def _without_header(file: IO[bytes], options: dict[str, str]) -> Iterator[bytes]:
    source: IO[bytes] = gzip.GzipFile(fileobj=file) if "gzip" in options else file  # type: ignore[assignment]
    for _ in range(int(options.get("ignoreheader", "0"))):
        source.readline()
    while chunk := source.read(_CHUNK):
        yield chunk


def _statement(relation: str, columns: Sequence[_Column], format: str) -> str:
    names = ", ".join(quote(column.stored_name) for column in columns)
    return f"COPY {relation} ({names}) FROM STDIN (FORMAT {format})"


def s3_error(error: ClientError, location: S3Location) -> RedshiftError:
    said = error.response["Error"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return RedshiftError(
        f"S3ServiceException: {said.get('Message')}, Status {status}, Error {said['Code']}, {location}"
    )
