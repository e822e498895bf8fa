from __future__ import annotations

import io
import json
import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unittest import mock

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws

from customer_data.columns import checked
from customer_data.columns.inference import DecidingValue
from customer_data.columns.staged import StagedColumn
from customer_data.columns.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TIMESTAMP,
    ColumnType,
    TableColumn,
    TableSchema,
    numeric,
    varchar,
    varchar_with_headroom,
)
from customer_data.columns.values import Read, arrow_type
from customer_data.csv import reader as csv_reader
from customer_data.csv import text as csv_text
from customer_data.csv.format import CsvFormat
from customer_data.errors import RowsLost, SourceChanged, ValuesLost
from customer_data.files.manifest import SourceFile
from customer_data.files.source_object import SourceObject
from customer_data.files.staging_location import StagingLocation
from customer_data.loading import staging
from customer_data.loading.settings import LoaderSettings, RowErrorPolicy, SchemaContract
from customer_data.loading.staged_file import RescueColumn, StagedFile
from customer_data.loading.staging import stage_file
from customer_data.records import parquet_parts
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.table_name import TableName

QUARANTINE = RowErrorPolicy.QUARANTINE_ROWS
LOAD_ID = "0123456789abcdef" * 4
TABLE = TableSchema(
    (
        TableColumn("user_id", BIGINT),
        TableColumn("amount", numeric(10, 2)),
        TableColumn("born", DATE),
        TableColumn("seen", TIMESTAMP),
        TableColumn("active", BOOLEAN),
        TableColumn("score", DOUBLE),
        TableColumn("name", varchar(8)),
        TableColumn("code", varchar(4), widenable=False),
        TableColumn("country", ColumnType("char", length=2)),
        TableColumn("details", ColumnType("super")),
    )
)


class Landing:
    """A landing bucket, a staging bucket and a loader between them."""

    def __init__(self, s3: Any) -> None:
        self.s3 = s3
        for bucket in ("landing", "staging"):
            self.s3.create_bucket(Bucket=bucket)

    def put(self, text: str | bytes, key: str = "in/a.csv") -> SourceFile:
        content = text.encode() if isinstance(text, str) else text
        etag = self.s3.put_object(Bucket="landing", Key=key, Body=content)["ETag"].strip('"')
        return SourceFile(LOAD_ID, "landing", key, None, etag, len(content), "0A", "2024-01-01T00:00:00Z")

    def stage(
        self,
        text: str | bytes,
        table: TableSchema | None = None,
        *,
        index: int = 0,
        write: bool = True,
        **settings: Any,
    ) -> StagedFile:
        return stage_file(self.put(text), index, self.settings(**settings), table, "jr_1", self.s3, write=write)

    def settings(self, **changes: Any) -> LoaderSettings:
        values: dict[str, Any] = {
            "pipeline": "customers",
            "table": TableName("public", "customers"),
            "staging": StagingLocation("staging", "staging/customers/"),
            "warehouse": WarehouseConnection("dev", "arn:aws:iam::123456789012:role/copy"),
            "prefix": "in/",
        }
        return LoaderSettings(**{**values, **changes})

    def rows(self, staged: StagedFile) -> list[dict[str, Any]]:
        assert staged.fault is None, staged.fault
        rows: list[dict[str, Any]] = []
        for part in staged.parts:
            content = self.s3.get_object(Bucket=part.bucket, Key=part.key)["Body"].read()
            table = pq.read_table(io.BytesIO(content))
            assert (len(content), table.num_rows) == (part.size, part.rows)
            assert table.column_names == ["__position", *(column.name for column in staged.columns)]
            rows += table.to_pylist()
        return rows

    def rejected(self, staged: StagedFile) -> list[dict[str, Any]]:
        assert staged.rejected_key is not None
        lines = self.s3.get_object(Bucket="landing", Key=staged.rejected_key)["Body"].read().decode()
        return [json.loads(line) for line in lines.splitlines()]

    def keys(self, bucket: str) -> list[str]:
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock.patch.dict(os.environ, keys), mock_aws():
        yield boto3.client("s3", region_name="us-east-1")


