"""The command line, as somebody calls it."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from oracle_schema.catalog_in_postgres import catalog_in_postgres
from oracle_tables import table

from customer_data.oracle_schema.catalog import VIEWS
from customer_data.oracle_schema.command import main
from customer_data.oracle_schema.csv_catalog import read_folder
from customer_data.oracle_schema.model import OracleSchema, Unread
from customer_data.oracle_schema.model_json import from_json

RUNTIME = Path(__file__).parents[2]
COLUMNS = "OWNER,TABLE_NAME,COLUMN_NAME,DATA_TYPE,DATA_TYPE_OWNER,DATA_LENGTH,DATA_PRECISION,DATA_SCALE,NULLABLE"
COLUMNS += ",COLUMN_ID,CHAR_LENGTH,CHAR_USED\n"
FILES = ["assessment.html", "assessment.json", "create_redshift_schema.sql", "model.json"]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    folder.mkdir()
    rows = "CRM,CUSTOMERS,ID,NUMBER,,22,9,0,N,1,0,\nCRM,CUSTOMERS,NAME,VARCHAR2,,80,,,Y,2,20,C\n"
    rows += "HR,PAY,ID,NUMBER,,22,9,0,N,1,0,\n"
    (folder / "ALL_TAB_COLUMNS.csv").write_text(COLUMNS + rows)
    (folder / "ALL_CONSTRAINTS.csv").write_text(
        "OWNER,CONSTRAINT_NAME,CONSTRAINT_TYPE,TABLE_NAME,R_OWNER,R_CONSTRAINT_NAME,STATUS\nCRM,PK,P,CUSTOMERS,,,ENABLED\n"
    )
    (folder / "ALL_CONS_COLUMNS.csv").write_text(
        "OWNER,CONSTRAINT_NAME,TABLE_NAME,COLUMN_NAME,POSITION\nCRM,PK,CUSTOMERS,ID,1\n"
    )
    return folder


def test_writes_the_sql_the_report_and_the_model(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "new" / "out"
    assert main(["--catalog", str(catalog), "--include", "CRM.%", "--out", str(out)]) == 0
    assert sorted(file.name for file in out.iterdir()) == FILES
    sql = (out / "create_redshift_schema.sql").read_text()
    assert '"name" VARCHAR(80)' in sql and "pay" not in sql
    assert json.loads((out / "assessment.json").read_text())["totals"]["converted"] == 1
    assert from_json((out / "model.json").read_text()).tables[0].name == "CUSTOMERS"
    printed = capsys.readouterr().out
    assert printed.startswith("1 of 1 object is converted or not needed. None needs a person.\n1 of 1 table is made.\n")
    assert printed.endswith(f"Report: {out / 'assessment.html'}\n")


def test_a_later_run_writes_only_the_differences(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--catalog", str(catalog), "--include", "CRM.%", "--out", str(tmp_path / "out"), "--target-schema", "x"]
    assert main(command) == 0
    file = catalog / "ALL_TAB_COLUMNS.csv"
    file.write_text(file.read_text() + "CRM,CUSTOMERS,BORN,DATE,,7,,,Y,3,0,\n")
    assert main(command) == 0
    assert (tmp_path / "out" / "alter_redshift_schema.sql").read_text() == (
        'ALTER TABLE "x"."customers" ADD COLUMN "born" TIMESTAMP;\n'
    )
    assert "alter_redshift_schema.sql, 1 statement, 0 remarks for a person\n" in capsys.readouterr().out


def test_differences_that_nobody_applied_are_in_every_later_run(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    command = ["--catalog", str(catalog), "--include", "CRM.%", "--out", str(out), "--target-schema", "x"]

    def changes(*more: str) -> str:
        assert main([*command, *more]) == 0
        return (out / "alter_redshift_schema.sql").read_text()

    assert main(command) == 0
    file = catalog / "ALL_TAB_COLUMNS.csv"
    file.write_text(
        file.read_text().replace("ID,NUMBER,,22,9", "ID,NUMBER,,22,18") + "CRM,CUSTOMERS,BORN,DATE,,7,,,Y,3,0,\n"
    )
    born = 'ALTER TABLE "x"."customers" ADD COLUMN "born" TIMESTAMP;\n'
    first = changes()
    assert "customers.id is INTEGER and would now be BIGINT" in first and first.endswith(born)
    assert changes() == first
    printed = capsys.readouterr().out
    assert "alter_redshift_schema.sql, 1 statement, 1 remark for a person\n" in printed
    assert "Each run lists them again until one has --applied" in printed

    file.write_text(file.read_text() + "CRM,CUSTOMERS,LEFT_AT,DATE,,7,,,Y,4,0,\n")
    assert born in changes() and "left_at" in changes()
    file.write_text(file.read_text() + "CRM,CUSTOMERS,SEEN,DATE,,7,,,Y,5,0,\n")
    assert changes("--applied") == 'ALTER TABLE "x"."customers" ADD COLUMN "seen" TIMESTAMP;\n'
    assert changes() == changes()
    assert changes("--applied") == "-- Nothing is to be changed.\n"


def test_nothing_can_be_applied_that_no_run_has_written(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--catalog", str(catalog), "--out", str(tmp_path)]
    assert main([*command, "--applied"]) == 1
    assert "has no alter_redshift_schema.sql of an earlier run" in capsys.readouterr().err
    assert main(command) == main(command) == 0
    (tmp_path / "model.json").unlink()
    assert main(command) == 0
    assert not (tmp_path / "alter_redshift_schema.sql").exists()
    assert main([*command, "--applied"]) == 1


def test_a_view_with_other_columns_is_reported_until_somebody_drops_it(tmp_path: Path) -> None:
    file, out = tmp_path / "crm.sql", tmp_path / "out"
    ddl = "CREATE TABLE t (id NUMBER(9) PRIMARY KEY, a DATE);\nCREATE VIEW v AS SELECT id{} FROM t;\n"
    file.write_text(ddl.format(""))
    command = ["--ddl", str(file), "--owner", "CRM", "--out", str(out)]
    assert main(command) == 0
    file.write_text(ddl.format(", a"))
    for _ in range(2):
        assert main(command) == 0
        said = (out / "alter_redshift_schema.sql").read_text()
        assert 'DROP VIEW "crm"."v", then run create_redshift_schema.sql' in said


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["--catalog", "{catalog}", "--include", "SALES.%", "--out", "{out}"],
            1,
            "has no table and no view that matches",
        ),
        (["--catalog", "{catalog}/gone", "--out", "{out}"], 1, "there is no such folder"),
        (
            ["--catalog", "{out}", "--out", "{out}"],
            1,
            "such as all_tab_cols.csv; --print-export-script prints a script",
        ),
        (["--catalog", "{out}", "--out", "{out}"], 1, "the catalog lacks ALL_TAB_COLS or ALL_TAB_COLUMNS"),
        (["--catalog", "{catalog}", "--include", "CRM", "--out", "{out}"], 2, "not of the form OWNER.TABLE"),
    ],
)
def test_errors_say_what_is_wrong(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert main([argument.format(catalog=catalog, out=out) for argument in arguments]) == code
    assert message in capsys.readouterr().err
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--out", "x"],
        ["--catalog", "x"],
        ["--catalog", "x", "--print-export-script"],
        ["--ddl", "a", "--catalog", "b", "--out", "c"],
    ],
)
def test_a_wrong_command_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m customer_data.oracle_schema" in capsys.readouterr().err


def test_a_model_that_no_earlier_run_wrote(catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.json").write_text('{"tables": [{"owner": 1}]}')
    assert main(["--catalog", str(catalog), "--out", str(tmp_path)]) == 1
    assert "model.json is not what an earlier run wrote" in capsys.readouterr().err


def test_says_which_packages_it_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "customer_data.oracle_schema", "--help"]  # -S: without installed packages
    ended = subprocess.run(command, cwd=RUNTIME, env={**os.environ}, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and "lacks pyarrow, numpy, boto3" in ended.stderr
    assert ended.stderr.endswith("-m pip install pyarrow numpy boto3\n")


@pytest.mark.parametrize(("include", "owners"), [(["CRM.%", "O'B.T"], {"CRM", "O'B"}), ([], {"CRM", "O'B", "HR"})])
def test_the_script_that_exports_the_catalog_writes_what_is_read(
    tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str], include: list[str], owners: set[str]
) -> None:
    """Its queries run on PostgreSQL, with tables of the names of Oracle's views."""
    assert main(["--print-export-script", *(word for one in include for word in ("--include", one))]) == 0
    script = capsys.readouterr().out
    assert "SET MARKUP CSV ON DELIMITER ',' QUOTE ON" in script and script.endswith("SPOOL OFF\nEXIT\n")
    assert max(map(len, script.splitlines())) < 500
    spooled = re.findall(r"^SPOOL (\S+)\n(SELECT .*?);\nSPOOL OFF$", script, re.MULTILINE | re.DOTALL)
    with catalog_in_postgres(postgres_url, ["CRM", "O'B", "HR", "SYS"]) as connection:
        connection.execute("CREATE TABLE all_users (username text, oracle_maintained text)")
        connection.execute("INSERT INTO all_users VALUES ('SYS', 'Y'), ('CRM', 'N')")
        for name, query in spooled:
            found = connection.execute(query.encode())
            with (tmp_path / name).open("w", newline="") as file:
                file.write("\n")  # as SQL*Plus begins
                writer = csv.writer(file, quoting=csv.QUOTE_ALL)
                writer.writerow(column.name.upper() for column in found.description or ())
                writer.writerows(found)
    catalog = read_folder(tmp_path)
    assert set(catalog) == {view.name for view in VIEWS} - {"ALL_TAB_COLUMNS"}
    for view in VIEWS:
        rows = catalog.get(view.name, ())
        assert not rows or not view.owner or {row[view.owner] for row in rows} == owners


