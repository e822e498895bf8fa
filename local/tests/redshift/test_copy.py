"""COPY, positional and typed as Redshift's; what the objects and the manifest must be."""

from __future__ import annotations

import datetime
import gzip
import io
import json
import uuid
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.tests.redshift.warehouse import StatementFailed, Warehouse

BUCKET = "data-bucket"
ROLE = "IAM_ROLE 'arn:aws:iam::123456789012:role/copy'"


def _prefix() -> str:
    return f"copy/{uuid.uuid4()}/"


def _put(s3: Any, key: str, table: pa.Table) -> int:
    body = io.BytesIO()
    pq.write_table(table, body)
    s3.put_object(Bucket=BUCKET, Key=key, Body=body.getvalue())
    return len(body.getvalue())


def _copy(table: str, key: str, options: str = "FORMAT AS PARQUET") -> str:
    return f"COPY {table} FROM 's3://{BUCKET}/{key}' {ROLE} {options}"


def test_parquet_is_loaded_by_position_from_every_object_of_the_prefix(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    _put(s3, f"{prefix}a.parquet", pa.table({"x": [1, 2], "y": ["é", None]}))
    _put(s3, f"{prefix}b.parquet", pa.table({"other": [3], "names": [""]}))
    s3.put_object(Bucket=BUCKET, Key=f"{prefix}_SUCCESS", Body=b"")
    admin.run(f"CREATE TABLE {table} (id BIGINT, name VARCHAR(2))")
    assert admin.run(_copy(table, prefix))["ResultRows"] == 3
    assert admin.rows(f"SELECT * FROM {table} ORDER BY id") == [(1, "é"), (2, None), (3, "")]


def test_a_column_list_gives_the_order(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    _put(s3, f"{prefix}a", pa.table({"x": ["a"], "y": [1]}))
    admin.run(f"CREATE TABLE {table} (id BIGINT, name VARCHAR(2), more INT)")
    admin.run(_copy(f"{table} (name, id)", prefix))
    assert admin.rows(f"SELECT * FROM {table}") == [(1, "a", None)]


def test_every_type_arrives(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    columns = {
        "a": pa.array([1], pa.int16()),
        "b": pa.array([2], pa.int32()),
        "c": pa.array([1.5], pa.float32()),
        "d": pa.array([0.1]),
        "e": pa.array([True]),
        "f": pa.array([datetime.date(2024, 1, 31)]),
        "g": pa.array([datetime.datetime(2024, 1, 31, 10, 20, 30, 5)], pa.timestamp("us")),
        "h": pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
    }
    admin.run(
        f"CREATE TABLE {table} (a SMALLINT, b INT, c REAL, d FLOAT8, e BOOL, f DATE, g TIMESTAMP, h DECIMAL(10,2))"
    )
    _put(s3, f"{prefix}x", pa.table(columns))
    admin.run(_copy(table, f"{prefix}x"))
    assert admin.rows(f"SELECT * FROM {table}") == [
        (1, 2, 1.5, 0.1, True, "2024-01-31", "2024-01-31 10:20:30.000005", "1.50")
    ]


@pytest.mark.parametrize(
    ("type", "values", "stored"),
    [
        ("SMALLINT", pa.array([-(2**7), None, 2**7 - 1], pa.int8()), [-128, None, 127]),
        ("SMALLINT", pa.array([-(2**15), None, 2**15 - 1], pa.int16()), [-32768, None, 32767]),
        ("BIGINT", pa.array([-(2**63), None, 2**63 - 1]), [-(2**63), None, 2**63 - 1]),
        ("FLOAT8", pa.array([5e-324, -1.7976931348623157e308, -0.0]), [5e-324, -1.7976931348623157e308, 0.0]),
        (
            "NUMERIC(38,0)",
            pa.array([Decimal(10**38 - 1), Decimal(1 - 10**38), None, Decimal(0)], pa.decimal128(38, 0)),
            [str(10**38 - 1), str(1 - 10**38), None, "0"],
        ),
        (
            "NUMERIC(38,37)",
            pa.array([Decimal("-1E-37"), Decimal("9.5")], pa.decimal128(38, 37)),
            ["-0.0000000000000000000000000000000000001", "9.5000000000000000000000000000000000000"],
        ),
        (
            "NUMERIC(18,4)",
            pa.array([Decimal("10000.0000"), Decimal("-0.0100"), Decimal("99999999999999.9999")], pa.decimal128(18, 4)),
            ["10000.0000", "-0.0100", "99999999999999.9999"],
        ),
        (
            "DATE",
            pa.array([datetime.date(1, 1, 1), datetime.date(1582, 10, 10), None, datetime.date(9999, 12, 31)]),
            ["0001-01-01", "1582-10-10", None, "9999-12-31"],
        ),
        (
            "TIMESTAMP",
            pa.array([datetime.datetime(1, 1, 1, 0, 0, 0, 1), datetime.datetime(1969, 12, 31, 23, 59, 59)]),
            ["0001-01-01 00:00:00.000001", "1969-12-31 23:59:59"],
        ),
        ("TIMESTAMP", pa.array([0, 1_500], pa.timestamp("ms")), ["1970-01-01 00:00:00", "1970-01-01 00:00:01.5"]),
        ("TIMESTAMPTZ", pa.array([0], pa.timestamp("us", "UTC")), ["1970-01-01 00:00:00+00"]),
        ("SUPER", pa.array(['{"a": [1, null]}', None]), ['{"a": [1, null]}', None]),
        ("CHAR(3)", pa.array(["ab", "", None], pa.large_string()), ["ab ", "   ", None]),
        ("VARBYTE(4)", pa.array([b"\x00\xff", b"", None]), ["\\x00ff", "\\x", None]),
        ("VARBYTE(4)", pa.array([b"\x00\xff", None], pa.large_binary()), ["\\x00ff", None]),
        ("VARBYTE(2)", pa.array([b"\x00\xff", None], pa.binary(2)), ["\\x00ff", None]),
    ],
)
def test_the_limits_of_every_type_arrive(
    admin: Warehouse, s3: Any, type: str, values: pa.Array, stored: list[Any]
) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    admin.run(f"CREATE TABLE {table} (n BIGINT, x {type})")
    _put(s3, f"{prefix}x", pa.table({"n": list(range(len(values))), "x": values}))
    admin.run(_copy(table, f"{prefix}x"))
    assert admin.rows(f"SELECT x FROM {table} ORDER BY n") == [(value,) for value in stored]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1)
)
def test_any_text_arrives_as_it_is(admin: Warehouse, s3: Any, values: list[str | None]) -> None:
    prefix = _prefix()
    _put(s3, f"{prefix}x", pa.table({"n": list(range(len(values))), "x": pa.array(values, pa.string())}))
    statement = admin.run(
        "CREATE TEMP TABLE stage (n BIGINT, x VARCHAR(MAX))", _copy("stage", prefix), "SELECT x FROM stage ORDER BY n"
    )["Id"]
    records = admin.boto.get_statement_result(Id=statement)["Records"]
    assert [None if "isNull" in field else field["stringValue"] for (field,) in records] == values


@pytest.mark.parametrize(
    ("columns", "data", "message"),
    [
        (
            "a BIGINT",
            {"a": [1], "b": [2]},
            "Unmatched number of columns between table and file. Table columns: 1, Data columns: 2",
        ),
        ("a BIGINT, b BIGINT", {"a": [1]}, "Table columns: 2, Data columns: 1"),
        (
            "a BIGINT",
            {"a": ["1"]},
            "incompatible Parquet schema for column 'a'. Column type: BIGINT, Parquet schema: string",
        ),
        ("a VARCHAR(9)", {"a": [1]}, "incompatible Parquet schema"),
        ("a VARCHAR(9)", {"a": [b"x"]}, "incompatible Parquet schema"),
        ("a VARBYTE(9)", {"a": ["x"]}, "incompatible Parquet schema"),
        ("a NUMERIC(10,2)", {"a": [Decimal("1.5")]}, "Column type: NUMERIC, Parquet schema: decimal128(2, 1)"),
        ("a VARCHAR(3)", {"a": ["éé"]}, "longer than the length defined in the table. Table: 3, Data: 4"),
    ],
)
def test_parquet_that_does_not_fit_loads_nothing(
    admin: Warehouse, s3: Any, columns: str, data: dict[str, Any], message: str
) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    _put(s3, f"{prefix}x", pa.table(data))
    admin.run(f"CREATE TABLE {table} ({columns})")
    with pytest.raises(StatementFailed, match="Spectrum Scan Error") as failure:
        admin.run(_copy(table, prefix))
    assert message in str(failure.value)
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def _manifest(s3: Any, prefix: str, *entries: dict[str, Any]) -> str:
    key = f"{prefix}files.manifest"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({"entries": list(entries)}).encode())
    return key