@pytest.fixture
def landing(s3: Any) -> Iterator[Landing]:
    landing = Landing(s3)
    yield landing
    for bucket in ("landing", "staging"):
        for key in landing.keys(bucket):
            s3.delete_object(Bucket=bucket, Key=key)


def column(staged: StagedFile, name: str) -> StagedColumn:
    return next(column for column in staged.columns if column.name == name)


def names(staged: StagedFile) -> list[str]:
    return [column.name for column in staged.columns]


def test_every_value_is_staged_as_what_it_is_with_its_place(landing: Landing) -> None:
    staged = landing.stage('user_id,Full Name,zip\n1,"Ann ""A""\nSmith",007\n2,,"é, ü"\n', index=3)
    assert landing.rows(staged) == [
        {"__position": 3 * 2**40, "user_id": 1, "full_name": 'Ann "A"\nSmith', "zip": "007"},
        {"__position": 3 * 2**40 + 1, "user_id": 2, "full_name": None, "zip": "é, ü"},
    ]
    assert staged.columns == (
        StagedColumn("user_id", "user_id", BIGINT, 1, is_new=True, why=DecidingValue(2, "1")),
        StagedColumn("full_name", "Full Name", varchar(32), 13, is_new=True, why=DecidingValue(2, 'Ann "A"\nSmith')),
        StagedColumn("zip", "zip", varchar(32), 6, is_new=True, why=DecidingValue(2, "007")),
    )
    assert staged.header_map == {"user_id": "user_id", "Full Name": "full_name", "zip": "zip"}
    assert (staged.rows_read, staged.rows_staged, staged.rows_rejected) == (2, 2, 0)
    assert [part.key for part in staged.parts] == [f"staging/customers/jr_1/{LOAD_ID}/part-00000.parquet"]


def test_types_are_inferred_over_all_values_not_over_the_first(landing: Landing) -> None:
    staged = landing.stage("user_id,n\n" + "".join(f"{i},{i}\n" for i in range(400_000)) + "400000,x\n")
    assert column(staged, "user_id").type == BIGINT
    assert column(staged, "n").type == varchar(32)


@pytest.mark.parametrize(
    ("early", "late", "type", "rows"),
    [
        ("1", "x", varchar(32), ["1", "x"]),
        ("1", "2.5", numeric(18, 4), [Decimal(1), Decimal("2.5")]),
        ("", "7", BIGINT, [None, 7]),
        ("", "x", varchar(32), [None, "x"]),
        ("1.0", "2", BIGINT, [1, 2]),
        ("2024-01-31", "2024-01-31 10:00", TIMESTAMP, [datetime(2024, 1, 31), datetime(2024, 1, 31, 10)]),
        ("2024-01-31T10:00Z", "x", varchar(64), ["2024-01-31T10:00Z", "x"]),
        ("12E12", "1.5", DOUBLE, [12e12, 1.5]),
    ],
)
def test_a_value_of_another_type_late_in_the_file_has_it_read_again(
    landing: Landing, early: str, late: str, type: ColumnType, rows: list[Any]
) -> None:
    with mock.patch.object(csv_text, "CHUNK_BYTES", 64), mock.patch.object(csv_reader, "CHUNK_BYTES", 64):
        staged = landing.stage("user_id,n\n" + f"1,{early}\n" * 100 + f"2,{late}\n")
    values = [row["n"] for row in landing.rows(staged)]
    assert (column(staged, "n").type, values[0], values[-1], len(values)) == (type, *rows, 101)
    assert landing.keys("staging") == [part.key for part in staged.parts]