def test_runs_as_a_module(catalog: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "customer_data.oracle_schema", "--catalog", str(catalog), "--out", str(tmp_path)]
    ended = subprocess.run(command, cwd=RUNTIME, env={**os.environ}, capture_output=True, text=True)
    assert ended.returncode == 0
    assert ended.stderr.startswith(f"{catalog} lacks ALL_TABLES, ") and ended.stderr.count("\n") == 1
    assert f"Report: {tmp_path / 'assessment.html'}" in ended.stdout


def test_ddl_of_several_files_is_read_as_one_and_lines_are_those_of_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = []

    def read_ddl(text: str, *, default_owner: str) -> OracleSchema:
        texts.append(text)
        unread = tuple(Unread(line, "x", "not known") for line in (2, 3, 5, None))
        return OracleSchema((table(f"{default_owner}.T", "ID NUMBER"),), unread=unread)

    monkeypatch.setitem(sys.modules, "customer_data.oracle_schema.ddl", SimpleNamespace(read_ddl=read_ddl))
    (tmp_path / "a.sql").write_bytes("\ufeffone;\ntwo;".encode())
    (tmp_path / "b.sql").write_bytes("drei;\nvier;\nfünf;".encode("utf-16"))
    command = ["--ddl", str(tmp_path / "a.sql"), str(tmp_path / "b.sql"), "--owner", "CRM", "--out", str(tmp_path)]
    assert main(command) == 0
    assert texts == ["one;\ntwo;\ndrei;\nvier;\nfünf;"]
    said = [
        item for item in json.loads((tmp_path / "assessment.json").read_text())["objects"] if "line" in item["name"]
    ]
    assert [(item["name"], item["reasons"][0].split(": ")[1][-5:]) for item in said] == [
        *(("line 2", "a.sql"), ("line 1", "b.sql"), ("line 3", "b.sql"))
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory; name a file that is there"),
        (b"CREATE \xe9", "byte 7 is not UTF-8; save it as UTF-8"),
        (b"\xff\xfeA", "byte 2 is not UTF-16; save it as UTF-8"),
        ("CREATE TABLE é".encode("utf-16-le"), "every other byte is zero, as in UTF-16 without its mark; save it as"),
    ],
)
def test_ddl_that_cannot_be_read(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    message: str,
) -> None:
    monkeypatch.setitem(sys.modules, "customer_data.oracle_schema.ddl", SimpleNamespace(read_ddl=None))
    file = tmp_path / "crm.sql"
    if content is not None:
        file.write_bytes(content)
    assert main(["--ddl", str(file), "--out", str(tmp_path / "out")]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("under", ["a_file", "a_file/out"])
def test_an_output_folder_that_cannot_be_made(
    catalog: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], under: str
) -> None:
    (tmp_path / "a_file").touch()
    assert main(["--catalog", str(catalog), "--out", str(tmp_path / under)]) == 1
    assert f"--out {tmp_path / under}: {tmp_path / under} cannot be written: " in capsys.readouterr().err


def test_reads_ddl(tmp_path: Path) -> None:
    pytest.importorskip("customer_data.oracle_schema.ddl")
    file = tmp_path / "crm.sql"
    file.write_text("CREATE TABLE customers (id NUMBER(9) PRIMARY KEY, note LONG);\n")
    assert main(["--ddl", str(file), "--owner", "CRM", "--out", str(tmp_path / "out")]) == 0
    assert '"note" VARCHAR(65535)' in (tmp_path / "out" / "create_redshift_schema.sql").read_text()