def test_a_manifest_names_the_objects(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    sizes = {name: _put(s3, f"{prefix}{name}", pa.table({"x": [name]})) for name in ("a", "b", "not-listed")}
    entries = [
        {"url": f"s3://{BUCKET}/{prefix}{name}", "mandatory": True, "meta": {"content_length": sizes[name]}}
        for name in ("a", "b")
    ]
    gone = {"url": f"s3://{BUCKET}/{prefix}gone", "mandatory": False, "meta": {"content_length": 1}}
    admin.run(f"CREATE TABLE {table} (x VARCHAR(20))")
    admin.run(_copy(table, _manifest(s3, prefix, *entries, gone), "FORMAT PARQUET MANIFEST"))
    assert admin.rows(f"SELECT x FROM {table} ORDER BY x") == [("a",), ("b",)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mandatory": True, "url": f"s3://{BUCKET}/gone"}, "404"),
        ({"meta": {}}, "lacks meta.content_length"),
        ({"meta": {"content_length": 1}}, "the manifest's content_length is 1"),
        ({"url": "nonsense"}, "not valid"),
        ({"url": f"s3://{BUCKET}/gone"}, "names no object that exists"),
    ],
)
def test_a_manifest_that_is_wrong_loads_nothing(
    admin: Warehouse, s3: Any, change: dict[str, Any], message: str
) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    size = _put(s3, f"{prefix}a", pa.table({"x": ["a"]}))
    entry = {"url": f"s3://{BUCKET}/{prefix}a", "meta": {"content_length": size}}
    admin.run(f"CREATE TABLE {table} (x VARCHAR(20))")
    admin.run(_copy(table, _manifest(s3, prefix, entry), "FORMAT PARQUET MANIFEST"))
    with pytest.raises(StatementFailed, match=message):
        admin.run(_copy(table, _manifest(s3, prefix, entry | change), "FORMAT PARQUET MANIFEST"))
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(1,)]