def test_a_date_late_in_the_file_has_those_before_it_read_in_its_format(landing: Landing) -> None:
    csv = CsvFormat(date_formats=("DD/MM/YYYY", "MM/DD/YYYY"))
    with mock.patch.object(csv_text, "CHUNK_BYTES", 64), mock.patch.object(csv_reader, "CHUNK_BYTES", 64):
        staged = landing.stage("user_id,n\n" + "1,01/02/2024\n" * 100 + "2,01/31/2024\n", csv=csv)
    assert {row["n"] for row in landing.rows(staged)} == {date(2024, 1, 2), date(2024, 1, 31)}


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        (("", "5", "x"), ()),
        (("1.5", "6", "9" * 39), (TableColumn("n", BIGINT), TableColumn("n__as_varchar", varchar(64)))),
    ],
    ids=["a new column is text after all", "a column does not grow after all"],
)
def test_every_row_is_staged_whatever_a_column_seems_to_become_meanwhile(
    landing: Landing, values: tuple[str, ...], stored: tuple[TableColumn, ...]
) -> None:
    table = TableSchema((TableColumn("user_id", BIGINT), *stored)) if stored else None
    with mock.patch.object(csv_text, "CHUNK_BYTES", 64), mock.patch.object(csv_reader, "CHUNK_BYTES", 64):
        staged = landing.stage("user_id,n\n" + "".join(f"1,{value}\n" * 100 for value in values), table)
    assert len(landing.rows(staged)) == 300


def test_a_new_column_without_values_has_no_type_yet(landing: Landing) -> None:
    staged = landing.stage("user_id,later\n1,\n")
    assert column(staged, "later").type is None


def test_a_large_file_becomes_several_parts_and_positions_go_on(landing: Landing) -> None:
    with (
        mock.patch.object(parquet_parts, "_PART_BYTES", 100_000),
        mock.patch.object(parquet_parts, "_ROW_GROUP_BYTES", 50_000),
        mock.patch.object(csv_text, "CHUNK_BYTES", 40_000),
        mock.patch.object(csv_reader, "CHUNK_BYTES", 40_000),
        mock.patch.object(csv_reader, "_SAMPLE_BYTES", 1_000),
    ):
        staged = landing.stage("user_id,note\n" + "".join(f'{i},"note\n{i}"\n' for i in range(20_000)))
    assert len(staged.parts) > 3
    rows = landing.rows(staged)
    assert [row["__position"] for row in rows] == list(range(20_000))
    assert rows[-1]["note"] == "note\n19999"
    assert landing.keys("staging") == [part.key for part in staged.parts]


def test_windows_1252_is_found_out_late_in_the_file_and_staged_once(landing: Landing) -> None:
    text = "user_id,name\n" + "1,Ann\n" * 500_000 + "2,Jürgen\n"
    with (
        mock.patch.object(parquet_parts, "_PART_BYTES", 2**20),
        mock.patch.object(parquet_parts, "_ROW_GROUP_BYTES", 1),
    ):
        staged = landing.stage(text.encode("cp1252"))
    rows = landing.rows(staged)
    assert len(rows) == 500_001
    assert rows[-1]["name"] == "Jürgen"
    assert landing.keys("staging") == sorted(part.key for part in staged.parts)


def test_header_only_stages_no_rows_and_is_no_fault(landing: Landing) -> None:
    staged = landing.stage("user_id,name\n")
    assert (staged.fault, staged.parts, staged.rows_read) == (None, (), 0)
    assert names(staged) == ["user_id", "name"]


def test_sixty_new_columns_at_once_are_staged(landing: Landing) -> None:
    header = ",".join(f"c{n}" for n in range(60))
    staged = landing.stage(f"user_id,{header}\n1,{','.join(map(str, range(60)))}\n", TABLE)
    assert sum(column.is_new and column.type == BIGINT for column in staged.columns) == 60


def fault_of(staged: StagedFile) -> tuple[str, str]:
    assert staged.fault is not None
    assert staged.parts == ()
    return staged.fault.code, staged.fault.reason


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty_file", "empty"),
        (b"PK\x03\x04", "not_csv", "xlsx"),
        (b"user_id\n1\x00\n", "nul_byte", "line 2"),
        ("user_id,ü\n1,".encode() + b"\xff\n", "wrong_encoding", "line 2"),
        (b"a,b\n1,2\n", "missing_key_column", "a ('a'), b ('b')"),
        (b"user_id,User Id\n1,2\n", "duplicate_column", "'user_id' and 'User Id'"),
        (",".join(["user_id", *(f"c{n}" for n in range(1_999))]).encode(), "too_many_columns", "2,000"),
    ],
)
def test_a_file_that_is_no_table_is_a_fault_with_its_reason(
    landing: Landing, content: bytes, code: str, words: str
) -> None:
    found, reason = fault_of(landing.stage(content))
    assert found == code
    assert words in reason
    assert landing.keys("staging") == []


