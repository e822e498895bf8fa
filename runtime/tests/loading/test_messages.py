"""What people read of a file that is not loaded: the object, the value, what is allowed, what to do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from folder_s3 import FolderS3

import customer_data
from customer_data.columns.types import (
    BIGINT,
    DATE,
    TIMESTAMPTZ,
    ColumnType,
    TableColumn,
    TableSchema,
    numeric,
    varchar,
)
from customer_data.csv.format import CsvFormat
from customer_data.errors import FileFault, RunFailed, SettingsError
from customer_data.files.manifest import SourceFile
from customer_data.files.staging_location import StagingLocation
from customer_data.job import read_manifest
from customer_data.loading.load import plan_load
from customer_data.loading.preview import source_file
from customer_data.loading.settings import LoaderSettings, SchemaContract
from customer_data.loading.staging import stage_file
from customer_data.quality.gate import gate_job
from customer_data.warehouse.connection import WarehouseConnection
from customer_data.warehouse.plan import check_plan
from customer_data.warehouse.table_name import TableName

PACKAGE = Path(customer_data.__file__).parent
FREEZE = SchemaContract.FREEZE
TABLE = TableSchema(
    (
        TableColumn("user_id", BIGINT),
        TableColumn("last_modified", TIMESTAMPTZ),
        TableColumn("born", DATE),
        TableColumn("amount", numeric(10, 2)),
        TableColumn("details", ColumnType("super")),
        TableColumn("amount__as_varchar", varchar(2), widenable=False),
    )
)
WIDE = TableSchema((TABLE.columns[0], *(TableColumn(f"c{number}", BIGINT) for number in range(1_599))))
#: Code to a file that has the fault, the settings, the table, and what its reason has to say: value, allowed, remedy.
FAULTS: dict[str, tuple[bytes, dict[str, Any], TableSchema | None, tuple[str, ...]]] = {
    "empty_file": (b"", {}, None, ("the file is empty", "header line", "upload it")),
    "not_csv": (b"%PDF-1.7\n", {}, None, ("looks like", "PDF", "export the data as CSV")),
    "broken_gzip": (b"\x1f\x8b\x08\x00cut", {}, None, ("gzip", "cut short or damaged", "upload the file again")),
    "nul_byte": (b"user_id\n1\x00\n", {}, None, ("line 2", "NUL byte", "export it again as UTF-8")),
    "wrong_encoding": (
        "user_id,ü\n1,".encode() + b"\xff\n", {}, None, ("line 2", "UTF-8", r"b'\xff'", "CsvFormat.encoding"),
    ),
    "broken_header": (b'user_id,"a"b\n1,2\n', {}, None, ("header", "every quote that opens must close")),
    "duplicate_column": (b"user_id,User Id\n", {}, None, ("'user_id' and 'User Id'", "columnMapping")),
    "missing_key_column": (
        b"id;name\n", {}, None, ("'user_id'", "id ('id')", "rename the header", "columnMapping", "delimiter"),
    ),
    "too_many_columns": (b"user_id,x\n1,2\n", {}, WIDE, ("1,601", "1,600", "SchemaContract.DISCARD")),
    "new_column": (
        b"user_id,x\n1,2\n", {"schema_contract": FREEZE}, TABLE, ("public.customers", "'x'", "SchemaContract.EVOLVE"),
    ),
    "unfit_value": (
        b"user_id,Last Modified\n1,2024-01-01\n", {"schema_contract": FREEZE}, TABLE,
        ("line 2", "'Last Modified'", "'2024-01-01'", "last_modified TIMESTAMPTZ", "2024-01-31 12:30:00+00", "EVOLVE"),
    ),
    "sequence_is_text": (
        b"user_id,at\n1,yesterday\n", {"sequence_column": "at"}, None, ("'at'", "numbers nor dates", "dateFormats"),
    ),
    "null_key": (b"user_id,x\n,1\n", {}, None, ("line 2", "user_id is empty", "give it a value", "QUARANTINE_ROWS")),
    "key_trailing_blank": (b"user_id\nA1 \n", {}, None, ("line 2", "user_id 'A1 '", "take the blank out")),
    "key_blank": (
        "user_id\n\u200bA1\n".encode(), {}, None,
        ("line 2", r"user_id '\u200bA1' begins with U+200B", "take it out", "CsvFormat.trimKeys"),
    ),
    "value_too_long": (
        b"user_id,x\n1," + b"y" * 65_536, {}, None, ("line 2", "'x'", "65,536", "'yyyy", "65,535", "shorten it"),
    ),
    "no_header": (
        b"user_id\n1\n", {"csv": CsvFormat(header_line=3)}, None, ("line 3", "CsvFormat.headerLine", "correct one"),
    ),
    "repeated_header": (b"user_id,x\n1,2\nuser_id,x\n", {}, None, ("line 3", "header line again", "take the line out")),
    "inner_quote": (
        b'user_id,x\n1,5" disk\n', {"csv": CsvFormat(strict_quotes=True)}, None,
        ("line 2", "does not begin with one", "its quotes doubled", "CsvFormat.strictQuotes"),
    ),
    "footer": (
        b"user_id,x\n1,2\nTotal\n\nEnd\n", {}, None, ("line 3", "a footer of 2 lines", "CsvFormat.footerLines to 2"),
    ),
    "footer_too_long": (
        b"user_id\n" + b"1" * 70 * 2**20, {"csv": CsvFormat(footer_lines=1)}, None,
        ("1 lines", "67,108,864 bytes", "CsvFormat.footerLines", "take the footer out"),
    ),
    "ragged_record": (b"user_id,x\n1\n", {}, None, ("line 2", "1 fields", "header 2", "','", "in quotes")),
    "broken_quote": (b'user_id,x\n1,"y"z\n', {}, None, ("line 2", "closing quote", "written twice")),
    "record_too_long": (
        b'user_id,x\n1,"' + (b"y" * 1023 + b"\n") * 2**12 + b'"\n', {}, None,
        ("line 2", "4,194,304 bytes", "close the quote"),
    ),
}  # fmt: skip


def reason_of(tmp_path: Path, content: bytes, table: TableSchema | None, **changes: Any) -> FileFault:
    s3 = FolderS3(tmp_path)
    s3.put_object(Bucket="landing", Key="in/a.csv", Body=content)
    file = SourceFile("0" * 64, "landing", "in/a.csv", None, "etag", len(content), None, "2024-01-01T00:00:00Z")
    settings = loader_settings(**changes)
    with pytest.raises(FileFault) as raised:
        staged = stage_file(file, 0, settings, table, "jr_1", s3)  # type: ignore[arg-type]
        if staged.fault:
            raise staged.fault
        check_plan(plan_load([staged], table, settings))
    return raised.value


def loader_settings(**changes: Any) -> LoaderSettings:
    return LoaderSettings(
        pipeline="customers",
        table=TableName("public", "customers"),
        staging=StagingLocation("staging", "staging/customers/"),
        warehouse=WarehouseConnection("dev", "arn:aws:iam::123456789012:role/copy"),
        prefix="in/",
        **changes,
    )


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_names_what_is_wrong_what_is_allowed_and_what_to_do(tmp_path: Path, code: str) -> None:
    content, settings, table, words = FAULTS[code]
    fault = reason_of(tmp_path, content, table, **settings)

    assert fault.code == code
    assert [word for word in words if word not in fault.reason] == []


def test_no_fault_of_a_file_is_left_out() -> None:
    others = {"quality", "replication"}  # whose faults their own tests name
    sources = [path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if not others & set(path.parts)]
    faults = {code for text in sources for code in re.findall(r'FileFault\(\s*"(\w+)"', text)}
    rejections = {code for text in sources for code in re.findall(r'(?:_key"|_bytes"|_type"), "(\w+)", ', text)}
    broken = {"ragged_record", "broken_quote", "record_too_long", "repeated_header", "inner_quote", "footer"}

    in_test_load = {"too_wide", "refused_by_warehouse"}  # only a warehouse finds these
    assert faults | rejections | broken == set(FAULTS) | in_test_load


def test_a_value_that_neither_its_column_nor_the_rescue_column_takes_names_both(tmp_path: Path) -> None:
    reason = reason_of(tmp_path, b"user_id,amount\n1,12x\n", TABLE).reason
    assert "'12x' is not a value of the column amount NUMERIC(10,2), which takes numbers such as" in reason
    assert "nor does its rescue column amount__as_varchar VARCHAR(2) take it: make that one longer" in reason


def test_a_value_names_the_format_that_the_others_have(tmp_path: Path) -> None:
    csv = CsvFormat(date_formats=("DD/MM/YYYY",))
    content = b"user_id,born\n1,31/12/2024\n2,30/12/2024\n3,2024-12-29\n"
    reason = reason_of(tmp_path, content, TABLE, csv=csv, schema_contract=FREEZE).reason
    assert "line 4, column 'born': '2024-12-29' is not a value of the column born DATE" in reason
    assert "values written as DD/MM/YYYY, as most of the file are" in reason


def test_a_column_that_takes_no_values_says_so(tmp_path: Path) -> None:
    reason = reason_of(tmp_path, b"user_id,details\n1,{}\n", TABLE, schema_contract=FREEZE).reason
    assert "details SUPER, which takes no values from a CSV; leave it empty" in reason


# What is wrong with a job's arguments


class Refusing:
    """S3 as the job's role finds it where it has no rights, or where there is nothing."""

    def __init__(self, code: str) -> None:
        self._error = ClientError({"Error": {"Code": code, "Message": "no"}}, "HeadObject")

    def head_object(self, **_: Any) -> None:
        raise self._error

    get_object = head_object


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("403", ("cannot be read (403)", "s3:GetObject", "'a b.csv'", "'other'", "under 'in/' and 'error/'")),
        ("404", ("is not there (404)", "'other'", "'a b.csv'", "check both", "under 'in/'")),
    ],
)
def test_a_plan_of_an_object_that_it_cannot_read_says_which_right_is_missing(code: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as raised:
        source_file("s3://other/a b.csv", loader_settings(), Refusing(code))
    assert [word for word in ("--plan 's3://other/a b.csv'", *words) if word not in str(raised.value)] == []


def test_what_may_pass_when_it_is_tried_again_is_no_fault_of_the_arguments() -> None:
    with pytest.raises(ClientError):
        source_file("s3://landing/in/a.csv", loader_settings(), Refusing("SlowDown"))


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey", "NoSuchBucket"])
def test_a_manifest_that_cannot_be_read_is_named(code: str) -> None:
    with pytest.raises(SettingsError, match=rf"--manifest 's3://b/k\.json' .*{code}.*'b'.*manifests/") as raised:
        read_manifest("s3://b/k.json", Refusing(code))
    assert "'k.json'" in str(raised.value)


@pytest.mark.parametrize("body", [b"user_id\n1\n", b"\xff", b'{"manifest_version": 2}'])
def test_a_manifest_that_is_none_is_named(tmp_path: Path, body: bytes) -> None:
    s3 = FolderS3(tmp_path)
    s3.put_object(Bucket="b", Key="k.json", Body=body)
    with pytest.raises(SettingsError, match=r"--manifest 's3://b/k\.json': .*; give it a manifest that"):
        read_manifest("s3://b/k.json", s3)


def test_a_gate_says_what_there_is_in_place_of_a_plan() -> None:
    with pytest.raises(RunFailed, match=r"--plan 's3://b/k': a gate has no --plan.*cdk-customer-data-platform check"):
        gate_job.main(["--settings", "{}", "--plan", "s3://b/k"])


def test_a_missing_field_of_the_settings_is_named() -> None:
    with pytest.raises(SettingsError, match="pipeline is missing; add it; deploy"):
        LoaderSettings.from_json("{}")


@pytest.mark.parametrize("script", ["load_csv.py", "check_quality.py"])
def test_a_users_error_prints_no_traceback(script: str) -> None:
    path = PACKAGE.parent / "jobs" / script
    ended = subprocess.run(
        [sys.executable, path, "--settings", '{"nonsense":\n1}', "--manifest", "s3://b/k"],
        env={"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.stderr.startswith("customer_data.errors.RunFailed: SettingsError: the --settings")
    assert len(ended.stderr.splitlines()) == 1