@pytest.mark.parametrize(
    ("copy", "message"),
    [
        ("COPY {t} FROM 's3://data-bucket/x' FORMAT PARQUET", "needs an authorization"),
        ("COPY {t} FROM 's3://data-bucket/nothing-here' {r} FORMAT PARQUET", "prefix 'nothing-here' does not exist"),
        ("COPY {t} FROM 's3://no-such-bucket/x' {r} FORMAT PARQUET", "NoSuchBucket"),
        ("COPY {t} FROM 's3://data-bucket/x' {r} FORMAT PARQUET MAXERROR 10", "MAXERROR is not emulated"),
        ("COPY {t} FROM 's3://data-bucket/x' {r} FORMAT PARQUET DELIMITER ','", "DELIMITER argument is not supported"),
        ("COPY {t} FROM 's3://data-bucket/x' {r} FORMAT PARQUET NONSENSE", 'near "NONSENSE"'),
        ("COPY {t} FROM 's3://data-bucket/x' {r}", "format text"),
        ("COPY {t} FROM '/etc/passwd' {r} FORMAT CSV", "must be s3://"),
        ("COPY {t} FROM PROGRAM 'id'", "a string is expected"),
        ("COPY {t} TO 's3://data-bucket/x'", "syntax error"),
        ("COPY {t} (nowhere) FROM 's3://data-bucket/x' {r} CSV", 'column "nowhere"'),
    ],
)
def test_copy_is_refused(admin: Warehouse, copy: str, message: str) -> None:
    table = f"{admin.schema}.t"
    admin.run(f"CREATE TABLE {table} (a BIGINT)")
    with pytest.raises(StatementFailed, match=message):
        admin.run(copy.format(t=table, r=ROLE))


def test_csv_with_quotes_header_and_gzip(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    body = b'id;name;note\n1;"a;""b""\nc";\n;x;y\n'
    s3.put_object(Bucket=BUCKET, Key=f"{prefix}x", Body=gzip.compress(body))
    admin.run(f"CREATE TABLE {table} (id INT, name VARCHAR(20), note VARCHAR(5))")
    options = "FORMAT CSV DELIMITER ';' IGNOREHEADER 1 GZIP"
    assert admin.run(_copy(table, prefix, options))["ResultRows"] == 2
    assert admin.rows(f"SELECT * FROM {table} ORDER BY id") == [(1, 'a;"b"\nc', ""), (None, "x", "y")]
    admin.run(f"DELETE FROM {table}")
    admin.run(_copy(table, prefix, options + " EMPTYASNULL"))
    assert admin.rows(f"SELECT note FROM {table} ORDER BY id") == [(None,), ("y",)]


def test_a_csv_value_that_is_too_long_loads_nothing(admin: Warehouse, s3: Any) -> None:
    table, prefix = f"{admin.schema}.t", _prefix()
    s3.put_object(Bucket=BUCKET, Key=f"{prefix}x", Body="a\néé\n".encode())
    admin.run(f"CREATE TABLE {table} (a VARCHAR(3))")
    with pytest.raises(StatementFailed, match="value too long"):
        admin.run(_copy(table, prefix, "CSV"))
    assert admin.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_csv_says_null_in_its_own_words(admin: Warehouse, s3: Any) -> None:
    """In quotes they are a text, and an empty field is one."""
    table, prefix = f"{admin.schema}.t", _prefix()
    s3.put_object(Bucket=BUCKET, Key=f"{prefix}x", Body=b'n,x\n1,\\N\n2,"\\N"\n3,\n')
    admin.run(f"CREATE TABLE {table} (n VARCHAR(9), x VARCHAR(9))")
    admin.run(_copy(table, prefix, r"CSV IGNOREHEADER 1 NULL AS '\\N'"))
    assert admin.rows(f"SELECT x FROM {table} ORDER BY n") == [(None,), ("\\N",), ("",)]