def test_a_table_cannot_grow_over_1600_columns(landing: Landing) -> None:
    wide = TableSchema((TableColumn("user_id", BIGINT), *(TableColumn(f"t{n}", BIGINT) for n in range(1_590))))
    text = ",".join(["user_id", *(f"c{n}" for n in range(10))])
    assert fault_of(landing.stage(text, wide))[0] == "too_many_columns"
    assert landing.stage(text.removesuffix(",c9"), wide).fault is None


def test_a_file_without_the_sequence_column_is_a_fault(landing: Landing) -> None:
    assert "'updated_at'" in fault_of(landing.stage("user_id\n1\n", sequence_column="updated_at"))[1]


@pytest.mark.parametrize("write", [True, False])
def test_a_source_that_was_overwritten_is_superseded(landing: Landing, write: bool) -> None:
    file = landing.put("user_id\n1\n")
    landing.put("user_id\n2\n")
    staged = stage_file(file, 0, landing.settings(), None, "jr_1", landing.s3, write=write)
    assert staged.superseded
    assert (staged.fault, staged.parts) == (None, ())


def test_a_source_that_changes_while_it_is_read_is_superseded_and_leaves_no_part(landing: Landing) -> None:
    file = landing.put("user_id\n" + "1\n" * 3_000_000)
    with (
        mock.patch.object(parquet_parts, "_PART_BYTES", 1),
        mock.patch.object(parquet_parts, "_ROW_GROUP_BYTES", 1),
        mock.patch.object(SourceObject, "readinto", autospec=True, side_effect=gone_after(4 * 2**20)),
    ):
        staged = stage_file(file, 0, landing.settings(), None, "jr_1", landing.s3)
    assert staged.superseded
    assert landing.keys("staging") == []


def gone_after(position: int) -> Callable[[SourceObject, memoryview], int]:
    read = SourceObject.readinto

    def readinto(source: SourceObject, buffer: memoryview) -> int:
        if source.position >= position:
            raise SourceChanged("overwritten")
        return read(source, buffer)

    return readinto


def test_a_missing_bucket_is_a_run_fault(landing: Landing) -> None:
    file = replace(landing.put("user_id\n1\n"), bucket="elsewhere")
    with pytest.raises(landing.s3.exceptions.NoSuchBucket):
        stage_file(file, 0, landing.settings(), None, "jr_1", landing.s3)


# The schema contract


def test_freeze_names_the_new_columns(landing: Landing) -> None:
    code, reason = fault_of(landing.stage("user_id,x,y\n1,2,3\n", TABLE, schema_contract=SchemaContract.FREEZE))
    assert code == "new_column"
    assert "'x', 'y'" in reason


def test_discard_leaves_new_columns_out_and_says_so(landing: Landing) -> None:
    staged = landing.stage("user_id,x,amount\n1,2,3\n", TABLE, schema_contract=SchemaContract.DISCARD)
    assert staged.discarded_columns == ("x",)
    assert landing.rows(staged) == [{"__position": 0, "user_id": 1, "amount": Decimal(3)}]


@pytest.mark.parametrize("contract", list(SchemaContract))
def test_without_a_table_every_contract_takes_the_files_columns(landing: Landing, contract: SchemaContract) -> None:
    assert names(landing.stage("user_id,x\n1,2\n", None, schema_contract=contract)) == ["user_id", "x"]


# Values that do not fit


@pytest.mark.parametrize(
    ("header", "fitting", "unfit"),
    [
        ("amount", Decimal("1.50"), "1.5.5"),
        ("amount", Decimal("1.50"), "12x"),
        ("born", date(2024, 2, 29), "2024-02-30"),
        ("born", date(2024, 2, 29), "2024-02-29 25:00:00"),
        ("seen", datetime(2024, 2, 29, 10), "29.2.2024"),
        ("active", True, "maybe"),
        ("score", 0.30000000000000004, "0.30000000000000005"),
        ("code", "abcd", "abcde"),
        ("country", "DE", "DEU"),
        ("country", "DE", "é"),
        ("details", "", "{}"),
    ],
)
def test_an_unfit_value_goes_to_a_rescue_column_as_it_is(
    landing: Landing, header: str, fitting: Any, unfit: str
) -> None:
    staged = landing.stage(f"user_id,{header}\n1,{fitting}\n2,{unfit}\n3,\n", TABLE)
    rescue = f"{header}__as_varchar"
    assert [(row[header], row[rescue]) for row in landing.rows(staged)] == [
        (fitting or None, None),
        (None, unfit),
        (None, None),
    ]
    assert column(staged, header).type == TABLE.column(header).type  # type: ignore[union-attr]
    assert column(staged, rescue) == StagedColumn(
        rescue, header, varchar_with_headroom(len(unfit.encode())), len(unfit.encode()), True, header, 1
    )
    assert landing.keys("staging") == [part.key for part in staged.parts]


def test_an_empty_text_that_is_no_null_is_rescued_too(landing: Landing) -> None:
    staged = landing.stage("user_id,amount\n1,\n2,NULL\n", TABLE, csv=CsvFormat(null_values=("NULL",)))
    assert [(row["amount"], row["amount__as_varchar"]) for row in landing.rows(staged)] == [(None, ""), (None, None)]
    assert column(staged, "amount__as_varchar").type == varchar(32)


def test_values_of_rejected_records_need_no_rescue_column(landing: Landing) -> None:
    staged = landing.stage("user_id,amount\n,x\n2,2\n", TABLE, row_errors=QUARANTINE)
    assert names(staged) == ["user_id", "amount"]


def test_without_unfit_values_there_is_no_rescue_column(landing: Landing) -> None:
    assert names(landing.stage("user_id,amount\n1,1.5\n", TABLE)) == ["user_id", "amount"]


def test_a_rescue_column_of_the_table_is_written_even_when_all_fits_so_that_an_old_value_goes(landing: Landing) -> None:
    table = TableSchema((*TABLE.columns, TableColumn("amount__as_varchar", varchar(16))))
    staged = landing.stage("user_id,amount\n1,1.5\n", table)
    assert landing.rows(staged)[0]["amount__as_varchar"] is None
    assert column(staged, "amount__as_varchar") == StagedColumn(
        "amount__as_varchar", "amount", varchar(16), 0, is_new=False, rescue_for="amount"
    )
    assert landing.rows(landing.stage("user_id,amount\n1,x\n", table))[0]["amount__as_varchar"] == "x"


def test_a_rescue_column_that_is_too_narrow_and_cannot_be_widened_rejects_the_record(landing: Landing) -> None:
    table = TableSchema((*TABLE.columns, TableColumn("amount__as_varchar", varchar(2), widenable=False)))
    code, reason = fault_of(landing.stage("user_id,amount\n1,ab\n2,abc\n", table))
    assert code == "unfit_value"
    assert "line 3" in reason


def test_rescued_values_are_counted_by_column_and_by_row(landing: Landing) -> None:
    table = TableSchema((*TABLE.columns, TableColumn("born__as_varchar", varchar(16))))
    rows = "1,x,yesterday\n2,y,2024-01-01\n3,1,2024-01-01\n,z,tomorrow\n"
    staged = landing.stage(f"user_id,Amount,born\n{rows}", table, row_errors=QUARANTINE)

    assert staged.rows_rescued == 2
    assert staged.rescue_columns == (
        RescueColumn("amount__as_varchar", "amount", 2),
        RescueColumn("born__as_varchar", "born", 1),
    )


def test_of_a_file_that_fails_no_value_is_rescued(landing: Landing) -> None:
    staged = landing.stage("user_id,amount\n1,x\n,1\n", TABLE)
    assert fault_of(staged)[0] == "null_key"
    assert staged.rows_rescued == 0


def test_freeze_fails_the_file_naming_line_column_and_value(landing: Landing) -> None:
    staged = landing.stage(
        'user_id,Amount,born\n1,1,2024-01-01\n"2\n",1,\n3,1.555,x\n', TABLE, schema_contract=SchemaContract.FREEZE
    )
    assert staged.fault is not None
    assert (staged.fault.line, staged.fault.column, staged.fault.value) == (5, "Amount", "1.555")


def test_discard_rejects_the_record_of_an_unfit_value(landing: Landing) -> None:
    staged = landing.stage(
        "user_id,amount\n1,x\n2,2\n", TABLE, schema_contract=SchemaContract.DISCARD, row_errors=QUARANTINE
    )
    assert [row["user_id"] for row in landing.rows(staged)] == [2]
    assert landing.rejected(staged)[0]["errors"][0]["code"] == "unfit_value"


def test_a_longer_string_is_staged_with_its_bytes_where_the_column_can_be_widened(landing: Landing) -> None:
    staged = landing.stage(f"user_id,name\n1,{'é' * 10}\n", TABLE)
    assert names(staged) == ["user_id", "name"]
    assert (column(staged, "name").type, column(staged, "name").max_bytes) == (varchar(8), 20)


def test_of_the_users_date_formats_the_one_that_fits_most_values_is_read(landing: Landing) -> None:
    csv = CsvFormat(date_formats=("MM/DD/YYYY", "DD/MM/YYYY"))
    staged = landing.stage("user_id,born\n1,31/12/2024\n2,1/2/2024\n", TABLE, csv=csv)
    assert names(staged) == ["user_id", "born"]
    assert [row["born"] for row in landing.rows(staged)] == [date(2024, 12, 31), date(2024, 2, 1)]
    iso = landing.stage("user_id,born\n1,2024-12-31\n", TABLE, csv=csv)
    assert [row["born"] for row in landing.rows(iso)] == [date(2024, 12, 31)]


def test_a_timestamp_column_takes_dates_without_a_time_in_a_format_too(landing: Landing) -> None:
    csv = CsvFormat(date_formats=("DD/MM/YYYY",))
    staged = landing.stage("user_id,seen,name\n1,31/12/2024,01/02/2024\n", TABLE, csv=csv)
    assert names(staged) == ["user_id", "seen", "name"]
    assert [(row["seen"], row["name"]) for row in landing.rows(staged)] == [(datetime(2024, 12, 31), "01/02/2024")]
    assert column(staged, "seen").type == TIMESTAMP


def test_of_mixed_date_formats_the_most_frequent_stays_and_the_others_are_rescued(landing: Landing) -> None:
    csv = CsvFormat(date_formats=("DD/MM/YYYY",))
    staged = landing.stage("user_id,born\n1,2024-01-01\n2,31/12/2024\n3,30/12/2024\n", TABLE, csv=csv)
    assert [row["born"] for row in landing.rows(staged)] == [None, date(2024, 12, 31), date(2024, 12, 30)]
    assert landing.rows(staged)[0]["born__as_varchar"] == "2024-01-01"


def test_date_formats_without_a_rescue_under_freeze(landing: Landing) -> None:
    csv, freeze = CsvFormat(date_formats=("DD/MM/YYYY",)), SchemaContract.FREEZE
    assert landing.stage("user_id,born\n1,31/12/2024\n", TABLE, csv=csv, schema_contract=freeze).fault is None
    bad = landing.stage("user_id,born\n1,31/12/2024\n2,x\n", TABLE, csv=csv, schema_contract=freeze)
    assert bad.fault is not None
    assert (bad.fault.line, bad.fault.value) == (3, "x")


# Rejected records

BAD_ROWS = (
    'user_id,name\n1,"ok"\n,no key\n"",empty key\nx,unfit key\n5\n6,"a"b\n7,"multi\nline"\n8,'
    + "x" * 65_536
    + "\n9,ok\n"
)


def test_by_default_the_first_rejected_record_fails_the_file_and_the_others_are_counted(landing: Landing) -> None:
    staged = landing.stage(BAD_ROWS, TABLE)
    assert staged.fault is not None
    assert (staged.fault.code, staged.fault.line, staged.fault.column) == ("null_key", 3, "user_id")
    assert "(5 more records are rejected)" in staged.fault.reason
    assert "QUARANTINE_ROWS" in staged.fault.reason
    assert landing.keys("staging") == []
    assert landing.keys("landing") == ["in/a.csv"]


def test_quarantined_records_keep_line_reason_and_content_and_the_rest_is_staged(landing: Landing) -> None:
    staged = landing.stage(BAD_ROWS, TABLE, row_errors=QUARANTINE)
    assert names(staged) == ["user_id", "name"]
    assert [row["user_id"] for row in landing.rows(staged)] == [1, 7, 9]
    positions = [row["__position"] for row in landing.rows(staged)]
    assert positions == sorted(set(positions))
    assert (staged.rows_read, staged.rows_staged, staged.rows_rejected) == (9, 3, 6)
    assert staged.rejected_key == "quarantine/a.csv.0123456789ab.rejected.jsonl"
    rejected = landing.rejected(staged)
    assert [(entry["line"], entry["errors"][0]["code"]) for entry in rejected] == [
        (3, "null_key"),
        (4, "null_key"),
        (5, "unfit_value"),
        (6, "ragged_record"),
        (7, "broken_quote"),
        (10, "value_too_long"),
    ]
    assert rejected[0]["record"] == {"user_id": None, "name": "no key"}
    assert rejected[3]["record"] == "5"
    assert rejected[4]["record"] == '6,"a"b'
    assert rejected[0]["source"] == {"bucket": "landing", "key": "in/a.csv", "version": None}
    assert rejected[0]["run_id"] == "jr_1"
    assert set(rejected[0]) == {"record", "source", "line", "errors", "run_id", "at"}
    assert set(rejected[0]["errors"][0]) == {"rule", "code", "reason", "severity"}
    assert {error["severity"] for entry in rejected for error in entry["errors"]} == {"error"}


def test_a_record_with_two_errors_names_both(landing: Landing) -> None:
    staged = landing.stage(f"user_id,name\nx,{'y' * 65_536}\n", TABLE, row_errors=QUARANTINE)
    assert [error["code"] for error in landing.rejected(staged)[0]["errors"]] == ["value_too_long", "unfit_value"]


def test_an_empty_key_is_rejected_also_when_empty_is_not_null(landing: Landing) -> None:
    staged = landing.stage("user_id,n\n,1\n", csv=CsvFormat(null_values=("NULL",)))
    assert fault_of(staged)[0] == "null_key"


@pytest.mark.parametrize("table", [None, TABLE], ids=["new", "existing"])
def test_a_text_key_that_ends_in_a_blank_is_rejected_because_redshift_ignores_it(
    landing: Landing, table: TableSchema | None
) -> None:
    staged = landing.stage(
        "user_id,code\n1,A1\n2,A1 \n3, A1\n4,A\t\n", table, primary_key=("code",), row_errors=QUARANTINE
    )
    assert [row["code"] for row in landing.rows(staged)] == ["A1"]
    rejected = landing.rejected(staged)
    assert [(record["line"], record["errors"][0]["code"]) for record in rejected] == [
        (3, "key_trailing_blank"),
        (4, "key_blank"),
        (5, "key_blank"),
    ]
    assert "'A1 '" in rejected[0]["errors"][0]["reason"]


def test_other_text_may_end_in_a_blank(landing: Landing) -> None:
    assert landing.rows(landing.stage("user_id,code\n1,A1 \n", TABLE))[0]["code"] == "A1 "


def test_a_number_that_ends_in_a_blank_is_no_number(landing: Landing) -> None:
    assert fault_of(landing.stage("user_id,code\n1 ,A1\n", TABLE))[0] == "unfit_value"


def test_neither_a_key_nor_the_sequence_column_is_rescued(landing: Landing) -> None:
    staged = landing.stage(
        "user_id,seen\n1,yesterday\nx,2024-01-01\n2,2024-01-01\n", TABLE, sequence_column="seen", row_errors=QUARANTINE
    )
    assert names(staged) == ["user_id", "seen"]
    assert [entry["line"] for entry in landing.rejected(staged)] == [2, 3]


def test_values_of_rejected_records_do_not_shape_new_columns(landing: Landing) -> None:
    staged = landing.stage("user_id,n\n1,5\n,five\n", row_errors=QUARANTINE)
    assert column(staged, "n").type == BIGINT


def test_rejections_and_rescues_in_one_file(landing: Landing) -> None:
    staged = landing.stage("user_id,amount\n1,abc\n,1\n3,3\n4\n", TABLE, row_errors=QUARANTINE)
    assert [(row["user_id"], row["amount"], row["amount__as_varchar"]) for row in landing.rows(staged)] == [
        (1, None, "abc"),
        (3, Decimal(3), None),
    ]
    assert staged.rows_rejected == 2


def test_plan_mode_checks_everything_and_writes_nothing(landing: Landing) -> None:
    staged = landing.stage("user_id,amount,z\n1,abc,1\n,1,2\n", TABLE, row_errors=QUARANTINE, write=False)
    assert names(staged) == ["user_id", "amount", "amount__as_varchar", "z"]
    assert (staged.rows_staged, staged.rows_rejected, staged.rejected_key, staged.parts) == (1, 1, None, ())
    assert landing.keys("staging") == []
    assert landing.keys("landing") == ["in/a.csv"]


def test_the_file_is_closed_and_no_part_is_left_when_s3_fails(landing: Landing) -> None:
    with mock.patch.object(landing.s3, "upload_file", side_effect=ConnectionError), pytest.raises(ConnectionError):
        landing.stage("user_id\n1\n")
    assert landing.keys("staging") == []


def test_a_staged_file_with_its_fault_travels_between_processes(landing: Landing) -> None:
    staged = landing.stage("user_id,User Name\n,Ann\n")
    copy = pickle.loads(pickle.dumps(staged))
    assert copy.fault is not None
    assert staged.fault is not None
    assert (str(copy.fault), vars(copy.fault)) == (str(staged.fault), vars(staged.fault))
    assert copy.file == staged.file


def test_when_a_row_is_lost_nothing_is_staged(landing: Landing) -> None:
    kept = staging._staged_rows

    def losing(*arguments: Any) -> Any:
        return kept(*arguments).slice(1)

    with (
        mock.patch.object(staging, "_staged_rows", losing),
        pytest.raises(RowsLost, match="3 rows were read, 2 passed"),
    ):
        landing.stage("user_id,name\n1,a\n2,b\n3,c\n")


def test_a_value_that_would_vanish_ends_the_run(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(type: ColumnType, texts: pa.StringArray) -> Read:
        return Read(pa.nulls(len(texts), arrow_type(type)))

    monkeypatch.setattr(checked, "read_values", forgetful)
    with pytest.raises(ValuesLost, match="1 values of the column 'user_id' are neither in it nor in a rescue column"):
        landing.stage("user_id\n1\n")


N_DATE = TableSchema((TableColumn("user_id", BIGINT), TableColumn("n", DATE)))


def test_the_value_of_a_record_that_is_rejected_in_any_case_needs_no_second_reading(landing: Landing) -> None:
    table = TableSchema((TableColumn("user_id", BIGINT), TableColumn("n", BIGINT)))
    staged = landing.stage("user_id,n\n,x\n2,6\n", table, row_errors=RowErrorPolicy.QUARANTINE_ROWS)

    assert names(staged) == ["user_id", "n"]


@pytest.mark.parametrize("formats", [(), ("DD.MM.YYYY",)])
def test_a_frozen_table_refuses_an_unfit_value_of_any_record(landing: Landing, formats: tuple[str, ...]) -> None:
    settings = {"row_errors": RowErrorPolicy.QUARANTINE_ROWS, "schema_contract": SchemaContract.FREEZE}
    staged = landing.stage("user_id,n\n,x\n", N_DATE, csv=CsvFormat(date_formats=formats), **settings)

    assert staged.fault is not None and staged.fault.code == "unfit_value"


def test_the_first_of_many_batches_decides_why_a_column_grows(landing: Landing) -> None:
    table = TableSchema((TableColumn("user_id", BIGINT), TableColumn("n", BIGINT)))
    lines = [f"{row},{'2.5' if row in (40, 90) else row}" for row in range(120)]
    with mock.patch.object(csv_text, "CHUNK_BYTES", 64), mock.patch.object(csv_reader, "CHUNK_BYTES", 64):
        staged = landing.stage("\n".join(["user_id,n", *lines]), table)

    assert column(staged, "n").why == DecidingValue(42, "2.5")
